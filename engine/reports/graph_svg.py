"""How is a workflow drawn without any tool? Main line in a row, states beside it below, endings at the bottom, all rows as a table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from unicodedata import east_asian_width
from urllib.parse import quote
from xml.sax.saxutils import escape

from engine.model.policy import Mode, Policy
from engine.model.rulebook import Rulebook
from engine.model.workflow import BACK, Workflow
from engine.reports.graph import ANY, Arrow, arrows, watching

BOX_WIDTH, BOX_HEIGHT = 132, 46
GAP_X, GAP_Y = 92, 128
MARGIN, HEAD = 40, 156
LABEL_LINES_MAX = 3
TABLE_LINE = 20
FONT = "'PingFang SC','Microsoft YaHei','Noto Sans CJK SC','Source Han Sans SC','WenQuanYi Micro Hei',sans-serif"

Rect = tuple[float, float, float, float]
"""Left, top, right, bottom."""
Point = tuple[float, float]


@dataclass(slots=True)
class _Box:
    name: str
    label: str
    kind: str
    """line, side, final, any."""
    row: int
    x: float = 0
    y: float = 0

    @property
    def rect(self) -> Rect:
        return self.x, self.y, self.x + BOX_WIDTH, self.y + BOX_HEIGHT

    @property
    def middle(self) -> float:
        return self.x + BOX_WIDTH / 2


@dataclass(slots=True)
class _Edge:
    """All rows that lead from one box to another, drawn as one arrow."""

    source: _Box
    target: _Box
    labels: list[str] = field(default_factory=list)
    milestone: bool = False

    @property
    def sides(self) -> tuple[str, str]:
        """Where it leaves and arrives: right, left, top, bottom."""
        if self.source.row == self.target.row:
            neighbours = 0 < self.target.x - self.source.x <= BOX_WIDTH + GAP_X + 1
            return ("right", "left") if neighbours else ("top", "top")
        return ("bottom", "top") if self.source.row < self.target.row else ("top", "bottom")


Live = Mapping[str, tuple[int, int]]
"""State -> cases that stand there now, and how many of them are late."""


def svg(
    workflow: Workflow, lang: str = "zh", policies: Sequence[Policy] = (), live: Live | None = None, *, rulebook: Rulebook | None = None,
    link: str = "",
) -> str:  # fmt: skip
    """A standalone SVG document; `policies` are told where they watch: a clock in a state, and by name below. `live`: what stands where now.

    `rulebook`: what rows do is told by its labels. `link`: an address that leads to the cases of a state when its name is put behind it.
    """
    ways = arrows(workflow, lang, rulebook)
    boxes = _placed(workflow, ways, lang)
    edges = _edges(ways, boxes)
    ports = _ports(edges)
    taken: list[Rect] = [box.rect for box in boxes.values()]
    drawn = [_draw_edge(edge, ports[number], taken) for number, edge in enumerate(edges)]
    bottom = max(box.y for box in boxes.values()) + BOX_HEIGHT + 44
    rows, head = _rows(workflow, ways, lang)
    table, table_width = _table([head, *rows], bottom)
    watched = watching(workflow, policies)
    clock_rows = [
        [_name(workflow, state, lang), (",".join if lang == "zh" else ", ".join)(_clock(one, lang) for one in own)]
        for state, own in ((state, watched[state]) for state in workflow.states if state in watched)
    ]
    clocks_top = bottom + TABLE_LINE * (len(rows) + 2)
    clocks, clocks_width = _table(
        [["状态", "在计时的时效"] if lang == "zh" else ["state", "clocks that run there"], *clock_rows], clocks_top
    )
    right = max(rect[2] for rect in taken)  # Boxes, and the labels placed beside them.
    width = max(right + MARGIN, table_width + MARGIN, clocks_width + MARGIN if clock_rows else 0)
    height = clocks_top + TABLE_LINE * (len(clock_rows) + 2) * bool(clock_rows) + MARGIN / 2
    start = boxes[workflow.start_state]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" '
            f'font-family="{FONT}" font-size="13">',
            '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse">'
            '<path d="M0,0 L10,5 L0,10 z" fill="#555"/></marker></defs>',
            f'<rect width="{width:.0f}" height="{height:.0f}" fill="#fff"/>',
            f'<text x="{MARGIN}" y="34" font-size="18" font-weight="600">{escape(_title(workflow, lang))}</text>',
            f'<text x="{MARGIN}" y="54" font-size="12" fill="#666">{escape(_hint(workflow, lang))}</text>',
            f'<circle cx="{start.x - 24:.0f}" cy="{start.y + BOX_HEIGHT / 2:.0f}" r="6" fill="#333"/>',
            f'<path d="M{start.x - 18:.0f},{start.y + BOX_HEIGHT / 2:.0f} L{start.x - 1:.0f},{start.y + BOX_HEIGHT / 2:.0f}" '
            'stroke="#555" marker-end="url(#tip)"/>',
            *(path for path, _ in drawn),
            *(_linked(_draw_box(box, len(watched.get(box.name, ()))), box, link) for box in boxes.values()),
            *(label for _, label in drawn),
            *(_draw_live(box, *(live or {})[box.name]) for box in boxes.values() if box.name in (live or {})),
            *table,
            *(clocks if clock_rows else ()),
            "</svg>",
            "",
        ]
    )


def _title(workflow: Workflow, lang: str) -> str:
    return f"{workflow.label}({workflow.name})" if lang == "zh" else workflow.name


def _hint(workflow: Workflow, lang: str) -> str:
    if not workflow.milestones:
        return ""
    if lang == "zh":
        return "绿色是主线:漏扫的节点可以跳过,更早的扫描只补记;主线外的状态遇到扫描也回到主线。◇ 有条件,见下表。"
    return "Green is the main line: missed steps are jumped, earlier ones only recorded; from beside it every scan leads back. ◇ has a condition, see the table."


def _placed(workflow: Workflow, ways: Sequence[Arrow], lang: str) -> dict[str, _Box]:
    """Boxes by state: the main line above, what is beside it below its neighbours, endings at the bottom."""
    line = [milestone.state for milestone in workflow.milestones]
    boxes: dict[str, _Box] = {}
    for name in [*line, *(name for name in workflow.states if name not in line)]:
        state = workflow.states[name]
        kind, row = ("line", 0) if name in line else ("final", 2) if state.final else ("side", 1)
        boxes[name] = _Box(name, state.label if lang == "zh" else name, kind, row)
    if any(way.source == ANY for way in ways):
        boxes[ANY] = _Box(ANY, "任何未结束的状态" if lang == "zh" else "any state not final", "any", 1)
    if not any(box.row == 0 for box in boxes.values()):
        for box in boxes.values():
            box.row = max(0, box.row - 1)
    for place, row in enumerate(sorted({box.row for box in boxes.values()})):
        own = [box for box in boxes.values() if box.row == row]
        _spread(own, boxes, ways, first=place == 0)
        for box in own:
            box.y = HEAD + place * (BOX_HEIGHT + GAP_Y)
    return boxes


def _spread(own: list[_Box], boxes: dict[str, _Box], ways: Sequence[Arrow], *, first: bool) -> None:
    """From left to right: as written in the first row, below it as near to the neighbours above as room allows."""
    step = BOX_WIDTH + GAP_X
    if first:
        for place, box in enumerate(own):
            box.x = MARGIN + 20 + place * step
        return

    def wanted(box: _Box) -> float:
        above = [boxes[other].x for way in ways for other in _other_end(way, box) if other in boxes and boxes[other].row < box.row]
        return sum(above) / len(above) if above else MARGIN + 20

    free = MARGIN + 20.0
    for box in sorted(own, key=lambda one: (one.kind != "any", wanted(one))):
        box.x = max(free, wanted(box) + step / 4)
        free = box.x + step


def _other_end(way: Arrow, box: _Box) -> Iterator[str]:
    if way.source == box.name:
        yield way.target
    if way.target == box.name:
        yield way.source


def _edges(ways: Sequence[Arrow], boxes: dict[str, _Box]) -> list[_Edge]:
    merged: dict[tuple[str, str], _Edge] = {}
    for way in ways:
        target = way.source if way.target == BACK else way.target
        if way.source in boxes and target in boxes:
            edge = merged.setdefault((way.source, target), _Edge(boxes[way.source], boxes[target]))
            mark = f"{way.event}{' ◇' if way.condition else ''}{' ↩' if way.target == BACK else ''}"
            edge.milestone |= way.milestone
            if mark not in edge.labels:
                edge.labels.append(mark)
    return list(merged.values())


def _ports(edges: Sequence[_Edge]) -> list[tuple[Point, Point]]:
    """Where each arrow begins and ends: arrows on one side of a box share it evenly, in the order of their other ends."""
    ends: dict[tuple[str, str], list[tuple[float, int, int]]] = {}
    for number, edge in enumerate(edges):
        leaves, arrives = edge.sides
        if edge.source is not edge.target:
            ends.setdefault((edge.source.name, leaves), []).append((edge.target.middle, number, 0))
            ends.setdefault((edge.target.name, arrives), []).append((edge.source.middle, number, 1))
    points: dict[tuple[int, int], Point] = {}
    for (_, side), own in ends.items():
        for place, (_, number, which) in enumerate(sorted(own), start=1):
            box = edges[number].target if which else edges[number].source
            points[number, which] = _port(box, side, place / (len(own) + 1))
    loop = [((edge.source.x + BOX_WIDTH, edge.source.y + 14), (edge.source.x + BOX_WIDTH, edge.source.y + 34)) for edge in edges]
    return [(points.get((number, 0), loop[number][0]), points.get((number, 1), loop[number][1])) for number in range(len(edges))]


def _port(box: _Box, side: str, share: float) -> Point:
    match side:
        case "right":
            return box.x + BOX_WIDTH, box.y + BOX_HEIGHT / 2
        case "left":
            return box.x, box.y + BOX_HEIGHT / 2
        case "top":
            return box.x + BOX_WIDTH * share, box.y
        case _:
            return box.x + BOX_WIDTH * share, box.y + BOX_HEIGHT


def _draw_edge(edge: _Edge, ends: tuple[Point, Point], taken: list[Rect]) -> tuple[str, str]:
    """The path, and its label where nothing else stands yet."""
    curve = _curve(edge, *ends)
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = curve
    style = 'stroke="#2c7a4b" stroke-width="2"' if edge.milestone else 'stroke="#777" stroke-width="1.2"'
    if edge.source.kind == "any":
        style += ' stroke-dasharray="5 3"'
    path = (
        f'<path d="M{ax:.0f},{ay:.0f} C{bx:.0f},{by:.0f} {cx:.0f},{cy:.0f} {dx:.0f},{dy:.0f}" fill="none" {style} marker-end="url(#tip)"/>'
    )
    lines = edge.labels[:LABEL_LINES_MAX] + (["……"] if len(edge.labels) > LABEL_LINES_MAX else [])
    x, y = _free_place(curve, lines, taken)
    label = "".join(
        f'<text x="{x:.0f}" y="{y + 15 * number:.0f}" text-anchor="middle" font-size="12" fill="#333" stroke="#fff" stroke-width="4" '
        f'paint-order="stroke">{escape(line)}</text>'
        for number, line in enumerate(lines)
    )
    return path, label


def _curve(edge: _Edge, start: Point, end: Point) -> tuple[Point, Point, Point, Point]:
    (ax, ay), (dx, dy) = start, end
    if edge.source is edge.target:
        return start, (ax + 46, ay - 8), (dx + 46, dy + 8), end
    if edge.sides == ("top", "top"):
        rise = min(86.0, 30 + abs(dx - ax) / 9)
        return start, (ax, ay - rise), (dx, dy - rise), end
    if edge.sides == ("right", "left"):
        return start, (ax + 20, ay), (dx - 20, dy), end
    bend = abs(dy - ay) * 0.5 * (1 if dy > ay else -1)
    return start, (ax, ay + bend), (dx, dy - bend), end


def _free_place(curve: tuple[Point, Point, Point, Point], lines: Sequence[str], taken: list[Rect]) -> Point:
    """Near the middle of the curve, or where along it the label hides least of what is there already."""
    width, height = max((_width(line) for line in lines), default=0) * 6.4, 15 * len(lines)
    best: tuple[float, Rect, Point] | None = None
    for share in (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.2, 0.8):
        for lift in (-6.0, 8.0, -20.0, 22.0):
            x, y = _at(curve, share)
            rect = (x - width / 2, y + lift - height / 2 - 6, x + width / 2, y + lift + height / 2 - 2)
            hidden = sum(_overlap(rect, other) for other in taken) + abs(share - 0.5) * 0.1 + abs(lift + 6) * 0.01
            if best is None or hidden < best[0]:
                best = hidden, rect, (x, rect[1] + 12)
    assert best is not None
    taken.append(best[1])
    return best[2]


def _at(curve: tuple[Point, Point, Point, Point], t: float) -> Point:
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    return sum(w * p[0] for w, p in zip(weights, curve, strict=True)), sum(w * p[1] for w, p in zip(weights, curve, strict=True))


def _overlap(one: Rect, other: Rect) -> float:
    return max(0.0, min(one[2], other[2]) - max(one[0], other[0])) * max(0.0, min(one[3], other[3]) - max(one[1], other[1]))


_FILLS = {"line": ("#e4f3ea", "#2c7a4b"), "side": ("#fdf3e1", "#b7791f"), "final": ("#ececf2", "#667"), "any": ("#fff", "#999")}


def _draw_box(box: _Box, clocks: int) -> str:
    fill, stroke = _FILLS[box.kind]
    dash = ' stroke-dasharray="5 3"' if box.kind == "any" else ""
    x, y = box.x + BOX_WIDTH - 22, box.y + BOX_HEIGHT - 9
    # A clock drawn by hand: few fonts have one.
    watched = (
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="4.5" fill="#fff" stroke="#777"/><path d="M{x:.0f},{y - 3:.0f} V{y:.0f} H{x + 3:.0f}" fill="none" '
        f'stroke="#777"/><text x="{x + 8:.0f}" y="{y + 4:.0f}" font-size="10" fill="#777">{clocks}</text>'
    )
    return (
        f'<rect x="{box.x:.0f}" y="{box.y:.0f}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="9" fill="{fill}" stroke="{stroke}"{dash}/>'
        f'<text x="{box.middle:.0f}" y="{box.y + BOX_HEIGHT / 2 + 5:.0f}" text-anchor="middle" font-size="14">{escape(box.label)}</text>'
        + (watched if clocks else "")
    )


def _linked(drawn: str, box: _Box, link: str) -> str:
    return f'<a href="{escape(link + quote(box.name))}">{drawn}</a>' if link and box.kind != "any" else drawn


def _draw_live(box: _Box, cases: int, late: int) -> str:
    """On the upper edge of a state: how many cases, and if some are late how many and which share."""
    if not cases:
        return ""
    said = f"{cases}" + (f" · {late} ({late / cases:.0%})" if late else "")
    width = _width(said) * 7 + 14
    fill = "#b3261e" if late else "#1f5f8b"
    return (
        f'<rect x="{box.x - 8:.0f}" y="{box.y - 11:.0f}" width="{width}" height="20" rx="10" fill="{fill}"/>'
        f'<text x="{box.x - 8 + width / 2:.0f}" y="{box.y + 3:.0f}" text-anchor="middle" font-size="12" font-weight="600" fill="#fff">{said}</text>'
    )


def _clock(policy: Policy, lang: str) -> str:
    shadow = ("(试行)" if lang == "zh" else " (shadow)") if policy.mode is Mode.SHADOW else ""
    return (policy.label if lang == "zh" else policy.name) + shadow


def _rows(workflow: Workflow, ways: Sequence[Arrow], lang: str) -> tuple[list[list[str]], list[str]]:
    """Every way in words: from, event, to, condition, what it does; and the head of their table."""
    head = ["从", "事件", "到", "条件", "还做什么"] if lang == "zh" else ["from", "event", "to", "if", "does"]
    rows = [[_name(workflow, one.source, lang), one.event, _name(workflow, one.target, lang), one.condition, one.does] for one in ways]
    return rows, head


def _table(cells: Sequence[Sequence[str]], top: float) -> tuple[list[str], float]:
    """Rows in words below the picture, the first as their head; and how wide they are."""
    widths = [max(_width(row[column]) for row in cells) * 6.7 + 18 for column in range(len(cells[0]))]
    drawn = []
    for number, row in enumerate(cells):
        x = float(MARGIN)
        for cell, width in zip(row, widths, strict=True):
            weight = ' font-weight="600"' if number == 0 else ""
            drawn.append(
                f'<text x="{x:.0f}" y="{top + TABLE_LINE * (number + 1):.0f}" font-size="12" fill="#333"{weight}>{escape(cell)}</text>'
            )
            x += width
    return drawn, MARGIN + sum(widths)


def _name(workflow: Workflow, state: str, lang: str) -> str:
    if state == ANY:
        return "任何未结束的状态" if lang == "zh" else "any state not final"
    if state == BACK:
        return "原来的状态 ↩" if lang == "zh" else "the state before ↩"
    return workflow.states[state].label if lang == "zh" and state in workflow.states else state


def _width(text: str) -> int:
    """In half-width columns."""
    return sum(2 if east_asian_width(one) in "WF" else 1 for one in text)
