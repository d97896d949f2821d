"""Shall nothing leave because of a case for a while? `hold CASE --why`, and `resume CASE --why`."""

import argparse

from adapters.cli.desk import answer_shape, opened, the_case, who, why_of
from adapters.cli.options import add_by_option, add_desk_options
from adapters.cli.speech import Speech
from adapters.cli.times import read_time
from adapters.wiring.opening import Opened
from engine.service.desk import Answer, Said


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`hold CASE --why TEXT [--until TIME]`; `resume CASE --why TEXT`, to which `--until` means nothing and is not taken."""
    parser.add_argument("case", metavar="CASE", help=speech.of("单号或任何一个名字", "the case's id or any of its names"))
    parser.add_argument("--why", required=True, metavar="TEXT", help=speech.of("为什么(记入台账)", "why (it goes into the journal)"))
    if parser.prog.endswith(" hold"):
        parser.add_argument(
            "--until", metavar="TIME", help=speech.of("到什么时候自动恢复(不写:直到有人恢复)", "when it ends by itself (left out: when somebody resumes it)")
        )  # fmt: skip
    add_by_option(parser, speech)
    add_desk_options(parser, speech)


def run(options: argparse.Namespace, speech: Speech) -> int:
    """Do it; 1 if it was refused."""
    with opened(options, speech) as desk:
        row, by, why = the_case(desk, options.case), who(options), why_of(options)
        if options.command == "resume":
            answer = desk.desk.case_hands.resume(row.id, by=by, why=why)
            said = ("恢复:压着的、仍成立的照常做", "resumed: what waited and is still so is done")
        else:
            answer = _hold(desk, row.id, options, by, why)
            said = ("挂起:什么都不发出,时限照算", "on hold: nothing leaves, promises count on")
    return tell(answer, said, speech)


def _hold(desk: Opened, case_id: str, options: argparse.Namespace, by: str, why: str) -> Answer:
    until = read_time(options.until, desk.rulebook.timezone) if options.until else None
    return desk.desk.case_hands.hold(case_id, by=by, why=why, until=until)


def tell(answer: Answer, said: tuple[str, str], speech: Speech) -> int:
    """What came of a deed; 1 if it was refused."""
    refused = answer.said is Said.REFUSED
    if not refused:
        speech.say(f"{answer.case_id}  {said[0]}", f"{answer.case_id}  {said[1]}")
    for one in answer.problems:
        speech.warn(f"waybill: {one.zh}", f"waybill: {one.en}")
    speech.data(answer_shape(answer, speech))
    return 1 if refused else 0
