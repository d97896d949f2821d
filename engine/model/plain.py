"""What of a text is really text? Control and direction signs go: they hide, reverse or break what a reader sees (reliability.md 7.1)."""

_BREAKS = "\t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\u2028\u2029"
_HIDDEN = [
    *range(0x20),
    *range(0x7F, 0xA0),
    0x61C,
    0x200B,
    0x200E,
    0x200F,
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    0xFEFF,
    *range(0xFFF9, 0xFFFC),
]
_HALVES = range(0xD800, 0xE000)
"""Halves of a pair by themselves: no encoding can write them."""
_TABLE: dict[int, str] = dict.fromkeys([*_HIDDEN, *_HALVES], "") | dict.fromkeys(map(ord, _BREAKS), " ")


def plain(text: str) -> str:
    """On one line: breaks become a blank, other controls, direction marks and zero-width blanks vanish. Twice is the same as once."""
    return text if text.isprintable() else text.translate(_TABLE)
