"""Who is on duty by a rota, and when is nobody? Swaps first, then the shifts from the top; the first that holds answers.

A shift keeps its local hours over a change of clocks and belongs to the date on which it starts (time.md section 4). A row that
follows a calendar, or has no hours, runs from hand-over to hand-over, which is midnight unless its rotation says otherwise.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from engine.core.calendars import is_business_day, local_date
from engine.core.open_time import from_us, line_of, to_us, wall_us
from engine.model.calendar import DAY_SECONDS, Calendar, Hours
from engine.model.contact import Contacts, Hole, Rota, Rotation, Shift, Swap, Turn

HOLE_DAYS = 56
"""Eight weeks."""
WHOLE_DAY: Hours = ((0, DAY_SECONDS),)
MARGIN = timedelta(days=8)
"""Looked at beyond both ends of the window, so that a hole at its edge is told whole."""
Calendars = Mapping[str, Calendar]
Stretch = tuple[int, int, tuple[str, ...]]
"""From, to, who: microseconds since 1970 UTC."""


@dataclass(frozen=True, slots=True)
class Duty:
    """Who is on duty, and by which line of the rota: a swap, or the row by its number from 1."""

    people: tuple[str, ...]
    row: int = 0
    swap: Swap | None = None


def on_duty(rota: Rota, calendars: Calendars, at: datetime) -> Duty | None:
    """The first swap or row that holds at an instant (aware); None: nobody. `people` may be empty where a row says so."""
    us, today = to_us(at), local_date(rota.timezone, at)
    days = (today, today - timedelta(days=1)) if today > date.min else (today,)
    zone = ZoneInfo(rota.timezone)
    for swap in rota.swaps:
        if _holds(_swapped(swap, zone, days), us):
            return Duty(swap.people, swap=swap)
    for number, shift in enumerate(rota.shifts, 1):
        for begins, ends, day in _shifted(shift, calendars, zone, days):
            if begins <= us < ends:
                return Duty(group_of(shift, calendars, zone, day), row=number)
    return None


def holes(contacts: Contacts, calendars: Calendars, start: datetime, days: int = HOLE_DAYS) -> list[Hole]:
    """Stretches of the coming days in which nobody is on duty, for every role by a rota, in written order and order of time.

    A hole that touches the window is told whole, up to eight days beyond either end of it.
    """
    until = start + timedelta(days=days)
    found: list[Hole] = []
    for role in contacts.roles.values():
        rota = contacts.rotas.get(role.on_duty or "")
        if rota is not None:
            whole = _unstaffed(rota, calendars, start - MARGIN, until + MARGIN)
            found += [Hole(role=role.name, since=since, until=ends) for since, ends in whole if since < until and ends > start]
    return found


def group_of(shift: Shift, calendars: Calendars, zone: ZoneInfo, day: date) -> tuple[str, ...]:
    """Who has the shift that starts on a date: its people, or the group whose turn it is."""
    rotation = shift.rotation
    if rotation is None or not rotation.groups:
        return shift.people
    if rotation.turn is Turn.WEEK:
        count = (day - rotation.since).days // 7
    else:
        earlier = (rotation.since + timedelta(days=n) for n in range((day - rotation.since).days))
        count = sum(_covers(shift, calendars, zone, one) for one in earlier)
    return rotation.groups[count // rotation.every % len(rotation.groups)]


def _unstaffed(rota: Rota, calendars: Calendars, start: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    zone = ZoneInfo(rota.timezone)
    first, last = local_date(rota.timezone, start) - timedelta(days=2), local_date(rota.timezone, until)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    left = [(to_us(start), to_us(until))]
    empty: list[tuple[int, int]] = []
    for stretches in _in_order(rota, calendars, zone, days):
        for begins, ends, people in stretches:
            if not people:
                empty += [(max(begins, a), min(ends, b)) for a, b in left if max(begins, a) < min(ends, b)]
            left = list(_without(left, begins, ends))
    for begins, ends in _joined([*left, *empty]):
        yield from_us(begins), from_us(ends)


def _in_order(rota: Rota, calendars: Calendars, zone: ZoneInfo, days: list[date]) -> Iterator[list[Stretch]]:
    for swap in rota.swaps:
        yield [(begins, ends, swap.people) for begins, ends in _swapped(swap, zone, days)]
    for shift in rota.shifts:
        # Whose turn it is matters here only if some turn is nobody's.
        turns = shift.rotation is not None and not all(shift.rotation.groups)
        yield [
            (begins, ends, group_of(shift, calendars, zone, day) if turns else shift.people)
            for begins, ends, day in _shifted(shift, calendars, zone, days)
        ]


def _swapped(swap: Swap, zone: ZoneInfo, days: Iterable[date]) -> Iterator[tuple[int, int]]:
    for day in days:
        if swap.on <= day <= swap.until:
            yield from _on_the_wall(swap.hours or WHOLE_DAY, zone, day)


def _shifted(shift: Shift, calendars: Calendars, zone: ZoneInfo, days: Iterable[date]) -> Iterator[tuple[int, int, date]]:
    for day in days:
        if _may_start(shift, calendars, day):
            for begins, ends in _stretches(shift, calendars, zone, day):
                yield begins, ends, day


def _may_start(shift: Shift, calendars: Calendars, day: date) -> bool:
    """Whether weekday, calendars and rotation let a shift start on a date. An unknown calendar lets none."""
    if shift.days and day.weekday() not in shift.days:
        return False
    if shift.rotation is not None and day < shift.rotation.since:
        return False
    if shift.on_open_days is not None and not _is_day(calendars, shift.on_open_days, day, open_day=True):
        return False
    return shift.on_closed_days is None or _is_day(calendars, shift.on_closed_days, day, open_day=False)


def _is_day(calendars: Calendars, name: str, day: date, *, open_day: bool) -> bool:
    calendar = calendars.get(name)
    return calendar is not None and is_business_day(calendar, day) is open_day


def _stretches(shift: Shift, calendars: Calendars, zone: ZoneInfo, day: date) -> Iterator[tuple[int, int]]:
    if shift.hours:
        yield from _on_the_wall(shift.hours, zone, day)
        return
    begins, ends = _turn_of_day(shift.rotation, zone, day)
    if shift.during is None:
        yield begins, ends
    elif (calendar := calendars.get(shift.during)) is not None:
        yield from line_of(calendar).periods(begins, ends)


def _turn_of_day(rotation: Rotation | None, zone: ZoneInfo, day: date) -> tuple[int, int]:
    at = rotation.hand_over if rotation else time(0)
    seconds = at.hour * 3600 + at.minute * 60
    return wall_us(zone, day, seconds), wall_us(zone, day, seconds + DAY_SECONDS)


def _covers(shift: Shift, calendars: Calendars, zone: ZoneInfo, day: date) -> bool:
    return _may_start(shift, calendars, day) and next(_stretches(shift, calendars, zone, day), None) is not None


def _on_the_wall(hours: Hours, zone: ZoneInfo, day: date) -> Iterator[tuple[int, int]]:
    """The hours of one date as instants; an end over 86400 runs into the next date."""
    for start, end in hours:
        begins, ends = wall_us(zone, day, start), wall_us(zone, day, end)
        if begins < ends:
            yield begins, ends


def _holds(spans: Iterable[tuple[int, int]], us: int) -> bool:
    return any(begins <= us < ends for begins, ends in spans)


def _without(spans: Iterable[tuple[int, int]], begins: int, ends: int) -> Iterator[tuple[int, int]]:
    for a, b in spans:
        if ends <= a or b <= begins:
            yield a, b
            continue
        if a < begins:
            yield a, begins
        if ends < b:
            yield ends, b


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for begins, ends in sorted(spans):
        if joined and begins <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(ends, joined[-1][1]))
        else:
            joined.append((begins, ends))
    return joined
