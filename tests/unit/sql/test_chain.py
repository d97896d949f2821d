"""Is every change of the journal noticed, whoever made it and wherever?"""

import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.sql.chain import LINE
from adapters.sql.proof import BadAnchor, Fault, compare, read_anchor, take_anchor, verify
from adapters.sql.reading import open_reading
from tests.contract.builders import NOW
from tests.unit.sql.desk_day import play


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("day") / "desk.db"
    play(f"sqlite:///{path}")
    return path


@pytest.fixture
def store(day: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(day, tmp_path / "desk.db"))


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


def faults_of(path: Path) -> list[Fault]:
    store = open_reading(f"sqlite:///{path}")
    try:
        return list(verify(store.database).faults)
    finally:
        store.close()


def a_line(path: Path, seed: int) -> tuple[str, int]:
    with opened(path) as connection:
        lines = connection.execute("SELECT case_id, revision FROM journal ORDER BY case_id, revision").fetchall()
    case_id, revision = random.Random(seed).choice(lines)
    return str(case_id), int(revision)


def test_a_journal_that_nobody_touched_is_whole(store: Path) -> None:
    reading = open_reading(f"sqlite:///{store}")

    found = verify(reading.database)

    reading.close()
    assert found.faults == ()
    assert (found.cases, found.lines > 20) == (3, True)


@pytest.mark.parametrize("column", [*LINE[2:], "prev_hash", "hash"])
def test_a_changed_byte_in_any_column_names_its_line(store: Path, column: str) -> None:
    case_id, revision = a_line(store, seed=len(column))
    with opened(store) as connection:
        place = (case_id, revision)
        old = connection.execute(f"SELECT {column} FROM journal WHERE case_id = ? AND revision = ?", place).fetchone()[0]
        new = old + 1 if isinstance(old, int) else "x" if old in (None, "") else chr(ord(old[0]) ^ 1) + old[1:]
        connection.execute(f"UPDATE journal SET {column} = ? WHERE case_id = ? AND revision = ?", (new, *place))

    assert faults_of(store) == [Fault(case_id, revision, "changed")]


def test_a_line_that_was_taken_out_is_missed(store: Path) -> None:
    case_id, _ = a_line(store, seed=1)
    with opened(store) as connection:
        connection.execute("DELETE FROM journal WHERE case_id = ? AND revision = 2", (case_id,))

    assert faults_of(store) == [Fault(case_id, 2, "missing")]


def test_two_lines_that_changed_places_are_noticed_at_the_first(store: Path) -> None:
    case_id, _ = a_line(store, seed=2)
    with opened(store) as connection:
        for old, new in ((2, -1), (3, 2), (-1, 3)):
            connection.execute("UPDATE journal SET revision = ? WHERE case_id = ? AND revision = ?", (new, case_id, old))

    assert faults_of(store) == [Fault(case_id, 2, "changed")]


def test_a_tail_that_was_cut_off_is_missed_whether_or_not_the_case_was_told(store: Path) -> None:
    case_id, _ = a_line(store, seed=3)
    reading = open_reading(f"sqlite:///{store}")
    _, lines = take_anchor(reading.database, NOW)
    _, at, heads = read_anchor(lines)
    reading.close()
    with opened(store) as connection:
        last = connection.execute("SELECT MAX(revision) FROM journal WHERE case_id = ?", (case_id,)).fetchone()[0]
        connection.execute("DELETE FROM journal WHERE case_id = ? AND revision = ?", (case_id, last))

    assert faults_of(store) == [Fault(case_id, last, "cut")]

    with opened(store) as connection:
        head = connection.execute("SELECT hash FROM journal WHERE case_id = ? AND revision = ?", (case_id, last - 1)).fetchone()[0]
        connection.execute("UPDATE cases SET revision = ?, head = ? WHERE id = ?", (last - 1, head, case_id))
    reading = open_reading(f"sqlite:///{store}")
    try:
        assert verify(reading.database).faults == ()
        assert compare(reading.database, heads, at).faults == (Fault(case_id, last, "gone"),)
    finally:
        reading.close()


def test_a_case_that_vanished_with_all_its_lines_is_missed_by_the_anchor(store: Path) -> None:
    case_id, _ = a_line(store, seed=4)
    reading = open_reading(f"sqlite:///{store}")
    _, lines = take_anchor(reading.database, NOW)
    _, at, heads = read_anchor(lines)
    reading.close()
    with opened(store) as connection:
        connection.execute("DELETE FROM journal WHERE case_id = ?", (case_id,))
        connection.execute("DELETE FROM cases WHERE id = ?", (case_id,))
    reading = open_reading(f"sqlite:///{store}")
    try:
        assert [one.case for one in compare(reading.database, heads, at + timedelta(days=1)).faults] == [case_id]
    finally:
        reading.close()


def test_an_anchor_that_was_changed_itself_is_refused(store: Path) -> None:
    reading = open_reading(f"sqlite:///{store}")
    _, lines = take_anchor(reading.database, NOW)
    reading.close()
    written = list(lines)
    written[1] = written[1].replace('", ', '0", ', 1)

    with pytest.raises(BadAnchor):
        read_anchor(iter(written))
