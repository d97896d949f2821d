"""What does the console look at, in memory?"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from adapters.memory.directory import case_row, is_late
from adapters.memory.staff import MemoryStaff, MemoryTrail
from adapters.memory.state import State
from adapters.memory.worklist import HELD
from engine.core.holding import OWNER as HOLD
from engine.ports.directory import CaseRow
from engine.ports.views import Bells, Cut, Flow, LiveClock
from engine.ports.worklist import Task
from engine.reports.live_clocks import live_clocks


class MemoryViews:
    """See Views."""

    def __init__(self, state: State, staff: MemoryStaff, trail: MemoryTrail) -> None:
        self._state = state
        self._staff = staff
        self._trail = trail

    def pulse(self) -> str:
        """See Views.pulse; a memory store is small enough to count."""
        state = self._state
        cases = sum(record.case.revision for record in state.cases.values())
        people = [(one.name, one.label, one.access, one.disabled, one.password) for one in self._staff.users()]
        tasks = [(one.id, one.status, one.claimed_by, one.claim_until) for one in state.tasks.values()]
        return f"{cases}/{len(state.undecided)}/{len(self._trail.entries)}/{hash((*people, *tasks, *self._staff.signed_in.values()))}"

    def clocks(self, cut: Cut, *, since: datetime | None = None, until: datetime, limit: int) -> Sequence[tuple[LiveClock, CaseRow]]:
        """See Views.clocks."""
        found = [(one, row) for one, row in self._live(cut) if one.due < until and (since is None or one.due >= since)]
        found.sort(key=lambda pair: (pair[0].due, pair[0].case, pair[0].policy))
        return found[:limit]

    def tally(self, cut: Cut, edges: Sequence[datetime]) -> Sequence[int]:
        """See Views.tally."""
        dues = [one.due for one, _ in self._live(cut)]
        return [sum(due < edge for due in dues) for edge in edges]

    def facets(self) -> Mapping[str, Sequence[str]]:
        """See Views.facets."""
        live = [one for one, _ in self._live(Cut())]
        return {
            "workflow": sorted({one.workflow for one in live}),
            "policy": sorted({one.policy for one in live}),
            "area": sorted({one.area for one in live} - {""}),
            "tier": sorted({one.tier for one in live} - {""}),
        }

    def bells(self, until: datetime) -> Sequence[Bells]:
        """See Views.bells."""
        counted = Counter(
            (_quarter(timer.due_at), timer.owner, timer.row)
            for record in self._state.cases.values()
            for timer in record.timers.values()
            if timer.due_at < until
        )
        return [Bells(*key, count) for key, count in sorted(counted.items())]

    def flow(self, since: datetime, until: datetime) -> Flow:
        """See Views.flow."""
        rows = [case_row(record) for record in self._state.cases.values()]
        closed = [row for row in rows if row.final and since <= row.entered_at < until]
        return Flow(sum(since <= row.opened_at < until for row in rows), len(closed), sum(map(is_late, closed)))

    def on_hold(self, cases: Sequence[str]) -> Collection[str]:
        """See Views.on_hold."""
        known = self._state.cases
        return {one for one in cases if one in known and any(timer.owner == HOLD for timer in known[one].timers.values())}

    def tasks_of(self, cases: Sequence[str]) -> Sequence[Task]:
        """See Views.tasks_of."""
        state = self._state
        found = [one for one in state.tasks.values() if one.case in cases and one.status in HELD]
        return sorted(found, key=lambda one: (one.created_at, state.task_numbers[one.id]))

    def _live(self, cut: Cut) -> Iterator[tuple[LiveClock, CaseRow]]:
        for record in self._state.cases.values():
            row = case_row(record)
            for one in live_clocks(row.id, row.workflow, final=row.final, clocks=row.clocks, fields=row.fields):
                if _is_within(one, cut):
                    yield one, row


def _is_within(clock: LiveClock, cut: Cut) -> bool:
    return (
        cut.workflow in ("", clock.workflow)
        and cut.area in ("", clock.area)
        and cut.tier in ("", clock.tier)
        and (cut.policies is None or clock.policy in cut.policies)
        and (not cut.areas or clock.area in cut.areas or (not clock.area and (cut.unplaced is None or clock.workflow in cut.unplaced)))
        and not (cut.nowhere and clock.area)
    )


def _quarter(at: datetime) -> datetime:
    return at - timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)
