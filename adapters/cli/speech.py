"""In which language, and in which form, does a command answer?"""

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from unicodedata import east_asian_width
from zoneinfo import ZoneInfo

LANGS = ("zh", "en")
WEEKDAYS = "一二三四五六日"


class WrongUse(Exception):
    """The command was asked for something that is not there or makes no sense: exit code 2."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


class NotFine(Exception):
    """The rulebook, or the answer, is not fine: exit code 1. What to say was said, or stands here."""

    def __init__(self, zh: str = "", en: str = "") -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


@dataclass(frozen=True, slots=True)
class Speech:
    """How to speak: Chinese or English, for people or (`json`) for programs."""

    lang: str = "zh"
    json: bool = False

    def of(self, zh: str, en: str) -> str:
        """The one of the two that is wanted."""
        return zh if self.lang == "zh" else en

    def say(self, zh: str, en: str) -> None:
        """A line for people; silent when a program listens."""
        if not self.json:
            print(self.of(zh, en))

    def line(self, text: str = "") -> None:
        """A line that needs no translation."""
        if not self.json:
            print(text)

    def data(self, value: object) -> None:
        """The answer for programs; silent when a person listens."""
        if self.json:
            print(json.dumps(value, ensure_ascii=False, indent=2))

    def warn(self, zh: str, en: str) -> None:
        """A line beside the answer, on standard error."""
        print(self.of(zh, en), file=sys.stderr)

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Columns aligned by display width: a Chinese character is two columns wide."""
        if self.json:
            return
        lines = [list(columns), *(list(row) for row in rows)]
        widths = [max(_width(line[place]) for line in lines) for place in range(len(columns))]
        for number, line in enumerate(lines):
            print("  ".join(_padded(cell, width) for cell, width in zip(line, widths, strict=True)).rstrip())
            if number == 0:
                print("  ".join("─" * width for width in widths))

    def grid(self, rows: Sequence[Sequence[str]], indent: str = "  ") -> None:
        """Columns without a head, aligned by display width."""
        if self.json or not rows:
            return
        widths = [max(_width(row[place]) for row in rows) for place in range(len(rows[0]))]
        for row in rows:
            print((indent + "  ".join(_padded(cell, width) for cell, width in zip(row, widths, strict=True))).rstrip())

    def time(self, at: datetime | None, zone: str, *, weekday: bool = False) -> str:
        """`2026-11-23 15:00` on the wall clock of a zone; a dash for none."""
        if at is None:
            return "—"
        local = at.astimezone(ZoneInfo(zone))
        day = (f" 周{WEEKDAYS[local.weekday()]}" if self.lang == "zh" else f" {local:%a}") if weekday else ""
        return f"{local:%Y-%m-%d}{day} {local:%H:%M:%S}" if local.second else f"{local:%Y-%m-%d}{day} {local:%H:%M}"

    def span(self, seconds: float) -> str:
        """A length of time in its two largest units: `1 天 3 小时`, `25 分钟`."""
        whole = round(abs(seconds))
        names = (("天", "d", 86_400), ("小时", "h", 3600), ("分钟", "min", 60), ("秒", "s", 1))
        parts: list[tuple[int, str]] = []
        for zh, en, size in names:
            number, whole = divmod(whole, size)
            if number or parts:
                parts.append((number, self.of(zh, en)))
        return " ".join(f"{number} {unit}" for number, unit in parts[:2] if number) or self.of("0 分钟", "0 min")


def language_of(argv: Sequence[str], env: Mapping[str, str] | None = None) -> str:
    """`--lang` if given, else WAYBILL_LANG, else LANG if it is English, else Chinese."""
    env = os.environ if env is None else env
    for place, word in enumerate(argv):
        told = argv[place + 1] if word == "--lang" and place + 1 < len(argv) else word.removeprefix("--lang=")
        if word.startswith("--lang") and told in LANGS:
            return told
    if env.get("WAYBILL_LANG") in LANGS:
        return env["WAYBILL_LANG"]
    return "en" if env.get("LANG", "").lower().startswith("en") else "zh"


def _width(text: str) -> int:
    return sum(2 if east_asian_width(one) in "WF" else 1 for one in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
