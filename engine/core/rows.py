"""When does a timeline row fire? The instants of one clock's rows."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from engine.core import calendars
from engine.core.clocks import Clock, Instant
from engine.core.terms import Court, Span_, terms_of
from engine.model.calendar import Calendar
from engine.model.policy import Amount, TimelineRow, When

DUE_ROW = "due"
"""The row every clock has: at its due instant its lateness is recorded."""

SLOT_DAYS_MAX = 400
"""How far ahead the next daily slot is looked for."""


def instants(court: Court, clock: Clock, after: datetime | None) -> Iterator[Instant]:
    """The due row and each timeline row with its instant; of a daily row the first slot later than `after`.

    A paused clock has none: they come back, moved, when it runs again. A pause that begins after the due instant holds nothing
    back that comes before it.
    """
    if not clock.live or clock.due is None or (clock.paused_since is not None and clock.paused_since <= clock.due):
        return
    known = clock.rows
    if known is None or known[0] is not court.rulebook:
        known = clock.rows = (court.rulebook, tuple(_rows(court, clock, clock.due)))
    for one in known[1]:
        instant = one if isinstance(one, Instant) else _daily(court, clock, one, max(clock.due + _lag(court, clock), after or clock.due))
        if instant is not None and (clock.paused_since is None or instant.at < clock.paused_since):
            yield instant


def _daily(court: Court, clock: Clock, row: TimelineRow, after: datetime) -> Instant | None:
    """The next slot of a daily row."""
    slot = _next_slot(court, clock, row, after)
    return _named(clock, row, row.key, slot, f"{court.local(slot):%Y-%m-%dT%H:%M}") if slot is not None else None


def _rows(court: Court, clock: Clock, due: datetime) -> Iterator[Instant | TimelineRow]:
    """What does not depend on which slots rang already: all but the daily rows."""
    yield _named(clock, None, DUE_ROW, due)
    lag = _lag(court, clock)
    for row in clock.policy.timeline:
        if row.when is When.EVERY_DAY_WHILE_LATE:
            yield row
            continue
        at = _instant(court, clock, row)
        if at is not None:
            yield _named(clock, row, row.key, at + lag if row.when is When.LATE else at)


def _named(clock: Clock, row: TimelineRow | None, key: str, at: datetime, slot: str = "") -> Instant:
    line = f"{clock.policy.name}|{key}"
    return Instant(row, key, at, slot, f"{clock.id}|{key}|{slot}", line, f"{line}|{clock.key}")


def waits_for_feed(row: TimelineRow | None) -> bool:
    """Rows at and after due wait for the feed the policy hears from."""
    return row is not None and row.when in (When.LATE, When.EVERY_DAY_WHILE_LATE)


def _lag(court: Court, clock: Clock) -> timedelta:
    connection = court.rulebook.connections.get(clock.policy.hears_from or "")
    return timedelta(seconds=connection.usual_lag_seconds if connection else 0)


def _instant(court: Court, clock: Clock, row: TimelineRow) -> datetime | None:
    assert clock.due is not None
    calendar = court.calendar(clock.policy.calendar, clock.start.at)
    pauses = clock.all_pauses
    match row.when:
        case When.AFTER:
            return calendars.deadline(calendar, clock.start.at, row.amount, pauses)
        case When.LATE:
            return clock.due if not row.amount.seconds and not row.amount.business_days else _later(calendar, clock.due, row.amount, pauses)
        case When.LEFT:
            return _left(court, clock, calendar, row.amount, pauses)
        case _:
            return _used(court, clock, calendar, row.percent, pauses)


def _later(calendar: Calendar | None, due: datetime, amount: Amount, pauses: tuple[Span_, ...]) -> datetime | None:
    return calendars.deadline(calendar, due, amount, pauses)


def _limit(court: Court, clock: Clock) -> Amount | None:
    """The limit the due time was counted from, or None when the due time is fixed."""
    if clock.fixed_due:
        return None
    terms = terms_of(court, clock.policy, clock.start, clock.changes[-1] if clock.changes else clock.start)
    return terms if isinstance(terms, Amount) and not terms.business_days else None


def _left(court: Court, clock: Clock, calendar: Calendar | None, amount: Amount, pauses: tuple[Span_, ...]) -> datetime | None:
    assert clock.due is not None
    limit = _limit(court, clock)
    if limit is not None and not amount.business_days:
        if amount.seconds >= limit.seconds:
            return calendars.add(calendar, clock.start.at, 0, pauses)
        return calendars.add(calendar, clock.start.at, limit.seconds - amount.seconds, pauses)
    if amount.business_days:
        return calendars.add_business_days(calendar, clock.due, -amount.business_days) if calendar else None
    return calendars.add(calendar, clock.due, -amount.seconds)


def _used(court: Court, clock: Clock, calendar: Calendar | None, percent: int, pauses: tuple[Span_, ...]) -> datetime | None:
    assert clock.due is not None
    limit = _limit(court, clock)
    total = limit.seconds if limit is not None else calendars.between(calendar, clock.start.at, clock.due, pauses)
    return calendars.add(calendar, clock.start.at, total * percent / 100, pauses)


def _held(clock: Clock, at: datetime) -> bool:
    """Within a disruption nothing rings by the hour."""
    return any(since <= at < until for since, until in clock.pauses)


def _next_slot(court: Court, clock: Clock, row: TimelineRow, after: datetime) -> datetime | None:
    """The next of the row's times of day later than `after` at which the calendar is open."""
    calendar = court.calendar(clock.policy.calendar, clock.start.at)
    zone = ZoneInfo(calendar.timezone if calendar else court.zone)
    day: date = after.astimezone(zone).date()
    for ahead in range(SLOT_DAYS_MAX):
        for at in row.times:
            slot = calendars.instant_of(zone.key, day + timedelta(days=ahead), at)
            if slot > after and (calendar is None or calendars.is_open(calendar, slot)) and not _held(clock, slot):
                return slot
    return None
