"""Does a text for approval say anything but variables?

template-only-variables (W566)

What it finds: a text of nothing but marks and punctuation, that a provider must approve.
Why it matters: reviewers refuse it: anything could be sent under its code.
Example: `text: '{no}:{name}'`.
Better: `text: '单号{no},{name}的货请速发出'`.
When to allow it: never with a provider of templates; it is a warning, because other providers take it.
"""

from datetime import date

from engine.language.carriers import marks, pieces, reviewed
from engine.language.diagnostics import Findings
from engine.model.message import Literal
from engine.model.rulebook import Rulebook


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report texts without a word of their own."""
    for message in reviewed(rulebook):
        words = "".join(part.text for part in pieces(message.text) if isinstance(part, Literal))
        if marks(message.text) and not any(sign.isalpha() for sign in words):
            zh, en = f"“{message.label}”全是变量,模板审核不过", f"message “{message.name}” is nothing but variables"
            findings.add("W566", message.span, zh, en, fix=("写上说明的字", "write words around them"))
