"""Does `waybill explain CODE` tell a code at length, and leave cases to themselves?"""

import json

import pytest

from adapters.cli.explain_code import is_code
from adapters.cli.main import main


def test_a_code_is_told_with_five_headings_and_what_check_says_of_the_example(capsys: pytest.CaptureFixture[str]) -> None:
    answer = main(["explain", "w504", "--lang", "zh"])

    told = capsys.readouterr().out
    assert answer == 0
    assert told.startswith("提醒[W504 hidden-row]")
    assert [title for title in ("查什么:", "为什么要紧:", "例子:", "改成:", "什么时候可以留着:") if title not in told] == []
    assert "提醒[W504 hidden-row]: 前面的“failed”没有条件,这一行永远轮不到\n    --> workflows/parcel.yaml:31:16" in told


def test_english_comes_from_the_docstring_of_the_check(capsys: pytest.CaptureFixture[str]) -> None:
    answer = main(["explain", "W504", "--lang", "en"])

    told = capsys.readouterr().out
    assert answer == 0
    assert "What it finds:\n  a row after a row of the same event" in told
    assert "check says:" in told


def test_a_program_gets_the_sections_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    answer = main(["explain", "Y012", "--lang", "en", "--json"])

    told = json.loads(capsys.readouterr().out)
    assert answer == 0
    assert (told["code"], told["severity"], set(told["sections"])) == (
        "Y012",
        "error",
        {"What it finds", "Why it matters", "Example", "Better", "When to allow it"},
    )
    assert told["reported"][0]["code"] == "Y012"


def test_an_unknown_code_names_the_nearest_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    answer = main(["explain", "W599", "--lang", "en"])

    assert answer == 1
    assert "there is no diagnostic W599; did you mean W5" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("word", "expected"), [("W504", True), ("y012", True), ("261123001", False), ("GD2611230001", False), ("W5041", False)]
)
def test_a_letter_and_three_digits_are_a_code_and_all_else_is_a_case(word: str, expected: bool) -> None:
    assert is_code(word) is expected
