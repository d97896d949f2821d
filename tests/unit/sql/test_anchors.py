"""Is the journal anchored once a day, and does the folder tell later which line is not what it was?"""

import gzip
import json
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from adapters.clock import HurriedClock
from adapters.sql.anchors import LIST, Anchors, compare_all, days
from adapters.sql.erase import Errand, erase_case
from adapters.sql.proof import BadAnchor
from adapters.sql.stores import SqlStores, open_stores
from adapters.sql.tables import CASES, JOURNAL
from adapters.wiring.daemon import Daemon
from adapters.wiring.options import Options
from engine.model.masks import mask_text
from tests.unit.cli.rulebook import waybill
from tests.unit.sql.desk_day import instant, play

ZONE = "Asia/Shanghai"
FRIDAY, SATURDAY = instant("2026-11-20 12:05"), instant("2026-11-21 03:00")


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    path = tmp_path_factory.mktemp("day") / "desk.db"
    return path, play(f"sqlite:///{path}")


@pytest.fixture
def desk(day: tuple[Path, list[str]], tmp_path: Path) -> Iterator[tuple[SqlStores, list[str]]]:
    path = shutil.copy(day[0], tmp_path / "desk.db")
    stores = open_stores(f"sqlite:///{path}", check=False)
    yield stores, day[1]
    stores.close()


def test_an_anchor_is_taken_once_a_day_from_three_at_night_on_also_by_the_next_daemon(
    desk: tuple[SqlStores, list[str]], tmp_path: Path
) -> None:
    folder = tmp_path / "anchors"
    looks = [FRIDAY, FRIDAY, SATURDAY - timedelta(minutes=1), SATURDAY, SATURDAY + timedelta(minutes=1)]

    first = Anchors(desk[0].database, folder)
    made = [first.look(ZONE, at) for at in looks]
    again = Anchors(desk[0].database, folder).look(ZONE, SATURDAY + timedelta(hours=2))

    assert [one.file if one else None for one in made] == ["2026-11-20.gz", None, None, "2026-11-21.gz", None]
    assert again is None
    assert [one.cases for one in days(folder)] == [3, 3]
    assert sorted(one.name for one in folder.iterdir()) == ["2026-11-20.gz", "2026-11-21.gz", LIST]


def test_the_hash_goes_to_the_log_as_it_is(desk: tuple[SqlStores, list[str]], tmp_path: Path) -> None:
    made = Anchors(desk[0].database, tmp_path).look(ZONE, FRIDAY)

    assert made is not None
    assert made.in_groups.replace(":", "") == made.hash
    assert mask_text(made.in_groups) == made.in_groups


def test_a_file_that_was_cut_off_by_a_crash_is_written_anew(desk: tuple[SqlStores, list[str]], tmp_path: Path) -> None:
    (tmp_path / "2026-11-20.gz").write_bytes(b"half")

    Anchors(desk[0].database, tmp_path).look(ZONE, FRIDAY)

    listed, compared = compare_all(desk[0].database, tmp_path)
    assert (len(listed), compared.heads, compared.faults) == (1, 3, ())


