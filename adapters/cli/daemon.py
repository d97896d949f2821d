"""How is the service started? By `run`; `demo` plays an invented day before your eyes."""

import argparse
import importlib
import importlib.util

from adapters.cli.options import add_desk_options
from adapters.cli.rules import folder_of
from adapters.cli.speech import NotFine, Speech, WrongUse

SPEED = 240


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`run` and `demo` share what a service needs."""
    add_desk_options(parser, speech)
    parser.add_argument(
        "--host",
        help=speech.of("听哪个地址(默认 WAYBILL_HOST,再是 127.0.0.1)", "address to listen at (default: WAYBILL_HOST, then 127.0.0.1)"),
    )
    parser.add_argument(
        "--port",
        type=int,
        help=speech.of("听哪个端口(默认 WAYBILL_PORT,再是 8080;0 任选)", "port to listen at (default: WAYBILL_PORT, then 8080; 0: any)"),
    )
    if parser.prog.endswith("demo"):
        parser.add_argument(
            "--speed", type=float, default=SPEED, help=speech.of(f"一秒当几秒(默认 {SPEED})", f"seconds in a second (default {SPEED})")
        )
        parser.add_argument("--seed", type=int, help=speech.of("种子:同样的种子,同样的一天", "the same seed, the same day"))
        parser.add_argument("--no-board", action="store_true", help=speech.of("不画看板,逐行打印", "no live board, plain lines"))
    else:
        parser.add_argument(
            "--publish",
            choices=("folder", "second-person"),
            help=speech.of(
                "folder:改了规则文件夹就生效;second-person:先成为提案,另一个人用 waybill publish 同意才生效(默认 WAYBILL_PUBLISH,再是 folder)",
                "folder: an edit of the folder takes effect; second-person: it is proposed, and somebody else agrees with "
                "waybill publish (default: WAYBILL_PUBLISH, then folder)",
            ),
        )
        parser.add_argument(
            "--simulated", action="store_true", help=speech.of("时间由来报说了算(演练用)", "time is what the feed says (for drills)")
        )


def run(options: argparse.Namespace, speech: Speech) -> int:
    """Start, and stay until asked to stop."""
    options.lang = speech.lang
    return _demo(options) if options.command == "demo" else _run(options, speech)


def _demo(options: argparse.Namespace) -> int:
    if importlib.util.find_spec("adapters.cli.demo") is None:
        raise WrongUse("这个版本没有演示", "this version has no demonstration")
    return int(importlib.import_module("adapters.cli.demo").main(options))


def _run(options: argparse.Namespace, speech: Speech) -> int:
    from adapters.cli.desk import address_of
    from adapters.settings import read_settings
    from adapters.wiring.opening import RulesRefused
    from adapters.wiring.options import Options
    from adapters.wiring.process import run_daemon
    from engine.language.show import render
    from engine.ports.store import StoreError

    settings = read_settings()
    try:
        return run_daemon(
            Options(
                db=address_of(options.db), rules=str(folder_of(options.rules)), host=options.host or settings.host,
                port=settings.port if options.port is None else options.port, tokens=settings.tokens, lang=speech.lang,
                simulated=options.simulated, publish=options.publish or settings.publish, desk_url=settings.desk_url,
                link_keys=tuple(settings.link_keys.values()), proxies=settings.proxies,
                anchors=settings.anchors, undo_seconds=settings.undo_seconds,
            )
        )  # fmt: skip
    except RulesRefused as refused:
        shown = render(refused.diagnostics, refused.files, speech.lang, "full")
        speech.warn(shown, shown)
        raise NotFine("规则有错,没有启动", "the rules have errors; nothing was started") from None
    except StoreError as trouble:
        zh, _, en = str(trouble).partition(" / ")
        raise NotFine(zh, en or zh) from None
