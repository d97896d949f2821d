"""Does a value satisfy one clause of a condition? The words of comparison, at their meaning."""

from datetime import date, datetime, time
from decimal import Decimal

from engine.model.condition import Operand, Word
from engine.model.erased import ERASED


def satisfies(word: Word, value: Operand | None, operands: tuple[Operand, ...]) -> bool:
    """Whether a typed value satisfies one clause; TypeError: cannot be told.

    Blank is no to every comparison and yes to `is_not` (language.md, Conditions).
    """
    if word is Word.BLANK:
        return (value is None) is bool(operands[0])
    if value is None:
        return word is Word.IS_NOT
    if value == ERASED:  # It was there; what it said nobody can tell any more.
        raise TypeError(word)
    match word:
        case Word.IS | Word.ONE_OF:
            return value in operands
        case Word.IS_NOT:
            return value not in operands
        case Word.CONTAINS:
            return str(operands[0]) in str(value)
        case Word.STARTS_WITH:
            return str(value).startswith(str(operands[0]))
        case _:
            return _compare(word, value, operands[0])


def _compare(word: Word, value: Operand, operand: Operand) -> bool:
    if type(value) is not type(operand) or not isinstance(value, Decimal | datetime | date | time):
        raise TypeError(word)
    below, above = value < operand, value > operand  # type: ignore[operator]  # both have the one type checked above
    match word:
        case Word.MORE_THAN:
            return above
        case Word.AT_LEAST | Word.FROM:
            return not below
        case Word.LESS_THAN | Word.BEFORE:
            return below
        case _:
            return not above