def test_a_folder_that_cannot_be_written_is_tried_again_in_an_hour(desk: tuple[SqlStores, list[str]], tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, no folder")
    anchors = Anchors(desk[0].database, tmp_path / "taken")

    with pytest.raises(OSError, match="taken"):
        anchors.look(ZONE, FRIDAY)
    assert anchors.look(ZONE, FRIDAY + timedelta(minutes=59)) is None
    (tmp_path / "taken").unlink()

    assert anchors.look(ZONE, FRIDAY + timedelta(hours=1)) is not None


def test_a_line_forged_together_with_all_that_follows_it_is_named_by_the_anchor_of_an_earlier_day(
    desk: tuple[SqlStores, list[str]], tmp_path: Path
) -> None:
    stores, cases = desk
    anchors = Anchors(stores.database, tmp_path)
    anchors.look(ZONE, FRIDAY)
    with stores.database.write() as connection:
        connection.execute(update(JOURNAL).where(JOURNAL.c.case_id == cases[1]).values(hash="f" * 64))
        connection.execute(update(CASES).where(CASES.c.id == cases[1]).values(head="f" * 64))

    anchors.look(ZONE, SATURDAY)  # It sees the forgery, and takes it for the truth.

    _, compared = compare_all(stores.database, tmp_path)
    assert [(one.case, one.what) for one in compared.faults] == [(cases[1], "anchor")]


def test_what_was_erased_on_purpose_is_told_apart(desk: tuple[SqlStores, list[str]], tmp_path: Path) -> None:
    stores, cases = desk
    anchors = Anchors(stores.database, tmp_path)
    anchors.look(ZONE, FRIDAY)

    erase_case(stores.database, cases[0], Errand(by="8011", why="本人要求", at=FRIDAY + timedelta(hours=1)), even_open=True)
    with stores.database.write() as connection:
        connection.execute(JOURNAL.delete().where(JOURNAL.c.case_id == cases[0]))
    anchors.look(ZONE, SATURDAY)

    _, compared = compare_all(stores.database, tmp_path)
    assert {one.case for one in compared.erased} == {cases[0]}
    assert compared.faults == ()


def forge_the_list(folder: Path) -> None:
    said = json.loads((folder / LIST).read_text())
    (folder / LIST).write_text(json.dumps({**said, "hash": "0" * 64}))


def forge_the_file(folder: Path) -> None:
    lines = gzip.decompress((folder / "2026-11-20.gz").read_bytes()).decode().splitlines()
    (folder / "2026-11-20.gz").write_bytes(gzip.compress("\n".join(lines[:-1]).encode()))


@pytest.mark.parametrize("forge", [forge_the_list, forge_the_file, lambda folder: (folder / "2026-11-20.gz").unlink()])
def test_an_anchor_that_was_changed_itself_or_is_missing_is_refused(
    desk: tuple[SqlStores, list[str]], tmp_path: Path, forge: object
) -> None:
    Anchors(desk[0].database, tmp_path).look(ZONE, FRIDAY)
    assert callable(forge)

    forge(tmp_path)

    with pytest.raises(BadAnchor):
        compare_all(desk[0].database, tmp_path)


def test_the_prompt_compares_with_every_day_of_the_folder(
    desk: tuple[SqlStores, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores, cases = desk
    folder = tmp_path / "anchors"
    anchors = Anchors(stores.database, folder)
    made = [anchors.look(ZONE, at) for at in (FRIDAY, SATURDAY)]
    monkeypatch.setenv("WAYBILL_DB", str(tmp_path / "desk.db"))
    monkeypatch.setenv("WAYBILL_ANCHORS", str(folder))

    whole = waybill("audit", "verify")
    with closing(sqlite3.connect(tmp_path / "desk.db")) as raw:
        raw.execute("DELETE FROM journal WHERE case_id = ? AND revision > 1", (cases[2],))
        raw.commit()
    broken = waybill("audit", "verify", "--anchor", str(folder))
    none = waybill("audit", "verify", "--anchor", str(tmp_path))

    assert made[1] is not None
    assert whole.code == 0
    assert f"与 2 天的锚一致:3 处,最后一个 {made[1].hash}" in whole.out
    assert broken.code == 1
    assert f"坏了:{cases[2]}" in broken.out
    assert none.code == 2


def test_a_daemon_anchors_by_itself(tmp_path: Path) -> None:
    folder, clock = tmp_path / "anchors", HurriedClock(SATURDAY + timedelta(hours=1), 1.0)
    daemon = Daemon(Options(db=f"sqlite:///{tmp_path}/desk.db", port=0, clock=clock, anchors=folder))

    daemon.start()
    deadline = time.monotonic() + 60
    while not (folder / LIST).exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    daemon.stop()

    assert [(one.day.isoformat(), one.cases) for one in days(folder)] == [("2026-11-21", 0)]
