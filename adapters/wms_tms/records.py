"""Which rows are in a dropped file? Each with its line, so that one that cannot be read stops no other."""

from collections.abc import Iterator
from dataclasses import dataclass

CELL_LINES_MAX = 100
"""A quoted cell of a table may hold so many lines; a quote that is never closed must not swallow the rest of the file."""
UNREADABLE = "\ufffd"


@dataclass(frozen=True, slots=True)
class Record:
    """One row as it was written."""

    line: int
    """Where it begins, from 1."""
    text: str


def text_of(raw: bytes, encoding: str) -> str:
    """The letters of a file; those that cannot be read are marked. Without a stated encoding, UTF-8 or GBK, as more lines say."""
    if encoding:
        return raw.decode("gb18030" if encoding.lower() in ("gbk", "gb2312", "cp936") else encoding, "replace").removeprefix("\ufeff")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        lines = [line for line in raw.split(b"\n") if not line.isascii()]
        utf8 = sum(_is_utf8(line) for line in lines)
        return raw.decode("utf-8-sig" if 2 * utf8 > len(lines) else "gb18030", "replace").removeprefix("\ufeff")


def records(text: str, *, quoted: bool) -> Iterator[Record]:
    """The rows, blank lines left out. `quoted`: a table, in which a quoted cell may hold line ends."""
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        end = _end(lines, at) if quoted else at
        row = "\n".join(lines[at : end + 1]).rstrip("\r")
        if row.strip():
            yield Record(at + 1, row)
        at = end + 1


def lines_of(record: Record) -> list[Record]:
    """The lines of a row that is no row after all."""
    parts = record.text.split("\n")
    return [Record(record.line + place, part.rstrip("\r")) for place, part in enumerate(parts) if part.strip()]


def _end(lines: list[str], at: int) -> int:
    """The last line of the row that begins here."""
    quotes = 0
    for place in range(at, min(at + CELL_LINES_MAX, len(lines))):
        quotes += lines[place].count('"')
        if quotes % 2 == 0:
            return place
    return at


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
