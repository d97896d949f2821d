"""How long is it open, and when is an amount of open time used up?

Pure functions over a Calendar; `None` in its place means elapsed time, nights and holidays included. Instants in and out are aware
UTC datetimes (any aware zone is taken, a naive one is a TypeError). Conventions: time.md section 1. Every search ends within ten
years of where it starts: `None` is the named outcome *not within ten years*, also for a calendar that is never open.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from engine.core.open_dates import dates_of
from engine.core.open_time import SECOND, YEAR_MAX, YEAR_MIN, Line, from_us, hours_of, line_of, to_us, wall_us
from engine.model.calendar import Calendar
from engine.model.policy import Amount, DueAt, DueDay

Pauses = Sequence[tuple[datetime, datetime]]
"""Spans (from, to) in which open time does not count; any order, may overlap, reversed ones are empty."""


def is_open(cal: Calendar | None, at: datetime) -> bool:
    """Whether an instant is open; the closing instant is closed."""
    return line_of(cal).is_open(to_us(at))


def open_periods(cal: Calendar | None, start: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Open periods of `[start, until)`, clipped to it, merged across midnight, in order."""
    for begins, ends in line_of(cal).periods(to_us(start), to_us(until)):
        yield from_us(begins), from_us(ends)


def between(cal: Calendar | None, a: datetime, b: datetime, pauses: Pauses = ()) -> float:
    """Open seconds from a to b that lie in no pause; 0 if b is not later than a."""
    line, first, last = line_of(cal), to_us(a), to_us(b)
    held = sum(line.between(max(first, begins), min(last, ends)) for begins, ends in _merged(pauses)) if pauses else 0
    return (line.between(first, last) - held) / SECOND


def add(cal: Calendar | None, start: datetime, seconds: float, pauses: Pauses = ()) -> datetime | None:
    """The instant at which `seconds` of open, unpaused time have passed since `start`.

    Used up exactly at closing: due at closing (near). An amount of 0 rolls to the next open, unpaused instant. A negative amount
    counts backward and stays at an opening instant. None: not within ten years.
    """
    line, amount, at = line_of(cal), round(seconds * SECOND), to_us(start)
    if not pauses and amount > 0:
        found = line.forward(at, amount)
    elif amount > 0:
        found = _forward(line, at, amount, _merged(pauses))
    elif amount < 0:
        found = _backward(line, at, -amount, _merged(pauses))
    else:
        found = _roll_unpaused(line, at, _merged(pauses))
    return None if found is None else from_us(found)


def deadline(cal: Calendar | None, start: datetime, amount: Amount, pauses: Pauses = ()) -> datetime | None:
    """When an amount as operators write it is used up: seconds as `add`, business days as `add_business_days`.

    A pause lengthens business days by the open time it took out of them (T31); a pause in closed time changes nothing.
    None: not within ten years, or business days without a calendar, which the language refuses.
    """
    if not amount.business_days:
        return add(cal, start, amount.seconds, pauses)
    if cal is None:
        return None
    due = add_business_days(cal, start, amount.business_days)
    if due is None or not pauses:
        return due
    allowed = between(cal, start, due)
    return due if between(cal, start, due, pauses) == allowed else add(cal, start, allowed, pauses)


def due_at(cal: Calendar, start: datetime, terms: DueAt) -> datetime | None:
    """Due at a wall-clock time of the start's date or of the next open date after it.

    None: a `same_day` row and the start falls on a closed date (such a row does not apply, time.md 1.2), or never open.
    """
    day = local_date(cal.timezone, start)
    if terms.day is DueDay.NEXT_OPEN_DAY:
        found = next_open_date(cal, day)
    else:
        found = day if is_business_day(cal, day) else None
    return None if found is None else instant_of(cal.timezone, found, terms.at)


def is_estimated(cal: Calendar | None, due: datetime) -> bool:
    """Whether a due time lies beyond the date through which the calendar is confirmed: 按估计日历 (time.md 7.3)."""
    return cal is not None and cal.confirmed_through is not None and local_date(cal.timezone, due) > cal.confirmed_through


