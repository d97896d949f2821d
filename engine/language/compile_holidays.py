"""What do the notices of all years say together? Forms of one holiday list, from any number of files -> one list, each date told once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from engine.language.form_people import ClosedForm, DateHoursForm, EveryYearForm, HolidayListForm, MakeUpForm
from engine.language.names import Scope
from engine.model.span import Span

RANGE_DAYS_MAX = 400
UNCONFIRMED_YEARS = 10
"""So many years after the last confirmed one the dates of every year are laid out; no search looks further."""
UNCONFIRMED = "(未确认)"


@dataclass(frozen=True, slots=True)
class MakeUp:
    """A make-up workday as written; its hours depend on the calendar."""

    form: MakeUpForm
    span: Span


@dataclass(slots=True)
class Holidays:
    """One holiday list, all years: what is closed, and which days are worked instead."""

    closed: dict[date, str] = field(default_factory=dict)
    open: dict[date, MakeUp] = field(default_factory=dict)
    confirmed_through: date | None = None


def gather(scope: Scope, forms: Sequence[Mapping[str, Sequence[HolidayListForm]]]) -> dict[str, Holidays]:
    """All lists by name. forms: the `holidays:` of every calendars file; a name may stand in several, and hold several notices."""
    notices: dict[str, list[HolidayListForm]] = {}
    for each in forms:
        for name, listed in each.items():
            notices.setdefault(name, []).extend(listed)
    return {name: _one_list(scope, name, listed) for name, listed in notices.items()}


def _one_list(scope: Scope, name: str, notices: Sequence[HolidayListForm]) -> Holidays:
    found = Holidays(confirmed_through=_confirmed([notice.confirmed_through for notice in notices if notice.confirmed_through]))
    told: dict[date, tuple[object, Span]] = {}
    for notice in notices:
        for closed in notice.closed or ():
            for day in days_of(scope, closed):
                if _agrees(scope, name, told, day, "closed", closed.span("date")):
                    found.closed.setdefault(day, closed.label or "")
        for make_up in notice.open or ():
            for day in days_of(scope, make_up):
                said = (tuple(tuple(hours) for hours in make_up.open or ()), make_up.like)
                if _agrees(scope, name, told, day, said, make_up.span("date")):
                    found.open.setdefault(day, MakeUp(make_up, make_up.span("date")))
    for notice in notices:
        for row in notice.every_year or ():
            _lay_every_year(scope, found, row)
    return found


def _agrees(scope: Scope, name: str, told: dict[date, tuple[object, Span]], day: date, said: object, span: Span) -> bool:
    """Whether a date was not told otherwise before; if it was, both places are named."""
    before, first = told.setdefault(day, (said, span))
    if before == said:
        return True
    zh, en = f"{day} 在假期表“{name}”里说法不一", f"holiday list “{name}” tells {day} in two ways"
    fix = (f"另一处在 {first};只留一处", f"the other place is {first}; keep one")
    scope.findings.add("R308", span, zh, en, fix=fix, related=[first])
    return False


def _confirmed(through: Sequence[date]) -> date | None:
    """Until when without a missing year in between: a notice for 2028 does not confirm 2027."""
    last: date | None = None
    for day in sorted(through):
        if last is not None and day.year > last.year + 1:
            break
        last = day
    return last


def _lay_every_year(scope: Scope, found: Holidays, row: EveryYearForm) -> None:
    """Close the dates of every year beyond what is confirmed; a notice, once it is there, says more."""
    if found.confirmed_through is None:
        scope.findings.add(
            "F102", row.span("date"), "写了 every_year,就要有 confirmed_through", "every_year needs a confirmed_through",
            fix=("补上 `confirmed_through: 2026-12-31`", "add `confirmed_through: 2026-12-31`"),
        )  # fmt: skip
        return
    first, last = row.date, row.until or row.date
    if last < first:
        scope.findings.add("W509", row.span("until"), "until 早于 date", "until lies before date")
        return
    for year in range(found.confirmed_through.year, found.confirmed_through.year + UNCONFIRMED_YEARS + 1):
        for day in _dates(_date(year, first), _date(year, last)):
            if day > found.confirmed_through and day not in found.open:
                found.closed.setdefault(day, f"{row.label or ''}{UNCONFIRMED}")


def _date(year: int, month_day: tuple[int, int]) -> date:
    """The date in a year; 29 February is the 28th where there is none."""
    month, day = month_day
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return date(year, month, 28 if (month, day) == (2, 29) and not leap else day)


def days_of(scope: Scope, form: ClosedForm | MakeUpForm | DateHoursForm) -> Iterator[date]:
    """The dates of a row, its end included; bounded."""
    until = form.until or form.date
    if until < form.date:
        scope.findings.add("W509", form.span("until"), "until 早于 date", "until lies before date")
        return
    if (until - form.date).days > RANGE_DAYS_MAX:
        scope.findings.add("F110", form.span("until"), f"一行最多 {RANGE_DAYS_MAX} 天", f"a row spans at most {RANGE_DAYS_MAX} days")
        return
    yield from _dates(form.date, until)


def _dates(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)
