"""May these rules come into force? A second person agrees to a proposal, or proposes a folder."""

import argparse
from pathlib import Path

from adapters.cli.speech import Speech, WrongUse
from adapters.cli.versions import add_press_options, press_of, tell, the_stores
from adapters.clock import SystemClock
from adapters.files.rules import read_rules


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`publish PROPOSAL`, or `publish --propose DIR`."""
    parser.add_argument(
        "proposal",
        metavar="PROPOSAL",
        nargs="?",
        help=speech.of("提案号,如 p3(看 waybill versions)", "proposal, as p3 (see waybill versions)"),
    )
    parser.add_argument(
        "--propose", metavar="DIR", help=speech.of("把一个规则文件夹提出来,等另一个人同意", "propose a rule folder to somebody else")
    )
    add_press_options(parser, speech)


def run(options: argparse.Namespace, speech: Speech) -> int:
    """Publish or propose; 1 if it was refused."""
    if (options.proposal is None) == (options.propose is None):
        raise WrongUse("写提案号,或写 --propose 文件夹", "name a proposal, or --propose a folder")
    now = SystemClock().now()
    with the_stores(options) as stores:
        press = press_of(stores)
        if options.propose is not None:
            return tell(press.propose(read_rules(Path(options.propose)), by=options.by, why=options.why, now=now), speech)
        return tell(press.publish(number_of(options.proposal), by=options.by, why=options.why, now=now), speech)


def number_of(text: str) -> int:
    """`p3` or `3`. Raises WrongUse."""
    digits = text.strip().lower().removeprefix("p")
    if not digits.isascii() or not digits.isdigit():
        raise WrongUse(f"“{text}”不是提案号(如 p3)", f"{text!r} is no proposal (as p3)")
    return int(digits)
