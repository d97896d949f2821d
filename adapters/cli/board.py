"""How does the desk look at this moment? The demo's board, drawn from a view; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from rich.console import Group, RenderableType
from rich.layout import Layout
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from adapters.cli.demo_watch import Happening, Totals, Words
from adapters.cli.speech import WEEKDAYS
from engine.model.case import ClockVerdict, ClockView
from engine.ports.directory import CaseRow

ACCENT = "cyan"
MARKS = {
    "moved": ("•", "white"), "message": ("✉", "bright_blue"), "call": ("☎", "magenta"), "task": ("✓", "green"),
    "late": ("!", "bold red"), "corrected": ("↺", "bold green"), "chain": ("▲", "yellow"), "outage": ("✗", "red"),
}  # fmt: skip
BAR = "▇"
NARROW = 110
"""Columns of a terminal below which there is no room for the state of a clock's case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """All that is drawn."""

    now: datetime
    opens: datetime
    ends: datetime
    zone: str
    speed: float
    address: str
    """Of the console, and how to get in."""
    rows: Sequence[CaseRow]
    news: Sequence[Happening]
    """Oldest first."""
    totals: Totals
    met: int
    missed: int
    down_since: datetime | None
    words: Words
    width: int
    height: int


def draw(view: View) -> RenderableType:
    """The whole screen."""
    page = Layout()
    heights = 3 + (3 if view.down_since else 0) + 4
    news = max(6, min(16, (view.height - heights) // 2))
    middle = view.height - heights - news
    parts = [Layout(_head(view), size=3)]
    if view.down_since:
        parts.append(Layout(_banner(view), size=3))
    body = Layout(size=middle)
    body.split_row(Layout(_states(view, middle), ratio=2), Layout(_clocks(view, middle), ratio=3))
    parts += [body, Layout(_news(view, news), size=news), Layout(_totals(view), size=4)]
    page.split_column(*parts)
    return page


def local(at: datetime, zone: str) -> datetime:
    """On the rulebook's wall clock."""
    return at.astimezone(ZoneInfo(zone))


def _head(view: View) -> RenderableType:
    of, now = view.words.speech.of, local(view.now, view.zone)
    day = of(f"{now:%Y-%m-%d} 周{WEEKDAYS[now.weekday()]}", f"{now:%a %Y-%m-%d}")
    done = min(1.0, max(0.0, (view.now - view.opens) / (view.ends - view.opens)))
    length = max(8, min(30, view.width // 6))
    filled = round(done * length)
    line = Text.assemble(
        (f" {day}  ", "bold"), (f"{now:%H:%M}", f"bold {ACCENT}"), (f"  ×{view.speed:g}  ", "dim"),
        ("━" * filled, ACCENT), ("─" * (length - filled), "grey37"), no_wrap=True,
    )  # fmt: skip
    grid = Table.grid(expand=True)
    grid.add_column()
    grid.add_column(justify="right")
    grid.add_row(line, Text(f"{view.address} ", style=f"{ACCENT} underline"))
    return Panel(
        grid, title=of("[b]waybill[/b] 客服与调度台 · 演示", "[b]waybill[/b] the desk · demo"), title_align="left", border_style=ACCENT
    )


def _banner(view: View) -> RenderableType:
    assert view.down_since is not None
    since = local(view.down_since, view.zone)
    text = view.words.speech.of(
        f"短信通道 {since:%H:%M} 起中断:下单短信改打电话,恢复后补发并注明",
        f"SMS is down since {since:%H:%M}: calls instead, resent when it is back",
    )
    return Panel(Text(text, style="bold white on red", justify="center"), style="on red", border_style="red")


def _states(view: View, height: int) -> RenderableType:
    counts: dict[str, dict[str, int]] = {}
    for row in view.rows:
        states = counts.setdefault(row.workflow, {})
        states[row.state] = states.get(row.state, 0) + 1
    most = max((number for states in counts.values() for number in states.values()), default=1)
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", style="bold", width=4)
    table.add_column(ratio=1, no_wrap=True, overflow="crop")
    for workflow, states in counts.items():
        _add_states(table, view, workflow, states, most)
    return Panel(table, title=view.words.speech.of("单据", "cases"), title_align="left", border_style="grey50", height=height)


def _add_states(table: Table, view: View, workflow: str, states: Mapping[str, int], most: int) -> None:
    bar_max = max(4, view.width * 2 // 5 - 26)
    table.add_row(Text(view.words.workflow(workflow), style=f"bold {ACCENT}"), str(sum(states.values())), "")
    # A case nobody decided yet has no state.
    for state in view.words.order(workflow):
        if number := states.get(state, 0):
            style = "red" if state == "exception" else "grey50" if view.words.is_final(workflow, state) else "blue"
            drawn = Text(BAR * max(1, round(number / most * bar_max)), style=style)
            table.add_row(Text(f"  {view.words.state(workflow, state)}"), str(number), drawn)


def _clocks(view: View, height: int) -> RenderableType:
    of = view.words.speech.of
    running = [(clock, row) for row in view.rows if not row.final for clock in row.clocks if clock.due and clock.stopped_at is None]
    late = sorted((one for one in running if _is_late(one[0], view.now)), key=lambda one: one[0].due or view.now, reverse=True)
    soon = sorted((one for one in running if not _is_late(*one[:1], view.now) and one[0].verdict is ClockVerdict.RUNNING), key=lambda one: one[0].due or view.now)  # fmt: skip
    room = height - 3
    shown_late = late[: max(2, room // 3)]
    table = Table(box=None, expand=True, padding=(0, 1), header_style="dim", pad_edge=False)
    table.add_column(of("时效", "promise"), no_wrap=True, ratio=3)
    table.add_column(of("单号", "case"), no_wrap=True)
    if view.width >= NARROW:
        table.add_column(of("状态", "state"), no_wrap=True, ratio=2)
    table.add_column(of("到点", "due"), no_wrap=True, justify="right")
    table.add_column(of("还剩", "left"), no_wrap=True, justify="right")
    for clock, row in [*shown_late, *soon[: room - len(shown_late)]]:
        _add_clock(table, view, clock, row)
    title = Text.assemble(
        of("快到时限  ", "due next  "),
        of("计时中 ", "running "),
        (str(len(soon)), "bold"),
        of("  已超时 ", "  late now "),
        (str(len(late)), "bold red"),
    )
    return Panel(table, title=title, title_align="left", border_style="grey50", height=height)


def _is_late(clock: ClockView, now: datetime) -> bool:
    return clock.verdict is ClockVerdict.LATE or (clock.verdict is ClockVerdict.RUNNING and clock.due is not None and clock.due < now)


def _add_clock(table: Table, view: View, clock: ClockView, row: CaseRow) -> None:
    assert clock.due is not None
    due, now, left = local(clock.due, view.zone), local(view.now, view.zone), clock.due - view.now
    style = "red" if left < timedelta() else "yellow" if left < timedelta(minutes=15) else ""
    at = f"{due:%H:%M}" if due.date() == now.date() else f"{due:%m-%d %H:%M}"
    state = [view.words.state(row.workflow, row.state)] if view.width >= NARROW else []
    table.add_row(view.words.policy(clock.policy), row.id.partition(":")[2], *state, at, _span(left, view), style=style)


def _span(left: timedelta, view: View) -> str:
    of, minutes = view.words.speech.of, int(abs(left.total_seconds()) // 60)
    hours, rest = divmod(minutes, 60)
    text = of(f"{hours} 时 {rest:02d} 分", f"{hours} h {rest:02d}") if hours else of(f"{rest} 分", f"{rest} min")
    return of("超 ", "+") + text if left < timedelta() else text


def _news(view: View, height: int) -> RenderableType:
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(style="dim", width=5)
    table.add_column(width=1)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    for one in reversed(view.news[-(height - 2) :]):
        mark, style = MARKS[one.kind]
        table.add_row(f"{local(one.at, view.zone):%H:%M}", Text(mark, style=style), one.case, Text(one.text, style=style))
    return Panel(table, title=view.words.speech.of("刚刚发生", "just now"), title_align="left", border_style="grey50", height=height)


def _totals(view: View) -> RenderableType:
    totals, of = view.totals, view.words.speech.of
    upper = [(of("事件", "events"), totals.events, ""), (of("裁决", "decisions"), totals.decisions, ""), (of("消息", "messages"), totals.messages, "bright_blue"),
             (of("电话", "calls"), f"{totals.called}/{totals.calls}", "magenta"), (of("办结", "tasks done"), totals.tasks_done, "green"), (of("待办", "open"), totals.tasks_open, "")]  # fmt: skip
    lower = [(of("按时", "met"), view.met, "green"), (of("超时", "late"), view.missed, "red"), (of("更正", "corrected"), totals.corrected, "green"),
             (of("升级", "escalations"), totals.escalations, "yellow")]  # fmt: skip
    return Panel(Padding(Group(_figures(upper), _figures(lower)), (0, 1)), border_style="grey50", height=4)


def _figures(figures: Sequence[tuple[str, object, str]]) -> Text:
    line = Text(no_wrap=True, overflow="ellipsis")
    for name, number, style in figures:
        line.append(f"{name} ", style="dim")
        line.append(f"{number}", style=f"bold {style}".strip())
        line.append("   ")
    return line