def next_open(cal: Calendar | None, at: datetime) -> datetime | None:
    """The first opening strictly after an instant; None: not within ten years, or no calendar."""
    return _instant(line_of(cal).next_open(to_us(at)))


def next_close(cal: Calendar | None, at: datetime) -> datetime | None:
    """The first closing strictly after an instant; None: not within ten years (always open, never open), or no calendar."""
    return _instant(line_of(cal).next_close(to_us(at)))


def roll(cal: Calendar | None, at: datetime, forward: bool = True) -> datetime | None:
    """The instant itself if open, else the next opening; backward: itself if open just before it, else the previous closing."""
    line, us = line_of(cal), to_us(at)
    if not forward:
        return _instant(line.previous_close(us))
    return _instant(us if line.is_open(us) else line.next_open(us))


def is_business_day(cal: Calendar, day: date) -> bool:
    """Whether a local date has any open hours."""
    return bool(hours_of(cal, day))


def next_open_date(cal: Calendar, day: date) -> date | None:
    """The first open date strictly after a date; None: not within ten years."""
    return shift_open_dates(cal, day, 1)


def shift_open_dates(cal: Calendar, day: date, days: int) -> date | None:
    """The date `days` open dates after (before, if negative) a date, counted from the date itself; 0 is the date."""
    if days == 0:
        return day
    if day in (date.min, date.max):
        return None
    return dates_of(cal).after(day, days) if days > 0 else dates_of(cal).before(day, -days)


def count_open_dates(cal: Calendar, first: date, last: date) -> int:
    """Open dates from first to last, both included; 0 if reversed."""
    return sum(is_business_day(cal, first + timedelta(days=n)) for n in range((last - first).days + 1))


def add_business_days(cal: Calendar, start: datetime, days: int) -> datetime | None:
    """Count open dates from the start's own date, keep the local time, then roll forward to open time; 0 days is the start."""
    if days == 0:
        return start.astimezone(UTC)
    if not YEAR_MIN <= start.year < YEAR_MAX:
        return None
    local = start.astimezone(ZoneInfo(cal.timezone))
    day = shift_open_dates(cal, local.date(), days)
    return None if day is None else roll(cal, instant_of(cal.timezone, day, local.time()))


def local_date(timezone: str, at: datetime) -> date:
    """The date on the wall calendar of a zone at an instant."""
    return at.astimezone(ZoneInfo(timezone)).date()


def instant_of(timezone: str, day: date, at: time) -> datetime:
    """The instant of a wall-clock time: one that does not exist takes the offset before the change, an ambiguous one is its first."""
    seconds = at.hour * 3600 + at.minute * 60 + at.second
    return from_us(wall_us(ZoneInfo(timezone), day, seconds) + at.microsecond)


def _instant(found: int | None) -> datetime | None:
    return None if found is None else from_us(found)


def _merged(pauses: Pauses) -> list[tuple[int, int]]:
    """Pauses in order, overlapping and touching ones as one, so that they count once."""
    merged: list[tuple[int, int]] = []
    for begins, ends in sorted((to_us(begins), to_us(ends)) for begins, ends in pauses):
        if begins >= ends:
            continue
        if merged and begins <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(ends, merged[-1][1]))
        else:
            merged.append((begins, ends))
    return merged


def _forward(line: Line, at: int, amount: int, pauses: list[tuple[int, int]]) -> int | None:
    for begins, ends in pauses:
        if ends <= at:
            continue
        counted = line.between(at, begins)
        if counted >= amount:
            break
        amount -= counted
        at = ends
    return line.forward(at, amount)


def _backward(line: Line, at: int, amount: int, pauses: list[tuple[int, int]]) -> int | None:
    for begins, ends in reversed(pauses):
        if begins >= at:
            continue
        counted = line.between(ends, at)
        if counted >= amount:
            break
        amount -= counted
        at = begins
    return line.backward(at, amount)


def _roll_unpaused(line: Line, at: int, pauses: list[tuple[int, int]]) -> int | None:
    found: int | None = at if line.is_open(at) else line.next_open(at)
    for begins, ends in pauses:
        if found is not None and begins <= found < ends:
            found = ends if line.is_open(ends) else line.next_open(ends)
    return found
