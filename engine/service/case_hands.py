"""What may a person do with a case itself? Put it on hold, resume it; each with who and why, through the gate's own checks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from engine.core.goes_by import court_of
from engine.model.case import Case
from engine.model.event import Acceptance, Event, EventKind, Report
from engine.model.plain import plain
from engine.model.rulebook import Rulebook
from engine.ports.clock import Clock
from engine.ports.store import NotFound, Store
from engine.service.desk import Answer, Problem, Said
from engine.service.ingest import Refused

WHY_CHARS_MAX = 500
UNDO_SECONDS = 10
"""So long what cannot be taken back afterwards waits, where a person may have pressed the wrong button."""
UNDO_SECONDS_MAX = 3600


@dataclass(slots=True)
class CaseHands:
    """The deeds, over any store. Each is accepted like any event: durable on return, decided next."""

    store: Store
    rulebook: Callable[[], Rulebook]
    clock: Clock
    take: Callable[[Report], Acceptance]
    """Keeps it, durable on return; decides it at once if it can."""

    def hold(self, case_id: str, *, by: str, why: str, until: datetime | None = None, once: str = "") -> Answer:
        """From now on nothing leaves because of this case, `until` (aware) or until it is resumed; its clocks go on.

        `once`: a mark of the form it was asked by; the same mark counts once.
        """
        return self._deed(case_id, "hold", by, why, once, until=until)

    def resume(self, case_id: str, *, by: str, why: str, undo_seconds: int = 0, once: str = "") -> Answer:
        """What waited goes on; with `undo_seconds` only after these, within which it may be taken back."""
        return self._deed(case_id, "resume", by, why, once, undo_seconds=undo_seconds)

    def stay_on_hold(self, case_id: str, *, by: str) -> Answer:
        """Take back a resuming that has not taken effect."""
        return self._deed(case_id, "resume_taken_back", by, "", "")

    def _deed(
        self, case_id: str, name: str, by: str, why: str, once: str, *, until: datetime | None = None, undo_seconds: int = 0
    ) -> Answer:
        now = self.clock.now()
        try:
            case = self._load(case_id)
            said = _reason(why) if name != "resume_taken_back" else ""
            match name:
                case "hold":
                    self._may_be_held(case, until, now)
                case "resume":
                    _is_on_hold(case)
                case _:
                    _is_resuming(case)
        except Refused as refusal:
            return Answer(Said.REFUSED, case_id, problems=refusal.problems)
        extra = {"by": by, "note": said} if said else {"by": by}
        if until is not None:
            extra["until"] = until.isoformat()
        if undo_seconds:
            extra["undo_seconds"] = str(min(undo_seconds, UNDO_SECONDS_MAX))
        return self._hand_in(case_id, name, by, extra, once or f"{case.revision}/{now.isoformat()}", now)

    def _hand_in(self, case_id: str, name: str, by: str, extra: dict[str, str], mark: str, now: datetime) -> Answer:
        event = Event(
            id=f"{case_id}/{name}/{mark}",
            source=f"hand/{by}",
            kind=EventKind.HAND,
            name=name,
            occurred_at=now,
            received_at=now,
            extra=extra,
        )
        report = Report(event=event, workflow=case_id.partition(":")[0], names={}, case_id=case_id)
        taken = self.take(report)
        return Answer(Said(taken.verdict.value), taken.case_id, event.id)

    def _load(self, case_id: str) -> Case:
        try:
            return self.store.load(case_id)
        except NotFound:
            raise Refused(Problem("case", f"找不到单“{case_id}”", f"no such case: {case_id}")) from None

    def _may_be_held(self, case: Case, until: datetime | None, now: datetime) -> None:
        state = court_of(self.rulebook(), case).workflow.states.get(case.state)
        if state is not None and state.final:
            raise Refused(Problem("case", "单已结束,没有可挂起的", "the case has ended: there is nothing to put on hold"))
        if until is not None and until.tzinfo is None:
            raise Refused(Problem("until", "时间没有时区", "the time has no zone"))
        if until is not None and until <= now:
            raise Refused(Problem("until", "挂起到的时间已经过了", "the end of the hold is past"))


def _reason(why: str) -> str:
    said = plain(why).strip()[:WHY_CHARS_MAX]
    if not said:
        raise Refused(Problem("why", "请写为什么", "say why"))
    return said


def _is_on_hold(case: Case) -> None:
    if case.ledger.hold is None:
        raise Refused(Problem("case", "这一单没有挂起", "the case is not on hold"))


def _is_resuming(case: Case) -> None:
    if case.ledger.hold is None or case.ledger.hold.resumed_from is None:
        raise Refused(Problem("case", "没有可撤回的恢复", "no resuming is left to take back"))
