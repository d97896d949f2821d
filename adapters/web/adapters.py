"""How do the providers fare, and what may be done with them over HTTP? Pause, resume, try out; doubts, dead events, numbers kept out."""

import logging
from collections.abc import Callable, Mapping, Sequence

from adapters.signing.json_tree import Tree
from adapters.web import events, shapes
from adapters.web.call import Call, Refusal, Reply, Room
from adapters.web.cases import zone_of
from engine.model.masks import mask_text
from engine.ports.doubts import DeadEvent
from engine.reports.providers import ProviderLine, provider_lines
from engine.service.desk import Desk
from engine.service.provider_hands import ARRIVED, NOT_ARRIVED, Done, group_of

TEXT_CHARS_MAX = 400
ITEMS_MAX = 1000
_LOG = logging.getLogger("waybill.adapters")
_SAYS = {
    "unknown": (404, "没有这一项", "there is no such thing"),
    "already": (409, "早已如此", "it was so already"),
    "bad_number": (400, "号码不对", "this is no number"),
    "no_template": (409, "没有审核过的模板,试不了", "it takes approved templates only, and has none"),
}
"""Why a deed was not done -> how that is answered."""


class Adapters:
    """GET /adapters and the deeds; each logs who did it and why."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def listed(self, call: Call) -> Reply:
        """Every connection that carries something, as it stands."""
        zone = zone_of(self._desk)
        return Reply(body={"adapters": [_shape(one, shapes.time_shape(one.since, zone), shapes.time_shape(one.last_receipt_at, zone)) for one in lines_of(self._desk)]})  # fmt: skip

    def pause(self, call: Call) -> Reply:
        """Nothing leaves by it any more."""
        by, why = _who_and_why(call)
        return self._answer("paused", self._desk.providers.pause(call.params["name"], by=by, why=why), by, why)

    def resume(self, call: Call) -> Reply:
        """Open again."""
        by, why = _who_and_why(call)
        return self._answer("resumed", self._desk.providers.resume(call.params["name"], by=by, why=why), by, why)

    def test(self, call: Call) -> Reply:
        """One marked message to a number of one's own."""
        said = _object(call)
        number, by = _text(said, "to"), _text(said, "by") or call.who
        if not number or not by:
            raise _missing("to" if not number else "by")
        trial = self._desk.providers.trial(call.params["name"], number, by=by)
        _LOG.info("adapter tried", extra={"adapter": call.params["name"], "by": by, "said": trial.said})
        if trial.receipt is None:
            raise _refusal(trial.said)
        receipt = trial.receipt
        return Reply(
            body={"verdict": receipt.verdict.value, "reason": receipt.reason, "code": receipt.code, "detail": mask_text(receipt.detail)}
        )

    def doubts(self, call: Call) -> Reply:
        """Sendings of which nobody knows whether they arrived."""
        zone = zone_of(self._desk)
        rows = [
            {
                "sending": one.effect.id, "case": one.effect.case, "message": one.effect.message, "channel": one.effect.channel,
                "sent_at": shapes.time_shape(one.sent_at, zone), "why": mask_text(one.error),
            }
            for one in self._desk.providers.doubts()
        ]  # fmt: skip
        return Reply(body={"doubts": rows})

    def settle(self, call: Call) -> Reply:
        """Somebody found out: arrived, or not."""
        by, why = _who_and_why(call)
        found, sendings = _text(_object(call), "found"), _items(call, "sendings")
        if found not in (ARRIVED, NOT_ARRIVED):
            raise Refusal(400, "bad_field", f"found 写 {ARRIVED} 或 {NOT_ARRIVED}", f"found is {ARRIVED} or {NOT_ARRIVED}", field="found")
        hands = self._desk.providers
        return self._results(f"doubt settled: {found}", [hands.settle(one, found, by=by, why=why) for one in sendings], by, why)

    def dead(self, call: Call) -> Reply:
        """Events that could not be decided."""
        zone = zone_of(self._desk)
        rows = [
            {
                "number": one.inbox_id, "case": one.case, "event": one.name, "source": one.source, "group": mask_text(group_of(one)),
                "received_at": shapes.time_shape(one.received_at, zone), "tries": one.attempts, "error": mask_text(one.error),
            }
            for one in self._desk.providers.dead()
        ]  # fmt: skip
        return Reply(body={"dead": rows})

    def retry(self, call: Call) -> Reply:
        """Some, a group, or all of them, tried again."""
        by, why = _who_and_why(call)
        dead = self._desk.providers.dead()
        chosen, strange = _chosen(dead, call)
        done = self._desk.providers.retry(chosen, by=by, why=why) + [Done(number, "not_dead") for number in strange]
        return self._results("dead events tried again", done, by, why)

    def suppressions(self, call: Call) -> Reply:
        """Numbers that get no more messages, masked."""
        zone = zone_of(self._desk)
        found = self._desk.providers.suppressions()
        return Reply(body={"suppressions": [{"number": one.number, "why": one.why, "by": one.by, "at": shapes.time_shape(one.at, zone)} for one in found]})  # fmt: skip

    def suppress(self, call: Call) -> Reply:
        """A number goes on the list."""
        by, why = _who_and_why(call)
        return self._answer("suppressed", self._desk.providers.suppress(_number(call), by=by, why=why), by, why)

    def lift(self, call: Call) -> Reply:
        """A number comes off the list."""
        by, why = _who_and_why(call)
        return self._answer("lifted", self._desk.providers.lift(_number(call), by=by, why=why), by, why)

    def _answer(self, what: str, done: Done, by: str, why: str) -> Reply:
        _LOG.info(what, extra={"item": done.item, "by": by, "why": why, "said": done.said})
        if not done.fine:
            raise _refusal(done.said)
        return Reply(body={"item": done.item, "said": what})

    def _results(self, what: str, done: Sequence[Done], by: str, why: str) -> Reply:
        """One result per item; 200 also where some were not done: each says so."""
        _LOG.info(what, extra={"items": len(done), "done": sum(one.fine for one in done), "by": by, "why": why})
        return Reply(body={"results": [{"item": one.item, "said": one.said} for one in done]})


