"""How many short messages is one text charged as?"""

from collections.abc import Iterable

from engine.model.connection import Connection

ONE_SEGMENT, PER_SEGMENT = 70, 67
"""UTF-16 units that one segment holds, and each of several (messaging.md 6.1)."""

SEPTETS_ONE, SEPTETS_EACH = 160, 153
"""The same abroad, for a text that the 7-bit alphabet of GSM can write (3GPP 23.038)."""

_SEPTET = frozenset("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ÄÖÑÜ§¿äöñüà") | frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)
_TWO_SEPTETS = frozenset("|^€{}[]~\\\f")
"""Written with an escape before them; the pair is never cut in two."""

SIGN_UNITS = 6
"""【中铁物流】 and other signs of four characters; a connection's `sign` says otherwise."""


def units_of(text: str) -> int:
    """UTF-16 units, as a network counts them: a sign beyond the basic plane takes two."""
    return len(text.encode("utf-16-le")) // 2


def segments_of(units: int) -> int:
    """Segments a mainland SMS of so many units, sign included, is charged for."""
    return 1 if units <= ONE_SEGMENT else -(-units // PER_SEGMENT)


def segments_abroad(text: str) -> int:
    """Segments a text is charged for abroad: one letter outside the GSM alphabet turns the whole text to UTF-16."""
    if all(letter in _SEPTET or letter in _TWO_SEPTETS for letter in text):
        return _parts([2 if letter in _TWO_SEPTETS else 1 for letter in text], SEPTETS_ONE, SEPTETS_EACH)
    return _parts([units_of(letter) for letter in text], ONE_SEGMENT, PER_SEGMENT)


def _parts(widths: list[int], one: int, each: int) -> int:
    """Parts filled letter by letter; what does not fit whole moves to the next."""
    if sum(widths) <= one:
        return 1
    parts, room = 1, each
    for width in widths:
        if width > room:
            parts, room = parts + 1, each
        room -= width
    return parts


def sign_units(connections: Iterable[Connection], channel: str) -> int:
    """Units of the longest sign that a provider of this channel puts before a text."""
    signs = [one.options["sign"] for one in connections if one.carries == channel and "sign" in one.options]
    return max((len(sign.strip("【】")) + 2 for sign in signs), default=SIGN_UNITS)
