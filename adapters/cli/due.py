"""When is an amount of working time used up? Told day by day, every skipped date with its reason."""

import argparse
from collections.abc import Sequence
from datetime import datetime

from adapters.cli.options import add_rules_option
from adapters.cli.rules import load
from adapters.cli.speech import Speech, WrongUse
from adapters.cli.times import read_time
from engine.core.due import DayKind, DueLine, explain_due
from engine.core.terms import Court
from engine.model.amounttext import read_amount
from engine.model.calendar import Calendar
from engine.model.policy import Amount
from engine.model.rulebook import Rulebook

ELAPSED = "elapsed"
"""In place of a calendar: nights and holidays count."""


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`due CALENDAR START AMOUNT`."""
    parser.add_argument(
        "calendar", metavar="CALENDAR", help=speech.of("日历名;elapsed 表示不停地走", "a calendar; elapsed: nights and holidays count")
    )
    parser.add_argument(
        "start",
        metavar="START",
        help=speech.of("起算时刻,如 2026-11-20 17:30(日历所在地时间)", "the start, as 2026-11-20 17:30 (the calendar's wall clock)"),
    )
    parser.add_argument(
        "amount", metavar="AMOUNT", nargs="+", help=speech.of("多久:30 min、2 h、1 business day", "how long: 30 min, 2 h, 1 business day")
    )
    add_rules_option(parser, speech)


def run(options: argparse.Namespace, speech: Speech) -> int:
    """Tell the path; 1 if the amount is not used up within ten years."""
    rulebook = load(options.rules, speech).rulebook
    named = _named(rulebook, options.calendar)
    zone = named.timezone if named else rulebook.timezone
    start = read_time(options.start, zone)
    amount = _amount(" ".join(options.amount), named)
    calendar = _as_of(rulebook, named, start)
    path = explain_due(calendar, start, amount)
    due = path[-1].due
    for one in path:
        speech.line(_line(one, zone, speech))
    speech.data(
        {
            "calendar": calendar.name if calendar else None,
            "start": start.isoformat(),
            "due": due.isoformat() if due else None,
            "estimated": path[-1].estimated,
            "days": [_data(one) for one in path[:-1]],
        }
    )
    return 0 if due else 1


def _named(rulebook: Rulebook, name: str) -> Calendar | None:
    if name == ELAPSED:
        return None
    found = rulebook.calendars.get(name) or next((one for one in rulebook.calendars.values() if one.label == name), None)
    if found is None:
        known = "、".join([*rulebook.calendars, ELAPSED])
        raise WrongUse(f"没有日历“{name}”,有:{known}", f"no calendar {name!r}; known: {known}")
    return found


def _as_of(rulebook: Rulebook, calendar: Calendar | None, start: datetime) -> Calendar | None:
    """The version of the calendar that is valid at the start."""
    workflow = next(iter(rulebook.workflows.values()), None)
    return calendar if calendar is None or workflow is None else Court(rulebook, workflow).calendar(calendar.name, start)


def _amount(text: str, calendar: Calendar | None) -> Amount:
    amount = read_amount(text)
    if amount is None:
        raise WrongUse(
            f"“{text}”不是时长,写成 30 min、2 h、1 business day", f"{text!r} is no length of time; write 30 min, 2 h, 1 business day"
        )
    if amount.business_days and calendar is None:
        raise WrongUse("工作日要有日历", "business days need a calendar")
    return amount


def _line(one: DueLine, zone: str, speech: Speech) -> str:
    """The engine tells each line in both languages: `中文 / English`."""
    chinese, _, english = one.text.rpartition(" / ")
    if one.kind is DayKind.DUE and one.due is not None:
        note = speech.of("(按估计日历)", " (estimated: beyond the confirmed holidays)") if one.estimated else ""
        return f"{speech.of('到期', 'due')}  {speech.time(one.due, zone, weekday=True)} {zone}{note}"
    return chinese if speech.lang == "zh" or one.kind is DayKind.RUN else _english(one, english)


def _english(one: DueLine, reason: str) -> str:
    label = f' "{one.label}"' if one.label else ""
    counted = f", business day {one.counted_days}" if one.counted_days else ""
    return f"{one.day:%Y-%m-%d %a}  {reason}{label}  {round(one.seconds / 60)} min{counted}"


def _data(one: DueLine) -> dict[str, object]:
    periods: Sequence[tuple[datetime, datetime]] = one.periods
    return {
        "kind": one.kind.value,
        "day": one.day.isoformat(),
        "until": one.until.isoformat(),
        "open": [[begins.isoformat(), ends.isoformat()] for begins, ends in periods],
        "seconds": one.seconds,
        "paused_seconds": one.paused_seconds,
        "business_days": one.counted_days,
        "label": one.label,
    }
