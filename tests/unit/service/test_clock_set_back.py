"""What becomes of a bell when the clock is set back between the look and the ringing? It waits until it is due again, and then it rings."""

from tests.time.world import World, when


def test_a_bell_that_is_not_due_any_more_stays_armed_and_rings_when_it_is() -> None:
    world = World()
    world.hear("created", "11-23 09:00")
    clerk, bells = world.simulation.clerk, world.stores.bells
    due = bells.next_due()
    assert due is not None
    timer = bells.due(due, 1)[0]

    early = clerk.ring_safely(timer, when("11-23 09:00"))

    assert not early  # Decided now it would be obsolete, its id spent, and the case would wait for it for ever.
    assert [row.name for row in world.journal()] == ["created"]
    assert bells.due(due, 1) == [timer]
    assert clerk.ring_safely(timer, due)
    assert [row.source for row in world.journal()][-1] == "timer"
    assert clerk.tally.conflicts == 0
