"""How does a neighbour's report come in? Proven by its signature, decoded by its connection file, durable before the reply."""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from adapters.signing import verify
from adapters.signing.json_tree import Unreadable
from adapters.web.call import Call, Refusal, Reply
from adapters.wms_tms.decode import ReadEvent, decode
from engine.model.connection import Connection, Inbound
from engine.model.event import UNSTATED_TIME
from engine.service.desk import Answer, Desk, Incoming, Said

_LOG = logging.getLogger("waybill.inbound")
UNRECOGNISED = "unrecognised"
RETRACTED = "retracted"


class Connections:
    """Every path a connection file declares; read anew at each call, so that a reloaded rulebook counts at once."""

    def __init__(
        self,
        desk: Desk,
        connections: Callable[[], Mapping[str, Connection]],
        resolve: verify.Resolve,
        *,
        counted: Callable[[Said], None],
        turned_away: Callable[[str, str], None],
    ) -> None:
        self._desk = desk
        self._connections = connections
        self._resolve = resolve
        self._counted = counted
        self._turned_away = turned_away

    def post(self, call: Call) -> Reply:
        """401 before anything is read; the declared reply, or our counts, after everything is stored."""
        connection, inbound, token = self._find(call)
        try:
            return self._take(connection, inbound, call, token)
        except Refusal as refusal:
            declared = _refused(inbound, refusal)
            if declared is None:
                raise
            return declared

    def _take(self, connection: Connection, inbound: Inbound, call: Call, token: str) -> Reply:
        self._prove(connection, inbound, call, token)
        rulebook = self._desk.rulebook()
        try:
            decoded = decode(connection, call.body, call.headers, self._desk.now(), timezone=rulebook.timezone)
        except Unreadable as problem:
            self._turned_away(connection.name, "unreadable")
            raise Refusal(400, "unreadable", problem.zh, str(problem), field=problem.place) from None
        for warning in decoded.warnings:
            _LOG.warning("odd report taken", extra={"connection": connection.name, "what": warning})
        answers = self._accept([incoming(connection, inbound, event) for event in decoded.events])
        return _reply(inbound, answers, decoded.ignored)

    def _find(self, call: Call) -> tuple[Connection, Inbound, str]:
        for connection in self._connections().values():
            inbound = connection.inbound
            if inbound is None or not inbound.path:
                continue
            if call.path == inbound.path:
                return connection, inbound, ""
            by_path = inbound.signature is not None and inbound.signature.kind == "token" and verify.in_path(inbound.signature.options)
            if by_path and call.path.startswith(inbound.path + "/"):
                return connection, inbound, call.path.removeprefix(inbound.path + "/")
        raise Refusal(404, "not_found", "没有这个地址", "there is nothing here")

    def _prove(self, connection: Connection, inbound: Inbound, call: Call, token: str) -> None:
        message = verify.Message(body=call.body, headers=call.headers, address=call.address, path_token=token)
        try:
            why = verify.refusal(inbound.signature, message, self._desk.now(), self._resolve)
        except verify.NotConfigured as problem:
            # Fails closed, as a passing trouble of ours, so that the neighbour repeats its report once the setting is there.
            _LOG.error("connection cannot be verified", extra={"connection": connection.name, "why": str(problem)})
            raise Refusal(503, "not_configured", "本端尚未配置好", "this connection is not set up here yet") from None
        if why is not None:
            self._turned_away(connection.name, why)
            _LOG.warning("report turned away", extra={"connection": connection.name, "why": why, "bytes": len(call.body)})
            raise Refusal(401, "signature", "签名不符", "the signature does not fit")

    def _accept(self, items: Sequence[Incoming]) -> list[Answer]:
        answers = offer(self._desk, items)
        for answer in answers:
            self._counted(answer.said)
        return answers


def offer(desk: Desk, items: Sequence[Incoming]) -> list[Answer]:
    """What the desk refuses is offered once more as unrecognised: a neighbour's report is never lost for its content."""
    answers = list(desk.accept(items)) if items else []
    again = [index for index, answer in enumerate(answers) if answer.said is Said.REFUSED and items[index].event != UNRECOGNISED]
    if again:
        offered = [_unrecognised(items[index], answers[index]) for index in again]
        for index, answer in zip(again, desk.accept(offered), strict=True):
            answers[index] = answer
    return answers


def take_in(desk: Desk, connection: Connection, events: Sequence[ReadEvent]) -> list[str]:
    """What we fetched ourselves, by a poll or from a file: for each why it was not taken, blank if it was."""
    inbound = connection.inbound
    assert inbound is not None  # The compiler refuses a way in that is not read.
    answers = offer(desk, [incoming(connection, inbound, event) for event in events])
    return ["; ".join(problem.en for problem in answer.problems) if answer.said is Said.REFUSED else "" for answer in answers]


def incoming(connection: Connection, inbound: Inbound, read: ReadEvent) -> Incoming:
    """A decoded report as the desk takes it. A retraction is the event `retracted`, whose `extra` names what it takes back."""
    extra = {f"kept_{name}": text for name, text in read.kept.items()} | {f"flag_{name}": text for name, text in read.flags.items()}
    if read.flags.get("precision") == "day":
        # Told again on another day, the same date would else be another instant.
        extra[UNSTATED_TIME] = "yes"
    if read.retracts is not None:
        extra["retracts"] = read.retracts
        if read.retracts_id:
            extra["retracts_id"] = read.retracts_id
    if read.label:
        extra["label"] = read.label
    if not read.recognised:
        extra |= {"why": "; ".join(read.problems), **{f"seen_{path}": text for path, text in read.seen.items()}}
    return Incoming(
        source=f"connection/{connection.name}",
        id=read.id,
        restated_id=read.text_id,
        workflow=inbound.workflow,
        event=(read.event or RETRACTED) if read.recognised else UNRECOGNISED,
        occurred_at=read.happened_at,
        data={**read.data, **read.names},
        extra=extra,
    )


def _unrecognised(item: Incoming, answer: Answer) -> Incoming:
    why = "; ".join(f"{problem.field}: {problem.en}" for problem in answer.problems)
    return replace(item, event=UNRECOGNISED, extra={**item.extra, "was": item.event, "why": why[:500]})


def _reply(inbound: Inbound, answers: Sequence[Answer], ignored: int) -> Reply:
    counts = {said.value: sum(answer.said is said for answer in answers) for said in Said}
    if answers and counts["refused"] == len(answers):
        zh, en = "报文里没有一条能归到任何单", "nothing in this report could be taken"
        raise Refusal(422, "refused", zh, en, more={"counts": counts})
    if counts["refused"]:
        _LOG.error("reports could not be kept", extra={"refused": counts["refused"]})
    if inbound.reply is not None:
        return Reply(text=inbound.reply, media_type=_media_type(inbound.reply))
    return Reply(body={"ok": True, "ignored": ignored, **counts})


def _refused(inbound: Inbound, refusal: Refusal) -> Reply | None:
    """What the sender wants to hear of a report that is turned away; a trouble of ours stays what it is, so that it is sent again."""
    if inbound.refused_reply is None or refusal.status >= 500:
        return None
    return Reply(status=inbound.refused_status or refusal.status, text=inbound.refused_reply, media_type=_media_type(inbound.refused_reply))


def _media_type(text: str) -> str:
    try:
        json.loads(text)
    except ValueError:
        return "application/xml" if text.lstrip().startswith("<") else "text/plain"
    return "application/json"
