"""Numbers as people type them, and segments as networks count them: the vectors of the design."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.numbers import read_number
from engine.model.segments import segments_abroad, segments_of, units_of

TEXTABLE = """
    13800000001        13800000001    +8613800000001
    0086-138-0000-0001 13800000001    +8613800000001
    86 138 0000 0001   13800000001    +8613800000001
    +8616600000001     16600000001    +8616600000001
    17000000001        17000000001    +8617000000001
    19900000001        19900000001    +8619900000001
    １３８００００００01  13800000001    +8613800000001
    +85291234567       +85291234567   +85291234567
    0014158675310      +14158675310   +14158675310
"""
CALLABLE = """
    0755-83000000      075583000000   -    +8675583000000
    (0755)83000000     075583000000   -    +8675583000000
    +8675583000000     075583000000   -    +8675583000000
    010-12345678       01012345678    -    +861012345678
    0755-83000000-801  075583000000   801  +8675583000000
    0755-83000000转801 075583000000   801  +8675583000000
    0851-5555555-8     08515555555    8    +868515555555
    0755-83000000,801  075583000000   801  +8675583000000
    400-111-1111       4001111111     -    -
    400-111-1111-8     4001111111     8    -
    95338              95338          -    -
    12345              12345          -    -
    96123              96123          -    -
"""


def rows(table: str) -> list[list[str]]:
    """Columns from the right, for a number may hold blanks."""
    columns = len(table.strip().splitlines()[0].split()) - 1
    return [line.strip().rsplit(maxsplit=columns) for line in table.strip().splitlines()]


@pytest.mark.parametrize(("typed", "normal", "e164"), rows(TEXTABLE))
def test_a_mobile_number_can_be_texted_however_it_is_typed(typed: str, normal: str, e164: str) -> None:
    number = read_number(typed)

    assert number is not None
    assert (number.normal, number.can_text, number.e164, number.extension) == (normal, True, e164, "")


@pytest.mark.parametrize(("typed", "normal", "extension", "e164"), rows(CALLABLE))
def test_landlines_and_hotlines_can_only_be_called(typed: str, normal: str, extension: str, e164: str) -> None:
    number = read_number(typed)

    assert number is not None
    assert (number.normal, number.can_text) == (normal, False)
    assert (number.extension or "-", number.e164 or "-") == (extension, e164)


@pytest.mark.parametrize(
    "typed", ["", "138****3212", "1380000000", "12345678901", "10690000", "abc", "+8613", "861381234567890", "١٣٨٠٠٠٠٠٠٠١x"]
)
def test_what_reaches_nobody_is_no_number(typed: str) -> None:
    assert read_number(typed) is None


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.sampled_from(["", "+86", "0086", "86", "+86 ", "86-"]), st.integers(0, 3))
def test_every_way_to_write_a_mobile_number_is_one_number(digits: str, prefix: str, blanks: int) -> None:
    typed = prefix + digits[:3] + " " * blanks + digits[3:7] + "-" + digits[7:]

    assert read_number(typed) == read_number(digits)


@given(st.text(max_size=24))
def test_whatever_is_typed_a_number_has_only_digits(typed: str) -> None:
    number = read_number(typed)

    assert number is None or (number.normal.removeprefix("+").isascii() and number.normal.removeprefix("+").isdigit())
    assert number is None or "*" not in typed


SEGMENTS = [
    ("物" * 70, 1, 1),
    ("物" * 71, 2, 2),
    ("物" * 134, 2, 2),
    ("物" * 135, 3, 3),
    ("a" * 160, 3, 1),
    ("a" * 161, 3, 2),
    ("a" * 307, 5, 3),
    ("[" * 80, 2, 1),
    ("a" * 152 + "[[" + "a" * 8, 3, 2),
    ("😀" * 35, 1, 1),
    ("😀" * 36, 2, 2),
    ("物" * 66 + "😀" * 3, 2, 2),
    ("", 1, 1),
]


@pytest.mark.parametrize(("text", "mainland", "abroad"), SEGMENTS)
def test_segments_are_counted_as_the_vectors_say(text: str, mainland: int, abroad: int) -> None:
    assert (segments_of(units_of(text)), segments_abroad(text)) == (mainland, abroad)


@given(st.text(st.sampled_from("aZ9 [€物😀"), max_size=400))
def test_a_longer_text_never_costs_less(text: str) -> None:
    assert segments_abroad(text) <= segments_abroad(text + "a") <= segments_abroad(text) + 2 + len(text) // 60
