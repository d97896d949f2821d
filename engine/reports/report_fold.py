"""How do facts become rows? One pass over the cases; what is kept is one set of sums per row, never a case."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from engine.reports.report_groups import OTHERS, head_of, is_meant, named, value_of
from engine.reports.report_shape import Amount, Cell, Dossier, Fact, FilledSheet, Line, Period, Row, Scope, Sheet

ROWS_MAX = 5_000
"""Rows of a sheet; what would open one more is counted under 其余, so that the total stays whole."""

Sums = dict[str, Amount]
Key = tuple[date | None, tuple[str, ...]]
Written = tuple[Key, tuple[Cell, ...]]
Place = tuple[date, Amount, str, Amount, tuple[str, ...]]


def filled(sheet: Sheet, scope: Scope, dossiers: Iterable[Dossier]) -> FilledSheet:
    """The sheet over these cases. Rows by period, then the largest first column."""
    zone = ZoneInfo(scope.rulebook.timezone)
    rows: dict[Key, Sums] = {}
    cases = 0
    for dossier in dossiers:
        cases += 1
        for fact in sheet.facts(scope, dossier):
            if _within(scope, fact.at) and _meant(scope, dossier, fact):
                start = period_start(fact.at.astimezone(zone).date(), scope.period) if scope.period else None
                _add(_sums_of(rows, (start, _group(scope, dossier, fact))), fact.counts)
    return _closed(sheet, scope, rows, cases)


def _within(scope: Scope, at: datetime) -> bool:
    return (scope.since is None or at >= scope.since) and (scope.until is None or at < scope.until)


def _group(scope: Scope, dossier: Dossier, fact: Fact) -> tuple[str, ...]:
    return tuple(_value(scope, dossier, fact, by) for by in scope.by)


def _value(scope: Scope, dossier: Dossier, fact: Fact, by: str) -> str:
    return fact.own[by] if by in fact.own else value_of(scope, dossier, by)


def _meant(scope: Scope, dossier: Dossier, fact: Fact) -> bool:
    return all(is_meant(scope, by, wanted, _value(scope, dossier, fact, by)) for by, wanted in scope.only)


def _sums_of(rows: dict[Key, Sums], key: Key) -> Sums:
    if key not in rows and len(rows) >= ROWS_MAX:
        key = (None, tuple(OTHERS for _ in key[1]))
    return rows.setdefault(key, {})


def _add(sums: Sums, counts: Mapping[str, Amount]) -> None:
    for name, amount in counts.items():
        known = sums.get(name)
        sums[name] = amount if known is None else max(known, amount) if name.startswith("max_") else known + amount


def _closed(sheet: Sheet, scope: Scope, rows: dict[Key, Sums], cases: int) -> FilledSheet:
    wholes: dict[date | None, Sums] = {}
    total: Sums = {}
    for (start, _), sums in rows.items():
        _add(wholes.setdefault(start, {}), sums)
        _add(total, sums)
    first = min((start for start in wholes if start), default=None)
    lines = {key: Line(sums, wholes[key[0]], _before(rows, key, scope.period, first)) for key, sums in rows.items()}
    written = [(key, tuple(column.value(line) for column in sheet.columns)) for key, line in lines.items()]
    written.sort(key=_order(written))
    return FilledSheet(
        sheet=sheet, scope=scope, heads=tuple(head_of(scope, by) for by in scope.by),
        rows=tuple(
            Row(
                period_name(start, scope.period) if start and scope.period else "",
                tuple(named(scope, by, value) for by, value in zip(scope.by, group, strict=True)),
                cells,
                start,
            )
            for (start, group), cells in written
        ),
        total=tuple(column.value(Line(total, total)) for column in sheet.columns), cases=cases,
        only=tuple((head_of(scope, by), named(scope, by, value)) for by, value in scope.only),
    )  # fmt: skip


def _order(written: Sequence[Written]) -> Callable[[Written], Place]:
    """By period; what is together under the first dimension stays together, the largest first, and so within it."""
    heads: dict[tuple[date | None, str], Amount] = {}
    for (start, group), cells in written:
        head = (start, group[0] if group else "")
        heads[head] = heads.get(head, 0) + (cells[0] or 0)

    def place(one: Written) -> Place:
        (start, group), cells = one
        head = group[0] if group else ""
        return (start or date.max, -heads[start, head], head, -(cells[0] or 0), group)

    return place


def _before(rows: dict[Key, Sums], key: Key, period: Period | None, first: date | None) -> Sums | None:
    """Nothing at all where an earlier period was counted and the row was not in it; None before the first."""
    start, group = key
    if start is None or period is None or start == first:
        return None
    return rows.get((period_start(start - timedelta(days=1), period), group), {})


def period_start(day: date, period: Period) -> date:
    """The first day of the period a day lies in."""
    match period:
        case Period.DAY:
            return day
        case Period.WEEK:
            return day - timedelta(days=day.weekday())
        case Period.MONTH:
            return day.replace(day=1)
        case Period.QUARTER:
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def period_name(start: date, period: Period) -> str:
    """`2026-11-23`, `2026-W48`, `2026-11`, `2026-Q4`: they sort as they follow."""
    match period:
        case Period.DAY:
            return start.isoformat()
        case Period.WEEK:
            year, week, _ = start.isocalendar()
            return f"{year}-W{week:02}"
        case Period.MONTH:
            return f"{start:%Y-%m}"
        case Period.QUARTER:
            return f"{start.year}-Q{(start.month - 1) // 3 + 1}"
