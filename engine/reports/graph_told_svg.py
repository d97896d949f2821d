"""How is “who is told when” drawn without any tool? A block per rule: when, then what, then whom, from left to right."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width
from xml.sax.saxutils import escape

from engine.reports.graph_svg import FONT, MARGIN
from engine.reports.graph_told import Box, BoxKind, Told, Way

LINE, GAP, TOP = 30, 12, 84
ORIGIN_WIDTH, WHEN_WIDTH_MAX = 220, 380
CHIP_HEIGHT, CHIP_GAP = 22, 10
CHAR = 6.6
"""Width of a half-width column at 12 px."""

_ORIGINS = (BoxKind.POLICY, BoxKind.STATE, BoxKind.DISRUPTION)
_FILLS = {
    BoxKind.POLICY: ("#eef3fb", "#3b62a8"), BoxKind.STATE: ("#f4f4f4", "#666"), BoxKind.DISRUPTION: ("#fdf3e1", "#b7791f"),
    BoxKind.MESSAGE: ("#fff", "#3b62a8"), BoxKind.TASK: ("#fff", "#7a5195"), BoxKind.CHAIN: ("#fdeeee", "#b03a3a"), BoxKind.EVENT: ("#fff", "#888"),
    BoxKind.RECEIVER: ("#e4f3ea", "#2c7a4b"),
}  # fmt: skip
_MARKS = {BoxKind.MESSAGE: "✉ ", BoxKind.TASK: "☑ ", BoxKind.CHAIN: "⇑ ", BoxKind.EVENT: "⚡ "}


@dataclass(slots=True)
class _Page:
    """What is drawn so far, and how far to the right it reaches."""

    drawn: list[str]
    right: float = 0

    def text(self, x: float, y: float, said: str, *, size: int = 12, fill: str = "#333", weight: int = 400) -> None:
        self.right = max(self.right, x + _width(said) * CHAR * size / 12)
        self.drawn.append(f'<text x="{x:.0f}" y="{y:.0f}" font-size="{size}" fill="{fill}" font-weight="{weight}">{escape(said)}</text>')

    def chip(self, x: float, y: float, box: Box, *, shadow: bool) -> float:
        """A box around its label; answers where it ends."""
        said = f"{_MARKS.get(box.kind, '')}{box.label}" + (f"({box.note})" if box.kind is BoxKind.CHAIN and box.note else "")
        fill, stroke = _FILLS[box.kind]
        width = _width(said) * CHAR + 16
        dash = ' stroke-dasharray="5 4"' if shadow else ""
        self.drawn.append(
            f'<rect x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{CHIP_HEIGHT}" rx="7" fill="{fill}" stroke="{stroke}"{dash}/>'
        )
        self.text(x + 8, y + 15, said)
        return x + width

    def arrow(self, start: float, end: float, y: float, *, shadow: bool) -> None:
        dash = ' stroke-dasharray="5 4"' if shadow else ""
        self.drawn.append(f'<path d="M{start:.0f},{y:.0f} L{end:.0f},{y:.0f}" stroke="#777"{dash} marker-end="url(#tip)"/>')


def svg_told(told: Told, title: str, lang: str = "zh") -> str:
    """A standalone SVG document: policies, states and disruptions with all they tell; then each chain with its times."""
    page = _Page([])
    y = float(TOP)
    origins = [box for box in told.boxes.values() if box.kind in _ORIGINS]
    when_width = min(WHEN_WIDTH_MAX, max((_width(way.label) * CHAR for box in origins for way in told.leaving(box.id)), default=0) + 20)
    for box in origins:
        y = _block(page, told, box, y, when_width) + GAP
    page.text(
        MARGIN,
        y + 24,
        "升级链:每一档共等多久、用什么、告诉谁" if lang == "zh" else "Chains: each step after how long in all, how, to whom",
        size=15,
        weight=600,
    )
    y += 40
    for chain in _chains(told):
        y = _chain(page, told, chain, y) + GAP
    page.text(MARGIN, 34, title, size=18, weight=600)
    page.text(MARGIN, 56, _legend(lang), fill="#666")
    width, height = page.right + MARGIN, y + MARGIN
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" font-family="{FONT}">',
            '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="6" markerHeight="6" orient="auto">'
            '<path d="M0,0 L10,5 L0,10 z" fill="#777"/></marker></defs>',
            f'<rect width="{width:.0f}" height="{height:.0f}" fill="#fff"/>',
            *page.drawn,
            "</svg>",
            "",
        ]
    )


def _legend(lang: str) -> str:
    if lang == "zh":
        return "✉ 消息  ☑ 待办  ⇑ 升级链(括号里是它说的消息)  ⚡ 触发事件;虚线:试行中,什么也不发;“没送到”是备用的路"
    return "✉ message  ☑ task  ⇑ chain (in brackets what it says)  ⚡ event raised; dashed: in shadow, nothing is sent; “not delivered” is the fallback"


def _block(page: _Page, told: Told, box: Box, top: float, when_width: float) -> float:
    """One origin with a line for each thing it does; answers where it ends."""
    ways = told.leaving(box.id)
    height = max(len(ways) * LINE, 42) - 4
    fill, stroke = _FILLS[box.kind]
    dash = ' stroke-dasharray="5 4"' if box.shadow else ""
    page.drawn.append(
        f'<rect x="{MARGIN}" y="{top:.0f}" width="{ORIGIN_WIDTH}" height="{height}" rx="8" fill="{fill}" stroke="{stroke}"{dash}/>'
    )
    page.text(MARGIN + 10, top + 17, _fitted(box.label, ORIGIN_WIDTH - 20, 13), size=13, weight=600)
    page.text(MARGIN + 10, top + 33, _fitted(box.note, ORIGIN_WIDTH - 20, 11), size=11, fill="#666")
    before = ""
    for number, way in enumerate(ways):
        y = top + number * LINE + 2
        if way.label != before:
            page.text(MARGIN + ORIGIN_WIDTH + 14, y + 15, _fitted(way.label, when_width, 12))
        before = way.label
        _thing(page, told, way, MARGIN + ORIGIN_WIDTH + 14 + when_width, y)
    return top + height


def _thing(page: _Page, told: Told, way: Way, x: float, y: float) -> None:
    """What is done, and whom it reaches."""
    box = told.boxes[way.target]
    page.arrow(x - 14, x, y + CHIP_HEIGHT / 2, shadow=way.shadow)
    end = page.chip(x + 2, y, box, shadow=way.shadow)
    if box.kind is not BoxKind.CHAIN:
        _reached(page, told, told.leaving(box.id), end, y, shadow=way.shadow)


def _reached(page: _Page, told: Told, ways: Sequence[Way], x: float, y: float, *, shadow: bool) -> None:
    """Whom a thing reaches, one after the other: how, an arrow, who."""
    for way in ways:
        said = way.label
        page.text(x + CHIP_GAP, y + 15, said, fill="#b03a3a" if way.fallback else "#666")
        start = x + CHIP_GAP + _width(said) * CHAR + 4
        page.arrow(start, start + 18, y + CHIP_HEIGHT / 2, shadow=shadow or way.shadow or way.fallback)
        x = page.chip(start + 20, y, told.boxes[way.target], shadow=shadow or way.shadow)


def _chains(told: Told) -> Iterator[Box]:
    """Each chain once, whatever it says."""
    seen: set[str] = set()
    for box in told.boxes.values():
        if box.kind is BoxKind.CHAIN and box.label not in seen:
            seen.add(box.label)
            yield Box(box.id, box.kind, box.label, "", box.shadow)


def _chain(page: _Page, told: Told, chain: Box, y: float) -> float:
    end = page.chip(MARGIN, y, chain, shadow=chain.shadow)
    _reached(page, told, told.leaving(chain.id), max(end, MARGIN + 150), y, shadow=chain.shadow)
    return y + CHIP_HEIGHT


def _width(text: str) -> int:
    """In half-width columns."""
    return sum(2 if east_asian_width(one) in "WF" else 1 for one in text)


def _fitted(text: str, width: float, size: int) -> str:
    """Cut where the room ends; the whole text stands in the sentences and in Mermaid."""
    if _width(text) * CHAR * size / 12 <= width:
        return text
    while text and _width(text + "…") * CHAR * size / 12 > width:
        text = text[:-1]
    return text + "…"
