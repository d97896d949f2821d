"""When is it open? Weekly hours, overlays, holiday lists, make-up workdays and dates -> one merged calendar."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.language import texts
from engine.language.compile_conditions import Subject, compile_condition, field_subjects
from engine.language.compile_holidays import Holidays, days_of
from engine.language.form_people import CalendarForm, CalendarsForm, DisruptionForm, MakeUpForm, OpenHoursForm, OverlayForm
from engine.language.form_types import Form
from engine.language.names import Scope
from engine.model.calendar import DAY_SECONDS, Calendar, DateRule, Disruption, Hours
from engine.model.span import Span

OVERLAY_DAYS_MAX = 400
Intervals = tuple[tuple[int, int], ...]
"""Of one written day; an end beyond 86400 runs into the next date."""
Week = list[Intervals]
"""Monday first."""


def read_zone(scope: Scope, form: Form, written: str | None, default: str) -> str:
    """A zone that exists, or the default."""
    if written is None:
        return default
    try:
        ZoneInfo(written)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zh, en = f"没有叫“{written}”的时区", f"there is no time zone “{written}”"
        scope.findings.add("R301", form.span("timezone"), zh, en, fix=("例如 Asia/Shanghai", "for example Asia/Shanghai"))
        return default
    return written


@dataclass(slots=True)
class _Layers:
    """The days of one calendar while its layers are laid on each other; a later one wins for its date."""

    week: Week
    usual: dict[date, tuple[Week, OverlayForm]] = field(default_factory=dict)
    """Dates on which an overlay's week stands in place of the calendar's."""
    open: dict[date, tuple[Intervals, str, Span]] = field(default_factory=dict)
    closed: dict[date, str] = field(default_factory=dict)

    def close(self, day: date, label: str) -> None:
        self.open.pop(day, None)
        self.closed[day] = label

    def let_open(self, day: date, hours: Intervals, label: str, span: Span) -> None:
        self.closed.pop(day, None)
        self.open[day] = (hours, label, span)

    def week_of(self, day: date) -> Week:
        return self.usual[day][0] if day in self.usual else self.week

    def written(self, day: date) -> Intervals:
        if day in self.closed:
            return ()
        return self.open[day][0] if day in self.open else self.week_of(day)[day.weekday()]

    def hours(self, day: date) -> Hours:
        """The open intervals of one date: its own, and what runs over from the evening before."""
        own = [(start, min(end, DAY_SECONDS)) for start, end in self.written(day)]
        before = [(0, end - DAY_SECONDS) for start, end in self.written(day - timedelta(days=1)) if end > DAY_SECONDS]
        return _merge([*before, *own])


def compile_calendars(scope: Scope, form: CalendarsForm, lists: Mapping[str, Holidays]) -> dict[str, Calendar]:
    """Compile the calendars of one file; lists: the holiday lists of all files."""
    zone = read_zone(scope, form, form.timezone, scope.timezone)
    return {name: _calendar(scope, name, calendar, zone, lists) for name, calendar in (form.calendars or {}).items()}


def _calendar(scope: Scope, name: str, form: CalendarForm, zone: str, lists: Mapping[str, Holidays]) -> Calendar:
    layers = _Layers(_week(form.hours))
    confirmed: list[date] = []
    _lay_overlays(scope, layers, form)
    for index, list_name in enumerate(form.holidays or ()):
        scope.refer("holiday list", list_name, form.span("holidays", index))
        if list_name in lists:
            _lay_holidays(scope, layers, lists[list_name], form)
            through = lists[list_name].confirmed_through
            confirmed += [through] if through else []
    for row in form.dates or ():
        hours = _flat(row.open)
        for day in days_of(scope, row):
            if hours:
                layers.let_open(day, hours, row.label or "", row.span("date"))
            else:
                layers.close(day, row.label or "")
    weekly = tuple(_merge([*_spill(layers.week[day - 1]), *_clip(layers.week[day])]) for day in range(7))
    dates = _date_rules(layers, weekly)
    return Calendar(
        name=name, label=form.label, timezone=read_zone(scope, form, form.timezone, zone),
        weekly=(weekly[0], weekly[1], weekly[2], weekly[3], weekly[4], weekly[5], weekly[6]),
        dates=dates, closed=dict(sorted(layers.closed.items())), confirmed_through=min(confirmed) if confirmed else None, span=form.key_span(),
    )  # fmt: skip


def _week(rows: Iterable[OpenHoursForm]) -> Week:
    week: Week = [()] * 7
    for row in rows:
        for day in row.days:
            week[day] = _merge_open([*week[day], *_flat(row.open)])
    return week


def _lay_overlays(scope: Scope, layers: _Layers, form: CalendarForm) -> None:
    """Weeks that hold for a while. Where two apply, the one that begins later wins, and that is said; as late, the one written later."""
    for overlay in sorted(form.overlays or (), key=lambda one: one.valid_from):
        if overlay.valid_to < overlay.valid_from:
            scope.findings.add("W509", overlay.span("valid_to"), "valid_to 早于 valid_from", "valid_to lies before valid_from")
            continue
        days = (overlay.valid_to - overlay.valid_from).days + 1
        if days > OVERLAY_DAYS_MAX:
            zh, en = f"一段最多 {OVERLAY_DAYS_MAX} 天", f"an overlay lasts at most {OVERLAY_DAYS_MAX} days"
            scope.findings.add("F110", overlay.span("valid_to"), zh, en)
            continue
        week, shared = _week(overlay.hours), dict[int, tuple[OverlayForm, list[date]]]()
        for day in (overlay.valid_from + timedelta(days=offset) for offset in range(days)):
            if day in layers.usual:
                other = layers.usual[day][1]
                shared.setdefault(id(other), (other, []))[1].append(day)
            layers.usual[day] = (week, overlay)
        for other, both in shared.values():
            _tell_overlap(scope, overlay, other, both[0], both[-1])


def _tell_overlap(scope: Scope, overlay: OverlayForm, other: OverlayForm, first: date, last: date) -> None:
    dates = (f"{first} 到 {last}", f"from {first} to {last}") if last > first else (f"{first}", f"on {first}")
    zh = f"{dates[0]},“{other.label}”和“{overlay.label}”都适用:以开始得晚的“{overlay.label}”为准"
    en = f"{dates[1]} both “{other.label}” and “{overlay.label}” apply: “{overlay.label}”, which begins later, wins"
    if other.valid_from == overlay.valid_from:
        zh, en = zh.replace("开始得晚", "写在后面"), en.replace("begins later", "is written later")
    scope.findings.add("W519", overlay.span("valid_from"), zh, en, related=[other.span("valid_from")])


def _lay_holidays(scope: Scope, layers: _Layers, holidays: Holidays, calendar: CalendarForm) -> None:
    for day, label in holidays.closed.items():
        if not _works_through(layers, day):
            layers.close(day, label)
    for day, make_up in holidays.open.items():
        if not _works_through(layers, day) or make_up.form.open is not None:
            layers.let_open(day, _make_up_hours(scope, layers.week_of(day), make_up.form, calendar), make_up.form.label or "", make_up.span)


def _works_through(layers: _Layers, day: date) -> bool:
    """An overlay that says `holidays: none` keeps its weekly hours on holidays and make-up days alike."""
    return day in layers.usual and layers.usual[day][1].holidays is not None


def _make_up_hours(scope: Scope, week: Week, form: MakeUpForm, calendar: CalendarForm) -> Intervals:
    """A make-up workday takes the Mon-Fri hours; where those differ, the entry must say which day it is like (time.md 1.3)."""
    if form.open is not None:
        return _flat(form.open)
    if form.like is not None:
        return week[texts.WEEKDAYS.index(form.like)]
    workdays = set(week[:5])
    if len(workdays) > 1:
        zh = f"日历“{calendar.label}”周一到周五时间不一样,调休日按哪一天?"
        fix = ("写上 `like: mon`,或 `open: 08:30-17:00`", "add `like: mon`, or `open: 08:30-17:00`")
        scope.findings.add(
            "F102",
            form.span("date"),
            zh,
            f"the weekdays of calendar “{calendar.label}” differ: which one is this make-up day like?",
            fix=fix,
        )
    return week[0]


def _date_rules(layers: _Layers, weekly: Sequence[Hours]) -> dict[date, DateRule]:
    """Dates whose hours differ from the week, overnight ends included."""
    rules: dict[date, DateRule] = {}
    touched = {*layers.open, *layers.usual}
    for day in [*touched, *layers.closed]:
        follower = day + timedelta(days=1)
        overnight = any(end > DAY_SECONDS for _, end in (*layers.written(day), *layers.week[day.weekday()]))
        if overnight and follower not in layers.closed:
            touched.add(follower)
    for day in sorted(touched):
        hours = layers.hours(day)
        overlaid = day in layers.usual and day not in layers.open
        if day in layers.open:
            _, label, span = layers.open[day]
        else:
            overlay = layers.usual[day][1] if overlaid else None
            label, span = (overlay.label, overlay.span("valid_from")) if overlay else ("", Span("", 0))
        if day not in layers.closed and not (overlaid and hours == weekly[day.weekday()]):
            rules[day] = DateRule(hours=hours, label=label, overlay=overlaid, span=span)
    return rules


def _flat(spans: Sequence[Intervals]) -> Intervals:
    return _merge_open([interval for hours in spans for interval in hours])


def _clip(intervals: Intervals) -> list[tuple[int, int]]:
    return [(start, min(end, DAY_SECONDS)) for start, end in intervals]


def _spill(intervals: Intervals) -> list[tuple[int, int]]:
    return [(0, end - DAY_SECONDS) for _, end in intervals if end > DAY_SECONDS]


def _merge(intervals: Iterable[tuple[int, int]]) -> Hours:
    return _merge_open([(start, end) for start, end in intervals if start < end])


def _merge_open(intervals: Iterable[tuple[int, int]]) -> Intervals:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)


def compile_disruptions(scope: Scope, form: CalendarsForm) -> list[Disruption]:
    """Compile the disruptions of one file."""
    zone = ZoneInfo(read_zone(scope, form, form.timezone, scope.timezone))
    return [_disruption(scope, row, zone) for row in form.disruptions or ()]


def _disruption(scope: Scope, form: DisruptionForm, zone: ZoneInfo) -> Disruption:
    workflows: list[str] = []
    for index, policy in enumerate(form.pauses):
        if scope.refer("policy", policy, form.span("pauses", index)):
            workflows += [scope.names.belongs["policy"].get(policy, "")]
    if form.tell is not None:
        scope.refer("message", form.tell, form.span("tell"))
    if form.until <= form.from_:
        scope.findings.add("W509", form.span("until"), "until 要晚于 from", "until must lie after from")
    readers = [field_subjects(scope, workflow) for workflow in dict.fromkeys(workflows)]

    def subjects(name: str) -> Subject | None:
        return next((subject for reader, _ in readers if (subject := reader(name)) is not None), None)

    known = tuple(dict.fromkeys(name for _, names in readers for name in names))
    condition = compile_condition(scope, form.sheet, (*form.where, "if"), subjects, known) if readers else None
    return Disruption(
        label=form.label, condition=condition, since=_instant(form.from_, zone), until=_instant(form.until, zone),
        pauses=tuple(form.pauses), tell=form.tell, span=form.span("label"), by=form.by or "", reason=form.reason or "",
    )  # fmt: skip


def _instant(naive: datetime, zone: ZoneInfo) -> datetime:
    return naive.replace(tzinfo=zone).astimezone(UTC)
