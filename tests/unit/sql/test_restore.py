"""After a restore: is anything sent twice, does what was held go out when a person says so, and is a bad copy refused?"""

import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from adapters.sql.backup import BackupFailed, bring_back, copy_file, copy_into, let_go, point_at, points
from adapters.sql.fence import fence_of, held_back, let_out
from adapters.sql.ownership import AlreadyRunning, hold_file
from adapters.sql.restore import NotRestored, restore
from adapters.sql.sqlite import CorruptStore
from adapters.sql.stores import SqlStores, open_stores
from engine.model.receipt import Parcel
from engine.service.desk import Incoming
from engine.service.handover import key_for, key_of
from engine.service.simulate import Simulation
from tests.contract.builders import NOW
from tests.unit.sql.desk_day import instant, order, play, shipped

OPENED, COPIED, CONFIRMED, RESTORED = (instant(f"2026-11-19 {at}") for at in ("09:00", "09:05", "09:20", "16:00"))


def sent_by(simulation: Simulation) -> list[Parcel]:
    return [parcel for gateway in simulation.gateways.values() for parcel in gateway.carried]


def confirmation(at: datetime, received_at: datetime, case_id: str) -> Incoming:
    return Incoming(
        source="connection/tms", id="confirmed-0", workflow="shipment", event="order_confirmed", occurred_at=at, received_at=received_at,
        case=case_id, data={},
    )  # fmt: skip


class Desk:
    """A desk that lost its store at 16:00, and goes on from a copy of 09:05."""

    def __init__(self, tmp_path: Path) -> None:
        self.path, copy = tmp_path / "desk.db", tmp_path / "copy.db"
        stores = open_stores(f"sqlite:///{self.path}", check=False)
        simulation = Simulation(shipped(), stores, OPENED)
        self.case = simulation.accept([order(0, OPENED)])[0].case_id or ""
        simulation.run_until(COPIED)
        copy_file(self.path, copy)
        simulation.run_until(CONFIRMED)
        simulation.accept([confirmation(CONFIRMED, CONFIRMED, self.case)])
        simulation.run_until(RESTORED)
        self.lost = sent_by(simulation)
        stores.close()
        restored = restore(copy, self.path, at=None, now=lambda: RESTORED, by="8011", replace=True)
        self.known_until = restored.fenced.fence.known_until
        self.stores: SqlStores = open_stores(f"sqlite:///{self.path}", check=False)
        self.simulation = Simulation(shipped(), self.stores, RESTORED)

    @property
    def sent(self) -> list[Parcel]:
        return sent_by(self.simulation)

    def ask_again(self) -> None:
        """The neighbour tells again what it told in the time that was lost."""
        self.simulation.accept([confirmation(CONFIRMED, RESTORED, self.case)])


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.stores.close()


def test_what_was_sent_before_the_restore_is_not_sent_again(desk: Desk) -> None:
    desk.ask_again()
    desk.simulation.run_until(RESTORED + timedelta(minutes=1))

    held = {(row.effect.case, row.effect.message or "") for row in held_back(desk.stores.database, 100)}
    assert desk.sent == []
    assert held, "nothing was decided again: the test proves nothing"
    assert held & {(one.case, one.message) for one in desk.lost}


def test_a_held_sending_does_not_look_for_another_way_meanwhile(desk: Desk) -> None:
    desk.ask_again()
    desk.simulation.run_until(RESTORED + timedelta(minutes=1))
    held = {row.effect.id for row in held_back(desk.stores.database, 100)}

    desk.simulation.run_until(RESTORED + timedelta(hours=3))

    fallen_back = [one.effect_id for row in desk.sent if (one := row) and any(one.effect_id.startswith(f"{each}/") for each in held)]
    journal = desk.stores.directory.journal(desk.case)
    assert fallen_back == []
    assert not [note for row in journal for note in row.notes if note.kind == "fallback"]


