"""How is the command line read? argparse, speaking Chinese and English, with examples under every help."""

import argparse
import re
import sys
from collections.abc import Iterable, Sequence
from typing import NoReturn

from adapters.cli.speech import LANGS, Speech

_ERRORS = (
    (re.compile(r"the following arguments are required: (.+)"), r"缺少:\1"),
    (re.compile(r"unrecognized arguments: (.+)"), r"不认识:\1"),
    (re.compile(r"argument (.+): expected one argument"), r"\1 后面要写一个值"),
    (re.compile(r"argument (.+): expected at least one argument"), r"\1 后面至少写一个值"),
    (re.compile(r"argument (.+): invalid choice: (.+) \(choose from (.+)\)"), r"\1:没有 \2,可用:\3"),
    (re.compile(r"argument (.+): invalid int value: (.+)"), r"\1:\2 不是整数"),
    (re.compile(r"argument (.+): not allowed with argument (.+)"), r"\1 不能与 \2 同用"),
    (re.compile(r"one of the arguments (.+) is required"), r"要写其中之一:\1"),
    (re.compile(r"ambiguous option: (.+) could match (.+)"), r"\1 可以是:\2"),
)


class _Layout(argparse.RawDescriptionHelpFormatter):
    prefix = "usage: "

    def add_usage(self, usage: str | None, actions: Iterable[argparse.Action], groups: object, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, self.prefix if prefix is None else prefix)  # type: ignore[arg-type]  # typeshed names a private type


class _ChineseLayout(_Layout):
    prefix = "用法:"


class Parser(argparse.ArgumentParser):
    """An ArgumentParser that speaks the wanted language."""

    speech = Speech()

    def __init__(self, *args: object, **kwargs: object) -> None:
        kwargs.setdefault("formatter_class", _ChineseLayout if self.speech.lang == "zh" else _Layout)
        kwargs["add_help"] = False
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed through as given
        self._positionals.title = self.speech.of("参数", "arguments")
        self._optionals.title = self.speech.of("选项", "options")
        self.add_argument("-h", "--help", action="help", help=self.speech.of("显示这段说明", "show this help"))

    def error(self, message: str) -> NoReturn:
        """One clear line, and where to read on: exit code 2."""
        said = message
        if self.speech.lang == "zh":
            for pattern, chinese in _ERRORS:
                said = pattern.sub(chinese, said)
        sys.stderr.write(f"waybill: {said}\n")
        sys.stderr.write(self.speech.of(f"看用法:{self.prog} --help\n", f"see: {self.prog} --help\n"))
        sys.exit(2)


def speaking(speech: Speech) -> type[Parser]:
    """The parser class for a language: subparsers are made from it too."""
    return type("SpeakingParser", (Parser,), {"speech": speech})


def add_globals(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """What every command understands. Suppressed defaults, so that it may stand before or after the command's name."""
    parser.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help=speech.of("给程序看:输出 JSON", "for programs: print JSON")
    )
    parser.add_argument(
        "--lang", choices=LANGS, default=argparse.SUPPRESS,
        help=speech.of("语言(默认看 WAYBILL_LANG,再看 LANG,否则中文)", "language (default: WAYBILL_LANG, then LANG, else Chinese)"),
    )  # fmt: skip


def examples(speech: Speech, lines: Sequence[str]) -> str:
    """The foot of a help page."""
    return "\n".join([speech.of("例子:", "examples:"), *(f"  {line}" for line in lines)])
