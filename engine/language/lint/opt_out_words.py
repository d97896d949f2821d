"""Does a notice invite people to opt out?

opt-out-words (W570)

What it finds: words such as 拒收请回复R or 退订回T in a short message. All messages of a rulebook are notices, never marketing.
Why it matters: a notice must not carry them: it is refused as marketing, and who answers is never told of his order again.
Example: `请速发出,拒收请回复R`.
Better: leave them out; whoever answers 退订 is heard all the same.
When to allow it: never; marketing is not sent from here.
"""

import re
from datetime import date

from engine.language.carriers import pieces
from engine.language.diagnostics import Findings
from engine.model.message import Literal
from engine.model.rulebook import Rulebook

_OPT_OUT = re.compile("(?:拒收|退订)[^,。,]{0,4}(?:回复?|发送?)")


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report notices that speak of opting out."""
    for message in rulebook.messages.values():
        words = "".join(part.text for part in pieces(message.text) if isinstance(part, Literal))
        if message.channel == "sms" and _OPT_OUT.search(words):
            zh, en = f"“{message.label}”是通知,不能写退订、拒收", f"message “{message.name}” is a notice and must not invite to opt out"
            findings.add("W570", message.span, zh, en, fix=("删去这句", "drop the sentence"))
