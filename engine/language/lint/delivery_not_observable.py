"""Can anybody see that a message was not delivered?

delivery-not-observable (W571)

What it finds: `if_not_delivered` on a message carried by a connection that never says what became of it: it has no receipts, or no `receipts:` door.
Why it matters: silence then always means not delivered: every message is followed by a call.
Example: `if_not_delivered: {after: 5 min, channel: phone}` while `sms` is carried by `type: kannel` without `receipts:`.
Better: add `receipts: {token: env:NAME}` and have the provider push there, or drop the fallback.
When to allow it: where the call after every message is meant; it is a warning.
"""

from datetime import date

from engine.language.carriers import carriers, tells
from engine.language.diagnostics import Findings
from engine.model.rulebook import Rulebook


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report fallbacks that would always be taken."""
    for message in rulebook.messages.values():
        blind = [one for one in carriers(rulebook, message.channel) if message.fallback is not None and not tells(one)]
        if message.fallback is not None and blind:
            fix = ("给通道加上 receipts: {token: env:…}", "give the connection receipts: {token: env:NAME}")
            zh = f"“{message.label}”要看送到没有,但“{blind[0].label}”不回执:每次都会改走备用"
            en = f"“{blind[0].name}” gives no receipts, so message “{message.name}” would always fall back"
            findings.add("W571", message.fallback.span, zh, en, fix=fix)
