"""Which earlier rules shall be in force again? Their old text is published as a new version, in one step."""

import argparse

from adapters.cli.speech import Speech
from adapters.cli.versions import add_press_options, press_of, tell, the_stores
from adapters.clock import SystemClock


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`rollback VERSION`."""
    parser.add_argument(
        "to", metavar="VERSION",
        help=speech.of("退回哪一版:v7、previous,或指纹的开头(至少 6 位)", "which version: v7, previous, or the beginning of a fingerprint (6 or more)"),
    )  # fmt: skip
    add_press_options(parser, speech)


def run(options: argparse.Namespace, speech: Speech) -> int:
    """Publish the old text again; 1 if it was refused."""
    with the_stores(options) as stores:
        return tell(press_of(stores).roll_back(options.to, by=options.by, why=options.why, now=SystemClock().now()), speech)
