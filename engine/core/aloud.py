"""How is a text read to somebody on the phone? Numbers digit by digit, no brackets, the whole of it plain."""

import re

_NUMBER = re.compile(r"\d{4,}")
_TIME = re.compile(r"(?<!\d)(\d{1,2}):(\d{2})(?!\d)")
_BRACKETS = str.maketrans(dict.fromkeys("[]【】「」『』()()<>{}*#|", " "))
_BLANKS = re.compile(r"[ \t]+")


def aloud(text: str) -> str:
    """`[261123001]客王小明…10:00前` -> `2 6 1 1 2 3 0 0 1 客王小明…10点前`: a voice reads four digits and more as one big number."""
    said = _TIME.sub(_clock, text.translate(_BRACKETS))
    said = _NUMBER.sub(lambda found: " ".join(found[0]) + " ", said)
    return _BLANKS.sub(" ", said).strip()


def _clock(found: "re.Match[str]") -> str:
    hour, minute = int(found[1]), int(found[2])
    return f"{hour}点" if minute == 0 else f"{hour}点{minute:02d}分"
