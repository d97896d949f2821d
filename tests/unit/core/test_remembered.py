"""What of many cases is at hand: what is used stays, what nobody asks for is let go, and the whole of it is bounded."""

from datetime import UTC, datetime

from engine.core.remembered import Kept, Memory
from engine.core.stays import Reading
from engine.model.event import Event, Heard
from tests.unit.core.courtroom import rulebook

AT = datetime(2026, 11, 23, tzinfo=UTC)
RULES = rulebook()


def kept(events: int) -> Kept:
    heard = Heard(Event(id="e", source="s", name="scan", occurred_at=AT, received_at=AT), 1, "f")
    return Kept((heard,) * events, RULES, Reading())


def test_what_is_asked_for_again_and_again_stays_however_many_others_come() -> None:
    memory = Memory(events_max=100)
    mine = kept(10)
    memory.keep(("mine", 1), mine)
    for one in range(1_000):
        memory.keep((f"other {one}", 1), kept(10))
        assert memory.of(("mine", 1)) is mine


def test_what_nobody_asks_for_is_let_go_when_a_half_has_filled_up_twice() -> None:
    memory = Memory(events_max=100)
    memory.keep(("mine", 1), kept(10))
    for one in range(25):
        memory.keep((f"other {one}", 1), kept(10))
    assert memory.of(("mine", 1)) is None


def test_at_any_time_two_halves_and_one_reading_are_all_there_is() -> None:
    memory = Memory(events_max=100)
    for one in range(500):
        memory.keep((f"case {one % 90}", 1), kept(1 + one % 30))
        held = {key: memory._fresh.get(key) or memory._older[key] for key in {*memory._fresh, *memory._older}}
        assert sum(len(one.history) for one in held.values()) <= 2 * (100 + 30)


def test_one_case_that_goes_on_and_on_counts_once() -> None:
    memory = Memory(events_max=100)
    memory.keep(("other", 1), kept(10))
    for events in range(1, 80):
        memory.keep(("mine", 1), kept(events))
    assert memory.of(("other", 1)) is not None


def test_after_forgetting_nothing_is_known() -> None:
    memory = Memory()
    memory.keep(("mine", 1), kept(3))
    memory.forget()
    assert memory.of(("mine", 1)) is None
