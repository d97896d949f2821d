"""Does a text for approval begin or end with a bracket?

template-brackets-at-ends (W562)

What it finds: a text that a provider must approve, with [ ] or 【 】 as its first or last sign.
Why it matters: the sign of the company stands there in 【】: reviewers refuse a text that could be taken for one.
Example: `text: '[{no}]请速发出'`.
Better: `text: '{no}请速发出'`, or a word before the bracket: `单号[{no}]请速发出`.
When to allow it: never with a provider of templates; it is a warning, because other providers take it.
"""

from datetime import date

from engine.language.carriers import pieces, reviewed
from engine.language.diagnostics import Findings
from engine.model.message import Literal
from engine.model.rulebook import Rulebook

BRACKETS = frozenset("[]【】［］")


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report brackets at the ends."""
    for message in reviewed(rulebook):
        every = pieces(message.text)
        ends = [part.text.strip() for part in (every[:1] + every[-1:]) if isinstance(part, Literal)]
        if any(text[:1] in BRACKETS for text in ends[:1] if text) or any(text[-1:] in BRACKETS for text in ends[-1:] if text):
            zh, en = f"“{message.label}”开头或结尾是括号,模板审核不过", f"message “{message.name}” begins or ends with a bracket"
            findings.add("W562", message.span, zh, en, fix=("去掉括号,或在括号外写字", "drop the bracket, or put a word outside it"))
