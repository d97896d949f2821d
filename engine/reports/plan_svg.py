"""How do the figures of a rehearsal look? Bars and a line as plain SVG that prints; numbers beside every bar, so that colour is never needed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH = 720
ROW, BAR = 30, 16
LABEL, VALUE = 210, 110
DAYS_DRAWN_MAX = 120
OLD, NEW, MORE, LESS = "#9aa5b1", "#1f6feb", "#b35900", "#2d7d46"


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: a label, what is more, what is less."""

    label: str
    more: int
    less: int


def swing_chart(bars: Sequence[Bar]) -> str:
    """Less to the left, more to the right of one middle line; empty for nothing."""
    if not bars:
        return ""
    most = max(max(bar.more, bar.less) for bar in bars) or 1
    half = (WIDTH - LABEL - 2 * VALUE / 2) / 2
    middle = LABEL + half
    reach = half - VALUE / 2
    parts = []
    for place, bar in enumerate(bars):
        y = place * ROW + 4
        parts.append(_text(LABEL - 10, y + BAR - 3, bar.label, "end"))
        for count, sign, colour in ((bar.more, 1, MORE), (bar.less, -1, LESS)):
            if count:
                length = max(2.0, reach * count / most)
                left = middle if sign > 0 else middle - length
                parts.append(_rect(left, y, length, BAR, colour))
                anchor, gap = ("start", 6) if sign > 0 else ("end", -6)
                parts.append(_text(middle + sign * length + gap, y + BAR - 3, f"{'+' if sign > 0 else '−'}{count:,}", anchor))
    height = len(bars) * ROW
    parts.append(f'<line x1="{middle:.1f}" y1="0" x2="{middle:.1f}" y2="{height}" stroke="#57606a"/>')
    return _svg(height, parts)


def pair_chart(rows: Sequence[tuple[str, int, int]], old: str, new: str) -> str:
    """Two bars per row, the old above the new; empty for nothing."""
    if not rows:
        return ""
    most = max(max(before, after) for _, before, after in rows) or 1
    reach = WIDTH - LABEL - VALUE
    parts = [
        _rect(LABEL, 2, 10, 10, OLD), _text(LABEL + 16, 12, old), _rect(LABEL + 120, 2, 10, 10, NEW), _text(LABEL + 136, 12, new),
    ]  # fmt: skip
    for place, (label, before, after) in enumerate(rows):
        y = 24 + place * 36
        parts.append(_text(LABEL - 10, y + 17, label, "end"))
        for count, top, colour in ((before, y, OLD), (after, y + 13, NEW)):
            length = reach * count / most
            parts += [_rect(LABEL, top, length, 11, colour), _text(LABEL + length + 6, top + 10, f"{count:,}", size=11)]
    return _svg(24 + len(rows) * 36, parts)


def days_chart(days: Mapping[str, tuple[int, int]], old: str, new: str) -> str:
    """What is sent per day (per month where the days are many), old and new beside each other; empty for nothing."""
    if not days:
        return ""
    drawn = days if len(days) <= DAYS_DRAWN_MAX else _by_month(days)
    most = max(max(pair) for pair in drawn.values()) or 1
    top, tall, left = 30, 150, 46
    step = (WIDTH - left) / len(drawn)
    wide = max(1.0, step * 0.4)
    parts = [_rect(left, 2, 10, 10, OLD), _text(left + 16, 12, old), _rect(left + 120, 2, 10, 10, NEW), _text(left + 136, 12, new)]
    parts += [_text(left - 6, top + 8, f"{most:,}", "end", 11), _text(left - 6, top + tall, "0", "end", 11)]
    every = max(1, -(-len(drawn) // 8))
    for place, (day, pair) in enumerate(drawn.items()):
        x = left + place * step
        for count, shift, colour in ((pair[0], 0.0, OLD), (pair[1], wide, NEW)):
            height = tall * count / most
            parts.append(_rect(x + shift, top + tall - height, wide, height, colour))
        if place % every == 0:
            last = place + every >= len(drawn) and place > 0
            parts.append(_text(WIDTH if last else x, top + tall + 16, day, "end" if last else "start", 11))
    parts.append(f'<line x1="{left}" y1="{top + tall}" x2="{WIDTH}" y2="{top + tall}" stroke="#57606a"/>')
    return _svg(top + tall + 24, parts)


def _by_month(days: Mapping[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for day, (old, new) in days.items():
        before = found.get(day[:7], (0, 0))
        found[day[:7]] = (before[0] + old, before[1] + new)
    return found


def _svg(height: float, parts: Sequence[str]) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'


def _rect(x: float, y: float, width: float, height: float, colour: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'


def _text(x: float, y: float, text: str, anchor: str = "start", size: int = 13) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">{escape(text)}</text>'
