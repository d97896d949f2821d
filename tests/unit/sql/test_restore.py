"""Does a copy become the store again as it was, and is a bad one refused? What may leave afterwards: test_fence.py."""

import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.sql.backup import BackupFailed, bring_back, copy_file, copy_into, let_go, point_at, points
from adapters.sql.ownership import AlreadyRunning, hold_file
from adapters.sql.restore import NotRestored, restore
from adapters.sql.sqlite import CorruptStore
from tests.contract.builders import NOW
from tests.unit.sql.desk_day import play


def test_a_daemon_at_work_is_not_restored_over(tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    play(f"sqlite:///{copy}", until="2026-11-19 09:10", orders=1)

    with hold_file(tmp_path / "desk.db"), pytest.raises(AlreadyRunning):
        restore(copy, tmp_path / "desk.db", at=None, now=lambda: NOW, by="8011")


def test_a_store_that_is_there_is_replaced_only_when_told_and_kept_even_then(tmp_path: Path) -> None:
    store, copy = tmp_path / "desk.db", tmp_path / "copy.db"
    play(f"sqlite:///{store}", until="2026-11-19 09:10", orders=1)
    copy_file(store, copy)
    with pytest.raises(NotRestored):
        restore(copy, store, at=None, now=lambda: NOW, by="8011")

    done = restore(copy, store, at=None, now=lambda: NOW, by="8011", replace=True)

    assert done.kept is not None
    assert done.kept.exists()


def test_a_damaged_copy_is_refused_and_nothing_is_touched(tmp_path: Path) -> None:
    store, copy = tmp_path / "desk.db", tmp_path / "copy.db"
    play(f"sqlite:///{store}", until="2026-11-19 09:10", orders=1)
    copy_file(store, copy)
    with copy.open("r+b") as file:
        file.seek(8192)
        file.write(b"\xff" * 4096)
    before = store.read_bytes()

    with pytest.raises(CorruptStore):
        restore(copy, store, at=None, now=lambda: NOW, by="8011", replace=True)

    assert store.read_bytes() == before
    assert not [one.name for one in tmp_path.iterdir() if "restoring" in one.name or "before" in one.name]


def counted(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT COUNT(*) FROM noted").fetchone()[0])


@pytest.fixture
def written(tmp_path: Path) -> Iterator[tuple[Path, sqlite3.Connection]]:
    path = tmp_path / "store.db"
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("CREATE TABLE noted (id INTEGER PRIMARY KEY, text TEXT)")
        yield path, connection


def note(connection: sqlite3.Connection, many: int) -> None:
    connection.execute("SAVEPOINT many")
    connection.executemany("INSERT INTO noted (text) VALUES (?)", [("x" * 200,)] * many)
    connection.execute("RELEASE many")


def test_a_copy_under_constant_writing_is_one_instant(written: tuple[Path, sqlite3.Connection], tmp_path: Path) -> None:
    path, connection = written
    note(connection, 5000)
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            note(connection, 10)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        copies = [copy_file(path, tmp_path / f"copy-{number}.db") for number in range(3)]
    finally:
        stop.set()
        writer.join()

    assert all(counted(one.file) % 10 == 0 for one in copies)
    assert counted(copies[-1].file) >= 5000


def test_a_folder_brings_back_every_one_of_its_points(written: tuple[Path, sqlite3.Connection], tmp_path: Path) -> None:
    path, connection = written
    folder = tmp_path / "backups"
    for minute in range(4):
        note(connection, 100)
        copy_into(path, folder, NOW + timedelta(minutes=minute))
    connection.execute("DELETE FROM noted WHERE id <= 300")
    connection.execute("VACUUM")
    copy_into(path, folder, NOW + timedelta(minutes=4))

    back = []
    for point in points(folder):
        bring_back(point, tmp_path / "back.db")
        back.append(counted(tmp_path / "back.db"))

    assert back == [100, 200, 300, 400, 100]
    assert len({point.base for point in points(folder)}) < 5, "every point was a whole copy"
    bring_back(point_at(folder, NOW + timedelta(minutes=2, seconds=59)), tmp_path / "back.db")
    assert counted(tmp_path / "back.db") == 300


def test_a_point_whose_step_was_lost_or_damaged_is_refused(written: tuple[Path, sqlite3.Connection], tmp_path: Path) -> None:
    path, connection = written
    folder = tmp_path / "backups"
    note(connection, 3000)
    for minute in range(3):
        copy_into(path, folder, NOW + timedelta(minutes=minute))
        note(connection, 1)
    steps = points(folder)[-1].steps
    spare = tmp_path / "spare.step"
    shutil.move(steps[0], spare)

    with pytest.raises(CorruptStore):
        bring_back(points(folder)[-1], tmp_path / "back.db")

    steps[0].write_bytes(spare.read_bytes()[:40])
    with pytest.raises(CorruptStore):
        bring_back(points(folder)[-1], tmp_path / "back.db")


def test_old_chains_go_as_a_whole_and_the_one_in_use_stays(written: tuple[Path, sqlite3.Connection], tmp_path: Path) -> None:
    path, connection = written
    folder = tmp_path / "backups"
    for day in range(3):
        note(connection, 3000)
        copy_into(path, folder, NOW + timedelta(days=day), base=True)
        note(connection, 1)
        copy_into(path, folder, NOW + timedelta(days=day, minutes=1))

    gone = let_go(folder, NOW + timedelta(days=1, hours=1))

    assert gone == 2
    assert points(folder)[0].at == NOW + timedelta(days=1)
    with pytest.raises(BackupFailed):
        point_at(folder, NOW)


def test_a_name_that_is_taken_is_not_written_over(written: tuple[Path, sqlite3.Connection], tmp_path: Path) -> None:
    taken = tmp_path / "taken.db"
    taken.write_text("precious", encoding="utf-8")

    with pytest.raises(BackupFailed):
        copy_file(written[0], taken)

    assert taken.read_text(encoding="utf-8") == "precious"
