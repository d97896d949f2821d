"""How is the console served without deciding anything? Beside one daemon or several, over the same store."""

import argparse

from adapters.cli.desk import address_of
from adapters.cli.options import add_desk_options
from adapters.cli.rules import folder_of
from adapters.cli.speech import NotFine, Speech
from adapters.settings import read_settings
from adapters.wiring.opening import RulesRefused
from adapters.wiring.options import Options
from adapters.wiring.process import run_web
from engine.language.show import render

PORT = 8081


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`web [--db DB] [--host HOST] [--port PORT]`."""
    add_desk_options(parser, speech)
    parser.add_argument(
        "--host", default="127.0.0.1", help=speech.of("听哪个地址(默认 127.0.0.1)", "address to listen at (default: 127.0.0.1)")
    )
    parser.add_argument(
        "--port", type=int, default=PORT, help=speech.of(f"听哪个端口(默认 {PORT})", f"port to listen at (default: {PORT})")
    )


def run(options: argparse.Namespace, speech: Speech) -> int:
    """Serve, and stay until asked to stop."""
    settings = read_settings()
    try:
        return run_web(
            Options(
                db=address_of(options.db), rules=str(folder_of(options.rules)), host=options.host, port=options.port, lang=speech.lang,
                desk_url=settings.desk_url, link_keys=tuple(settings.link_keys.values()), proxies=settings.proxies,
            )
        )  # fmt: skip
    except RulesRefused as refused:
        shown = render(refused.diagnostics, refused.files, speech.lang, "full")
        speech.warn(shown, shown)
        raise NotFine("规则有错,没有启动", "the rules have errors; nothing was started") from None
