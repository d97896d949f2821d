"""What comes in, of what type, and when is the peak? Per period, against the one before (R97 trends, R101)."""

from collections.abc import Iterator
from decimal import Decimal
from zoneinfo import ZoneInfo

from engine.reports.report_case import TICKET, opened
from engine.reports.report_groups import PLACES
from engine.reports.report_shape import Amount, Chart, Column, Dossier, Fact, Kind, Line, Paper, Period, Scope, Sheet, count, divided


def _facts(scope: Scope, dossier: Dossier) -> Iterator[Fact]:
    at = opened(dossier)
    hour = at.astimezone(ZoneInfo(scope.rulebook.timezone)).hour
    topic = dossier.case.fields.get("topic", "") if dossier.case.workflow == TICKET else ""
    yield Fact(at, {"opened": 1, f"hour_{hour:02}": 1}, {"type": topic or dossier.case.workflow})


def _of_all(line: Line) -> Amount | None:
    return divided(line.get("opened"), line.whole.get("opened", 0))


def _before(line: Line) -> Amount | None:
    return line.before.get("opened", 0) if line.before is not None else None


def change(key: str, line: Line) -> Decimal | None:
    """Against the same row one period earlier: 0.25 is a quarter more; None: there was nothing then."""
    earlier = line.before.get(key, 0) if line.before is not None else 0
    return divided(line.get(key) - earlier, earlier)


def _peak(line: Line) -> Amount | None:
    """The hour of the local day with most; of equal ones the earliest."""
    hours = {name: amount for name, amount in line.sums.items() if name.startswith("hour_")}
    return int(min(hours, key=lambda name: (-hours[name], name)).removeprefix("hour_")) if hours else None


def _in_peak(line: Line) -> Amount | None:
    return max((amount for name, amount in line.sums.items() if name.startswith("hour_")), default=None)


TRENDS = Sheet(
    name="trends", zh="趋势", en="trends", source="R97, R101",
    about_zh="新开的单(托运单、各类工单),算在第一件事发生那一天;环比 = 与前一期同一行相比;高峰 = 当地时间哪一个钟头最多",
    about_en="cases opened (shipments, tickets by topic), on the day of their first event; change: against the same row one period before; "
    "peak: the busiest hour of the local day",
    needs=frozenset({Paper.JOURNAL}), by=("type",), may=("type", *PLACES, "topic", "severity"), period=Period.DAY, chart=Chart.LINES,
    facts=_facts,
    columns=(
        count("opened", "新开", "opened"),
        Column("of_all", "占比", "share", Kind.SHARE, _of_all),
        Column("before", "前一期", "before", Kind.COUNT, _before),
        Column("change", "环比", "change", Kind.CHANGE, lambda line: change("opened", line)),
        Column("peak_hour", "高峰", "peak", Kind.HOUR, _peak),
        Column("in_peak", "高峰量", "in the peak", Kind.COUNT, _in_peak),
    ),
)  # fmt: skip
