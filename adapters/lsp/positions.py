"""How are columns counted? Here in characters, between editor and server in UTF-16 units, lines from 0."""

from lsprotocol import types

from engine.model.span import Span


def units(text: str) -> int:
    """UTF-16 units of a text: two for a character beyond the basic plane."""
    return len(text.encode("utf-16-le")) // 2


def characters(line: str, column: int) -> int:
    """The column in characters of a column in UTF-16 units; the end of the line where it lies beyond."""
    passed = 0
    for place, sign in enumerate(line):
        if passed >= column:
            return place
        passed += units(sign)
    return len(line)


def part(line: str, number: int, start: int, width: int) -> types.Range:
    """A range on one line: number from 0, start and width in characters."""
    begin = units(line[:start])
    return types.Range(types.Position(number, begin), types.Position(number, begin + units(line[start : start + width])))


def range_of(span: Span, lines: list[str]) -> types.Range:
    """The range of a span; of one that lies outside the text the beginning."""
    number = max(0, span.line - 1)
    return part(lines[number] if number < len(lines) else "", number, span.column - 1, span.width)


def lines_of(text: str) -> list[str]:
    """Lines as the reader of rules counts them."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
