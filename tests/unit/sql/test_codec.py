"""What is written as JSON is compared again after years: its letters never change."""

import json

from hypothesis import given
from hypothesis import strategies as some

from adapters.sql.codec import dumps

WORDS = some.text(some.characters(codec="utf-8"), max_size=12)
VALUES = some.recursive(
    some.none() | some.booleans() | some.integers(-(2**63), 2**63 - 1) | WORDS,
    lambda inner: some.lists(inner, max_size=4) | some.lists(inner, max_size=3).map(tuple) | some.dictionaries(WORDS, inner, max_size=4),
)


@given(VALUES)
def test_json_is_letter_by_letter_what_the_standard_library_writes(value: object) -> None:
    assert dumps(value) == json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def test_signs_that_have_to_be_escaped_are_escaped_alike() -> None:
    every = "".join(map(chr, range(0x300))) + "\u2028\u2029\ufeff\uffff科技😀"
    assert dumps({every: every}) == json.dumps({every: every}, ensure_ascii=False, separators=(",", ":"))
