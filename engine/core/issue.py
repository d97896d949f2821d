"""What should be done now? `do:` lines become effects, once each, for reasons that still stand."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from engine.core import calendars
from engine.core.draft import Draft
from engine.core.escalate import start_chain
from engine.core.order import OPENED_BY_CASE, event_key
from engine.core.route import resolve
from engine.core.stays import Intention
from engine.model.doing import Assign, Command, Do, Escalate, Open, Raise, Send, Set
from engine.model.effect import EffectKind
from engine.model.escalation import LAST_RESORT
from engine.model.event import Event
from engine.model.message import Message, Optional_, Placeholder, Text
from engine.model.policy import Mode

LASTS = (Set, Raise, Open)
"""What a hold does not keep back: they are the life of the case and of those linked to it, which no button stops."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why and when something is done: its cause (once for ever), its reason (what it lives with), what to call it."""

    cause: str
    reason: str
    at: datetime
    why: str
    """`policy:NAME` or `event:NAME`, put into words when a text asks for {why}."""
    row: str
    shadow: bool = False


def issue_intentions(draft: Draft) -> None:
    """Carry out what the reading intends and was not issued before.

    What lies in a stay that is over does only `open` (language.md, Order of time); `set` was done by the reading.
    While the case is on hold what would leave waits: it is done when it is resumed, if its stay still stands.
    """
    current = draft.reading.stay.key
    for intention in draft.reading.intentions:
        if intention.cause in draft.causes:
            continue
        if intention.stay == current or isinstance(intention.do, Open):
            if _known_before(draft, intention):
                continue
            if draft.hold is not None and not isinstance(intention.do, LASTS):
                _note_waiting(draft, intention)
                continue
            carry_out(draft, intention.do, _occasion(draft, intention))


def _note_waiting(draft: Draft, intention: Intention) -> None:
    """Told once, by the event that asked for it."""
    if intention.event.id == draft.event.id and intention.event.source == draft.event.source:
        draft.note("held", intention.row, "hold")


def _known_before(draft: Draft, intention: Intention) -> bool:
    """A `do` without an effect of its own (a chain begun, an event raised) is remembered by its cause in `told`."""
    return intention.cause in draft.told


def _occasion(draft: Draft, intention: Intention) -> Occasion:
    return Occasion(
        intention.cause,
        f"stay:{intention.stay}",
        draft.now,
        f"event:{intention.event.name}",
        intention.row,
    )


def carry_out(draft: Draft, do: Do, occasion: Occasion) -> None:
    """One `do:` line: effects, a chain begun, an event raised."""
    if occasion.shadow and isinstance(do, Set | Raise | Open):
        draft.told.append(occasion.cause)
        draft.note("shadow", do.workflow if isinstance(do, Open) else occasion.row, occasion.why)
        return
    match do:
        case Send():
            send(draft, draft.court.rulebook.messages[do.message], occasion, to=do.to)
        case Assign():
            assign(draft, do, occasion)
        case Escalate():
            draft.told.append(occasion.cause)
            if occasion.shadow:
                draft.note("shadow", do.chain, occasion.why)
                return
            start_chain(draft, do, occasion.reason, occasion.why, occasion.row)
        case Open():
            _mail_open(draft, do, occasion)
        case Command():
            _command(draft, do, occasion)
        case Raise():
            draft.told.append(occasion.cause)
            raise_event(draft, do.event, occasion)
        case Set():
            raise_event(draft, "edited", occasion, data=dict(do.values))


def raise_event(draft: Draft, name: str, occasion: Occasion, data: dict[str, str] | None = None) -> None:
    """An event this case raises for itself; its id is the row's, so a crash in between raises it once."""
    depth = int(draft.event.extra.get("depth", "0")) + 1
    draft.raised.append(
        Event(
            id=f"{draft.case.id}/{occasion.cause}",
            source="case",
            name=name,
            occurred_at=occasion.at,
            received_at=draft.now,
            data=data or {},
            extra={"depth": str(depth), "raised_by": event_key(draft.event)},
        )
    )


def send(draft: Draft, message: Message, occasion: Occasion, to: str | None = None) -> None:
    """A message and its copies; a copy to the same person leaves with the message itself, as one sending (D7)."""
    receiver = to or message.to
    first = _address(draft, receiver, message.to_field and to is None)
    copies = [(role, _address(draft, role, False)) for role in message.copy_to]
    together = f"{message.name}|{message.channel}|{first}|{draft.case.id}/{draft.revision}" if first in dict(copies).values() else None
    _add_message(draft, message, occasion, receiver, copy=False, person=first, together=together)
    for number, (role, person) in enumerate(copies):
        copied = replace(occasion, cause=f"{occasion.cause}:copy{number}")
        _add_message(draft, message, copied, role, copy=True, person=person, together=together if person == first else None)


