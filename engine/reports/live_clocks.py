"""Which clocks of a case are under way, and whose are they? What the board lists without reading history."""

from collections.abc import Mapping, Sequence

from engine.model.case import ClockVerdict, ClockView
from engine.ports.views import LiveClock
from engine.reports.report_groups import DIMENSIONS


def live_clocks(
    case: str, workflow: str, *, final: bool, clocks: Sequence[ClockView], fields: Mapping[str, str]
) -> tuple[LiveClock, ...]:  # fmt: skip
    """Those that run, and those that are late and go on, in order of policy and number. `fields`: the public ones."""
    if final:
        return ()
    area, tier = (next((fields[name] for name in DIMENSIONS[one].fields if fields.get(name)), "") for one in ("area", "tier"))
    return tuple(
        LiveClock(case=case, policy=one.policy, number=one.number, due=one.due, workflow=workflow, area=area, tier=tier)
        for one in sorted(clocks, key=lambda one: (one.policy, one.number))
        if one.due is not None and (one.verdict is ClockVerdict.RUNNING or (one.verdict is ClockVerdict.LATE and one.stopped_at is None))
    )
