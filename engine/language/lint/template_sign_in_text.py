"""Does the company's sign stand in a text to which the provider adds it?

template-sign-in-text (W563)

What it finds: 【 or 】 inside a short message, where the provider puts its own sign before the text.
Why it matters: the message arrives with two signs, or the provider refuses it.
Example: `text: 【中铁物流】{no}请速发出` with `sign: 中铁物流` at the connection.
Better: leave the sign to the connection's `sign`.
When to allow it: never; use 「」 for something else that is to stand out.
"""

from datetime import date

from engine.language.carriers import carriers, pieces
from engine.language.diagnostics import Findings
from engine.model.message import Literal
from engine.model.rulebook import Rulebook


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report signs in texts."""
    for message in rulebook.messages.values():
        signed = message.channel == "sms" and any("sign" in one.options for one in carriers(rulebook, "sms"))
        if signed and any(isinstance(part, Literal) and ("【" in part.text or "】" in part.text) for part in pieces(message.text)):
            zh, en = f"“{message.label}”里写了【】,签名会由通道加上", f"message “{message.name}” has 【】; the provider adds the sign"
            findings.add("W563", message.span, zh, en, fix=("删去【】,签名写在对接的 sign", "drop it; the sign stands at the connection"))
