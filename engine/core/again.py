"""May a message of a case be sent again because a person asks for it, and what leaves then? Never by itself; always as a sending of its own."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from engine.core import calendars
from engine.core.draft import Draft
from engine.model.case import Case, Issued
from engine.model.effect import EffectKind
from engine.model.event import Event
from engine.model.message import Message
from engine.model.receipt import Verdict

TAKEN_BACK = "taken_back"
"""Why a sending was dropped: whoever asked for it thought again."""


def send_again(draft: Draft, event: Event) -> None:
    """A new sending with an id, and so a key, of its own, that names the first. Its text is rendered when it leaves."""
    one = draft.issued.get(event.extra.get("effect", ""))
    name = (one.message or one.chain or one.id) if one is not None else event.extra.get("effect", "")
    why_not = "on_hold" if draft.hold is not None else cannot_leave_again(one, draft.issued)
    message = draft.court.rulebook.messages.get(one.message or "") if one is not None else None
    if one is None or why_not or (one.message and message is None):
        draft.note("not_again", name, why_not or "no_message")
        return
    draft.add(
        replace(
            draft.intend(EffectKind.MESSAGE, cause_of(event), ""),
            message=one.message,
            channel=one.channel,
            to=one.to,
            to_field=message is not None and message.to_field and one.to == message.to,
            copy=one.copy,
            again_of=one.order,
            not_before=_not_before(draft, message, int(event.extra.get("undo_seconds", "0"))),
            why=event.extra.get("because") or None,
            row=one.row,
        )
    )
    draft.note("sent_again", name, one.id)


def take_back(draft: Draft, event: Event) -> None:
    """What has not left yet, and was asked for by hand."""
    one = asked_again(draft.issued.values(), event.extra.get("effect", ""))
    if one is None or not may_be_taken_back(one):
        draft.note("not_again", event.extra.get("effect", ""), "too_late")
        return
    draft.drop(one.id, TAKEN_BACK)
    draft.note("again_taken_back", one.message or one.id, one.id)


def cause_of(event: Event) -> str:
    """By which a sending is found from the event that asked for it."""
    return f"a:{event.id}"


def asked_again(issued: Iterable[Issued], text: str) -> Issued | None:
    """A sending somebody asked for, by its own id or that of the event."""
    return next((one for one in issued if one.again_of is not None and text in (one.id, one.cause.removeprefix("a:"))), None)


def may_be_taken_back(one: Issued) -> bool:
    """It waits for the end of the time to think again, or for its hours."""
    return one.again_of is not None and one.open and one.dropped is None and one.verdict is None and one.handed_at is None


def cannot_leave_again(one: Issued | None, issued: Mapping[str, Issued]) -> str:
    """Why not; empty: it may.

    `unknown` no such sending · `not_a_message` · `shadow` · `never_sent` taken back before it left · `waiting` on its way out ·
    `doubt` nobody knows whether it arrived · `asked_already` sent again by somebody, and that has not left yet.
    """
    if one is None:
        return "unknown"
    if one.kind != EffectKind.MESSAGE:
        return "not_a_message"
    if any(may_be_taken_back(other) and other.again_of in (one.id, one.again_of) for other in issued.values()):
        return "asked_already"
    match one.verdict:
        case Verdict.UNKNOWN:
            return "doubt"
        case Verdict.ACCEPTED if one.channel == "phone" and one.open:
            return "waiting"
        case None if one.dropped is not None:
            return "never_sent"
        case None if one.handed_at is None:
            return "waiting" if one.open else "shadow"
    return ""


def _not_before(draft: Draft, message: Message | None, undo_seconds: int) -> datetime | None:
    """After the time to think again, and within the sending hours: nobody is woken because a button was pressed."""
    leaves = draft.now + timedelta(seconds=undo_seconds)
    calendar = draft.court.calendar(message.send_hours, draft.now) if message is not None else None
    if calendar is not None and not calendars.is_open(calendar, leaves):
        return calendars.next_open(calendar, leaves)
    return leaves if undo_seconds else None


def latest_left(case: Case, name: str) -> Issued | None:
    """The last sending of a message of this name that may leave again, else the last that was handed over at all; copies aside."""
    issued = {one.id: one for one in case.ledger.issued}
    left = [one for one in issued.values() if one.message == name and not one.copy and one.verdict is not None]
    ready = [one for one in left if not cannot_leave_again(one, issued)]
    return next(reversed(ready or left), None)
