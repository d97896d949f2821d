"""Does the checker answer what is broken, and catch what is misspelt? A few seconds of the full runs: make mutants, make slips."""

import time

import pytest

from engine.language.compile import compile_rulebook
from engine.language.show import render
from tests.proving.basis import ROOT, folder, of_the_page
from tests.proving.mutants import judge, mutant
from tests.proving.slips import CAUGHT_AT_LEAST, measure, misspelt, share, slips

SEED = 20261122
LONG = 250_000
SMALL = folder(ROOT / "tests" / "diagnostics" / "small")
ENDLESS = {
    "one word": "x" * LONG,
    "an open quote": "kind: calendars\na: '" + "x" * LONG,
    "words and hashes": 'kind: calendars\na: "x" ' + "y# " * (LONG // 3),
    "rows in rows": "kind: calendars\n" + "- " * 100_000,
    "brackets in a text": "kind: calendars\na: b" + "a[" * (LONG // 2),
    "colons without a space": "kind: calendars\na: {" + "b:c," * (LONG // 4),
    "full-width colons": "kind: calendars\na: " + "{b：" * (LONG // 5),
    "curly quotes": "kind: calendars\na: [" + ", “" * (LONG // 6),
    "commas": "kind: calendars\na: {b: " + "c," * 19_000 + "}",
    "one key": "kind: calendars\n" + "k" * LONG + ": 1\n",
}

BY_CHANCE = 0.04
"""So far may a sample of some eighty fall below the share of all; `make slips` counts them all."""


def test_some_mutants_are_all_answered() -> None:
    judged = judge(SEED, range(100))

    assert judged.bad == []
    assert judged.broken > 60


def test_a_mutant_is_made_again_from_its_number() -> None:
    assert mutant(SEED, 3) == mutant(SEED, 3)
    assert mutant(SEED, 3) != mutant(SEED, 4)


@pytest.mark.parametrize("text", ENDLESS.values(), ids=ENDLESS)
def test_a_file_of_one_endless_line_is_answered_in_bounded_time(text: str) -> None:
    files = {**SMALL, "rules/endless.yaml": text}
    began = time.process_time()

    shown = render(compile_rulebook(files).diagnostics, files)

    assert shown
    assert time.process_time() - began < 5


def test_nearly_every_slip_of_the_pen_is_caught() -> None:
    chosen = slips()[:: len(slips()) // 80]

    assert share(measure(chosen, jobs=1)) >= CAUGHT_AT_LEAST - BY_CHANCE


def test_a_slip_changes_the_middle_of_a_word() -> None:
    assert [misspelt("limit", operation) for operation in ("drop", "double", "swap")] == ["liit", "limmit", "liimt"]


def test_the_rulebook_of_the_page_is_whole() -> None:
    assert compile_rulebook(of_the_page()).rulebook is not None
