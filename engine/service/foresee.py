"""What would follow from an event? Through the same gate and the same court; nothing is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.core.decide import MICROSTEPS_MAX, decide
from engine.model.case import Case, ClockView
from engine.model.decision import Decision, Outcome
from engine.model.effect import Drop, Effect
from engine.model.rulebook import Rulebook
from engine.ports.directory import Directory
from engine.ports.store import NotFound, Store
from engine.service import ingest
from engine.service.desk import Incoming, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What the event, and the events it raises, would come to. With `problems` it would be refused, and nothing else is said."""

    problems: tuple[Problem, ...] = ()
    outcome: Outcome = Outcome.RECORDED
    before: str = ""
    after: str = ""
    decisions: tuple[Decision, ...] = ()
    """The event's own first."""
    clocks_before: tuple[ClockView, ...] = ()
    clocks: tuple[ClockView, ...] = ()

    @property
    def effects(self) -> Sequence[Effect]:
        """What would be done, in order."""
        return [effect for one in self.decisions for effect in one.effects]

    @property
    def drops(self) -> Sequence[Drop]:
        """What would be taken back."""
        return [drop for one in self.decisions for drop in one.drops]


def foresee(
    store: Store, directory: Directory, rulebook: Rulebook, incoming: Incoming, now: datetime, *, clocks: Sequence[ClockView] = ()
) -> Foreseen:
    """As of now: what other events, timers and channels bring in the meantime is not known. `clocks`: as they stand, for comparison."""
    try:
        report = ingest.report_of(rulebook, incoming, now)
        if incoming.by_person:
            ingest.refuse_blank(directory, rulebook, report)
            ingest.refuse_impossible(store, directory, rulebook, report)
    except ingest.Refused as refusal:
        return Foreseen(problems=refusal.problems)
    if report.workflow not in rulebook.workflows:
        return Foreseen(outcome=Outcome.UNKNOWN_EVENT)
    if report.case_id is None:
        case = Case(id=f"{report.workflow}:?", workflow=report.workflow, revision=0, opened_at=now)
    else:
        try:
            case = store.load(report.case_id)
        except NotFound:
            return Foreseen(problems=(Problem("case", f"找不到单“{report.case_id}”", f"no such case: {report.case_id}"),))
    waiting, decisions = [report.event], list[Decision]()
    while waiting and len(decisions) <= MICROSTEPS_MAX:
        decision = decide(rulebook, case, waiting.pop(0), now)
        decisions.append(decision)
        waiting += decision.raised
        case = decision.after
    last = decisions[-1]
    return Foreseen(
        outcome=decisions[0].outcome, before=decisions[0].state_before, after=last.standing.state, decisions=tuple(decisions),
        clocks_before=tuple(clocks), clocks=last.standing.clocks,
    )  # fmt: skip
