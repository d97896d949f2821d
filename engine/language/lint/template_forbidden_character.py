"""Does a text for approval use signs that are refused?

template-forbidden-character (W567)

What it finds: symbols such as ★ ※ → ①, emoji, and traditional characters, in a text that a provider must approve.
Why it matters: reviewers refuse them, and some networks show a box instead.
Example: `★请速发出`, `貨物已到`.
Better: plain words and simplified characters: `请速发出`, `货物已到`.
When to allow it: never with a provider of templates; it is a warning, because other providers take it.
"""

from datetime import date
from unicodedata import category

from engine.language.carriers import pieces, reviewed
from engine.language.diagnostics import Findings
from engine.model.message import Literal
from engine.model.rulebook import Rulebook


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report such signs."""
    for message in reviewed(rulebook):
        words = "".join(part.text for part in pieces(message.text) if isinstance(part, Literal))
        found = "".join(dict.fromkeys(sign for sign in words if is_refused(sign)))
        if found:
            zh, en = f"“{message.label}”里的“{found}”审核不过", f"message “{message.name}” uses “{found}”"
            findings.add("W567", message.span, zh, en, fix=("换成普通的简体字和标点", "use plain words and simplified characters"))


def is_refused(sign: str) -> bool:
    """A symbol, or a character that the national standard of simplified Chinese (GB 2312) does not have."""
    if ord(sign) < 128:
        return False
    if category(sign) in ("So", "Sm", "No", "Sk", "Cs", "Co"):
        return True
    try:
        sign.encode("gb2312")
    except UnicodeEncodeError:
        return category(sign) == "Lo"
    return False
