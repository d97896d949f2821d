"""Does the rulebook hold while it is being written? A language server for editors, over standard input and output."""

import argparse

from adapters.cli.speech import Speech


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`lsp`: an editor starts it; `--stdio`, which many editors add, changes nothing."""
    parser.add_argument(
        "--stdio", action="store_true", help=speech.of("走标准输入输出(本来就是)", "over standard input and output (as always)")
    )


def run(options: argparse.Namespace, speech: Speech) -> int:
    """Serve one editor until it says goodbye."""
    import logging

    from adapters.cli.main import own_version
    from adapters.clock import SystemClock
    from adapters.lsp.server import make_server

    logging.getLogger("pygls").setLevel(logging.ERROR)  # What it says of itself stands in the editor's log; errors only.
    make_server(own_version(), speech.lang, SystemClock().now).start_io()
    return 0