def lines_of(desk: Desk) -> Sequence[ProviderLine]:
    """The report, as of now."""
    return provider_lines(desk.rulebook(), desk.providers.counters.book, desk.now())


def rooms(desk: Desk) -> list[Room]:
    """The routes."""
    adapters = Adapters(desk)
    who = {"by": "who acts; left out: the token's holder", "why": "why"}

    def deed(path: str, act: Callable[[Call], Reply], zh: str, en: str, **body: str) -> Room:
        answers = {200: "done", 400: "a field is missing", 404: "no such thing", 409: "it was so already"}
        return Room(method="POST", path=path, act=act, zh=zh, en=en, body={**who, **body}, answers=answers)

    return [
        Room(method="GET", path="/adapters", act=adapters.listed, zh="通道怎么样", en="how the providers fare", answers={200: "adapters"}),
        deed("/adapters/{name}/pause", adapters.pause, "暂停通道", "stop an adapter"),
        deed("/adapters/{name}/resume", adapters.resume, "恢复通道", "open an adapter again"),
        deed("/adapters/{name}/test", adapters.test, "试发一条", "one marked message to a number of one's own", to="the number"),
        Room(method="GET", path="/doubts", act=adapters.doubts, zh="结果不明的发送", en="sendings of unknown outcome", answers={200: "doubts"}),
        deed("/doubts/settle", adapters.settle, "查明送到没有", "say whether they arrived", found="arrived or not_arrived", sendings="list of ids"),
        Room(method="GET", path="/dead", act=adapters.dead, zh="死信", en="events that could not be decided", answers={200: "dead events"}),
        deed("/dead/retry", adapters.retry, "死信再试", "try dead events again", numbers="list of numbers", group="or all of a group", all="or yes: all"),
        Room(method="GET", path="/suppressions", act=adapters.suppressions, zh="不发名单", en="numbers that get no more messages", answers={200: "numbers, masked"}),
        deed("/suppressions/add", adapters.suppress, "列入不发名单", "put a number on the list", number="the number"),
        deed("/suppressions/lift", adapters.lift, "移出不发名单", "take a number off the list", number="the number"),
    ]  # fmt: skip


