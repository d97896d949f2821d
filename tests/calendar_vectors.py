"""Do our calendars answer as the vectors say? Run as `python tests/calendar_vectors.py FILE`: exit 1 on any difference.

Reads any file of the schema in the `readme` key of calendar_vectors.json; grades on `canonical`, reports by kind and by tag.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from engine.core import calendars
from engine.model.calendar import Calendar, DateRule, Hours

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PERIODS_WITHIN = timedelta(days=3650)
"""How far ahead a vector of kind `periods` may reach."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one vector expected and what we said."""

    id: str
    kind: str
    tags: tuple[str, ...]
    expected: object
    got: object

    @property
    def right(self) -> bool:
        return self.expected == self.got


def calendar_of(name: str, written: dict[str, Any]) -> Calendar:
    weekly = written.get("weekly", {})
    mon, tue, wed, thu, fri, sat, sun = (hours_of(weekly.get(day, [])) for day in DAYS)
    return Calendar(
        name=name,
        label=name,
        timezone=written["timezone"],
        weekly=(mon, tue, wed, thu, fri, sat, sun),
        dates={date.fromisoformat(day): DateRule(hours=hours_of(open_)) for day, open_ in written.get("dates", {}).items()},
        closed={date.fromisoformat(day): "holiday" for day in written.get("holidays", [])},
        annual_closed={(int(day[:2]), int(day[3:])): "annual" for day in written.get("annual_holidays", [])},
        breaks={date.fromisoformat(day): hours_of(cut) for day, cut in written.get("breaks", {}).items()},
    )


def hours_of(intervals: list[list[str]]) -> Hours:
    return tuple((seconds_of(start), seconds_of(end)) for start, end in intervals)


def seconds_of(clock: str) -> int:
    hour, minute, second = ([int(part) for part in clock.split(":")] + [0])[:3]
    return hour * 3600 + minute * 60 + second


def at(written: str) -> datetime:
    return datetime.fromisoformat(written)


def pauses(given: dict[str, Any]) -> list[tuple[datetime, datetime]]:
    return [(at(begins), at(ends)) for begins, ends in given.get("pauses", [])]


def add_days(cal: Calendar, given: dict[str, Any]) -> object:
    if "T" in given["start"]:
        return calendars.add_business_days(cal, at(given["start"]), given["days"])
    return calendars.shift_open_dates(cal, date.fromisoformat(given["start"]), given["days"])


def periods(cal: Calendar, given: dict[str, Any]) -> object:
    start = at(given["from"])
    found = calendars.open_periods(cal, start, start + PERIODS_WITHIN)
    return [list(period) for period in islice(found, given["count"])]


ASK: dict[str, Callable[[Calendar, dict[str, Any]], object]] = {
    "add": lambda cal, v: calendars.add(cal, at(v["start"]), v["amount_s"]),
    "between": lambda cal, v: calendars.between(cal, at(v["from"]), at(v["to"])),
    "is_open": lambda cal, v: calendars.is_open(cal, at(v["at"])),
    "roll": lambda cal, v: calendars.roll(cal, at(v["at"]), v.get("direction", "forward") == "forward"),
    "next_open": lambda cal, v: calendars.next_open(cal, at(v["at"])),
    "next_close": lambda cal, v: calendars.next_close(cal, at(v["at"])),
    "periods": periods,
    "add_days": add_days,
    "is_workday": lambda cal, v: calendars.is_business_day(cal, date.fromisoformat(v["date"])),
    "count_workdays": lambda cal, v: calendars.count_open_dates(cal, date.fromisoformat(v["from"]), date.fromisoformat(v["to"])),
    "sla_deadline": lambda cal, v: calendars.add(cal, at(v["start"]), v["target_s"], pauses(v)),
    "sla_elapsed": lambda cal, v: calendars.between(cal, at(v["from"]), at(v["to"]), pauses(v)),
    "sla_warn_before": lambda cal, v: calendars.add(cal, at(v["start"]), v["target_s"] - v["before_s"], pauses(v)),
}


def read(expected: object) -> object:
    """Instants as instants, dates as dates, numbers and booleans as they are."""
    if isinstance(expected, list):
        return [read(one) for one in expected]
    if isinstance(expected, str):
        return at(expected) if "T" in expected else date.fromisoformat(expected)
    return expected


def answers(path: Path) -> Iterator[Answer]:
    file = json.loads(path.read_text(encoding="utf-8"))
    built = {name: calendar_of(name, written) for name, written in file["calendars"].items()}
    for vector in file["vectors"]:
        named = vector["input"]["calendar"]
        cal = built[named] if isinstance(named, str) else calendar_of(vector["id"], named)
        expected = read(vector["canonical"])
        yield Answer(vector["id"], vector["kind"], tuple(vector.get("tags", ())), expected, ask(cal, vector["kind"], vector["input"]))


def ask(cal: Calendar, kind: str, given: dict[str, Any]) -> object:
    """Our answer; a vector we cannot even ask counts as failed and does not hide the others."""
    if kind not in ASK:
        return f"unknown kind {kind}"
    try:
        return ASK[kind](cal, given)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        return f"{type(error).__name__}: {error}"


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: python tests/calendar_vectors.py FILE", file=sys.stderr)
        return 2
    given = list(answers(Path(arguments[0])))
    for title, keys in (("kind", lambda a: (a.kind,)), ("tag", lambda a: a.tags)):
        counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for answer in given:
            for key in keys(answer):
                counts[key][0 if answer.right else 1] += 1
        print(f"{title:<20} passed failed")
        for key, (passed, failed) in sorted(counts.items()):
            print(f"  {key:<18} {passed:>6} {failed:>6}")
    wrong = [answer for answer in given if not answer.right]
    for answer in wrong:
        print(f"FAILED {answer.id} ({answer.kind}): expected {answer.expected}, got {answer.got}")
    print(f"{len(given) - len(wrong)} passed, {len(wrong)} failed")
    return 1 if wrong or not given else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
