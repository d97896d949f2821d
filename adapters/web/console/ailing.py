"""What is not well with the service, in the reader's language? The sentences of its health, and what the calendars and rotas lack soon."""

import re
from collections.abc import Callable, Iterator

from adapters.web.console.called import Called
from adapters.web.console.visit import Visit
from engine.core.calendars import local_date
from engine.core.words import say_trouble
from engine.model.masks import mask_text
from engine.service.almanac import warnings
from engine.service.running import LEAPT

SLOW_SECONDS = 60.0


def ailing(visit: Visit, reasons: tuple[str, ...]) -> list[str]:
    """`reasons` of a Health, each said; those of the outlook by their own Chinese."""
    called, ahead = Called(visit.desk.rulebook(), visit.lang), _outlook(visit)
    return [mask_text(ahead.get(one) or said_of(called, one)) for one in reasons]


def _outlook(visit: Visit) -> dict[str, str]:
    """What should be arranged in time: English sentence -> as this reader has it."""
    rulebook = visit.desk.rulebook()
    found = visit.kept.ask(
        ("outlook", rulebook.fingerprint), SLOW_SECONDS, lambda: warnings(rulebook, local_date(rulebook.timezone, visit.now))
    )
    return {one.en: visit.of(one.zh, one.en) for one in found}


def said_of(called: Called, text: str) -> str:
    """A sentence of a Health as this reader has it; one nobody knows stays as it is."""
    if called.lang == "en":
        return text
    return next(
        (say(called, match) for pattern, say in SENTENCES for match in [pattern.fullmatch(text)] if match),
        text,
    )


def _adapter(called: Called, found: re.Match[str]) -> str:
    state = {"open": "断开", "paused": "暂停"}.get(found[2], found[2])
    return f"通道“{called.carrier(found[1])}”{state}:{say_trouble(found[3])}"


def _sentences() -> Iterator[tuple[str, Callable[[Called, re.Match[str]], str]]]:
    yield r"the last finished beat is ([\d.]+) s old", lambda _, found: f"上一次心跳是 {found[1]} 秒前"
    yield r"stopping", lambda *_: "正在停"
    yield r"(\d+) problems in newer rule files; .*", lambda _, found: f"新的规则文件有 {found[1]} 处错,仍用上一版"
    yield r"feed (\S+) is silent", lambda called, found: f"对接“{called.carrier(found[1])}”无来报"
    yield r"channel (\S+) is down", lambda called, found: f"渠道“{called.carrier(found[1])}”不通"
    yield r"adapter (\S+) is (\w+): (.*)", _adapter
    yield r"(\d+) sendings of unknown outcome .*", lambda _, found: f"{found[1]} 条发送结果不明,见“通道 → 结果不明”"
    yield r"(\d+) dead events .*", lambda _, found: f"{found[1]} 条死信,见“通道 → 死信”"
    yield re.escape(LEAPT), lambda *_: "这台机器的时钟往前跳了:对好时钟,或由人在“待办”里确认之前,不打铃也不发送"
    yield r"the disk is nearly full: ([\d.]+) % free", lambda _, found: f"磁盘快满了:只剩 {found[1]} %"


SENTENCES = [(re.compile(pattern), say) for pattern, say in _sentences()]
"""What a Health says in English (engine/service/running.py), and how it is said in Chinese."""
