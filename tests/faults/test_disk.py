"""What if the disk fails: full, read-only, damaged, locked, or unable to keep what it was given?"""

import errno
import resource
import sqlite3
import subprocess
import time
from contextlib import closing, suppress
from http.client import HTTPException
from pathlib import Path
from random import Random

import pytest

from tests.crash.audit import audit
from tests.crash.living import Home, ask, complaints
from tests.faults.desk import a_home, a_small_disk, health, lives, order, tried, until
from tests.faults.preloaded import Machine

LONG = "单" * 400
WRITES = 12
"""So many writes to the database and its log an order costs at most, the first ones of a life included."""


def keep_ordering(home: Home, first: int, seconds: float) -> list[str]:
    """Orders until the daemon is gone; answers the ids of those that were answered with 2xx."""
    kept, number, deadline = [], first, time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            status, _ = order(home, number)
        except (OSError, HTTPException):
            return kept
        kept += [str(number)] if status in (200, 202) else []
        number += 1
    raise AssertionError("it was never killed")


def fill(file: Path) -> None:
    """To the last byte."""
    with file.open("wb", buffering=0) as filling, suppress(OSError):
        while filling.write(b"x" * 512):
            pass


@pytest.mark.crash
@pytest.mark.timeout(600)
def test_kill_9_at_any_write_to_the_file_loses_nothing(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    home, kept = a_home(tmp_path, env=machine.env), []
    with lives(home):
        kept += ["0"] if order(home, 0)[0] == 202 else []

    for write in range(1, WRITES + 1):
        with lives(home) as daemon:
            machine.is_now(kill_at_write=write)
            kept += keep_ordering(home, write * 1000, 30)
            daemon.process.wait(10)
        machine.is_now()
        assert audit(home.file, kept, tmp_path / "audit") == [], f"killed at write {write}"

    with lives(home) as daemon:
        until(lambda: health(home)[1]["numbers"]["inbox_pending"] == 0)
        assert daemon.stop() == 0
    assert audit(home.file, kept, tmp_path / "audit") == []


@pytest.mark.crash
@pytest.mark.timeout(300)
def test_a_flush_that_fails_ends_the_daemon_and_nothing_is_acknowledged_after_it(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    home = a_home(tmp_path, env=machine.env)
    with lives(home) as daemon:
        assert order(home, 1)[0] == 202
        machine.is_now(flush_error=errno.EIO)

        status, answer = order(home, 2)
        assert (status, answer["error"]) == (503, "store_unavailable")
        assert daemon.process.wait(30) == 1
    machine.is_now()

    assert [line for line in complaints(home) if "storage in doubt" in line]
    with lives(home) as daemon:
        assert order(home, 1)[1]["said"] == "duplicate"
        assert order(home, 2)[0] in (200, 202)
        assert daemon.stop() == 0
    assert audit(home.file, ["1", "2"], tmp_path / "audit") == []


@pytest.mark.crash
@pytest.mark.timeout(300)
def test_on_a_full_disk_orders_are_turned_away_and_read_and_taken_again_when_there_is_room(tmp_path: Path) -> None:
    with a_small_disk(tmp_path, "3m") as disk:
        home = a_home(disk)
        with lives(home) as daemon:
            kept, number, status = [], 0, 202
            while status == 202:
                number += 1
                status, answer = order(home, number, more=LONG)
                kept += [str(number)] if status == 202 else []
            assert (status, answer["error"]) == (503, "store_unavailable")
            fill(disk / "filling")
            assert order(home, number, more=LONG)[0] == 503
            assert ask(home.port, "GET", "/cases?q=W1")[0] == 200
            assert any("the disk is nearly full" in reason for reason in health(home)[1]["reasons"])

            subprocess.run(["mount", "-o", "remount,size=60m", disk], check=True)
            until(lambda: order(home, number, more=LONG)[0] in (200, 202))
            until(lambda: health(home)[1]["numbers"]["inbox_pending"] == 0)
            assert daemon.stop() == 0
        assert audit(home.file, [*kept, str(number)], tmp_path / "audit") == []
        assert len(kept) > 3


@pytest.mark.crash
@pytest.mark.timeout(300)
def test_at_the_limit_for_the_size_of_files_orders_are_turned_away_and_taken_again_when_it_is_lifted(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    with lives(home) as daemon:
        assert order(home, 1)[0] == 202
        pid, unlimited = daemon.process.pid, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))

        status, answer = order(home, 2)
        assert (status, answer["error"]) == (503, "store_unavailable")
        assert ask(home.port, "GET", "/cases?q=W1")[0] == 200
        resource.prlimit(pid, resource.RLIMIT_FSIZE, unlimited)

        until(lambda: order(home, 2)[0] in (200, 202))
        assert daemon.stop() == 0
    assert audit(home.file, ["1", "2"], tmp_path / "audit") == []


@pytest.mark.crash
def test_a_read_only_place_is_refused_with_one_line(tmp_path: Path) -> None:
    with a_small_disk(tmp_path, "20m") as disk:
        home = Home(disk, a_home(tmp_path).rules)
        with lives(home) as daemon:
            assert daemon.stop() == 0
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)

        told = tried(home)

    assert told.returncode == 1
    assert len(told.stderr.splitlines()) == 1, told.stderr
    assert "nothing can be written beside" in told.stderr
    assert "Read-only file system" in told.stderr


@pytest.mark.crash
@pytest.mark.timeout(300)
def test_a_damaged_file_is_refused_points_to_the_backup_and_stays_as_it_is(tmp_path: Path) -> None:
    home, chance = a_home(tmp_path), Random(8)
    with lives(home) as daemon:
        assert [order(home, number)[0] for number in range(60)] == [202] * 60
        assert daemon.stop() == 0
    whole = home.file.read_bytes()

    for place, size in ((0, 100), (len(whole) // 2 // 4096 * 4096, 4096), (8192, 4096)):
        home.file.write_bytes(whole[:place] + chance.randbytes(size) + whole[place + size :])
        told = tried(home)

        assert told.returncode == 1
        assert len(told.stderr.splitlines()) == 1, told.stderr
        assert "the database file is damaged, restore a backup" in told.stderr
        assert home.file.read_bytes() == whole[:place] + home.file.read_bytes()[place : place + size] + whole[place + size :]
    assert [one.name for one in tmp_path.iterdir() if one.suffix not in (".db", ".log", ".lock") and one.is_file()] == []


@pytest.mark.crash
@pytest.mark.timeout(300)
def test_a_writer_from_outside_makes_callers_wait_and_after_five_seconds_come_again(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    with lives(home) as daemon, closing(sqlite3.connect(home.file, isolation_level=None)) as backup:
        backup.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        status, answer = order(home, 1)
        took = time.monotonic() - began
        assert (status, answer["error"]) == (503, "store_unavailable")
        assert 4 < took < 20
        assert ask(home.port, "GET", "/cases")[0] == 200
        backup.execute("ROLLBACK")

        assert order(home, 1)[0] == 202
        backup.execute("BEGIN")
        backup.execute("SELECT count(*) FROM journal").fetchall()
        assert order(home, 2)[0] == 202  # A long reader is nobody's trouble.
        assert daemon.stop() == 0
