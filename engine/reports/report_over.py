"""Which days does a report cover that is taken again and again? Yesterday, last week, last month: whole ones, on the wall clock."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from engine.reports.report_fold import period_start
from engine.reports.report_shape import Period

OVER = {"yesterday": Period.DAY, "last_week": Period.WEEK, "last_month": Period.MONTH}
"""Word -> how long it is; a week is Monday to Sunday."""


def covered(word: str, now: datetime, zone: str) -> tuple[datetime, datetime]:
    """[since, until) of the last whole day, week or month before the local day of `now` (aware). KeyError: no such word."""
    end = period_start(now.astimezone(ZoneInfo(zone)).date(), OVER[word])
    return _midnight(period_start(end - timedelta(days=1), OVER[word]), zone), _midnight(end, zone)


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))
