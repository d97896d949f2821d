"""What can be asked over HTTP? The table of rooms, and the application made from it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from adapters.signing.verify import Resolve
from adapters.web import adapters, openapi, rules
from adapters.web.call import Call, Refusal, Reply, Room, refused
from adapters.web.case_deeds import CaseRooms
from adapters.web.cases import Cases
from adapters.web.door import LOOPBACK_HOSTS, Door, response
from adapters.web.events import Events
from adapters.web.health import Counters, HealthRooms
from adapters.web.inbound import Connections
from adapters.web.pushes import PushDoors
from adapters.web.tasks import Tasks
from engine.model.connection import Connection
from engine.service.desk import Desk

ANY_METHOD = ["POST", "PUT", "GET", "DELETE", "PATCH"]


def create_app(
    desk: Desk,
    *,
    resolve: Resolve,
    tokens: Mapping[str, str] | None = None,
    connections: Callable[[], Mapping[str, Connection]] | None = None,
    lang: str = "zh",
    simulated: bool = False,
    counters: Counters | None = None,
    hosts: Collection[str] = LOOPBACK_HOSTS,
    beside: Sequence[BaseRoute] = (),
) -> Starlette:
    """The whole gate.

    `resolve`: `env:NAME` or `file:PATH` -> secret (adapters.settings.read_secret). `tokens`: holder -> bearer token; none
    means open, which the server allows on loopback only. `beside`: what else is served (the console, which has users of its own). `connections`: asked at each call, the rulebook's if left out.
    `simulated`: a feed may state when it was received. `hosts`: names served while open.
    """
    counters = counters or Counters()
    declared = connections or (lambda: desk.rulebook().connections)
    rooms = _rooms(desk, declared, counters, simulated=simulated)
    reports = Connections(desk, declared, resolve, counted=counters.event, turned_away=counters.turned_away)
    pushes = PushDoors(desk, declared, resolve, turned_away=counters.turned_away)
    door = Door(tokens=tokens or {}, lang=lang, counters=counters, hosts=hosts)
    inbound = Room(
        method="POST", path="/{path:path}", act=lambda call: _report(pushes, reports, call), zh="对方推送", en="reports", open=True
    )
    routes: list[BaseRoute] = [Route(room.path, door.endpoint(room), methods=[room.method]) for room in rooms]
    routes += beside
    routes.append(Route(inbound.path, door.endpoint(inbound), methods=ANY_METHOD))

    async def http_trouble(request: Request, problem: Exception) -> Response:
        status = problem.status_code if isinstance(problem, HTTPException) else 500
        return response(refused(_unserved(status), lang))

    return Starlette(routes=routes, exception_handlers={HTTPException: http_trouble, Exception: http_trouble})


def _report(pushes: PushDoors, reports: Connections, call: Call) -> Reply:
    # Kannel and others push receipts by GET.
    told = pushes.post(call) if call.method in ("GET", "POST", "PUT") else None
    if told is not None:
        return told
    if call.method not in ("POST", "PUT"):
        raise Refusal(404, "not_found", "没有这个地址", "there is nothing here")
    return reports.post(call)


def _unserved(status: int) -> Refusal:
    if status == 405:
        return Refusal(405, "method", "这个地址不接受这种请求", "this address does not take this method")
    if status < 500:
        return Refusal(status, "not_found", "没有这个地址", "there is nothing here")
    # What went wrong stands in the log; a stranger learns nothing from it.
    return Refusal(500, "our_fault", "系统出错,已记入日志", "something went wrong here; it is in the log")


def own_version() -> str:
    """Of this installation; 0 for a checkout."""
    try:
        return version("waybill")
    except PackageNotFoundError:
        return "0"


def _rooms(desk: Desk, declared: Callable[[], Mapping[str, Connection]], counters: Counters, *, simulated: bool) -> list[Room]:
    """The table: in order, so that `/cases/{id}/acknowledge` is tried before `/cases/{id}`."""
    health = HealthRooms(desk, counters)
    rooms = [
        _events(desk, counters, simulated=simulated),
        *_tasks(desk),
        *_deeds(desk),
        *_cases(desk),
        *rules.rooms(desk),
        *adapters.rooms(desk),
    ]
    rooms += [
        Room(
            method="GET",
            path="/healthz",
            act=health.healthz,
            zh="健康",
            en="200 well, 503 not",
            open=True,
            answers={200: "well", 503: "not well"},
        ),
        Room(method="GET", path="/metrics", act=health.metrics, zh="指标", en="Prometheus text", answers={200: "text"}),
    ]

    def described(call: Call) -> Reply:
        return Reply(body=openapi.document(rooms, declared(), own_version()))

    rooms.append(Room(method="GET", path="/openapi.json", act=described, zh="接口说明", en="this document", answers={200: "OpenAPI 3.1"}))
    return rooms


def _events(desk: Desk, counters: Counters, *, simulated: bool) -> Room:
    return Room(
        method="POST",
        path="/events",
        act=Events(desk, simulated=simulated, counted=counters.event).post,
        zh="报一个或一批事件",
        en="CloudEvents 1.0 (structured, batch, binary) or our own short form; a list gets one verdict each",
        body={
            "workflow": "optional where the event's name is enough",
            "event": "name of the event",
            "case": "case id, or any of its names",
            "data": "object of fields",
            "occurred_at": "ISO 8601; left out: now",
            "id": "your own id; the same (source, id) counts once",
            "source": "who says so",
            "by": "a person's number; then an event that is not possible now is refused with what is",
        },
        answers={
            200: "known already",
            202: "accepted, or parked",
            207: "mixed",
            400: "refused",
            409: "same id, other body",
            503: "send again",
        },
    )


def _tasks(desk: Desk) -> list[Room]:
    tasks = Tasks(desk)
    who = {"by": "who acts; left out: the token's holder"}
    finish = {"result": "one of the task's events, or told, refused, away, bad_number", "note": "tracking note", "data": "fields asked for"}
    return [
        Room(
            method="GET", path="/tasks", act=tasks.listed, zh="任务与待打电话", en="the work list",
            query={"role": "of this role", "case": "of this case id", "all": "yes: also finished and withdrawn"}, answers={200: "tasks"},
        ),
        Room(
            method="POST", path="/tasks/{id:path}/claim", act=tasks.claim, zh="认领", en="claim; shows script and number in full",
            body=who, answers={200: "yours", 404: "no such task", 409: "somebody holds it"},
        ),
        Room(
            method="POST", path="/tasks/{id:path}/finish", act=tasks.finish, zh="办结", en="finish once",
            body={**who, **finish}, answers={200: "finished", 400: "a field is missing", 404: "no such task", 409: "finished already: the first result"},
        ),
        Room(
            method="POST", path="/cases/{id:path}/acknowledge", act=tasks.acknowledge, zh="已知晓", en="acknowledge a chain",
            body={**who, "chain": "name of the chain"}, answers={202: "acknowledged", 404: "no such case"},
        ),
    ]  # fmt: skip


def _deeds(desk: Desk) -> list[Room]:
    deeds = CaseRooms(desk)
    who = {"by": "who acts; left out: the token's holder", "why": "the reason, kept in the journal"}
    answers = {202: "accepted", 400: "refused, with the reason", 404: "no such case"}
    return [
        Room(
            method="POST", path="/cases/{id:path}/hold", act=deeds.hold, zh="挂起", en="nothing leaves because of this case; its promises count on",
            body={**who, "until": "ISO 8601 with an offset; left out: until it is resumed"}, answers=answers,
        ),
        Room(
            method="POST", path="/cases/{id:path}/resume", act=deeds.resume, zh="恢复", en="off hold: what waited and is still so is done",
            body={**who, "undo_seconds": "take effect only then, and may be taken back until then"}, answers=answers,
        ),
        Room(
            method="POST", path="/cases/{id:path}/resume/undo", act=deeds.stay_on_hold, zh="撤回恢复", en="take a resuming back before it takes effect",
            body={"by": who["by"]}, answers=answers,
        ),
        Room(
            method="POST", path="/cases/{id:path}/send-again", act=deeds.send_again, zh="重发", en="a message that left before leaves once more, as a sending of its own",
            body={**who, "message": "its effect, or a message's name for its last sending", "undo_seconds": "leave only then, and may be taken back until then"}, answers=answers,
        ),
        Room(
            method="POST", path="/cases/{id:path}/send-again/undo", act=deeds.take_again_back, zh="撤回重发", en="take back what was asked for and has not left",
            body={"by": who["by"], "message": "the effect, or the event_id that /send-again answered"}, answers=answers,
        ),
    ]  # fmt: skip


def _cases(desk: Desk) -> list[Room]:
    cases = Cases(desk)
    listed = {"workflow": "of this workflow", "state": "in this state", "late": "yes or no", "final": "yes or no"}
    paging = {"after": "last id of the page before", "limit": "1 to 500", "q": "id or any identifying name"}
    return [
        Room(method="GET", path="/cases", act=cases.listed, zh="单据列表", en="list of cases", query={**listed, **paging}, answers={200: "cases"}),
        Room(
            method="GET", path="/cases/{id:path}/explain", act=cases.explained, zh="为什么,为什么没有", en="why, and why not; what the case waits for",
            query={"rule": "any rule, by name or label", "at": "as it stood then, RFC 3339 with an offset"},
            answers={200: "the answer", 400: "no time", 404: "no such case, no such rule", 409: "several bear this name"},
        ),
        Room(
            method="GET", path="/cases/{id:path}", act=cases.one, zh="一单的全部", en="one case: timeline, reasons, clocks, messages, tasks",
            query={"rule": "explain this policy only"}, answers={200: "the case", 404: "no such case", 409: "several bear this name"},
        ),
    ]  # fmt: skip
