"""Is there room for the sign beside the text?

sms-no-room-for-sign (W576)

What it finds: `max_chars` of a short message that fills its `max_segments` without leaving room for the sign.
Why it matters: the sign counts too: a text of `max_chars` costs one segment more than the operator allowed.
Example: `max_chars: 70` with `max_segments: 1`: with 【中铁物流】 that is 76, two segments.
Better: 64 beside a sign of four characters in one segment, 128 in two.
When to allow it: where no text ever becomes so long; it is a warning, and W513 watches the longest text there can be.
"""

from datetime import date

from engine.language.diagnostics import Findings
from engine.model.rulebook import Rulebook
from engine.model.segments import ONE_SEGMENT, PER_SEGMENT, segments_of, sign_units


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report bounds that forget the sign."""
    sign = sign_units(rulebook.connections.values(), "sms")
    for message in rulebook.messages.values():
        if message.channel != "sms" or message.max_chars is None or message.max_segments is None:
            continue
        room = (ONE_SEGMENT if message.max_segments == 1 else PER_SEGMENT * message.max_segments) - sign
        if room < message.max_chars and segments_of(message.max_chars) <= message.max_segments:
            fix = (f"max_chars 写 {room}", f"write max_chars: {room}")
            zh = f"“{message.label}”没给签名留地方:{message.max_segments} 条短信连签名只容 {room} 字"
            en = f"message “{message.name}” leaves no room for the sign: {message.max_segments} segments hold {room} beside it"
            findings.add("W576", message.span, zh, en, fix=fix)
