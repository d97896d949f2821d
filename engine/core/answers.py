"""Does a condition hold, when nobody asks why? The answer alone, by closures made once for each condition.

`evaluate` is the authority: it answers the same and says what every clause saw. A property test holds the two together.
"""

import operator
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from decimal import Decimal

from engine.core.evaluate import Seen
from engine.core.once import once
from engine.model.comparing import satisfies
from engine.model.condition import AllOf, Answer, AnyOf, Clause, Condition, NoneOf, Operand, Word
from engine.model.fieldtext import BadValue

Ask = Callable[[Seen], Answer]
Fits = Callable[[Operand | None], bool]
"""Whether a typed value (None: blank) satisfies one clause; a TypeError cannot be told."""

COMPILED_MAX = 4096
"""Conditions kept at hand; a rulebook has some hundred."""

YES, NO, COULD_NOT_TELL = Answer.YES, Answer.NO, Answer.COULD_NOT_TELL


def answer_of(condition: Condition | None, seen: Seen) -> Answer:
    """What `evaluate(condition, seen)` answers. No condition: yes."""
    return YES if condition is None else _closure(condition)(seen)


def compiled(condition: Condition) -> Ask:
    """The closure of a condition; parts are asked until the answer stands."""
    match condition:
        case Clause():
            return _clause(condition)
        case AllOf(parts):
            return _until(NO, YES, [compiled(part) for part in parts])
        case AnyOf(parts):
            return _until(YES, NO, [compiled(part) for part in parts])
        case NoneOf(parts):
            none = _until(YES, NO, [compiled(part) for part in parts])
            return lambda seen: _OPPOSITE[none(seen)]


_closure = once(COMPILED_MAX)(compiled)
_OPPOSITE = {YES: NO, NO: YES, COULD_NOT_TELL: COULD_NOT_TELL}


def _until(decisive: Answer, otherwise: Answer, asks: Sequence[Ask]) -> Ask:
    """One decisive part decides; else one that could not be told leaves all untold."""

    def ask(seen: Seen) -> Answer:
        answer = otherwise
        for part in asks:
            found = part(seen)
            if found is decisive:
                return found
            if found is COULD_NOT_TELL:
                answer = found
        return answer

    return ask


def _clause(clause: Clause) -> Ask:
    subject, operands = clause.subject, clause.operands
    if clause.word in (Word.IS, Word.ONE_OF) and len(operands) == 1:
        return _equals(subject, operands[0])
    fits = _fits(clause.word, operands)

    def ask(seen: Seen) -> Answer:
        typed = seen.typed
        try:
            return YES if fits(typed[subject] if subject in typed else seen.value(subject)) else NO
        except (BadValue, TypeError):
            return COULD_NOT_TELL

    return ask


def _equals(subject: str, wanted: Operand) -> Ask:
    """The clause that is written most."""

    def ask(seen: Seen) -> Answer:
        typed = seen.typed
        try:
            return YES if (typed[subject] if subject in typed else seen.value(subject)) == wanted else NO
        except BadValue:
            return COULD_NOT_TELL

    return ask


def _fits(word: Word, operands: tuple[Operand, ...]) -> Fits:
    first = operands[0]
    match word:
        case Word.IS | Word.ONE_OF:
            return frozenset(operands).__contains__
        case Word.MORE_THAN | Word.AT_LEAST | Word.FROM | Word.LESS_THAN | Word.BEFORE | Word.AT_MOST:
            if isinstance(first, Decimal | datetime | date | time):
                return _comparison(word, first)
    return lambda value: satisfies(word, value, operands)


def _comparison(word: Word, operand: Decimal | date | time) -> Fits:
    """Values of one type only; blank is no."""
    kind = type(operand)
    compared = _COMPARED[word]

    def fits(value: Operand | None) -> bool:
        if type(value) is kind:
            return compared(value, operand)
        if value is None:
            return False
        raise TypeError(word)

    return fits


_COMPARED: dict[Word, Callable[..., bool]] = {
    Word.MORE_THAN: operator.gt,
    Word.AT_LEAST: operator.ge,
    Word.FROM: operator.ge,
    Word.LESS_THAN: operator.lt,
    Word.BEFORE: operator.lt,
    Word.AT_MOST: operator.le,
}
