"""How is a filled sheet told? A table for people, raw values for programs."""

from adapters.cli.speech import Speech
from engine.reports.report_csv import number
from engine.reports.report_shape import FilledSheet
from engine.reports.report_told import about, heads, lines, shown, span, title, total_line


def say(found: FilledSheet, speech: Speech) -> None:
    """The table with its total, and how it was counted."""
    told = span(found, speech.lang)
    speech.line(f"{title(found, speech.lang)} ({found.sheet.source}){'  ' if told else ''}{told}")
    if not found.rows:
        speech.say("没有可数的", "nothing to count")
    else:
        rows = lines(found, speech.lang)
        speech.table(heads(found, speech.lang), [*rows, total_line(found, speech.lang)] if len(rows) > 1 else rows)
    speech.line(about(found, speech.lang))


def as_data(found: FilledSheet, speech: Speech) -> dict[str, object]:
    """For programs: shares 0 to 1, times in seconds, money in yuan; null for nothing to divide by."""
    scope, sheet = found.scope, found.sheet
    keys = [column.key for column in sheet.columns]
    return {
        "report": sheet.name,
        "title": title(found, speech.lang),
        "about": about(found, speech.lang),
        "source": sheet.source,
        "chart": sheet.chart.value,
        "since": scope.since.isoformat() if scope.since else None,
        "until": scope.until.isoformat() if scope.until else None,
        "period": scope.period.value if scope.period else None,
        "by": list(scope.by),
        "only": {head.key: value.key for head, value in found.only},
        "cases": found.cases,
        "columns": [{"key": one.key, "title": speech.of(one.zh, one.en), "kind": one.kind.value} for one in sheet.columns],
        "rows": [
            {
                **({"period": row.period} if scope.period else {}),
                "group": {by: {"key": one.key, "title": shown(one, speech.lang)} for by, one in zip(scope.by, row.group, strict=True)},
                "values": dict(zip(keys, (number(cell) for cell in row.cells), strict=True)),
            }
            for row in found.rows
        ],
        "total": dict(zip(keys, (number(cell) for cell in found.total), strict=True)),
    }