def _address(draft: Draft, to: str, is_field: bool) -> str:
    """Who it is, as a stable name: `field:value` of a phone field, or the people of a role now."""
    if is_field:
        return draft.reading.texts.get(to, "")
    rulebook = draft.court.rulebook
    found = resolve(rulebook.contacts, rulebook.calendars, to, draft.reading.texts, draft.now)
    return "+".join(person.id for person in found.people)


def _add_message(
    draft: Draft, message: Message, occasion: Occasion, to: str, *, copy: bool, person: str, together: str | None = None
) -> None:
    is_field = message.to_field and to == message.to
    if not person:
        draft.alarm(f"nobody:{message.name}:{to}", f"{occasion.cause}:nobody")
        if is_field or to == LAST_RESORT:
            return
        to, person = LAST_RESORT, _address(draft, LAST_RESORT, False)
    fallback = message.fallback
    not_before = _not_before(draft, message)
    leaves = (not_before or draft.now) + timedelta(seconds=message.group_wait_seconds)
    until = leaves + timedelta(seconds=fallback.after_seconds) if fallback else None
    # What is held overnight for one recipient leaves as one at opening, if the text can speak of several.
    groups = message.group_wait_seconds or (not_before is not None and speaks_of_group(message.text))
    draft.add(
        replace(
            draft.intend(EffectKind.MESSAGE, occasion.cause, occasion.reason),
            message=message.name,
            channel=message.channel,
            to=to,
            to_field=is_field,
            copy=copy,
            not_before=not_before,
            valid_until=until,
            group=f"{message.name}|{message.channel}|{person}" if groups else together,
            group_wait_seconds=message.group_wait_seconds,
            why=occasion.why,
            row=occasion.row,
            shadow=occasion.shadow or message.mode is Mode.SHADOW,
        )
    )
    if not_before is not None:
        draft.note("held", message.name, f"send_hours {not_before.isoformat()}", message.span)


def speaks_of_group(text: Text) -> bool:
    """Whether a text has a mark for the others it is sent with."""
    parts = [inner for part in text for inner in (part.parts if isinstance(part, Optional_) else (part,))]
    return any(isinstance(part, Placeholder) and part.name in ("group.count", "group.list") for part in parts)


def _not_before(draft: Draft, message: Message) -> datetime | None:
    """Outside the sending hours: the next opening. Delivery is held, evaluation never is. The group wait comes on top."""
    at = draft.now + timedelta(seconds=message.group_wait_seconds)
    calendar = draft.court.calendar(message.send_hours, draft.now)
    if calendar is None or calendars.is_open(calendar, at):
        return None
    return calendars.next_open(calendar, at)


def assign(draft: Draft, do: Assign, occasion: Occasion) -> None:
    """A task on the work list; the same row never has two open."""
    if any(one.open and one.kind == EffectKind.TASK and one.row == occasion.row for one in draft.issued.values()):
        draft.told.append(occasion.cause)
        draft.note("task_open_already", occasion.row)
        return
    draft.add(
        replace(
            draft.intend(EffectKind.TASK, occasion.cause, occasion.reason),
            to=do.role,
            text=do.text,
            asks=do.asks,
            row=occasion.row,
            why=occasion.why,
            shadow=occasion.shadow,
        )
    )


def _mail_open(draft: Draft, do: Open, occasion: Occasion) -> None:
    draft.add(
        replace(
            draft.intend(EffectKind.MAIL, occasion.cause, occasion.reason),
            target=do.workflow,
            event=OPENED_BY_CASE,
            fill=do.fill,
            row=occasion.row,
            why=occasion.why,
            shadow=occasion.shadow,
        )
    )


def _command(draft: Draft, do: Command, occasion: Occasion) -> None:
    draft.add(
        replace(
            draft.intend(EffectKind.COMMAND, occasion.cause, ""),
            target=do.connection,
            command=do.name,
            channel=do.connection,
            row=occasion.row,
            why=occasion.why,
            shadow=occasion.shadow,
        )
    )


def withdraw(draft: Draft) -> None:
    """The law of reasons: what a stay, a clock or a chain began ends with it."""
    for one in list(draft.issued.values()):
        if one.dropped is not None or not (one.open or one.kind == EffectKind.MAIL) or draft.alive(one.reason):
            continue
        if one.kind == EffectKind.MAIL:
            if one.target != _TOLD:
                _mail_reason_gone(draft, one.id)
        elif one.open:
            draft.drop(one.id, "reason_gone")


_TOLD = "told"


def _mail_reason_gone(draft: Draft, opened_by: str) -> None:
    """A linked case hears that what opened it is over; its own workflow decides."""
    draft.change(opened_by, target=_TOLD)
    draft.add(
        replace(
            draft.intend(EffectKind.MAIL, f"gone:{opened_by}", ""),
            target=f"follows:{opened_by}",
            event="reason_gone",
        )
    )
    draft.change(draft.effects[-1].id, target=_TOLD)
