"""How many short messages is one text charged as?"""

from collections.abc import Iterable

from engine.model.connection import Connection

ONE_SEGMENT, PER_SEGMENT = 70, 67
"""UTF-16 units that one segment holds, and each of several (messaging.md 6.1)."""

SIGN_UNITS = 6
"""【中铁物流】 and other signs of four characters; a connection's `sign` says otherwise."""


def units_of(text: str) -> int:
    """UTF-16 units, as a network counts them: a sign beyond the basic plane takes two."""
    return len(text.encode("utf-16-le")) // 2


def segments_of(units: int) -> int:
    """Segments a mainland SMS of so many units, sign included, is charged for."""
    return 1 if units <= ONE_SEGMENT else -(-units // PER_SEGMENT)


def sign_units(connections: Iterable[Connection], channel: str) -> int:
    """Units of the longest sign that a provider of this channel puts before a text."""
    signs = [one.options["sign"] for one in connections if one.carries == channel and "sign" in one.options]
    return max((len(sign.strip("【】")) + 2 for sign in signs), default=SIGN_UNITS)
