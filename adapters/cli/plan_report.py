"""What belongs to one rehearsal's report? The comparison, where its cases came from, what fires at once, and what the data could not show."""

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.cli.plan_history import History
from adapters.cli.plan_open import OpenCases
from adapters.cli.speech import Speech
from engine.core.needs import needed_events, needed_fields
from engine.model.policy import Mode
from engine.model.rulebook import Rulebook
from engine.reports.plan import Plan


@dataclass(frozen=True, slots=True)
class Gap:
    """A field that was blank, or an event or policy that never was."""

    name: str
    new: bool
    """Only the new rules ask for it."""
    blank: int = 0
    cases: int = 0


@dataclass(frozen=True, slots=True)
class Coverage:
    """Where the history is silent: what shows no effect there may still have one."""

    fields: tuple[Gap, ...] = ()
    """Decided by, and blank in some cases; most blank first."""
    events: tuple[Gap, ...] = ()
    """Waited for, and never reported."""
    policies: tuple[Gap, ...] = ()
    """Live, and no clock of it ever ran."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything `plan` says."""

    plan: Plan
    history: History | None = None
    open: OpenCases | None = None
    coverage: Coverage = Coverage()

    def window(self, speech: Speech) -> str:
        """`过去 14 天`, or from which day to which; with the share of a sample."""
        history = self.history
        if history is None:
            return speech.of("没有历史", "no history")
        begun = speech.time(history.since or history.first, history.timezone)[:10]
        ended = speech.time(history.until, history.timezone)[:10]
        said = speech.of(f"{begun} 至 {ended}", f"{begun} to {ended}")
        if history.days is not None:
            said = speech.of(f"过去 {history.days} 天", f"last {history.days} days")
        share = f"{history.share:.2%}".replace(".00%", "%")
        return said + (speech.of(f"(抽样 {share})", f" (a sample of {share})") if history.share < 1 else "")


def coverage_of(old: Rulebook, new: Rulebook, plan: Plan, seen: Mapping[str, int]) -> Coverage:
    """What the new rules ask for and the history does not hold; what only they ask for stands first."""
    fields_before, events_before = needed_fields(old), needed_events(old)
    fields = [Gap(name, name not in fields_before, blank, cases) for name, (blank, cases) in plan.blank.items()]
    events = [Gap(name, name not in events_before) for name in sorted(needed_events(new)) if not seen.get(name)]
    policies = [
        Gap(one.name, one.name not in old.policies)
        for one in sorted(new.policies.values(), key=lambda policy: policy.name)
        if one.mode is Mode.LIVE and one.name not in plan.verdicts
    ]
    return Coverage(
        tuple(sorted(fields, key=lambda gap: (not gap.new, -gap.blank / gap.cases, gap.name))),
        tuple(sorted(events, key=lambda gap: (not gap.new, gap.name))),
        tuple(sorted(policies, key=lambda gap: (not gap.new, gap.name))),
    )
