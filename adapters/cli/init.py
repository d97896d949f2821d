"""How does a desk begin? With a copy of the shipped rulebook."""

import argparse

from adapters.cli.speech import Speech
from adapters.files.rules import copy_shipped


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`init DIR`."""
    parser.add_argument(
        "dir",
        metavar="DIR",
        help=speech.of("抄到哪个文件夹(没有就新建,已有规则就不动)", "where to (made if missing; rules already there are left alone)"),
    )


def run(options: argparse.Namespace, speech: Speech) -> int:
    """Copy, and say what to do next."""
    written = copy_shipped(options.dir)
    speech.say(f"已抄 {len(written)} 个文件到 {options.dir}", f"{len(written)} files copied to {options.dir}")
    speech.say(
        f"接着:waybill check {options.dir},waybill test {options.dir}", f"next: waybill check {options.dir}, waybill test {options.dir}"
    )
    speech.data({"dir": options.dir, "files": written})
    return 0
