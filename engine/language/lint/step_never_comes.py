"""Is there a step of a chain whose hour never comes?

step-never-comes (W528)

What it finds: a step whose `during` and the chain's `during` are never open at the same hour of a week.
Why it matters: the chain stands still at this step, and the steps after it are never reached.
Example: a chain `during: desk` (08:30-17:00) with a step `during: night` (20:00-06:00).
Better: `during` at one of the two only, or calendars that share some hours.
When to allow it: never needed; it is a warning.
"""

from datetime import date

from engine.language.diagnostics import Findings
from engine.model.calendar import Calendar
from engine.model.rulebook import Rulebook


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report steps that wait for an hour that never comes."""
    for chain in rulebook.chains.values():
        whole = rulebook.calendars.get(chain.during or "")
        for step in chain.steps:
            own = rulebook.calendars.get(step.during or "")
            if whole is not None and own is not None and not _meet(whole, own):
                findings.add(
                    "W528",
                    step.span,
                    f"“{own.label}”和整条链的“{whole.label}”没有同时开门的时候,这一级和后面的都轮不到",
                    f"calendars “{own.name}” and “{whole.name}” are never open together: this step and those after it never come",
                    fix=("during 只写一处,或改日历", "write during at one of the two, or change a calendar"),
                )


def _meet(one: Calendar, other: Calendar) -> bool:
    if one.timezone != other.timezone:  # Not worth the sum: wall clocks differ.
        return True
    weeks = zip(one.weekly, other.weekly, strict=True)
    return any(start < until and since < end for these, those in weeks for start, end in these for since, until in those)
