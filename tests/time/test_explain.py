"""What does `explain` say of a moment of the past? Only what had been received by then, and what was awaited then."""

from datetime import datetime, timedelta

import pytest

from engine.core.called import Called
from tests.time.world import World, first, when

TICK = timedelta(microseconds=1)

ROWS = first(
    """
    while: [new, waiting]
    pauses: waiting
    limit: 4 h
    calendar: desk
    timeline:
      - after: 30 min
        do: [{send: hurry}]
      - left: 1 h
        do: [{send: hurry}]
      - used: 50%
        do: [{send: hurry}]
      - late: 0 min
        do: [{escalate: ladder, message: hurry}]
      - late: 2 h
        do: [{send: hurry}]
      - every_day_while_late: [09:30, 14:30]
        do: [{send: hurry}]
    """
)


@pytest.fixture
def played() -> World:
    """A case that waited for its customer over noon and is late by two days."""
    world = World(sla=ROWS)
    world.hear("created", "11-23 09:00")
    world.hear("asked", "11-23 11:30")
    world.hear("answered", "11-23 13:15:20")
    return world.until("11-25 12:00")


def told(world: World, at: datetime) -> list[str]:
    return [f"{one.what} | {one.why}" for one in world.running().explain("ticket:T1", at=at)]


def test_everything_that_fired_is_told_as_fired_and_one_tick_before_as_not_yet(played: World) -> None:
    called = Called(played.running().rulebook(), "zh")
    notes = [(row.received_at, note.subject) for row in played.journal() for note in row.notes if note.kind == "row_fired"]
    fired = [(at, called.subject("ticket", row)) for at, row in notes]

    assert len(fired) == 8
    for at, row in fired:
        then, before = told(played, at), told(played, at - TICK)
        waiting = f"{row} | 还没到,"
        assert [line for line in then if line.startswith(f"到点执行 · {row} ")] != [], (row, at)
        assert [line for line in before if line.startswith(waiting)] != [], (row, at)
        if "每天" not in row:
            assert [line for line in then if line.startswith(waiting)] == [], (row, at)


def test_an_instant_of_the_past_is_told_from_what_had_been_received_by_then(played: World) -> None:
    assert told(played, when("11-23 08:59")) == []

    before, held, again = (told(played, when(at)) for at in ("11-23 11:29", "11-23 12:00", "11-23 13:16"))
    assert [line for line in before if "first #1: 计时中" in line and "13:00 到期" in line] != []
    assert [line for line in held if "first #1: 暂停" in line] != []
    assert [line for line in again if "first #1: 计时中" in line and "14:45 到期" in line] != []


def test_a_late_report_is_unknown_to_every_instant_before_its_receipt() -> None:
    world = World(sla=first("while: new\nlimit: 2 h\ntimeline:\n  - late: 0 min\n    do: [{send: hurry}]"))
    world.hear("created", "11-23 09:00")
    world.hear("replied", "11-23 15:00", happened="11-23 10:00")

    then, now = told(world, when("11-23 14:59")), told(world, when("11-23 15:00"))

    assert [line for line in then if "first #1: 超时" in line] != []
    assert [line for line in now if "first #1: 按时,晚报" in line] != []


def test_a_pause_is_named_on_the_path_of_the_due_time(played: World) -> None:
    paths = [line for line in told(played, when("11-23 14:00")) if line.startswith("first #1 | ")]

    assert len(paths) == 1
    assert "暂停 1 h 45 min 20 s" in paths[0]
