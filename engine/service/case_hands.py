"""What may a person do with a case itself? Put it on hold, resume it, have a message sent again; each with who and why, and refused with the reason."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from engine.core.again import asked_again, cannot_leave_again, latest_left, may_be_taken_back
from engine.core.goes_by import court_of
from engine.core.words import NOT_AGAIN
from engine.model.case import Case, Issued
from engine.model.erased import is_erased
from engine.model.event import Acceptance, Event, EventKind, Report
from engine.model.message import Message, Optional_, Placeholder
from engine.model.plain import plain
from engine.model.rulebook import Rulebook
from engine.ports.clock import Clock
from engine.ports.outbox import OutboxStatus
from engine.ports.store import NotFound
from engine.service.desk import Answer, Problem, Said
from engine.service.ingest import Refused
from engine.service.sending import SendingDesk
from engine.service.simulate import Stores

WHY_CHARS_MAX = 500
UNDO_SECONDS = 10
"""So long what cannot be taken back afterwards waits, where a person may have pressed the wrong button."""
UNDO_SECONDS_MAX = 3600
ON_ITS_WAY = (OutboxStatus.READY, OutboxStatus.WAITING, OutboxStatus.SENDING, OutboxStatus.RETRY)


@dataclass(slots=True)
class CaseHands:
    """The deeds, over any store. Each is accepted like any event: durable on return, decided next."""

    stores: Stores
    rulebook: Callable[[], Rulebook]
    clock: Clock
    take: Callable[[Report], Acceptance]
    """Keeps it, durable on return; decides it at once if it can."""

    def hold(self, case_id: str, *, by: str, why: str, until: datetime | None = None, once: str = "") -> Answer:
        """See CaseDeeds.hold."""

        def look(case: Case) -> dict[str, str]:
            self._may_be_held(case, until)
            return {"note": _reason(why), **({"until": until.isoformat()} if until is not None else {})}

        return self._deed(case_id, "hold", by, once, look)

    def resume(self, case_id: str, *, by: str, why: str, undo_seconds: int = 0, once: str = "") -> Answer:
        """See CaseDeeds.resume."""

        def look(case: Case) -> dict[str, str]:
            if case.ledger.hold is None:
                raise Refused(Problem("case", "这一单没有挂起", "the case is not on hold"))
            return {"note": _reason(why), **_window(undo_seconds)}

        return self._deed(case_id, "resume", by, once, look)

    def stay_on_hold(self, case_id: str, *, by: str) -> Answer:
        """See CaseDeeds.stay_on_hold."""

        def look(case: Case) -> dict[str, str]:
            if case.ledger.hold is None or case.ledger.hold.resumed_from is None:
                raise Refused(Problem("case", "没有可撤回的恢复", "no resuming is left to take back"))
            return {}

        return self._deed(case_id, "resume_taken_back", by, "", look)

    def send_again(self, case_id: str, message: str, *, by: str, why: str, undo_seconds: int = 0, once: str = "") -> Answer:
        """See CaseDeeds.send_again."""

        def look(case: Case) -> dict[str, str]:
            one = self._may_leave_again(case, message)
            row = self.stores.outbox.find(one.id)
            because = row.effect.why if row is not None else None
            return {"note": _reason(why), "effect": one.id, **({"because": because} if because else {}), **_window(undo_seconds)}

        return self._deed(case_id, "send_again", by, once, look)

    def not_again(self, case_id: str, message: str) -> tuple[Problem, ...]:
        """See CaseDeeds.not_again."""
        try:
            self._may_leave_again(self._load(case_id), message)
        except Refused as refusal:
            return refusal.problems
        return ()

    def take_again_back(self, case_id: str, message: str, *, by: str) -> Answer:
        """See CaseDeeds.take_again_back."""

        def look(case: Case) -> dict[str, str]:
            one = asked_again(case.ledger.issued, _whole(case, message))
            if one is None or not may_be_taken_back(one):
                raise Refused(Problem("message", *NOT_AGAIN["too_late"]))
            return {"effect": one.id}

        return self._deed(case_id, "again_taken_back", by, "", look)

    def _deed(self, case_id: str, name: str, by: str, once: str, look: Callable[[Case], dict[str, str]]) -> Answer:
        """`look` answers what the event says, or refuses it."""
        now = self.clock.now()
        try:
            case = self._load(case_id)
            extra = {"by": by, **look(case)}
        except Refused as refusal:
            return Answer(Said.REFUSED, case_id, problems=refusal.problems)
        event = Event(
            id=f"{case_id}/{name}/{once or f'{case.revision}/{now.isoformat()}'}", source=f"hand/{by}", kind=EventKind.HAND, name=name,
            occurred_at=now, received_at=now, extra=extra,
        )  # fmt: skip
        taken = self.take(Report(event=event, workflow=case.workflow, names={}, case_id=case_id))
        return Answer(Said(taken.verdict.value), taken.case_id, event.id)

    def _load(self, case_id: str) -> Case:
        try:
            return self.stores.store.load(case_id)
        except NotFound:
            raise Refused(Problem("case", f"找不到单“{case_id}”", f"no such case: {case_id}")) from None

    def _may_be_held(self, case: Case, until: datetime | None) -> None:
        state = court_of(self.rulebook(), case).workflow.states.get(case.state)
        if state is not None and state.final:
            raise Refused(Problem("case", "单已结束,没有可挂起的", "the case has ended: there is nothing to put on hold"))
        if until is not None and until.tzinfo is None:
            raise Refused(Problem("until", "时间没有时区", "the time has no zone"))
        if until is not None and until <= self.clock.now():
            raise Refused(Problem("until", "挂起到的时间已经过了", "the end of the hold is past"))

    def _may_leave_again(self, case: Case, text: str) -> Issued:
        """The message that is meant, if it may leave once more. Raises Refused."""
        if case.ledger.hold is not None:
            raise Refused(Problem("case", *NOT_AGAIN["on_hold"]))
        wanted = _whole(case, text)
        issued = {one.id: one for one in case.ledger.issued}
        one = issued.get(wanted) or latest_left(case, self._name(text))
        why_not = cannot_leave_again(one, issued)
        row = self.stores.outbox.find(one.id) if one is not None and not why_not else None
        if row is not None and row.status is OutboxStatus.UNKNOWN:
            why_not = "doubt"
        if row is not None and row.status in ON_ITS_WAY:
            why_not = "waiting"
        if one is None or why_not:
            raise Refused(Problem("message", *NOT_AGAIN[why_not]))
        self._has_words_and_a_number(case, one)
        return one

    def _name(self, text: str) -> str:
        return next((one.name for one in self.rulebook().messages.values() if text in (one.name, one.label)), text)

    def _has_words_and_a_number(self, case: Case, one: Issued) -> None:
        """Whatever the text or the address needs must still be there. Raises Refused."""
        desk = SendingDesk(self.rulebook(), case, self.clock.now())
        message = desk.rulebook.messages.get(one.message or "")
        if one.message is not None and message is None:
            raise Refused(Problem("message", f"规则里已经没有消息“{one.message}”", f"the rules have no message {one.message} any more"))
        row = self.stores.outbox.find(one.id)
        to_field = message is not None and message.to_field and one.to == message.to
        needed = {*_marks(message), *((one.to or "",) if to_field else ())}
        if any(is_erased(desk.texts.get(name, "")) for name in needed) or is_erased(desk.first_name):
            raise Refused(Problem("message", "其中的个人信息已经删除,不能再发", "personal data it would carry was erased"))
        people = desk.recipients(row.effect) if row is not None else ()
        if row is not None and not people:
            raise Refused(Problem("message", "现在没有可发的号码或人", "there is no number, or nobody, to send it to now"))
        if people and all(one.customer and self.stores.providers.is_suppressed(one.known_as) for one in people):
            raise Refused(Problem("message", "这个号码退订了,在不发名单上", "that number has opted out: it is on the suppression list"))


def _marks(message: Message | None) -> set[str]:
    """The fields a text shows."""
    parts = message.text if message is not None else ()
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, Optional_) else (part,))]
    return {part.name for part in flat if isinstance(part, Placeholder)}


def _whole(case: Case, text: str) -> str:
    """An id of a sending, which may leave out the case: `4/1`."""
    short = text.replace("/", "", 1).isdigit() and text.count("/") == 1
    return f"{case.id}/{text}" if short else text


def _window(undo_seconds: int) -> dict[str, str]:
    return {"undo_seconds": str(min(undo_seconds, UNDO_SECONDS_MAX))} if undo_seconds else {}


def _reason(why: str) -> str:
    said = plain(why).strip()[:WHY_CHARS_MAX]
    if not said:
        raise Refused(Problem("why", "请写为什么", "say why"))
    return said
