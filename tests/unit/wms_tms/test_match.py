"""A row's match: text against text, blank is no to everything but is_not."""

from datetime import date

import pytest

from adapters.wms_tms.match import fits, subjects
from engine.model.condition import AllOf, AnyOf, Clause, Condition, NoneOf, Operand, Word
from engine.model.span import NOWHERE


def a_clause(word: Word, *operands: Operand, path: str = "a") -> Clause:
    return Clause(path, word, operands, NOWHERE)


@pytest.mark.parametrize(
    ("condition", "seen", "expected"),
    [
        (a_clause(Word.IS, "10"), "10", True),
        (a_clause(Word.IS, "10"), "010", False),
        (a_clause(Word.IS, "yes"), "true", True),
        (a_clause(Word.IS, True), "true", True),
        (a_clause(Word.IS, "10"), None, False),
        (a_clause(Word.ONE_OF, "R01", "R02"), "R02", True),
        (a_clause(Word.ONE_OF, "R01", "R02"), "R03", False),
        (a_clause(Word.IS_NOT, "10"), None, True),
        (a_clause(Word.IS_NOT, "10", "20"), "20", False),
        (a_clause(Word.MORE_THAN, "9"), "10", True),
        (a_clause(Word.AT_LEAST, "10"), "10.0", True),
        (a_clause(Word.LESS_THAN, "9"), "10", False),
        (a_clause(Word.AT_MOST, "9"), "9", True),
        (a_clause(Word.MORE_THAN, "9"), None, False),
        (a_clause(Word.BEFORE, date(2026, 11, 24)), "2026-11-23 10:00:00", True),
        (a_clause(Word.FROM, date(2026, 11, 24)), "2026-11-23", False),
        (a_clause(Word.CONTAINS, "派件不成功"), "本次派件不成功。", True),
        (a_clause(Word.STARTS_WITH, "F"), "F09", True),
        (a_clause(Word.BLANK, True), None, True),
        (a_clause(Word.BLANK, False), None, False),
        (a_clause(Word.BLANK, False), "x", True),
        (AllOf(()), None, True),
        (AllOf((a_clause(Word.IS, "1"), a_clause(Word.IS, "2"))), "1", False),
        (AnyOf((a_clause(Word.IS, "1"), a_clause(Word.IS, "2"))), "2", True),
        (NoneOf((a_clause(Word.IS, "1"), a_clause(Word.IS, "2"))), "2", False),
        (None, None, True),
    ],
)
def test_a_condition_fits_as_operators_read_it(condition: Condition | None, seen: str | None, expected: bool) -> None:
    assert fits(condition, {"a": seen}.get) is expected


def test_the_paths_a_condition_looks_at_are_listed_once() -> None:
    condition = AllOf((a_clause(Word.IS, "1"), AnyOf((a_clause(Word.IS, "1", path="b"), a_clause(Word.IS, "2"))), NoneOf(())))

    assert subjects(condition) == ("a", "b")
    assert subjects(None) == ()
