"""Does the storm catch every bug that is planted? Each is switched on by its name; the law that notices it is named beside it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulation import drive
from tests.simulation.planted import BUGS, Bug, planted
from tests.tidy.tree import ROOT

SEEDS_MAX = 4
"""From the one under which it was caught before: an engine that changed may take another turn under it."""


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    with drive.a_place() as folder:
        yield folder


def test_at_least_twenty_bugs_are_planted() -> None:
    assert len(BUGS) >= 20


@pytest.mark.parametrize("bug", BUGS.values(), ids=list(BUGS))
def test_a_planted_bug_is_caught(bug: Bug, place: Path) -> None:
    caught = next(_breaks(bug, place), None)

    assert caught is not None, f"{bug.name} survived {SEEDS_MAX} seeds"
    assert caught.law in bug.laws, caught


def test_a_bug_is_gone_when_its_test_is_over() -> None:
    for bug in BUGS.values():
        sound = vars(bug.owner)[bug.method]
        with planted(bug.name):
            assert vars(bug.owner)[bug.method] is not sound

        assert vars(bug.owner)[bug.method] is sound


def _breaks(bug: Bug, place: Path) -> Iterator[drive.Broken]:
    for seed in range(bug.seed, bug.seed + SEEDS_MAX):
        with planted(bug.name):
            run = drive.on_sqlite(seed, bug.steps, place, restores=bug.restores, holds=bug.holds)
        if run.broken is not None:
            yield run.broken


def test_the_page_tells_of_every_planted_bug() -> None:
    page = (ROOT / "docs" / "simulation.md").read_text(encoding="utf-8")

    assert [name for name, bug in BUGS.items() if f"| `{name}` | {bug.broken.__doc__} | {', '.join(bug.laws)} |" not in page] == []
