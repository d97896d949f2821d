"""How is a filled sheet told? A table for people, raw values for programs."""

from decimal import Decimal

from adapters.cli.speech import Speech
from engine.reports.report_shape import Cell, FilledSheet, Kind, Named

NONE = "—"
PLACES = 6
"""Decimal places for programs."""


def say(found: FilledSheet, speech: Speech) -> None:
    """The table with its total, and how it was counted."""
    sheet = found.sheet
    speech.line(f"{speech.of(sheet.zh, sheet.en)} ({sheet.source}){_span(found, speech)}")
    if not found.rows:
        speech.say("没有可数的", "nothing to count")
    else:
        lines = [
            [*([row.period] if found.scope.period else []), *(_of(one, speech) for one in row.group), *_cells(found, row.cells, speech)]
            for row in found.rows
        ]
        if len(lines) > 1:
            first = [speech.of("合计", "total")]
            blank = [""] * (len(lines[0]) - len(found.total) - 1)
            lines.append([*first, *blank, *_cells(found, found.total, speech)])
        speech.table(heads(found, speech), lines)
    speech.say(sheet.about_zh, sheet.about_en)


def heads(found: FilledSheet, speech: Speech) -> list[str]:
    """Period, dimensions, columns."""
    period = [speech.of("期", "period")] if found.scope.period else []
    return [*period, *(_of(one, speech) for one in found.heads), *(speech.of(one.zh, one.en) for one in found.sheet.columns)]


def as_data(found: FilledSheet, speech: Speech) -> dict[str, object]:
    """For programs: shares 0 to 1, times in seconds, money in yuan; null for nothing to divide by."""
    scope, sheet = found.scope, found.sheet
    keys = [column.key for column in sheet.columns]
    return {
        "report": sheet.name,
        "title": speech.of(sheet.zh, sheet.en),
        "about": speech.of(sheet.about_zh, sheet.about_en),
        "source": sheet.source,
        "chart": sheet.chart.value,
        "since": scope.since.isoformat() if scope.since else None,
        "until": scope.until.isoformat() if scope.until else None,
        "period": scope.period.value if scope.period else None,
        "by": list(scope.by),
        "cases": found.cases,
        "columns": [{"key": one.key, "title": speech.of(one.zh, one.en), "kind": one.kind.value} for one in sheet.columns],
        "rows": [
            {
                **({"period": row.period} if scope.period else {}),
                "group": {by: {"key": one.key, "title": _of(one, speech)} for by, one in zip(scope.by, row.group, strict=True)},
                "values": dict(zip(keys, (plain(cell) for cell in row.cells), strict=True)),
            }
            for row in found.rows
        ],
        "total": dict(zip(keys, (plain(cell) for cell in found.total), strict=True)),
    }


def plain(cell: Cell) -> int | float | None:
    """A number for programs and spreadsheets."""
    if isinstance(cell, Decimal):
        return int(cell) if cell == cell.to_integral_value() else float(round(cell, PLACES))
    return cell


def _cells(found: FilledSheet, cells: tuple[Cell, ...], speech: Speech) -> list[str]:
    return [_written(cell, column.kind, speech) for cell, column in zip(cells, found.sheet.columns, strict=True)]


def _written(cell: Cell, kind: Kind, speech: Speech) -> str:
    if cell is None:
        return NONE
    match kind:
        case Kind.SHARE:
            return f"{cell:.1%}"
        case Kind.CHANGE:
            return f"{cell:+.1%}"
        case Kind.SECONDS:
            return speech.span(float(cell))
        case Kind.YUAN:
            return f"{Decimal(cell):.2f}"
        case Kind.NUMBER:
            return f"{Decimal(cell):.2f}".rstrip("0").rstrip(".")
        case Kind.HOUR:
            return f"{int(cell):02}:00"
        case Kind.COUNT:
            return str(cell)


def _of(one: Named, speech: Speech) -> str:
    return speech.of(one.zh, one.en) or NONE


def _span(found: FilledSheet, speech: Speech) -> str:
    scope, zone = found.scope, found.scope.rulebook.timezone
    since = speech.of(f"从 {speech.time(scope.since, zone)}", f"from {speech.time(scope.since, zone)}") if scope.since else ""
    until = speech.of(f"到 {speech.time(scope.until, zone)} 以前", f"before {speech.time(scope.until, zone)}") if scope.until else ""
    return "".join(f"  {one}" for one in (since, until) if one)
