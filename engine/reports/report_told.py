"""How does a filled sheet read? Its headings, cells and span as text, in Chinese or English; and what must stand beside it to count again."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from engine.reports.report_shape import Cell, Column, FilledSheet, Kind, Named

NONE = "—"
UNITS = {Kind.SECONDS: ("秒", "s"), Kind.SHARE: ("0-1", "0-1"), Kind.CHANGE: ("0-1", "0-1")}
PERIODS = {"day": ("每天", "day"), "week": ("每周", "week"), "month": ("每月", "month"), "quarter": ("每季", "quarter")}
_SIZES = (("天", "d", 86_400), ("小时", "h", 3600), ("分钟", "min", 60), ("秒", "s", 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """When a report was counted, and by which rules it was labelled."""

    at: datetime
    """Aware."""
    version: int | None
    """Of the rulebook in force; None: rules that were never published."""
    fingerprint: str


def of(lang: str, zh: str, en: str) -> str:
    """The one of the two that is wanted."""
    return zh if lang == "zh" else en


def shown(one: Named, lang: str) -> str:
    """A value of a dimension; a dash for none."""
    return of(lang, one.zh, one.en) or NONE


def title(found: FilledSheet, lang: str) -> str:
    """The report's name in words."""
    return of(lang, found.sheet.zh, found.sheet.en)


def about(found: FilledSheet, lang: str) -> str:
    """What was counted, and when."""
    return of(lang, found.sheet.about_zh, found.sheet.about_en)


def heads(found: FilledSheet, lang: str) -> list[str]:
    """Period, dimensions, columns."""
    period = [of(lang, "期", "period")] if found.scope.period else []
    return [*period, *(shown(one, lang) for one in found.heads), *(of(lang, one.zh, one.en) for one in found.sheet.columns)]


def lines(found: FilledSheet, lang: str) -> list[list[str]]:
    """Every row as text, without the total."""
    return [
        [*([row.period] if found.scope.period else []), *(shown(one, lang) for one in row.group), *cells(found, row.cells, lang)]
        for row in found.rows
    ]


def total_line(found: FilledSheet, lang: str) -> list[str]:
    """The total as text, as wide as a row. A sheet of one column of numbers alone has no place for the word."""
    leads = len(found.heads) + bool(found.scope.period)
    return [*([of(lang, "合计", "total")] if leads else []), *[""] * (leads - 1), *cells(found, found.total, lang)]


def cells(found: FilledSheet, values: tuple[Cell, ...], lang: str) -> list[str]:
    """The numbers of a row as text."""
    return [written(cell, column.kind, lang) for cell, column in zip(values, found.sheet.columns, strict=True)]


def written(cell: Cell, kind: Kind, lang: str) -> str:
    """One number as people read it."""
    if cell is None:
        return NONE
    match kind:
        case Kind.SHARE:
            return f"{cell:.1%}"
        case Kind.CHANGE:
            return f"{cell:+.1%}"
        case Kind.SECONDS:
            return length(float(cell), lang)
        case Kind.YUAN:
            return f"{Decimal(cell):.2f}"
        case Kind.NUMBER:
            return f"{Decimal(cell):.2f}".rstrip("0").rstrip(".")
        case Kind.HOUR:
            return f"{int(cell):02}:00"
        case Kind.COUNT:
            return str(cell)


def length(seconds: float, lang: str) -> str:
    """A length of time in its two largest units: `1 天 3 小时`, `25 分钟`; a minus where the source's times contradict each other."""
    whole = round(abs(seconds))
    parts: list[tuple[int, str]] = []
    for zh, en, size in _SIZES:
        number, whole = divmod(whole, size)
        if number or parts:
            parts.append((number, of(lang, zh, en)))
    told = " ".join(f"{number} {unit}" for number, unit in parts[:2] if number)
    return f"{'-' if seconds < 0 else ''}{told}" if told else of(lang, "0 分钟", "0 min")


def unit_head(head: str, column: Column, lang: str) -> str:
    """A heading with its unit, where the numbers stand bare."""
    return f"{head} ({of(lang, *UNITS[column.kind])})" if column.kind in UNITS else head


def wall(at: datetime, zone: str) -> str:
    """`2026-11-23 15:00` on the wall clock of a zone."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%Y-%m-%d %H:%M:%S}" if local.second else f"{local:%Y-%m-%d %H:%M}"


def span(found: FilledSheet, lang: str) -> str:
    """`从 2026-11-20 00:00 到 2026-11-21 00:00 以前`; empty: all of it."""
    scope, zone = found.scope, found.scope.rulebook.timezone
    since = of(lang, "从 {}", "from {}").format(wall(scope.since, zone)) if scope.since else ""
    until = of(lang, "到 {} 以前", "before {}").format(wall(scope.until, zone)) if scope.until else ""
    return "  ".join(one for one in (since, until) if one)


def beside(found: FilledSheet, taken: Taken, lang: str) -> list[tuple[str, str | int | datetime]]:
    """What a reader needs to count it again: name, what it counts, its filters, its rules, and when it was taken."""
    scope, everything = found.scope, of(lang, "全部", "all")
    return [
        (of(lang, "报表", "report"), f"{title(found, lang)} ({found.sheet.name})"),
        (of(lang, "依据", "source"), found.sheet.source),
        (of(lang, "数什么", "what is counted"), about(found, lang)),
        (of(lang, "从(含)", "from (included)"), scope.since or everything),
        (of(lang, "到(不含)", "before (not included)"), scope.until or everything),
        (of(lang, "每期", "period"), of(lang, *PERIODS[scope.period]) if scope.period else of(lang, "合在一起", "all together")),
        (of(lang, "按什么分", "rows by"), "、".join(shown(one, lang) for one in found.heads) or of(lang, "不分", "not sorted")),
        (of(lang, "只看", "only"), "、".join(f"{shown(head, lang)}={shown(value, lang)}" for head, value in found.only) or everything),
        (of(lang, "读了多少单", "cases read"), found.cases),
        (of(lang, "规则版本", "version of the rules"), f"v{taken.version}" if taken.version else of(lang, "未发布", "never published")),
        (of(lang, "规则指纹", "fingerprint of the rules"), taken.fingerprint[:12]),
        (of(lang, "何时数的", "taken at"), taken.at),
        (of(lang, "时区", "time zone"), scope.rulebook.timezone),
    ]
