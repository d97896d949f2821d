"""Where does the cursor stand? Read from the text alone, by indentation and brackets: what is being written is seldom YAML yet."""

import re
from dataclasses import dataclass, field

from engine.language.source import Part

_KEY = re.compile(r"(?P<key>\"[^\"]*\"|'[^']*'|[^\s:{}\[\],#\"'][^:{}\[\],#]*?)\s*:(?=\s|$)")
_BLOCK_TEXT = re.compile(r"^[|>][+-]?\d?[+-]?\s*(#.*)?$")
_WORD = re.compile(r"[^\s:,{}\[\]\"'|]+")


@dataclass(slots=True)
class _Level:
    """One open mapping or list around the cursor."""

    column: int
    part: Part
    values: dict[str, str] = field(default_factory=dict)
    """What is written in the block below, key -> value, before the cursor."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a text."""

    kind: str
    """Of the file; empty if it does not say."""
    path: tuple[Part, ...]
    """Keys and list items around the cursor; every list item is 0."""
    at_key: bool
    """A key stands here, or may; else the value of the last key of the path."""
    word: str
    """The key or word under the cursor, or behind it."""
    around: tuple[dict[str, str], ...]
    """What the blocks around it say before the cursor, outermost first; the last is the block itself."""

    def said(self, key: str) -> str:
        """What the nearest block around says for a key."""
        return next((block[key] for block in reversed(self.around) if key in block), "")


def cursor_at(text: str, line: int, column: int) -> Cursor:
    """The place at a line and column, both from 0, in characters."""
    lines = text.split("\n")
    line = min(line, len(lines) - 1)
    current = lines[line]
    column = min(column, len(current))
    top = _Level(-1, "")
    levels = [top]
    hidden = -1  # Lines of a block text are indented deeper than this.
    for number, written in enumerate(lines[: line + 1]):
        here = number == line
        stripped = written.lstrip(" ")
        indent = len(written) - len(stripped) if stripped or not here else column
        if hidden >= 0 and ((not stripped and not here) or indent > hidden):
            if here:
                return _cursor(levels, at_key=False, word=_word(current, column))
            continue
        hidden = -1
        if not here and (not stripped or stripped.startswith("#")):
            continue
        at, value_at = _block_line(levels, written, indent, column if here else None)
        if value_at is None:
            if here:
                return _cursor(levels, at_key=True, word=_word(current, column))
            continue
        value = written[value_at:]
        if _BLOCK_TEXT.match(value.strip()):
            hidden = at
        if here:
            return _in_value(levels, current, at, value_at, column)
    return _cursor(levels, at_key=True, word="")


def _block_line(levels: list[_Level], written: str, indent: int, cursor: int | None) -> tuple[int, int | None]:
    """Open the levels of one line: the column of its key, and where its value begins (None: it has no key before the cursor)."""
    at = indent
    while written[at : at + 1] == "-" and written[at + 1 : at + 2] in (" ", "") and (cursor is None or cursor > at):
        while levels[-1].column > at or (levels[-1].column == at and levels[-1].part == 0):
            levels.pop()
        levels.append(_Level(at, 0))
        at += 1
        while written[at : at + 1] == " ":
            at += 1
    while levels[-1].column >= at:
        levels.pop()
    found = _KEY.match(written, at)
    if found is None or (cursor is not None and cursor < found.end()):
        is_item = levels[-1].part == 0 and levels[-1].column >= indent
        return at, at if found is None and is_item and written[at : at + 1] in ("{", "[") else None
    key = found["key"].strip("\"'")
    value = written[found.end() :]
    levels[-1].values[key] = value.split(" #")[0].strip()
    levels.append(_Level(at, key))
    return at, found.end()


def _in_value(levels: list[_Level], current: str, at: int, value_at: int, column: int) -> Cursor:
    """Inside the value of a line: brackets open more levels."""
    quote = ""
    expect_key: list[bool] = []  # For each open bracket: does a key come next? Only braces have keys.
    braces: list[str] = []
    token = value_at
    place = value_at
    while place < column:
        sign = current[place]
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'" and not current[token:place].strip():
            quote = sign
        elif sign in "{[":
            braces.append(sign)
            expect_key.append(sign == "{")
            levels.append(_Level(at, 0)) if sign == "[" else None
            token = place + 1
        elif sign in "}]" and braces:
            _close(levels, braces, expect_key)
            token = place + 1
        elif sign == ":" and braces and braces[-1] == "{" and expect_key[-1] and current[place + 1 : place + 2] in (" ", ""):
            levels.append(_Level(at, current[token:place].strip(" \"'")))
            expect_key[-1] = False
            token = place + 1
        elif sign == "," and braces and current[place + 1 : place + 2] in (" ", ""):
            if braces[-1] == "{" and not expect_key[-1]:
                written = levels.pop()
                levels[-1].values[str(written.part)] = current[token:place].strip()
                expect_key[-1] = True
            token = place + 1
        place += 1
    at_key = bool(braces) and expect_key[-1]
    return _cursor(levels, at_key=at_key, word=_word(current, column))


def _close(levels: list[_Level], braces: list[str], expect_key: list[bool]) -> None:
    opened, waiting = braces.pop(), expect_key.pop()
    if opened == "[" or not waiting:
        levels.pop()


def _cursor(levels: list[_Level], *, at_key: bool, word: str) -> Cursor:
    return Cursor(
        kind=levels[0].values.get("kind", ""), path=tuple(level.part for level in levels[1:]), at_key=at_key, word=word,
        around=tuple(level.values for level in levels),
    )  # fmt: skip


def _word(line: str, column: int) -> str:
    return next((found[0] for found in _WORD.finditer(line) if found.start() <= column <= found.end()), "")
