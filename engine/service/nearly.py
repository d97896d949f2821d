"""What was it almost? The sending closest to one that a story missed, and what keeps them apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from difflib import SequenceMatcher

from engine.model.story import SentExpectation
from engine.service.performance import Sending
from engine.service.wording import clock

CLOSE = timedelta(hours=1)
"""A sending further away than this is another sending."""


@dataclass(frozen=True, slots=True)
class Near:
    """`instead`: the sending of this very step that was meant; `said`: what keeps it from being the expected one."""

    instead: Sending | None = None
    said: tuple[str, str] = ("", "")


def nearly(expected: SentExpectation, left: Sequence[Sending], everything: Sequence[Sending], zone: str) -> Near:
    """Look among what this step sent and nobody expected, then an hour around it for the same sending at another time."""
    for told in (_another_time, _another_text, _another_way):
        for one in left:
            said = told(expected, one, zone)
            if said is not None:
                return Near(one, said)
    elsewhere = [one for one in everything if one not in left and _same(expected, one) and (expected.says or "") in one.text]
    return Near(said=_moved(expected, elsewhere, zone))


def _same(expected: SentExpectation, one: Sending) -> bool:
    return (one.channel, one.to) == (expected.channel, expected.to) and expected.message in (None, one.message)


def _another_time(expected: SentExpectation, one: Sending, zone: str) -> tuple[str, str] | None:
    if expected.at is None or not _same(expected, one) or (expected.says or "") not in one.text:
        return None
    return _apart(expected, one, zone)


def _apart(expected: SentExpectation, one: Sending, zone: str) -> tuple[str, str]:
    assert expected.at is not None
    minutes = round((one.at.replace(second=0, microsecond=0) - expected.at.replace(second=0)).total_seconds() / 60)
    side = ("晚", "late") if minutes > 0 else ("早", "early")
    shown = clock(one.at, zone)
    return f"{side[0]} {abs(minutes)} 分钟:{shown} 发出", f"{abs(minutes)} min {side[1]}: sent at {shown}"


def _another_text(expected: SentExpectation, one: Sending, zone: str) -> tuple[str, str] | None:
    """The words differ: show the stretch of the text that is most like what was expected."""
    if expected.says is None or expected.says in one.text or not _same(expected, one):
        return None
    says, size = expected.says, len(expected.says)
    stretches = [one.text[start : start + size] for start in range(max(1, len(one.text) - size + 1))]
    best = max(stretches, key=lambda stretch: SequenceMatcher(None, says, stretch).ratio())
    if SequenceMatcher(None, says, best).ratio() < 0.5:
        return f"文字里没有“{expected.says}”", f"its text does not say “{expected.says}”"
    return f"应有“{expected.says}”,写的是“{best}”", f"its text almost says “{expected.says}”: “{best}”"


def _another_way(expected: SentExpectation, one: Sending, zone: str) -> tuple[str, str] | None:
    """The same message to somebody else, through another channel, or another message the same way."""
    if expected.message == one.message and one.to == expected.to:
        return f"渠道不同:走了 {one.channel}", f"another channel: {one.channel}"
    if expected.message == one.message and one.channel == expected.channel:
        return f"收件人不同:发给了 {one.to}", f"another recipient: {one.to}"
    if (one.channel, one.to) == (expected.channel, expected.to):
        return f"消息不同:发了 {one.message}", f"another message: {one.message}"
    return None


def _moved(expected: SentExpectation, elsewhere: Sequence[Sending], zone: str) -> tuple[str, str]:
    """The same sending, at another time than this step's."""
    if expected.at is not None:
        wanted = expected.at
        close = [one for one in elsewhere if abs(one.at - wanted) <= CLOSE]
        best = min(close, key=lambda one: abs(one.at - wanted), default=None)
        return _apart(expected, best, zone) if best is not None else ("", "")
    if not elsewhere:
        return ("", "")
    shown = "、".join(clock(one.at, zone) for one in elsewhere[:3])
    return f"别的时候发过:{shown}", f"sent at another time: {shown}"
