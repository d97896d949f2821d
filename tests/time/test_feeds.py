"""What does a promise do that hears from a feed which lags, falls silent, and comes back? (`hears_from`, time.md 2.3.8)"""

import pytest

from tests.time.world import World, first

TMS = """
kind: connection
connection: tms
label: 运输系统
type: http
usual_lag: 1 h
heard_every: 30 min
inbound:
  path: /in/tms
  body: json
  signature: {kind: standard_webhooks, secret: env:TMS_SECRET}
  workflow: ticket
  case: [{no: no}]
  happened_at: {at: at, formats: ["%Y-%m-%d %H:%M:%S"]}
  events:
    - {label: 答复, match: {kind: A}, event: replied}
"""
RULES = """
while: new
limit: 2 h
hears_from: tms
timeline:
  - left: 30 min
    do: [{send: hurry}]
  - late: 0 min
    do: [{escalate: ladder, message: hurry}]
"""
CLIMB = ["wechat_work desk", "sms boss", "sms boss", "sms boss", "wechat_work last_resort"]


@pytest.fixture
def world() -> World:
    """A case of 09:00, due at 11:00, whose evidence usually comes an hour late."""
    world = World(sla=first(RULES), tms=TMS)
    world.hear("created", "11-23 09:00")
    return world


def test_rows_at_and_after_due_wait_the_usual_lag_and_rows_before_do_not(world: World) -> None:
    world.until("11-23 12:01")

    assert world.notes("row_fired") == ["11-23 10:30 first left 30 min", "11-23 12:00 first late 0 min"]


def test_lateness_is_recorded_at_due_whatever_the_feed_does(world: World) -> None:
    """Only what is said of it waits."""
    world.until("11-23 09:10")
    world.simulation.switch("tms", "silent")
    world.until("11-23 11:30")

    assert world.verdict() == "late"
    assert world.due() == "11-23 11:00"


def test_evidence_within_the_lag_leaves_nothing_to_be_said(world: World) -> None:
    world.hear("replied", "11-23 11:50", happened="11-23 10:50")
    world.until("11-24 09:00")

    assert [line[:11] for line in world.sent()] == ["11-23 10:30"]
    assert world.verdict() == "met_reported_late"


def test_a_silent_feed_holds_the_rows_until_its_return_and_the_usual_lag(world: World) -> None:
    world.until("11-23 10:45")
    world.simulation.switch("tms", "silent")
    world.until("11-23 15:00")
    held = world.notes("row_fired")

    world.simulation.switch("tms", "up")
    world.until("11-24 09:00")

    assert held == ["11-23 10:30 first left 30 min"]
    assert world.notes("row_fired") == [*held, "11-23 16:00 first late 0 min"]
    assert [line[12:].removesuffix(" T1 hurry") for line in world.sent()][1:] == CLIMB


def test_a_feed_that_is_back_before_it_counts_as_silent_holds_nothing(world: World) -> None:
    world.until("11-23 11:40")
    world.simulation.switch("tms", "silent")
    world.until("11-23 11:59")

    world.simulation.switch("tms", "up")
    world.until("11-23 12:00")

    assert world.notes("row_fired") == ["11-23 10:30 first left 30 min", "11-23 12:00 first late 0 min"]


def test_what_the_feed_brings_on_its_return_is_heard_before_anything_is_said(world: World) -> None:
    world.until("11-23 10:45")
    world.simulation.switch("tms", "silent")
    world.until("11-23 15:00")

    world.simulation.switch("tms", "up")
    world.hear("replied", "11-23 15:05", happened="11-23 10:55")
    world.until("11-24 09:00")

    assert [line[:11] for line in world.sent()] == ["11-23 10:30"]
    assert world.verdict() == "met_reported_late"
    assert world.notes("corrected") == ["11-23 15:05 first"]


def test_a_truth_that_comes_after_the_lag_corrects(world: World) -> None:
    """Said already, and not unsaid; the chain stops, and the verdict is put right."""
    world.hear("replied", "11-23 12:40", happened="11-23 10:50")
    world.until("11-24 09:00")

    assert [line[12:].removesuffix(" T1 hurry") for line in world.sent()] == ["sms boss", *CLIMB[:2]]
    assert world.verdict() == "met_reported_late"
    assert world.notes("corrected") == ["11-23 12:40 first"]


def test_a_dead_feed_is_one_alarm_and_not_one_per_case() -> None:
    world = World(sla=first(RULES), tms=TMS)
    for number in range(12):
        world.hear("created", "11-23 09:00", case=f"N{number}")
    world.until("11-23 10:45")

    world.simulation.switch("tms", "silent")
    world.until("11-23 18:00")

    tasks = world.stores.worklist.tasks()
    assert [one.role for one in tasks] == ["last_resort"]
    assert sorted(world.carried()) == sorted(f"sms boss N{number} hurry" for number in range(12))  # The reminders before due.
