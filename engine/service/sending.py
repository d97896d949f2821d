"""What exactly leaves, and to whom? The last look, the address, the text of one outbox row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from engine.core import calendars
from engine.core.clocks import Clock
from engine.core.evaluate import Seen, evaluate
from engine.core.goes_by import court_of, version_of
from engine.core.reading import clocks_of, read_case
from engine.core.render import Scene, render, render_text, resend_mark, standard_sentence
from engine.core.route import resolve
from engine.core.stays import Reading
from engine.core.words import say_why
from engine.model.case import Case, Issued
from engine.model.condition import Answer
from engine.model.effect import Effect
from engine.model.erased import is_erased
from engine.model.event import Event, EventKind, Heard
from engine.model.masks import mask_by_field
from engine.model.message import Message
from engine.model.numbers import one_way
from engine.model.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Look:
    """The last look before sending: go, drop with a reason, or wait until."""

    drop: str | None = None
    wait_until: datetime | None = None
    on_hold: bool = False
    """The case is on hold: it waits until a person resumes it."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One address a row goes to."""

    name: str
    """Person's id, or the name of the phone field."""
    address: str
    customer: bool

    @property
    def known_as(self) -> str:
        """What is counted, limited and looked up by: the address, a number in one way however it was typed."""
        return one_way(self.address)


def _in_shadow(one: Issued) -> bool:
    """Never on its way, and not because somebody took it back."""
    return not one.open and one.verdict is None and one.handed_at is None and one.dropped is None


@dataclass(frozen=True, slots=True)
class Words:
    text: str
    masked: str


