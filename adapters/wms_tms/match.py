"""Does this report fit a row's `match:`? A condition whose subjects are paths, everything compared as text."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from engine.model.condition import AllOf, AnyOf, Clause, Condition, NoneOf, Operand, Word

Look = Callable[[str], str | None]
"""Path -> the text there, None for blank."""


def fits(condition: Condition | None, look: Look) -> bool:
    """No condition fits everything. Blank is no to every comparison and yes to `is_not` (language.md, Conditions)."""
    match condition:
        case None:
            return True
        case Clause():
            return _holds(condition, look(condition.subject))
        case AllOf(parts):
            return all(fits(part, look) for part in parts)
        case AnyOf(parts):
            return any(fits(part, look) for part in parts)
        case NoneOf(parts):
            return not any(fits(part, look) for part in parts)


def subjects(condition: Condition | None) -> tuple[str, ...]:
    """The paths a condition looks at, in written order, each once."""
    match condition:
        case None:
            return ()
        case Clause():
            return (condition.subject,)
        case AllOf(parts) | AnyOf(parts) | NoneOf(parts):
            return tuple(dict.fromkeys(path for part in parts for path in subjects(part)))


def _holds(clause: Clause, seen: str | None) -> bool:
    if clause.word is Word.BLANK:
        return (seen is None) is bool(clause.operands[0])
    if seen is None:
        return clause.word is Word.IS_NOT
    wanted = [_text(operand) for operand in clause.operands]
    match clause.word:
        case Word.IS | Word.ONE_OF:
            return any(_equal(seen, text) for text in wanted)
        case Word.IS_NOT:
            return not any(_equal(seen, text) for text in wanted)
        case Word.CONTAINS:
            return any(text in seen for text in wanted)
        case Word.STARTS_WITH:
            return any(seen.startswith(text) for text in wanted)
        case _:
            return _ordered(clause.word, seen, wanted[0])


def _ordered(word: Word, seen: str, wanted: str) -> bool:
    """Numbers by size if both are numbers, else texts by letters (right for ISO dates and times)."""
    left, right = _number(seen), _number(wanted)
    if left is not None and right is not None:
        below, equal = left < right, left == right
    else:
        below, equal = seen < wanted, seen == wanted
    match word:
        case Word.MORE_THAN:
            return not below and not equal
        case Word.AT_LEAST | Word.FROM:
            return not below
        case Word.LESS_THAN | Word.BEFORE:
            return below
        case _:
            return below or equal


def _equal(seen: str, wanted: str) -> bool:
    # Operators write yes and no; JSON says true and false.
    return seen == wanted or (seen, wanted) in (("true", "yes"), ("false", "no"))


def _text(operand: Operand) -> str:
    if isinstance(operand, bool):
        return "yes" if operand else "no"
    return str(operand)


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
