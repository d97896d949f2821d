"""What will fall due in the next hours, and whose is it? Per hour and role, if nothing else happens."""

import argparse
from datetime import timedelta

from adapters.cli.desk import opened
from adapters.cli.options import add_desk_options
from adapters.cli.speech import Speech
from engine.reports.agenda import agenda

TIMERS_MAX = 100_000
HOURS_MAX = 24 * 90


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`agenda [--hours N]`."""
    parser.add_argument("--hours", type=int, default=24, metavar="N", help=speech.of("往后看几小时(默认 24)", "hours ahead (default 24)"))
    add_desk_options(parser, speech)


def run(options: argparse.Namespace, speech: Speech) -> int:
    """The table; 0 also when it is empty."""
    hours = min(max(options.hours, 1), HOURS_MAX)
    with opened(options, speech) as desk:
        until = desk.desk.now() + timedelta(hours=hours)
        lines = agenda(desk.rulebook, desk.stores.bells.due(until, TIMERS_MAX))
        rulebook = desk.rulebook
    for line in lines:
        role = rulebook.contacts.roles[line.role].label if line.role in rulebook.contacts.roles else line.role or "-"
        policy = rulebook.policies.get(line.rule)
        speech.line(f"{line.hour:%m-%d %H}:00  {role}  {policy.label if policy else line.rule}  {line.row}  × {line.count}")
    if not lines:
        speech.say(f"今后 {hours} 小时没有什么会到期", f"nothing falls due in the next {hours} hours")
    speech.data(
        {
            "hours": hours,
            "agenda": [
                {"hour": one.hour.isoformat(), "role": one.role, "rule": one.rule, "row": one.row, "count": one.count} for one in lines
            ],
        }
    )
    return 0
