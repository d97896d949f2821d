"""What does it come to when a retraction is itself retracted? (language.md, Workflow: the last word counts)"""

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.order import in_order
from engine.model.event import Event, Heard
from tests.time.world import World, compiled, when


def retract(world: World, at: str, event_id: str) -> str:
    """Take back by id; answers the id of the taking back."""
    world.hear("retracted", at, extra={"retracts": "", "retracts_id": event_id})
    return world.journal()[-1].event_id


def test_the_case_is_where_it_was_before_anything_was_taken_back() -> None:
    world = World()
    world.hear("created", "11-23 09:00")
    world.hear("taken", "11-23 09:10")
    taken = world.journal()[-1].event_id

    first = retract(world, "11-23 09:20", taken)
    after_one = world.state()
    second = retract(world, "11-23 09:30", first)
    after_two = world.state()
    retract(world, "11-23 09:40", second)

    assert (after_one, after_two, world.state()) == ("new", "line2", "new")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 7))
def test_taken_back_so_often_it_stands_every_second_time(times: int) -> None:
    at = when("11-23 09:00")
    events = [
        Event(id="0", source="x", name="created", occurred_at=at, received_at=at),
        Event(id="1", source="x", name="taken", occurred_at=at, received_at=at),
    ]
    for number in range(2, times + 2):
        extra = {"retracts_id": str(number - 1)}
        events.append(Event(id=str(number), source="x", name="retracted", occurred_at=at, received_at=at, extra=extra))
    history = [Heard(event, number + 1, "") for number, event in enumerate(events)]

    read = in_order(compiled().workflows["ticket"], history)

    assert ("taken" in [one.event.name for one in read]) == (times % 2 == 0)
