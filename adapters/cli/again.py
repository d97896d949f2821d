"""Shall a message of a case leave once more? `send-again CASE MESSAGE --why`; `--undo` takes back one that has not left."""

import argparse

from adapters.cli.desk import opened, the_case, who, why_of
from adapters.cli.hold import tell
from adapters.cli.options import add_by_option, add_desk_options
from adapters.cli.speech import Speech, WrongUse
from engine.service.case_hands import UNDO_SECONDS_MAX


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`send-again CASE MESSAGE --why TEXT [--after SECONDS]`; `send-again CASE MESSAGE --undo`."""
    parser.add_argument("case", metavar="CASE", help=speech.of("单号或任何一个名字", "the case's id or any of its names"))
    parser.add_argument(
        "message",
        metavar="MESSAGE",
        help=speech.of("消息的编号(waybill show 里有,如 4/1),或消息名:取最近发出的一条", "its id as waybill show has it (4/1), or a message's name: its last sending"),
    )  # fmt: skip
    parser.add_argument("--why", metavar="TEXT", help=speech.of("为什么(记入台账)", "why (it goes into the journal)"))
    parser.add_argument(
        "--after", metavar="SECONDS", type=int, default=0, help=speech.of("过几秒再发,其间可以 --undo", "leave only then; until then --undo takes it back")
    )  # fmt: skip
    parser.add_argument(
        "--undo", action="store_true", help=speech.of("撤回还没发出的重发", "take back what was asked for and has not left")
    )
    add_by_option(parser, speech)
    add_desk_options(parser, speech)


def run(options: argparse.Namespace, speech: Speech) -> int:
    """Do it; 1 if it was refused."""
    if not 0 <= options.after <= UNDO_SECONDS_MAX:
        raise WrongUse(f"--after 是 0 到 {UNDO_SECONDS_MAX} 秒", f"--after is 0 to {UNDO_SECONDS_MAX} seconds")
    with opened(options, speech) as desk:
        row, by, hands = the_case(desk, options.case), who(options), desk.desk.case_hands
        if options.undo:
            answer = hands.take_again_back(row.id, options.message, by=by)
            said = ("重发已撤回", "taken back: it is not sent again")
        else:
            answer = hands.send_again(row.id, options.message, by=by, why=why_of(options), undo_seconds=options.after)
            said = ("重发:作为新的一条发出,守可发送时段", "to be sent again, as a sending of its own, within its sending hours")
    return tell(answer, said, speech)
