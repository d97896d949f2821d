"""Which sendings of a scheduled report are due? One slot per day, week or month, sent at its hour or on the next day that is open."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from engine.core.calendars import instant_of, local_date, next_open_date
from engine.model.calendar import Calendar
from engine.model.report_round import ReportRound
from engine.reports.report_fold import period_start
from engine.reports.report_over import OVER

MADE_UP_MAX = 7
"""After a long silence so many slots are made up, the newest; older ones stay away."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One sending, whether it happened or not."""

    name: str
    """`last_week 2026-11-23`: what it covers, and the first day after that."""
    due_at: datetime
    """Aware, UTC."""


def due_slots(one: ReportRound, calendars: Mapping[str, Calendar], zone: str, now: datetime) -> list[Slot]:
    """Every slot whose hour has come, the oldest first; at most MADE_UP_MAX, the newest."""
    calendar = calendars.get(one.calendar) if one.calendar is not None else None
    found: list[Slot] = []
    start = period_start(local_date(zone, now), OVER[one.over])
    while len(found) < MADE_UP_MAX:
        day = start if calendar is None else next_open_date(calendar, start - timedelta(days=1))
        if day is None:
            break
        due = instant_of(zone, day, one.at)
        if due <= now:
            found.append(Slot(f"{one.over} {start.isoformat()}", due))
        start = period_start(start - timedelta(days=1), OVER[one.over])
    return found[::-1]


def covered_from(slot: str) -> date:
    """The first day after what the slot covers."""
    return date.fromisoformat(slot.rpartition(" ")[2])
