"""How did this due time come about? The path from a start to its due time, day by day, every skipped date with its reason."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby
from zoneinfo import ZoneInfo

from engine.core.calendars import Pauses, between, deadline, instant_of, is_business_day, is_estimated, local_date, open_periods
from engine.core.open_time import hours_of
from engine.model.calendar import Calendar
from engine.model.policy import Amount

RUN_DAYS_MAX = 14
"""A longer run of ordinary days is told in one line."""
LINES_MAX = 120
"""Beyond it the middle is told in one line, too."""
WEEKDAYS = "一二三四五六日"


class DayKind(StrEnum):
    """Why a day counts, or does not."""

    OPEN = "open"
    SPECIAL_HOURS = "special_hours"
    """Hours of this date from a date rule, on a weekday that is open anyway."""
    MAKEUP = "makeup"
    """Open by a date rule, closed by the week: 调休上班."""
    OVERLAY = "overlay"
    """Hours that hold for a while, a promotion."""
    WEEKLY_CLOSED = "weekly_closed"
    HOLIDAY = "holiday"
    CLOSED_BY_DATE = "closed_by_date"
    CLOSED_BY_OVERLAY = "closed_by_overlay"
    BREAK = "break"
    """Nothing left after the breaks of that date."""
    RUN = "run"
    """Several days in one line."""
    ELAPSED = "elapsed"
    """No calendar: nights and holidays count."""
    DUE = "due"
    NEVER = "never"
    """Not used up within ten years."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueLine:
    """One step of the path. The last line is DUE or NEVER; DUE alone has `due`."""

    kind: DayKind
    day: date
    until: date
    """The last date of the line, included; equal to `day` but for RUN and ELAPSED."""
    periods: tuple[tuple[datetime, datetime], ...] = ()
    """Open intervals of the day between start and due, UTC; pauses not cut out. Empty for RUN."""
    seconds: float = 0
    """Open, unpaused seconds used on these dates."""
    paused_seconds: float = 0
    """Open seconds that a pause took out."""
    counted_days: int = 0
    """Business days counted up to and including this line; 0 for amounts in seconds."""
    label: str = ""
    """The operator's label of the holiday, the make-up day or the date rule."""
    due: datetime | None = None
    estimated: bool = False
    """DUE: the due date lies beyond the calendar's `confirmed_through`."""
    text: str


def explain_due(cal: Calendar | None, start: datetime, amount: Amount, pauses: Pauses = ()) -> list[DueLine]:
    """The path of `deadline(cal, start, amount, pauses)`; at most `LINES_MAX` + 1 lines, the last one DUE or NEVER.

    cal None: elapsed time, one line and the answer (dates then are UTC). Amounts that count backward have no path, only the answer.
    """
    due = deadline(cal, start, amount, pauses)
    if cal is None:
        return _elapsed(start, amount, due, pauses)
    first = local_date(cal.timezone, start)
    if due is None:
        return [_never(first)]
    days = list(_days(cal, start, due, amount, pauses)) if due >= start else []
    return [*_shortened(days), _due_line(cal, due)]


def _days(cal: Calendar, start: datetime, due: datetime, amount: Amount, pauses: Pauses) -> Iterator[DueLine]:
    day, last, counted = local_date(cal.timezone, start), local_date(cal.timezone, due), 0
    first = day
    while day <= last:
        counts = day > first and counted < amount.business_days and is_business_day(cal, day)
        counted += counts
        line = _day(cal, day, start, due, pauses)
        number = f" 第 {counted} 个工作日" if counts else ""
        yield replace(line, counted_days=counted, text=f"{_say_day(cal, line)}{number} / {SAY[line.kind][1]}")
        day += timedelta(days=1)


def _day(cal: Calendar, day: date, start: datetime, due: datetime, pauses: Pauses) -> DueLine:
    midnight = instant_of(cal.timezone, day, datetime.min.time())
    begins = max(start, midnight)
    ends = min(due, instant_of(cal.timezone, day + timedelta(days=1), datetime.min.time()))
    kind, label = _why(cal, day)
    seconds = between(cal, begins, ends, pauses)
    return DueLine(
        kind=kind,
        day=day,
        until=day,
        periods=tuple(open_periods(cal, begins, ends)),
        seconds=seconds,
        paused_seconds=between(cal, begins, ends) - seconds,
        label=label,
        text="",
    )


def _why(cal: Calendar, day: date) -> tuple[DayKind, str]:
    """Which rule decides the date (closed, date rule, week, breaks: time.md 1.3), with its label."""
    label = cal.closed.get(day) or cal.annual_closed.get((day.month, day.day))
    if day in cal.closed or (day.month, day.day) in cal.annual_closed:
        return DayKind.HOLIDAY, label or ""
    rule, week = cal.dates.get(day), cal.weekly[day.weekday()]
    if rule is not None and not rule.hours:
        return DayKind.CLOSED_BY_OVERLAY if rule.overlay else DayKind.CLOSED_BY_DATE, rule.label
    if (week or rule) and not hours_of(cal, day):
        return DayKind.BREAK, ""
    if rule is not None and rule.overlay:
        return DayKind.OVERLAY, rule.label
    if rule is not None:
        return (DayKind.SPECIAL_HOURS if week else DayKind.MAKEUP), rule.label
    return (DayKind.OPEN if week else DayKind.WEEKLY_CLOSED), ""


