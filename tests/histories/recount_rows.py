"""Which rows should a report have, and what should stand in each column? The things that `recount.py` counted, put together by plain loops."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from engine.model.rulebook import Rulebook
from tests.histories.recount import COUNTED
from tests.histories.recount_papers import Key, Number, Papers, Thing

FIELDS = {
    "area": ("area", "city", "pickup_city", "region"), "customer": ("customer_no", "shipper_phone", "customer_phone", "customer"),
    "tier": ("customer_tier", "tier"), "source": ("source", "channel"), "packaging": ("packaging", "goods_check"), "topic": ("topic",),
    "severity": ("severity", "seriousness", "urgency"),
}  # fmt: skip


def sorted_by(thing: Thing, by: str) -> str:
    if by in thing.own:
        return thing.own[by]
    if by == "lane":
        ends = [_first(thing.of, FIELDS["area"]), _first(thing.of, ("destination",))]
        return "→".join(one or "—" for one in ends) if any(ends) else ""
    return _first(thing.of, FIELDS.get(by, (by,)))


def _first(one: Papers, names: tuple[str, ...]) -> str:
    for known in (one.case.fields, one.private, one.shipment.fields if one.shipment else {}):
        for name in names:
            if known.get(name):
                return str(known[name])
    return ""


def week_of(at: datetime) -> str:
    year, week, _ = at.isocalendar()
    return f"{year}-W{week:02}"


NAMED: dict[str, Callable[[datetime], str]] = {
    "": lambda at: "", "day": lambda at: f"{at:%Y-%m-%d}", "week": week_of, "month": lambda at: f"{at:%Y-%m}",
    "quarter": lambda at: f"{at.year}-Q{(at.month + 2) // 3}",
}  # fmt: skip


def before(at: datetime, period: str) -> datetime:
    """Some instant of the period before."""
    day = date(at.year, at.month, at.day)
    back = {"day": 1, "week": 7, "month": day.day, "quarter": day.day + {0: 0, 1: 31, 2: 59}[(day.month - 1) % 3] + 3}[period]
    return at - timedelta(days=back)


def recounted(
    name: str,
    book: Rulebook,
    cases: Sequence[Papers],
    by: Sequence[str],
    period: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> tuple[dict[Key, dict[str, Number]], dict[str, Number]]:
    """(period, dimensions ...) -> column -> figure, and the line of totals."""
    zone = ZoneInfo(book.timezone)
    rows: dict[Key, list[Thing]] = defaultdict(list)
    for one in cases:
        for thing in COUNTED[name](book, one):
            if (since is None or thing.at >= since) and (until is None or thing.at < until):
                rows[NAMED[period](thing.at.astimezone(zone)), *(sorted_by(thing, each) for each in by)].append(thing)
    everything = [thing for things in rows.values() for thing in things]
    first = min((key[0] for key in rows), default="")
    found = {}
    for key, things in rows.items():
        of_period = [thing for other, more in rows.items() if other[0] == key[0] for thing in more]
        earlier = None
        if period and key[0] != first:
            earlier = rows.get((NAMED[period](before(things[0].at.astimezone(zone), period)), *key[1:]), [])
        found[key] = figures(name, things, of_period, earlier)
    return found, figures(name, everything, everything, None)


def figures(name: str, things: Sequence[Thing], whole_of: Sequence[Thing], earlier: Sequence[Thing] | None) -> dict[str, Number]:
    """Every column of this report over these things."""

    def total(key: str, over: Sequence[Thing] | None = None) -> Any:
        return sum((thing.sums.get(key, 0) for thing in (things if over is None else over)), start=0)

    def largest(key: str) -> Any:
        return max((thing.sums[key] for thing in things if key in thing.sums), default=None)

    def by(part: str, of: str) -> Number:
        return Fraction(total(part)) / Fraction(total(of)) if total(of) else None

    def paid(key: str) -> Any:
        return total(key) if any(key in thing.sums for thing in things) else None

    key = {"trends": "opened", "complaints": "problems", "origin": "orders"}.get(name, "")
    was = total(key, earlier) if earlier is not None else None
    hours: dict[int, int] = defaultdict(int)
    for thing in things:
        for hour, number in thing.sums.get("hours", {}).items():
            hours[hour] += number
    special: dict[str, Callable[[], Number]] = {
        "of_all": lambda: Fraction(total(key), total(key, whole_of)) if total(key, whole_of) else None,
        "before": lambda: was, "change": lambda: Fraction(total(key) - was, was) if was else None,
        "peak_hour": lambda: min(hours, key=lambda hour: (-hours[hour], hour)) if hours else None,
        "in_peak": lambda: max(hours.values(), default=None),
        "on_time": lambda: by("kept", "judged"), "mean_pickup": lambda: by("taken_s", "taken"), "mean_late": lambda: by("late_s", "late_n"),
        "mean_response": lambda: by("answered_s", "answered_n"), "mean_resolution": lambda: by("solved_s", "solved_n"),
        "slowest_answered": lambda: largest("max_answered"), "slowest_solved": lambda: largest("max_solved"),
        "at_once_share": lambda: by("at_once", "solved"), "complaint_rate": lambda: by("complaints", "orders"),
        "satisfaction": lambda: by("score", "scores"), "mean_handling": lambda: by("task_s", "finished"),
        "trouble_rate": lambda: by("troubled", "orders"), "completed": lambda: by("delivered", "orders"),
        "exception_rate": lambda: by("exceptions", "orders"), "void_share": lambda: by("void", "orders"),
        "answer_rate": lambda: by("answered", "asked"), "mean_score": lambda: by("score", "answered"),
        "mean_wait": lambda: by("wait_s", "acknowledged"), "regret": lambda: by("regretted", "begun"), "max_steps": lambda: largest("max_steps") or 0,
        "delivered_share": lambda: by("delivered", "issued"), "cost": lambda: paid("cost"), "told_cost": lambda: paid("told_cost"),
        "solved_share": lambda: by("solved", "problems" if name == "complaints" else "tickets"),
    }  # fmt: skip
    if name == "sla":
        special["kept"] = lambda: by("kept", "judged")
    if name == "satisfaction":
        special["satisfied"] = lambda: by("satisfied_n", "answered")
    return _Figures(special, total)


class _Figures(dict[str, Number]):
    """Counted when asked for: a column without a rule of its own is a plain sum."""

    def __init__(self, special: Mapping[str, Callable[[], Number]], total: Callable[[str], Any]) -> None:
        super().__init__()
        self.special, self.total = special, total

    def __missing__(self, key: str) -> Number:
        return self.special[key]() if key in self.special else self.total(key)
