"""Why is it so, and why not otherwise? The desk's reasons, with file and line of each rule."""

import argparse

from adapters.cli import explain_code
from adapters.cli.desk import add_desk_options, opened, the_case
from adapters.cli.speech import Speech
from adapters.cli.times import read_time


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`explain CASE`."""
    parser.add_argument("case", metavar="CASE", help=speech.of("单号或任何一个名字", "the case's id or any of its names"))
    parser.add_argument(
        "--rule",
        metavar="NAME",
        help=speech.of("只说这条规则(时效、消息、升级链、状态、事件)", "only this rule (policy, message, chain, state, event)"),
    )
    parser.add_argument(
        "--at", metavar="TIME", help=speech.of("回到这个时刻:只看当时已收到的", "as it stood then, from what had been received")
    )
    add_desk_options(parser, speech)


def run(options: argparse.Namespace, speech: Speech) -> int:
    """Tell; 1 if nothing can be said."""
    if explain_code.is_code(options.case):
        return explain_code.run(options.case, speech)
    with opened(options, speech) as desk:
        zone = desk.rulebook.timezone
        row = the_case(desk, options.case)
        until = read_time(options.at, zone) if options.at else None
        reasons = desk.desk.explain(row.id, rule=options.rule, lang=speech.lang, at=until)
    for one in reasons:
        speech.line(f"{speech.time(one.at, zone)}  {one.what}")
        if one.why:
            speech.line(f"    {one.why}")
        if one.place:
            speech.line(f"    {one.place}")
    if not reasons:
        speech.say("没有可说的", "there is nothing to tell")
    speech.data(
        {"case": row.id, "reasons": [{"at": one.at.isoformat(), "what": one.what, "why": one.why, "place": one.place} for one in reasons]}
    )
    return 0 if reasons else 1