SAY = {
    DayKind.OPEN: ("计入", "counts"),
    DayKind.SPECIAL_HOURS: ("当日另定时间", "hours of this date"),
    DayKind.MAKEUP: ("调休上班", "make-up workday"),
    DayKind.OVERLAY: ("临时时间", "hours of an overlay"),
    DayKind.WEEKLY_CLOSED: ("每周休息", "closed weekly"),
    DayKind.HOLIDAY: ("放假", "holiday"),
    DayKind.CLOSED_BY_DATE: ("当日停业", "closed on this date"),
    DayKind.CLOSED_BY_OVERLAY: ("临时不开", "closed by an overlay"),
    DayKind.BREAK: ("全天中断", "break all day"),
}


def _say_day(cal: Calendar, line: DueLine) -> str:
    parts = [f"{line.day.isoformat()} 周{WEEKDAYS[line.day.weekday()]} {SAY[line.kind][0]}"]
    if line.label:
        parts.append(f"“{line.label}”")
    if line.periods:
        parts.append(" ".join(_say_period(cal, line.day, period) for period in line.periods))
        parts.append(f"用 {_say_seconds(line.seconds)}")
    if line.paused_seconds:
        parts.append(f"暂停 {_say_seconds(line.paused_seconds)}")
    return " ".join(parts)


def _say_period(cal: Calendar, day: date, period: tuple[datetime, datetime]) -> str:
    zone = ZoneInfo(cal.timezone)
    begins, ends = (one.astimezone(zone) for one in period)
    closing = "24:00" if ends.date() > day else _say_clock(ends)
    return f"{_say_clock(begins)}-{closing}"


def _say_clock(local: datetime) -> str:
    return local.strftime("%H:%M:%S" if local.second or local.microsecond else "%H:%M")


def _say_seconds(seconds: float) -> str:
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    parts = [f"{number} {unit}" for number, unit in ((hours, "h"), (minutes, "min"), (rest, "s")) if number]
    return " ".join(parts) or "0 min"


def _shortened(days: Sequence[DueLine]) -> list[DueLine]:
    """Long runs of ordinary days as one line each, then the middle as one line if there are still too many."""
    ordinary = (DayKind.OPEN, DayKind.WEEKLY_CLOSED)
    lines: list[DueLine] = []
    for plain, group in groupby(days, key=lambda line: line.kind in ordinary and not line.paused_seconds):
        run = list(group)
        if plain and len(run) > RUN_DAYS_MAX:
            # The first and the last day of a run stay visible: there the start or the due time may lie.
            lines += [run[0], _run(run[1:-1]), run[-1]]
        else:
            lines += run
    if len(lines) <= LINES_MAX:
        return lines
    half = LINES_MAX // 2
    return [*lines[: half - 1], _run(lines[half - 1 : -half]), *lines[-half:]]


def _run(lines: Sequence[DueLine]) -> DueLine:
    first, last = lines[0], lines[-1]
    seconds = sum(line.seconds for line in lines)
    paused = sum(line.paused_seconds for line in lines)
    days = (last.until - first.day).days + 1
    zh = f"{first.day.isoformat()} … {last.until.isoformat()} 共 {days} 天 用 {_say_seconds(seconds)}"
    held = f" 暂停 {_say_seconds(paused)}" if paused else ""
    counted = f" 至第 {last.counted_days} 个工作日" if last.counted_days else ""
    return DueLine(
        kind=DayKind.RUN,
        day=first.day,
        until=last.until,
        seconds=seconds,
        paused_seconds=paused,
        counted_days=last.counted_days,
        text=f"{zh}{held}{counted} / {days} days",
    )


def _due_line(cal: Calendar, due: datetime) -> DueLine:
    local = due.astimezone(ZoneInfo(cal.timezone))
    estimated = is_estimated(cal, due)
    note = " 按估计日历 / due, estimated" if estimated else " / due"
    when = f"{local.date().isoformat()} 周{WEEKDAYS[local.weekday()]} {_say_clock(local)}"
    return DueLine(
        kind=DayKind.DUE, day=local.date(), until=local.date(), due=due, estimated=estimated, text=f"到期 {when} ({cal.timezone}){note}"
    )


def _never(day: date) -> DueLine:
    return DueLine(kind=DayKind.NEVER, day=day, until=day, text="十年内用不完:日历没有足够的开放时间 / never within ten years")


def _elapsed(start: datetime, amount: Amount, due: datetime | None, pauses: Pauses) -> list[DueLine]:
    if due is None:
        return [_never(start.date())]
    seconds = between(None, start, due, pauses)
    paused = between(None, start, due) - seconds
    held = f" 暂停 {_say_seconds(paused)}" if paused else ""
    path = DueLine(
        kind=DayKind.ELAPSED,
        day=start.date(),
        until=due.date(),
        periods=((start, due),),
        seconds=seconds,
        paused_seconds=paused,
        text=f"{amount.written or _say_seconds(amount.seconds)}(含夜间、节假日){held} / elapsed, nights and holidays count",
    )
    answer = DueLine(kind=DayKind.DUE, day=due.date(), until=due.date(), due=due, text=f"到期 {due.isoformat(sep=' ')} / due")
    return [path, answer]
