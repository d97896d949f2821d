"""What number is this, as somebody typed it? Whom one can text, whom one can call, and one way to write it (messaging.md 6.3)."""

import re
import unicodedata
from dataclasses import dataclass

_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_LANDLINE = re.compile(r"0(?:10|2\d|[3-9]\d{2})\d{7,8}", re.ASCII)
_SERVICE = re.compile(r"95\d{3,6}|96\d{3,6}|1[012]\d{1,3}|[48]00\d{7}", re.ASCII)
"""Hotlines: they stay as they are, and have no form that is valid abroad."""
_FOREIGN = re.compile(r"[1-9]\d{6,14}", re.ASCII)
_EXTENSION = re.compile(r"(?P<main>.+?)\s*(?:转|分机|,|;|#|ext\.?|x)\s*(?P<extension>\d{1,6})", re.ASCII | re.IGNORECASE)
_HYPHENED = re.compile(r"(?P<main>(?:\(?0\d{2,3}\)?[ -]?\d{7,8}|[48]00-?\d{3}-?\d{4}))-(?P<extension>\d{1,6})", re.ASCII)
_BETWEEN = re.compile(r"[\s()./-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One number that can be reached."""

    normal: str
    """`13812345678`, `075583000000`, `95338`, `+85291234567`: without blanks, at home without the country."""
    can_text: bool
    """A call reaches every Number; a text only mobile ones, and those abroad."""
    extension: str = ""

    @property
    def e164(self) -> str:
        """`+8613812345678`; empty for hotlines, which nobody reaches from abroad."""
        if self.normal.startswith("+"):
            return self.normal
        if self.can_text:
            return f"+86{self.normal}"
        return f"+86{self.normal[1:]}" if self.normal.startswith("0") else ""


def read_number(typed: str) -> Number | None:
    """The number, or None: nobody can be reached by it. A masked one (`138****3212`) is refused, never read as a shorter one."""
    text = unicodedata.normalize("NFKC", typed).strip()
    if "*" in text:
        return None
    mobile = _at_home(_BETWEEN.sub("", text))
    if _MOBILE.fullmatch(mobile):
        # First, for `0086138-0000-0001` has the shape of a landline with an extension.
        return Number(normal=mobile, can_text=True)
    split = _EXTENSION.fullmatch(text) or _HYPHENED.fullmatch(text)
    main, extension = (split["main"], split["extension"]) if split else (text, "")
    bare = _BETWEEN.sub("", main)
    abroad = re.fullmatch(r"(?:\+|00)(?!86)(\d+)", bare, re.ASCII)
    if abroad:
        return Number(normal=f"+{abroad[1]}", can_text=True, extension=extension) if _FOREIGN.fullmatch(abroad[1]) else None
    home = _at_home(bare)
    if _MOBILE.fullmatch(home):
        return Number(normal=home, can_text=True, extension=extension)
    if _LANDLINE.fullmatch(home) or _SERVICE.fullmatch(home):
        return Number(normal=home, can_text=False, extension=extension)
    return None


def one_way(typed: str) -> str:
    """One way to write it, however it was typed; what is no number stays as it is."""
    number = read_number(typed)
    return number.normal if number is not None else typed


def _at_home(bare: str) -> str:
    """Without one of `+86`, `0086`, `86`; a landline gets back the zero that the country took."""
    prefixed = re.fullmatch(r"(?:\+86|0086|86)(\d{9,})", bare, re.ASCII)
    if prefixed is None:
        return bare
    rest = prefixed[1]
    return rest if _MOBILE.fullmatch(rest) or rest.startswith(("0", "400", "800")) else f"0{rest}"
