"""What does a provider's code mean? One table per provider, pattern by pattern; a code nobody mapped is unknown, and shows."""

from collections.abc import Collection, Mapping
from datetime import datetime
from fnmatch import fnmatchcase

from adapters.signing.caller import Answer
from adapters.signing.verdict import accident, by_status, detail_of
from engine.model.masks import mask_text
from engine.model.receipt import Receipt, Verdict

Meaning = tuple[Verdict, str]
"""Verdict and reason."""
Codes = Mapping[str, Meaning]
"""Pattern (`*`, `?`, `[…]`) -> meaning; the first that fits counts."""
UNMAPPED: Meaning = (Verdict.UNKNOWN, "garbled")
CODE_CHARS_MAX = 80


def meaning(codes: Codes, code: str, said: str = "") -> Meaning:
    """What this code says; a pattern with more than the code in it also reads the words that came along. UNMAPPED if none fits."""
    whole = f"{code} {said}".strip()
    return next((means for pattern, means in codes.items() if fnmatchcase(code, pattern) or fnmatchcase(whole, pattern)), UNMAPPED)


def by_code(codes: Codes, code: str, answer: Answer, *, key: str, now: datetime, said: str = "", hide: Collection[str] = ()) -> Receipt:
    """A refusal in the provider's own words."""
    verdict, reason = meaning(codes, code, said)
    return Receipt(verdict=verdict, reason=reason, key=key, at=now, code=shown(code), detail=detail_of(answer, hide))


def unreadable(answer: Answer, *, key: str, now: datetime, hide: Collection[str] = ()) -> Receipt:
    """No code of the provider's in it: an accident of the line, a server in trouble, or an answer that cannot be read."""
    met = accident(answer, key=key, now=now, hide=hide)
    if met is not None:
        return met
    verdict, reason = UNMAPPED if 200 <= answer.status < 300 else by_status(answer.status, "text_refused")
    return Receipt(verdict=verdict, reason=reason, key=key, at=now, code=f"http {answer.status}", detail=detail_of(answer, hide))


def shown(code: str) -> str:
    """A code as it may be kept: short, no numbers of people in it."""
    return mask_text(code)[:CODE_CHARS_MAX]