class SendingDesk:
    """One case on the sending desk: its reading as of the hand-over instant."""

    def __init__(self, rulebook: Rulebook, case: Case, now: datetime) -> None:
        self.court = court_of(rulebook, case)
        self.rulebook = self.court.rulebook
        self.case = case
        self.now = now
        self.reading: Reading = read_case(self.court, case)

    @property
    def texts(self) -> Mapping[str, str]:
        return self.reading.texts

    @property
    def first_name(self) -> str:
        """How a person calls the case: its first known name."""
        workflow = self.court.workflow
        return next((self.texts[name] for name in workflow.identified_by if self.texts.get(name)), self.case.id)

    @property
    def shown_name(self) -> str:
        """The same for a list that others read: masked if that field is private."""
        fields = self.court.workflow.fields
        name = next((name for name in self.court.workflow.identified_by if self.texts.get(name)), None)
        declared = fields.get(name or "")
        private = name is not None and declared is not None and declared.private
        return mask_by_field(name or "", self.first_name, declared.type) if private and declared else self.first_name

    def issued(self, effect_id: str | None) -> Issued | None:
        return next((one for one in self.case.ledger.issued if one.id == effect_id), None)

    def look(self, effect: Effect) -> Look:
        """Is the reason still there, the window open, the message still wanted?"""
        one = self.issued(effect.id)
        if one is not None and one.dropped is not None:
            return Look(drop=one.dropped)
        if self.case.ledger.hold is not None:
            return Look(on_hold=True)
        message = self.rulebook.messages.get(effect.message or "")
        if effect.resend_of is not None:
            original = self.issued(effect.resend_of)
            if original is not None and original.verdict == "delivered":
                return Look(drop="delivered_meanwhile")
        if message is None:
            return Look()
        answer, _ = evaluate(message.drop_if, Seen(self.court.workflow, self.texts, self.court.zone, self.reading.state))
        if message.drop_if is not None and answer is Answer.YES:
            return Look(drop="drop_if")
        calendar = self.court.calendar(message.send_hours, self.now)
        if calendar is not None and not calendars.is_open(calendar, self.now):
            return Look(wait_until=calendars.next_open(calendar, self.now) or self.now + timedelta(hours=1))
        return Look()

    def recipients(self, effect: Effect) -> Sequence[Recipient]:
        """A phone field's number, or everybody who fills the role now and has the channel (people are never cached)."""
        if effect.to is None:
            return ()
        if effect.to_field:
            number = self.texts.get(effect.to, "")
            return (Recipient(effect.to, number, True),) if number and not is_erased(number) else ()
        found = resolve(self.rulebook.contacts, self.rulebook.calendars, effect.to, self.texts, self.now)
        addresses = [(person.id, person.address(effect.channel or "")) for person in found.people]
        return tuple(Recipient(name, address, False) for name, address in addresses if address)

    def words(self, effect: Effect, group: Sequence[str]) -> Words:
        """The text as it leaves, and masked as it is kept; due times that this very sending starts are right in it."""
        message = self.rulebook.messages.get(effect.message or "")
        clocks = self._clocks(effect, message)
        return Words(self._say(effect, message, clocks, group, masked=False), self._say(effect, message, clocks, group, masked=True))

    def template(self, effect: Effect, connection: str) -> tuple[str, tuple[tuple[str, str], ...]]:
        """The code of the message as this provider approved it, and the words of its variables; empty: it has none.

        A marked second copy needs a template of its own: nothing can be added to an approved one (messaging.md section 6.2).
        """
        declared = self.rulebook.connections.get(connection)
        name = f"{effect.message}.resend" if effect.resend_of else effect.message or ""
        found = declared.templates.get(name) if declared is not None else None
        if found is None:
            return "", ()
        scene = self._scene(effect, self._clocks(effect, self.rulebook.messages.get(effect.message or "")), (), masked=False)
        return found.code, tuple((variable, render_text(text, scene)) for variable, text in found.fill)

    def remark(self, effect: Effect) -> str:
        """Why it is a call (R19)."""
        return say_why(self.rulebook, self.court.workflow, effect.why)

    def _say(self, effect: Effect, message: Message | None, clocks: Sequence[Clock], group: Sequence[str], *, masked: bool) -> str:
        scene = self._scene(effect, clocks, group, masked=masked)
        if message is None:
            return standard_sentence(scene, group or (self.first_name,))
        text = render(message, scene)
        return text + self._mark(effect) if effect.resend_of else text

    def _scene(self, effect: Effect, clocks: Sequence[Clock], group: Sequence[str], *, masked: bool) -> Scene:
        return Scene(
            court=self.court,
            texts=self.texts,
            state=self.reading.state,
            clocks=clocks,
            now=self.now,
            why=effect.why,
            nth=self._nth(effect),
            group=group,
            masked=masked,
        )

    def _clocks(self, effect: Effect, message: Message | None) -> Sequence[Clock]:
        """Clocks as they will stand once this is handed over: `sent` may start one."""
        reading = self.reading
        if message is not None and self._counts(effect):
            handed = Event(
                id=f"{effect.id}?",
                source="gateway",
                kind=EventKind.RECEIPT,
                name="receipt",
                occurred_at=self.now,
                received_at=self.now,
                extra={"message": message.name},
            )
            heard = Heard(handed, self.case.revision + 1, version_of(self.court))
            reading = read_case(self.court, self.case, [heard])
        return clocks_of(self.court, reading, self.now, self.case.ledger.floors)

    def _counts(self, effect: Effect) -> bool:
        """Whether the text should speak as if the order were handed over now: not when it was before."""
        root = self._order(effect.order)
        family = [one for one in self.case.ledger.issued if root in (one.id, one.order)]
        return all(one.handed_at is None for one in family)

    def _order(self, effect_id: str) -> str:
        """The order a copy is a copy of: the same message of the same decision; else the effect itself."""
        own = self.issued(effect_id)
        if own is None or not own.copy:
            return effect_id
        decision = effect_id.rpartition("/")[0]
        orders = (one.id for one in self.case.ledger.issued if one.message == own.message and not one.copy)
        return next((one for one in orders if one.rpartition("/")[0] == decision), effect_id)

    def _nth(self, effect: Effect) -> int:
        """Which order it is: earlier sendings of the same message, without copies, fallbacks and resends."""
        same = [one for one in self.case.ledger.issued if one.message == effect.message and not one.copy and not _in_shadow(one)]
        first = [one.id for one in same if one.is_order]
        own = effect.order
        if own not in first:
            copied = [one for one in self.case.ledger.issued if one.id == own and one.copy]
            earlier = [one for one in same if copied and one.at <= copied[0].at and one.id in first]
            return max(1, len(earlier))
        return first.index(own) + 1

    def _mark(self, effect: Effect) -> str:
        call = next((one for one in self.case.ledger.issued if one.fallback_of == effect.resend_of), None)
        called_at = call.handed_at if call is not None else None
        return resend_mark(called_at, self.now, self.court.zone)


def day_start(zone: str, now: datetime) -> datetime:
    """Local midnight before `now`: where a cap per day begins."""
    return calendars.instant_of(zone, now.astimezone(ZoneInfo(zone)).date(), time())
