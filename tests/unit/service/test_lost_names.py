"""Which open cases stand in the way of new rules? Not one whose opening waits to be decided: it will be opened under the new ones."""

from dataclasses import replace

from engine.service.desk import Incoming
from engine.service.ingest import accept
from engine.service.publish import lost_names
from tests.time.world import World, when


def test_a_case_that_is_accepted_and_not_decided_yet_is_not_lost() -> None:
    world = World()
    old = world.simulation.library.rulebook
    at = when("11-23 09:00")
    opening = Incoming(source="connection/test", id="1", workflow="ticket", event="created", occurred_at=at, case="T1")
    accept(world.stores.store, world.stores.directory, old, [opening], at)
    assert [row.revision for row in world.stores.directory.cases()] == [0]

    kept = list(lost_names(old, old, [{}], world.stores.directory))
    without = list(lost_names(old, replace(old, workflows={}), [{}], world.stores.directory))

    assert kept == []
    assert [one.code for one in without] == ["V601"]  # Without its workflow it would be.