def test_what_a_person_lets_go_is_sent_once(desk: Desk) -> None:
    desk.ask_again()
    desk.simulation.run_until(RESTORED + timedelta(minutes=1))
    chosen = next(row for row in held_back(desk.stores.database, 100) if row.effect.message == "dispatch_order")
    now = desk.simulation.now

    assert let_out(desk.stores.database, chosen.effect.id, now)
    assert not let_out(desk.stores.database, chosen.effect.id, now)
    desk.simulation.run_until(now + timedelta(seconds=1))

    assert [one.effect_id for one in desk.sent] == [chosen.effect.id]


def test_what_happens_after_the_restore_is_sent_as_ever(desk: Desk) -> None:
    later = RESTORED + timedelta(minutes=10)
    desk.simulation.run_until(later)
    fresh = desk.simulation.accept([order(7, later)])[0].case_id or ""
    desk.simulation.accept([confirmation(later, later, fresh)])
    desk.simulation.run_until(later + timedelta(hours=6))

    assert [one for one in desk.sent if one.case == fresh]


def test_what_is_decided_after_each_restore_has_keys_that_no_time_before_had(tmp_path: Path) -> None:
    store, copy = tmp_path / "desk.db", tmp_path / "copy.db"
    play(store, until="2026-11-19 09:01", orders=1)
    copy_file(store, copy)
    lives = []
    for hour in (0, 1, 2):  # As it went on by itself, and twice from the same copy.
        at = RESTORED + timedelta(hours=hour)
        if hour:
            restore(copy, store, at=None, now=lambda: at, by="8011", replace=True)  # noqa: B023  # Called at once.
        stores = open_stores(f"sqlite:///{store}", check=False)
        simulation = Simulation(shipped(), stores, at + timedelta(minutes=1))
        simulation.accept([order(9, simulation.now)])
        case = simulation.accept([confirmation(simulation.now, simulation.now, "shipment:261119001")])[0].case_id
        simulation.run_until(at + timedelta(minutes=2))
        lives.append({one.effect_id: one.key for one in sent_by(simulation) if one.case == case})
        stores.close()

    assert lives[0], "nothing was sent: the test proves nothing"
    assert lives[0].keys() == lives[1].keys() == lives[2].keys()
    assert len({key for life in lives for key in life.values()}) == 3 * len(lives[0])


def test_what_stood_in_the_copy_keeps_its_key(desk: Desk) -> None:
    waited = held_back(desk.stores.database, 100)

    assert {key_for(row.effect) for row in waited} == {key_of(row.effect.id) for row in waited}


def test_the_fence_says_who_when_and_how_much_the_copy_knew(desk: Desk) -> None:
    with desk.stores.database.read() as connection:
        fence = fence_of(connection)

    assert fence is not None
    assert (fence.epoch, fence.at, fence.by) == (1, RESTORED, "8011")
    assert OPENED <= (fence.known_until or RESTORED) <= COPIED


def test_serial_numbers_of_the_lost_time_are_not_given_again(desk: Desk) -> None:
    given = desk.simulation.accept([order(8, RESTORED)])[0].case_id or ""

    assert int(given.removeprefix("shipment:261119")) > 1000


def test_a_daemon_at_work_is_not_restored_over(tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    play(copy, until="2026-11-19 09:10", orders=1)

    with hold_file(tmp_path / "desk.db"), pytest.raises(AlreadyRunning):
        restore(copy, tmp_path / "desk.db", at=None, now=lambda: NOW, by="8011")


def test_a_store_that_is_there_is_replaced_only_when_told_and_kept_even_then(tmp_path: Path) -> None:
    store, copy = tmp_path / "desk.db", tmp_path / "copy.db"
    play(store, until="2026-11-19 09:10", orders=1)
    copy_file(store, copy)
    with pytest.raises(NotRestored):
        restore(copy, store, at=None, now=lambda: NOW, by="8011")

    done = restore(copy, store, at=None, now=lambda: NOW, by="8011", replace=True)

    assert done.kept is not None
    assert done.kept.exists()


def test_a_damaged_copy_is_refused_and_nothing_is_touched(tmp_path: Path) -> None:
    store, copy = tmp_path / "desk.db", tmp_path / "copy.db"
    play(store, until="2026-11-19 09:10", orders=1)
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
