"""How does a report look as a drawing? Bars, or lines over periods, as plain SVG that prints; patterns and numbers, so that colour is never needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from html import escape
from unicodedata import east_asian_width

from engine.model.plain import plain
from engine.reports.report_fold import period_name, period_start
from engine.reports.report_shape import Cell, Column, FilledSheet, Kind, Row
from engine.reports.report_told import NONE, of, shown, title, written

WIDTH, LABEL, VALUE = 760, 200, 92
ROW, BAR = 30, 16
TOP, TALL, LEFT, RIGHT = 16, 220, 56, 150
BARS_MAX, SERIES_MAX, TICKS = 20, 6, 8
LABEL_COLUMNS_MAX = 28
"""As wide as so many Latin letters; a Chinese one is two."""
DARK, PALE, AXIS = "#1b1f24", "#8c959f", "#57606a"
DASHES = ("", "6 3", "2 3", "10 3 2 3", "1 5", "12 4")
MARKS = ("circle", "square", "triangle", "cross", "ring", "diamond")
FONT = "'Noto Sans CJK SC','Microsoft YaHei','PingFang SC','WenQuanYi Micro Hei',sans-serif"
"""An attribute, not a style: a page whose policy refuses inline styles shows the drawing too."""


@dataclass(frozen=True, slots=True)
class _Series:
    """One line: its name, and a value per period."""

    name: str
    values: tuple[Cell, ...]


def chart_svg(found: FilledSheet, lang: str, column: str | None = None) -> str:
    """The report drawn; empty where there is nothing to draw. Over periods as lines, else as bars with the first rate beside them.

    column: key of the column that is drawn; None: the first. Title and description are inside, for those who hear a page.
    """
    drawn = next((one for one in found.sheet.columns if one.key == column), found.sheet.columns[0])
    periods = _periods(found)
    if not found.rows:
        return ""
    if len(periods) > 1:
        return _lines(found, drawn, periods, lang)
    return _bars(found, drawn, lang)


def _periods(found: FilledSheet) -> list[str]:
    """From the first to the last, those without a row between them too: a quiet day is a day."""
    starts = [row.start for row in found.rows if row.start is not None]
    if not starts or found.scope.period is None:
        return []
    first, last = min(starts), max(starts)
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return list(dict.fromkeys(period_name(period_start(day, found.scope.period), found.scope.period) for day in days))


def _bars(found: FilledSheet, drawn: Column, lang: str) -> str:
    rows = found.rows[:BARS_MAX]
    place = found.sheet.columns.index(drawn)
    rate = next((one for one in found.sheet.columns if one.kind is Kind.SHARE and one is not drawn), None)
    most = max((float(row.cells[place] or 0) for row in rows), default=0) or 1.0
    room = WIDTH - LABEL - VALUE
    reach = room if rate is None else room * 0.55
    left = LABEL + reach + VALUE
    parts = [_text(LABEL, 14, of(lang, drawn.zh, drawn.en), size=12, weight=True)]
    if rate is not None:
        parts.append(_text(left, 14, of(lang, rate.zh, rate.en), size=12, weight=True))
    for number, row in enumerate(rows):
        y = 24 + number * ROW
        cell = row.cells[place]
        length = max(0.0, reach * float(cell or 0) / most)
        parts += [
            _text(LABEL - 10, y + BAR - 3, _short(_name(found, row, lang)), "end"),
            _rect(LABEL, y, length, BAR, DARK),
            _text(LABEL + length + 6, y + BAR - 3, written(cell, drawn.kind, lang), size=12),
        ]
        if rate is not None:
            parts += _rate(left, y, WIDTH - left - VALUE * 0.6, row.cells[found.sheet.columns.index(rate)], rate, lang)
    height = 24 + len(rows) * ROW + 6
    if len(found.rows) > BARS_MAX:
        more = len(found.rows) - BARS_MAX
        parts.append(_text(LABEL, height + 12, of(lang, f"另有 {more} 行,见表", f"{more} more rows: see the table"), size=12))
        height += 20
    return _svg(found, drawn, height, parts, lang)


def _rate(left: float, y: float, reach: float, cell: Cell, rate: Column, lang: str) -> list[str]:
    """A frame for the whole, filled as far as the share goes: to be read without any colour."""
    part = min(1.0, max(0.0, float(cell or 0)))
    frame = f'<rect x="{left:.1f}" y="{y + 2:.1f}" width="{reach:.1f}" height="{BAR - 4}" fill="none" stroke="{AXIS}"/>'
    filled = [_rect(left, y + 2, reach * part, BAR - 4, PALE)] if cell is not None else []
    return [*filled, frame, _text(left + reach + 6, y + BAR - 3, written(cell, rate.kind, lang), size=12)]


def _lines(found: FilledSheet, drawn: Column, periods: Sequence[str], lang: str) -> str:
    series, others = _series(found, drawn, periods, lang)
    values = [float(cell) for one in series for cell in one.values if cell is not None]
    top, bottom = max([*values, 0.0]) or 1.0, min([*values, 0.0])
    step = (WIDTH - LEFT - RIGHT) / (len(periods) - 1)

    def x(number: int) -> float:
        return LEFT + number * step

    def y(value: float) -> float:
        return TOP + TALL * (top - value) / (top - bottom)

    parts = [_line(LEFT, y(0), WIDTH - RIGHT, y(0)), _line(LEFT, TOP, LEFT, TOP + TALL)]
    parts += [_text(LEFT - 6, y(edge) + 4, _edge(edge, drawn, lang), "end", 11) for edge in sorted({top, bottom, 0.0})]
    every = max(1, -(-len(periods) // TICKS))
    parts += [_text(x(number), TOP + TALL + 18, name, "middle", 11) for number, name in enumerate(periods) if number % every == 0]
    ends = _apart([y(float(next((cell for cell in reversed(one.values) if cell is not None), 0))) for one in series])
    for number, one in enumerate(series):
        points = [(x(at), y(float(cell))) for at, cell in enumerate(one.values) if cell is not None]
        path = " ".join(f"{left:.1f},{high:.1f}" for left, high in points)
        dash = f' stroke-dasharray="{DASHES[number]}"' if DASHES[number] else ""
        parts.append(f'<polyline points="{path}" fill="none" stroke="{DARK}" stroke-width="1.6"{dash}/>')
        if len(periods) <= TICKS * 4:
            parts += [_mark(MARKS[number], *point) for point in points]
        parts += [
            _mark(MARKS[number], WIDTH - RIGHT + 14, ends[number] - 4),
            _text(WIDTH - RIGHT + 24, ends[number], _short(one.name, 20), size=12),
        ]
    height = TOP + TALL + 30
    if others:
        parts.append(_text(LEFT, height + 8, of(lang, f"另有 {others} 项,见表", f"{others} more: see the table"), size=12))
        height += 16
    return _svg(found, drawn, height, parts, lang)


def _series(found: FilledSheet, drawn: Column, periods: Sequence[str], lang: str) -> tuple[list[_Series], int]:
    """The largest few, each with a value per period, and how many there are besides. No row where counts are drawn means none."""
    place = found.sheet.columns.index(drawn)
    nothing = 0 if drawn.kind is Kind.COUNT else None
    by_name: dict[tuple[str, ...], dict[str, Cell]] = {}
    for row in found.rows:
        if row.period:
            by_name.setdefault(tuple(one.key for one in row.group), {})[row.period] = row.cells[place]
    names = {tuple(one.key for one in row.group): _name(found, row, lang, period=False) for row in found.rows}
    largest = sorted(by_name, key=lambda key: (-sum(float(cell or 0) for cell in by_name[key].values()), key))
    kept = [
        _Series(names[key] or title(found, lang), tuple(by_name[key].get(one, nothing) for one in periods)) for key in largest[:SERIES_MAX]
    ]
    return kept, len(largest) - len(kept)


def _apart(heights: Sequence[float]) -> list[float]:
    """The same heights, none closer than a line of text to another, in the same order."""
    placed: dict[int, float] = {}
    last = float("-inf")
    for number in sorted(range(len(heights)), key=lambda one: (heights[one], one)):
        last = placed[number] = max(heights[number] + 4, last + 15)
    return [placed[number] for number in range(len(heights))]


def _name(found: FilledSheet, row: Row, lang: str, *, period: bool = True) -> str:
    parts = [*([row.period] if period and row.period else []), *(shown(one, lang) for one in row.group)]
    return " ".join(parts) or (title(found, lang) if period else "")


def _edge(value: float, drawn: Column, lang: str) -> str:
    return written(int(value) if drawn.kind is Kind.COUNT else Decimal(repr(value)), drawn.kind, lang)


def _short(text: str, most: int = LABEL_COLUMNS_MAX) -> str:
    wide = 0
    for number, letter in enumerate(text):
        wide += 2 if east_asian_width(letter) in "WF" else 1
        if wide > most:
            return f"{text[: max(1, number - 1)]}…"
    return text or NONE


def _svg(found: FilledSheet, drawn: Column, height: float, parts: Sequence[str], lang: str) -> str:
    told = f"{title(found, lang)}: {of(lang, drawn.zh, drawn.en)}"
    listed = "; ".join(
        f"{_name(found, row, lang)} {written(row.cells[found.sheet.columns.index(drawn)], drawn.kind, lang)}"
        for row in found.rows[:BARS_MAX]
    )
    name = f"chart-{found.sheet.name}"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-labelledby="{name}-t {name}-d" font-family="{FONT}">'
        f'<title id="{name}-t">{escape(plain(told))}</title><desc id="{name}-d">{escape(plain(listed))}</desc>'
    )
    return f"{head}{''.join(parts)}</svg>"


def _rect(x: float, y: float, width: float, height: float, fill: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}"/>'


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{AXIS}"/>'


def _text(x: float, y: float, text: str, anchor: str = "start", size: int = 13, *, weight: bool = False) -> str:
    bold = ' font-weight="bold"' if weight else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}"{bold} fill="{DARK}">{escape(plain(text))}</text>'


def _mark(kind: str, x: float, y: float) -> str:
    """A shape of its own for each line."""
    match kind:
        case "circle":
            return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.2" fill="{DARK}"/>'
        case "ring":
            return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.2" fill="#fff" stroke="{DARK}"/>'
        case "square":
            return _rect(x - 3, y - 3, 6, 6, DARK)
        case "triangle":
            return f'<path d="M{x:.1f} {y - 4:.1f}l4 7h-8z" fill="{DARK}"/>'
        case "diamond":
            return f'<path d="M{x:.1f} {y - 4:.1f}l4 4l-4 4l-4 -4z" fill="#fff" stroke="{DARK}"/>'
    return f'<path d="M{x - 3:.1f} {y - 3:.1f}l6 6m0 -6l-6 6" stroke="{DARK}" stroke-width="1.6"/>'
