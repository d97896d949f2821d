"""What if the same scan is reported again, by another system, under another id, from earlier? (language.md, Order of time)"""

import re
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.time.world import CHAIN_ON_LATE, WORKFLOW, World, first, message, messages, wall, when

ENTERED = "      - {event: asked, to: waiting}\n      - {event: taken, to: line2}"
DOES = WORKFLOW.replace(
    ENTERED,
    "      - {event: asked, to: waiting, do: [{send: told}, {task: 问清楚, for: desk, asks: [answered]}]}\n      - {event: taken, to: line2}",
    1,
)
"""Whoever asks tells the boss, and the desk gets a task."""
CHASED = first("while: waiting\nlimit: 1 h\n" + CHAIN_ON_LATE)
RAISES = first("while: waiting\nlimit: 1 h\ntimeline:\n  - late: 0 min\n    do: [{event: escalated}, {send: hurry}]")
TEXTS = messages(message("hurry"), message("told"))


def asked_at_ten(sla: str = CHASED) -> World:
    world = World(workflow=DOES, messages=TEXTS, sla=sla)
    world.hear("created", "11-23 09:00")
    world.hear("asked", "11-23 10:00")
    return world


def test_what_entering_a_state_did_is_not_done_again() -> None:
    world = asked_at_ten()
    world.hear("asked", "11-23 10:20", happened="11-23 09:40")

    assert [line[12:] for line in world.sent()] == ["sms boss T1 told"]
    assert [(task.status, task.text) for task in world.stores.worklist.tasks(status=(), limit=9)] == [("open", "问清楚")]


def test_the_promise_counts_from_the_earlier_one_and_a_reminder_that_rang_is_not_rung_again() -> None:
    world = asked_at_ten()
    world.hear("asked", "11-23 11:10", happened="11-23 09:40")
    world.until("11-23 11:40")

    assert (world.due(), world.verdict()) == ("11-23 10:40", "late")
    assert world.notes("late") == ["11-23 11:00 first"]
    assert world.notes("late_withdrawn") == []
    assert world.details("due_moved") == ["2026-11-23T03:00:00+00:00 -> 2026-11-23T02:40:00+00:00"]
    assert [line for line in world.sent() if "hurry" in line] == ["11-23 11:00 wechat_work desk T1 hurry", "11-23 11:30 sms boss T1 hurry"]


def test_before_it_is_late_it_rings_at_the_hour_that_follows_from_the_earlier_one_once() -> None:
    world = asked_at_ten()
    world.hear("asked", "11-23 10:10", happened="11-23 09:40")
    world.until("11-23 11:05")

    assert [line for line in world.sent() if "hurry" in line] == ["11-23 10:40 wechat_work desk T1 hurry"]


def test_the_first_report_taken_back_the_later_one_begins_it_and_what_lies_ahead_again_rings_again() -> None:
    world = asked_at_ten()
    first_id = next(row.event_id for row in world.journal() if row.name == "asked")
    world.hear("asked", "11-23 10:30")
    world.until("11-23 11:05")
    world.hear("retracted", "11-23 11:06", extra={"retracts": "", "retracts_id": first_id})
    world.until("11-23 11:40")

    assert world.due() == "11-23 11:30"
    assert [line for line in world.sent() if "told" in line] == ["11-23 10:00 sms boss T1 told"]
    assert world.notes("late") == ["11-23 11:00 first", "11-23 11:30 first"]
    assert world.verdict() == "late"


def test_if_it_was_a_second_time_after_all_what_was_begun_then_goes_on() -> None:
    world = asked_at_ten()
    world.hear("asked", "11-23 10:10", happened="11-23 09:40")
    world.hear("asked", "11-23 10:15", happened="11-23 09:30")
    world.hear("answered", "11-23 10:20", happened="11-23 09:50")
    world.until("11-23 11:05")

    assert (world.state(), world.due()) == ("waiting", "11-23 11:00")
    assert [line[12:] for line in world.sent()] == ["sms boss T1 told", "wechat_work desk T1 hurry"]
    assert [(task.status, task.text) for task in world.stores.worklist.tasks(status=(), limit=9)] == [("open", "问清楚")]


def test_what_a_clock_raised_stands_and_falls_with_that_clock() -> None:
    world = asked_at_ten(RAISES)
    world.hear("asked", "11-23 11:10", happened="11-23 09:40")
    world.until("11-23 11:20")

    raised = [(wall(row.occurred_at), wall(row.received_at)) for row in world.journal() if row.name == "escalated"]
    assert raised == [("11-23 11:00", "11-23 11:00"), ("11-23 10:40", "11-23 11:10")]
    assert world.notes("late_withdrawn") == ["11-23 11:10 first"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 170), st.integers(0, 90)), min_size=1, max_size=5))
def test_however_often_and_late_a_scan_is_reported_no_line_is_said_twice(reports: list[tuple[int, int]]) -> None:
    world = World(workflow=DOES, messages=TEXTS, sla=CHASED)
    world.hear("created", "11-23 09:00")
    for received, happened in sorted((at + late, at) for at, late in reports):
        world.hear("asked", clock_of(received), happened=clock_of(happened))
    world.until("11-23 15:30")

    said = [re.sub(r"^.{12}", "", line) for line in world.sent()]
    assert said.count("sms boss T1 told") == 1
    assert said.count("wechat_work desk T1 hurry") == 1
    assert len(world.stores.worklist.tasks(status=(), limit=9)) == 1
    assert world.due() == clock_of(60 + min(at for at, _ in reports))


def clock_of(minutes: int) -> str:
    """So long after nine."""
    return wall(when("11-23 09:00") + timedelta(minutes=minutes))