def _shape(one: ProviderLine, since: str | None, receipt_at: str | None) -> dict[str, object]:
    return {
        "adapter": one.connection, "label": one.label, "type": one.type, "channel": one.channel, "state": one.state.value, "since": since,
        "reason": mask_text(one.reason), "by": one.by, "asked": one.asked, "per_minute": round(one.per_minute, 3),
        "p95_seconds": one.p95_seconds, "answers": dict(one.answers), "errors": dict(one.errors), "in_hand": one.in_hand,
        "outstanding": one.outstanding, "last_receipt_at": receipt_at, "per_number": list(one.per_number),
        "refused_as_too_many": one.refused_as_too_many, "money_today": None if one.money_today is None else str(one.money_today),
    }  # fmt: skip


def _chosen(dead: Sequence[DeadEvent], call: Call) -> tuple[list[DeadEvent], list[str]]:
    said = _object(call)
    numbers, group, every = said.get("numbers"), _text(said, "group"), said.get("all") in (True, "yes")
    if sum((numbers is not None, bool(group), every)) != 1:
        raise Refusal(400, "bad_field", "numbers、group、all 三选一", "say numbers, group or all: one of the three", field="numbers")
    if every:
        return list(dead), []
    if group:
        return [one for one in dead if mask_text(group_of(one)) == group], []
    wanted = _items(call, "numbers")
    known = {str(one.inbox_id): one for one in dead}
    return [known[one] for one in wanted if one in known], [one for one in wanted if one not in known]


def _items(call: Call, name: str) -> list[str]:
    value = _object(call).get(name)
    if not isinstance(value, list) or not value or len(value) > ITEMS_MAX:
        raise Refusal(400, "bad_field", f"{name} 是 1 到 {ITEMS_MAX} 项的列表", f"{name} is a list of 1 to {ITEMS_MAX}", field=name)
    return list(dict.fromkeys(str(one) for one in value))


def _number(call: Call) -> str:
    number = _text(_object(call), "number")
    if not number:
        raise _missing("number")
    return number


def _who_and_why(call: Call) -> tuple[str, str]:
    """Both are asked for: whoever stops a channel at night answers for it in the morning."""
    said = _object(call)
    by, why = _text(said, "by") or call.who, _text(said, "why")
    if not by or not why:
        raise _missing("by" if not by else "why")
    return by, why


def _object(call: Call) -> Mapping[str, Tree]:
    said = events.json_body(call) if call.body else {}
    if not isinstance(said, dict):
        raise Refusal(400, "bad_json", "应是一个 JSON 对象", "a JSON object is expected")
    return said


def _text(said: Mapping[str, Tree], name: str) -> str:
    value = said.get(name, "")
    if not isinstance(value, str) or len(value) > TEXT_CHARS_MAX:
        raise Refusal(400, "bad_field", f"{name} 应是文本,最多 {TEXT_CHARS_MAX} 字", f"{name} is text of at most {TEXT_CHARS_MAX} characters", field=name)  # fmt: skip
    return value.strip()


def _missing(name: str) -> Refusal:
    return Refusal(400, "missing", f"缺少 {name}", f"{name} is missing", field=name)


def _refusal(said: str) -> Refusal:
    status, zh, en = _SAYS[said]
    return Refusal(status, said, zh, en)
