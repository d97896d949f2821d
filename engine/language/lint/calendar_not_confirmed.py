"""Are next year's holidays filled in?

calendar-not-confirmed (W514)

What it finds: from 1 November on, a calendar whose holiday list is not confirmed through the coming year.
Why it matters: due times beyond are computed on weekly hours and marked as estimated; make-up workdays are missing.
Example: on 2026-11-21 `confirmed_through: 2026-12-31`.
Better: fill in the State Council's notice on the day it appears.
When to allow it: before the notice is out; it is a warning, so that a daemon restarted in December still takes its rules.
"""

from datetime import date

from engine.language.diagnostics import Findings
from engine.model.rulebook import Rulebook

FIRST_WARNING = (11, 1)
"""Month and day; past notices came on 25 October and 4 November."""
LOUD = (12, 25)
"""From here on it says how many days are left."""


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report calendars that are confirmed for too short a time."""
    if today is None:
        return
    needed = today.year + 1 if (today.month, today.day) >= FIRST_WARNING else today.year
    for calendar in rulebook.calendars.values():
        through = calendar.confirmed_through
        if through is not None and through.year < needed:
            zh, en = f"“{calendar.label}”的放假安排只填到 {through}", f"calendar “{calendar.name}” is confirmed through {through} only"
            if needed > today.year and (today.month, today.day) >= LOUD:
                zh, en = f"只剩 {(through - today).days} 天:{zh}", f"{(through - today).days} days left: {en}"
            findings.add(
                "W514",
                calendar.span,
                zh,
                en,
                fix=(
                    f"{needed} 年的通知出来后,用 `waybill calendar import` 做出 {needed} 年的文件",
                    f"once the notice for {needed} is out, make its file with `waybill calendar import`",
                ),
            )
