"""After a restore: is anything sent twice, and does what was held go out when a person says so? On a file and on a server."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from adapters.sql.backup import copy_file
from adapters.sql.database import Database
from adapters.sql.fence import fence_of, held_back, let_out, put_up
from adapters.sql.restore import restore
from adapters.sql.sqlite import file_of
from adapters.sql.stores import SqlStores, open_stores, secret_of
from engine.model.receipt import Parcel
from engine.service.desk import Incoming
from engine.service.handover import key_for, key_of
from engine.service.simulate import Simulation
from tests.ground import Ground
from tests.unit.sql.desk_day import instant, order, play, shipped

OPENED, COPIED, CONFIRMED, RESTORED = (instant(f"2026-11-19 {at}") for at in ("09:00", "09:05", "09:20", "16:00"))


def sent_by(simulation: Simulation) -> list[Parcel]:
    return [parcel for gateway in simulation.gateways.values() for parcel in gateway.carried]


def confirmation(at: datetime, received_at: datetime, case_id: str) -> Incoming:
    return Incoming(
        source="connection/tms", id="confirmed-0", workflow="shipment", event="order_confirmed", occurred_at=at, received_at=received_at,
        case=case_id, data={},
    )  # fmt: skip


def brought_back(ground: Ground, copy: str, at: datetime) -> str:
    """The address of a store brought back from a copy as the page says: `restore`, or the server's own tools and `restore --fence`."""
    file = file_of(copy)
    if file is not None:
        kept, target = ground.folder / "kept.db", ground.folder / "brought-back.db"
        for old in (kept, target):
            old.unlink(missing_ok=True)
        copy_file(file, kept)
        restore(kept, target, at=None, now=lambda: at, by="8011")
        return f"sqlite:///{target}"
    address = ground.copy(copy)
    database = Database(address)
    put_up(database, secret_of(database), at, "8011")
    database.close()
    return address


@dataclass(frozen=True, slots=True)
class Lost:
    """A desk lost its store at 16:00; there is a copy of 09:05."""

    case: str
    copy: str
    sent: list[Parcel]
    """What left until then, after the copy was made, too."""


@pytest.fixture(scope="module")
def lost(ground: Ground) -> Lost:
    address = ground.new()
    stores = open_stores(address, check=False)
    simulation = Simulation(shipped(), stores, OPENED)
    case = simulation.accept([order(0, OPENED)])[0].case_id or ""
    simulation.run_until(COPIED)
    stores.close()
    copy, sent = ground.copy(address), sent_by(simulation)
    stores = open_stores(address, check=False)
    simulation = Simulation(shipped(), stores, COPIED)
    simulation.run_until(CONFIRMED)
    simulation.accept([confirmation(CONFIRMED, CONFIRMED, case)])
    simulation.run_until(RESTORED)
    stores.close()
    return Lost(case, copy, sent + sent_by(simulation))


class Desk:
    """It goes on from the copy."""

    def __init__(self, address: str, lost: Lost) -> None:
        self.lost = lost
        self.stores: SqlStores = open_stores(address, check=False)
        self.simulation = Simulation(shipped(), self.stores, RESTORED)

    @property
    def sent(self) -> list[Parcel]:
        return sent_by(self.simulation)

    def ask_again(self) -> None:
        """The neighbour tells again what it told in the time that was lost."""
        self.simulation.accept([confirmation(CONFIRMED, RESTORED, self.lost.case)])


@pytest.fixture
def desk(ground: Ground, lost: Lost) -> Iterator[Desk]:
    address = brought_back(ground, lost.copy, RESTORED)
    desk = Desk(address, lost)
    yield desk
    desk.stores.close()
    ground.drop(address)


def test_what_was_sent_before_the_restore_is_not_sent_again(desk: Desk) -> None:
    desk.ask_again()
    desk.simulation.run_until(RESTORED + timedelta(minutes=1))

    held = {(row.effect.case, row.effect.message or "") for row in held_back(desk.stores.database, 100)}
    assert desk.sent == []
    assert held, "nothing was decided again: the test proves nothing"
    assert held & {(one.case, one.message) for one in desk.lost.sent}


def test_a_held_sending_does_not_look_for_another_way_meanwhile(desk: Desk) -> None:
    desk.ask_again()
    desk.simulation.run_until(RESTORED + timedelta(minutes=1))
    held = {row.effect.id for row in held_back(desk.stores.database, 100)}

    desk.simulation.run_until(RESTORED + timedelta(hours=3))

    fallen_back = [one.effect_id for row in desk.sent if (one := row) and any(one.effect_id.startswith(f"{each}/") for each in held)]
    journal = desk.stores.directory.journal(desk.lost.case)
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


def test_what_is_decided_after_each_restore_has_keys_that_no_time_before_had(ground: Ground) -> None:
    begun = ground.new()
    play(begun, until="2026-11-19 09:01", orders=1)
    lives = []
    for hour in (0, 1, 2):  # As it went on by itself, and twice from the same copy.
        at = RESTORED + timedelta(hours=hour)
        address = brought_back(ground, begun, at) if hour else ground.copy(begun)
        stores = open_stores(address, check=False)
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


def test_a_second_restore_puts_up_a_second_fence(ground: Ground, lost: Lost) -> None:
    once = brought_back(ground, lost.copy, RESTORED)
    database = Database(once)

    held = put_up(database, secret_of(database), RESTORED + timedelta(hours=1), "8012")

    with database.read() as connection:
        fence = fence_of(connection)
    database.close()
    assert fence is not None
    assert (fence.epoch, fence.by) == (2, "8012")
    assert held.held == 0, "what the first fence holds is held already"
