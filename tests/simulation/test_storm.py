"""Are the laws kept whatever happens? A few seeds of the storm on every run of the tests; `make simulate` runs as many as one likes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import Postgres
from tests.simulation import drive
from tests.tidy.tree import ROOT

SEEDS = (2, 4, 5)
SEEDS_WITH_RESTORES = (1, 8, 9)
SEEDS_WITH_HOLDS = (2, 5)
STEPS = 100


@pytest.fixture
def place() -> Iterator[Path]:
    with drive.a_place() as folder:
        yield folder


def test_every_law_is_kept_in_the_storm_and_everything_owed_is_served_in_the_calm(place: Path) -> None:
    runs = [drive.on_sqlite(seed, STEPS, place) for seed in SEEDS]

    again = f"again: python -m tests.simulation.drive --seed N --steps {STEPS} --trace"
    assert [(run.seed, str(run.broken)) for run in runs if run.broken is not None] == [], again
    injected = {what: sum(run.facts[what] for run in runs) for what in ("crashes", "decisions", "requests", "frozen")}
    assert injected["crashes"] > 4, injected
    assert injected["decisions"] > 100, injected
    assert injected["requests"] > 8, injected


def test_after_copies_are_put_back_every_law_is_kept_and_nothing_leaves_again_by_itself(place: Path) -> None:
    runs = [drive.on_sqlite(seed, STEPS, place, restores=True) for seed in SEEDS_WITH_RESTORES]

    again = f"again: python -m tests.simulation.drive --seed N --steps {STEPS} --restores --trace"
    assert [(run.seed, str(run.broken)) for run in runs if run.broken is not None] == [], again
    lines = [line for run in runs for line in run.lines]
    assert sum("a backup is put back" in line for line in lines) > 2
    assert sum(line.endswith(" restored") for line in lines) > 2, "nothing was held: the test proves nothing"
    assert sum(line.endswith(" is let out") for line in lines) > 0


def test_while_people_put_cases_on_hold_every_law_is_kept_and_afterwards_everything_owed_is_served(place: Path) -> None:
    runs = [drive.on_sqlite(seed, STEPS, place, holds=True) for seed in SEEDS_WITH_HOLDS]

    again = f"again: python -m tests.simulation.drive --seed N --steps {STEPS} --holds --trace"
    assert [(run.seed, str(run.broken)) for run in runs if run.broken is not None] == [], again
    lines = [line for run in runs for line in run.lines]
    assert sum(" on hold " in line and line.endswith("accepted") for line in lines) > 4
    assert sum("('resumed', " in line for line in lines) > 4
    assert sum("('held', " in line for line in lines) > 2, "nothing waited for the end of a hold: the test proves nothing"


def test_the_same_seed_leaves_the_same_trace_in_another_process_with_other_hashes(place: Path) -> None:
    """Nothing hangs on the order of a set, on the machine's clock, or on an id drawn by chance."""
    command = [sys.executable, "-m", "tests.simulation.drive", "--seed", "7", "--steps", "40"]
    told = [
        subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True).stdout
        for seed in ("1", "2")
    ]
    here = drive.on_sqlite(7, 40, place)

    traces = {line.split("trace ")[1].split(" ")[0] for text in told for line in text.splitlines() if "trace " in line}
    assert traces == {here.trace[:16]}


def test_postgresql_leaves_the_same_trace_as_sqlite(place: Path, postgres: Postgres) -> None:
    on_file = drive.on_sqlite(7, 40, place)
    on_server = drive.storm(7, 40, postgres.wiped())

    assert on_server.broken is None
    assert on_server.trace == on_file.trace, _first_difference(on_file.lines, on_server.lines)


def _first_difference(left: list[str], right: list[str]) -> str:
    return next((f"{one}\n{other}" for one, other in zip(left, right, strict=False) if one != other), "one is longer")
