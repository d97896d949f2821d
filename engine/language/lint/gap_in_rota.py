"""Is somebody on duty at every hour?

gap-in-rota (W518)

What it finds: a rota whose rows by weekday and hours leave some hours of the week open, with no last row for all other hours.
Why it matters: what falls into the gap goes to `last_resort`, who was meant for emergencies.
Example: `shifts: [{during: service_desk, people: [liu_yang]}]` and nothing else.
Better: add `- {people: [hotline]}` as the last row.
When to allow it: where `last_resort` is meant to take the nights; it is a warning.
"""

from collections.abc import Iterator
from datetime import date

from engine.language.diagnostics import Findings
from engine.model.calendar import DAY_SECONDS
from engine.model.contact import Rota, Shift
from engine.model.rulebook import Rulebook

WEEK_SECONDS = 7 * DAY_SECONDS


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report rotas whose rows do not cover the week."""
    for rota in rulebook.contacts.rotas.values():
        if not covers_the_week(rota):
            fix = ("最后加一行 `- {people: [……]}`", "add a last row `- {people: [...]}`")
            findings.add(
                "W518",
                rota.span,
                f"值班表“{rota.label}”有空档,空档里找兜底岗位",
                f"rota “{rota.name}” has hours with nobody on duty",
                fix=fix,
            )


def covers_the_week(rota: Rota, *, rotations: bool = True) -> bool:
    """Whether rows that hold in every week, whatever a calendar says, leave no hour open.

    rotations: trust them, although they hold from their first date only.
    """
    stretches = sorted(stretch for shift in rota.shifts if _every_week(shift, rotations) for stretch in _of_week(shift))
    reached = 0
    for begins, ends in stretches:
        if begins > reached:
            return False
        reached = max(reached, ends)
    return reached >= WEEK_SECONDS


def _every_week(shift: Shift, rotations: bool) -> bool:
    by_calendar = (shift.during, shift.on_open_days, shift.on_closed_days)
    turns = shift.rotation is None or (rotations and all(shift.rotation.groups))
    return bool(shift.people) and not any(by_calendar) and turns


def _of_week(shift: Shift) -> Iterator[tuple[int, int]]:
    """Stretches of a week in seconds since Monday; what runs over from Sunday begins the week."""
    for day in shift.days or range(7):
        for start, end in shift.hours or ((0, DAY_SECONDS),):
            begins, ends = day * DAY_SECONDS + start, day * DAY_SECONDS + end
            yield begins, min(ends, WEEK_SECONDS)
            if ends > WEEK_SECONDS:
                yield 0, ends - WEEK_SECONDS
