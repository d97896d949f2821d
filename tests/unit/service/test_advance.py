"""The clerk remembers a case as its last decision left it, and never one that was taken back."""

from pathlib import Path

import pytest

from adapters.sql.stores import open_stores
from engine.service.advance import Clerk
from engine.service.desk import Incoming
from engine.service.ingest import accept
from tests.time.world import World, when


def report(world: World, event: str, at: str, case: str = "T1") -> None:
    incoming = Incoming(source="connection/test", id=f"{event}@{at}", workflow="ticket", event=event, occurred_at=when(at), case=case)
    accept(world.stores.store, world.stores.directory, world.simulation.library.rulebook, [incoming], when(at))


def take_in_while_the_disk_is_full(world: World, ours: Clerk) -> None:
    with ours.together():
        report(world, "taken", "11-23 09:10")
        assert ours.advance(when("11-23 09:10")) == 1
        raise OSError("the disk is full")


def test_what_a_transaction_never_wrote_is_not_remembered_although_somebody_else_moves_the_case(tmp_path: Path) -> None:
    world = World(url=f"sqlite:///{tmp_path}/two.db")
    world.hear("created", "11-23 09:00")
    ours = world.simulation.clerk
    other = Clerk(world.stores.store, world.stores.bells, world.stores.feeds, world.simulation.library)

    with pytest.raises(OSError, match="disk"):
        take_in_while_the_disk_is_full(world, ours)
    report(world, "asked", "11-23 09:20")
    other.advance(when("11-23 09:20"))
    report(world, "answered", "11-23 09:30")
    ours.advance(when("11-23 09:30"))

    assert (world.state(), [row.name for row in world.journal()]) == ("new", ["created", "asked", "answered"])
    assert [heard.event.name for heard in world.stores.store.load("ticket:T1").history] == ["created", "asked", "answered"]
    world.close()


def test_a_group_with_a_case_that_another_daemon_moved_is_decided_one_by_one_and_loses_nothing(tmp_path: Path) -> None:
    world = World(url=f"sqlite:///{tmp_path}/two.db")
    world.hear("created", "11-23 09:00")
    ours = world.simulation.clerk
    elsewhere = open_stores(f"sqlite:///{tmp_path}/two.db")
    other = Clerk(elsewhere.store, elsewhere.bells, elsewhere.feeds, world.simulation.library)
    report(world, "taken", "11-23 09:10")
    other.advance(when("11-23 09:10"))

    report(world, "created", "11-23 09:20", case="T2")
    report(world, "asked", "11-23 09:20")
    decided, before = ours.advance(when("11-23 09:20")), ours.tally.decided

    assert (decided, [row.name for row in world.journal()]) == (2, ["created", "taken", "asked"])
    assert world.stores.store.load("ticket:T2").revision == 1
    assert (ours.tally.conflicts, before) == (1, 3)
    assert ours.advance(when("11-23 09:20")) == 0
    elsewhere.close()
    world.close()
