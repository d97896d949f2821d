"""Is every fault of the matrix a test, or a written line that says why not?"""

import ast
import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROW = re.compile(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \| ?([^|]*) \| ?([^|]*) ?\|$", re.MULTILINE)
NAMED = re.compile(r"`(\S+?\.py)::(\w+)`")

Row = tuple[str, str, str, str, str]


def rows() -> list[Row]:
    return ROW.findall((HERE / "README.md").read_text(encoding="utf-8"))


def names_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8")) if path.exists() else ast.parse("")
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def unknown(named: list[tuple[str, str]]) -> list[str]:
    return [f"{path}::{name}" for path, name in named if name not in names_in(HERE.parent / path)]


def test_every_row_stands_here_once() -> None:
    assert [int(row[0]) for row in rows()] == list(range(1, 47))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_a_row_names_a_test_that_exists_or_says_why_not(row: Row) -> None:
    _, _, _, proven, why_not = row
    named = NAMED.findall(proven)

    assert named or why_not.strip()
    assert unknown(named) == []


def test_every_test_of_this_folder_proves_a_row() -> None:
    named = {name for row in rows() for _, name in NAMED.findall(row[3])}
    ours = {name for path in HERE.glob("test_*.py") if path != Path(__file__) for name in names_in(path) if name.startswith("test_")}

    assert ours - named <= {
        "test_a_clock_that_is_set_right_again_closes_the_alarm_and_what_was_due_rings",
        "test_small_steps_and_a_night_asleep_are_no_leap",
        "test_the_marathon_of_kills",
    }


def test_a_name_nobody_bears_is_noticed() -> None:
    assert unknown([("faults/test_disk.py", "test_nothing"), ("nowhere.py", "test_nothing")]) == [
        "faults/test_disk.py::test_nothing",
        "nowhere.py::test_nothing",
    ]
