"""Do the complaints about due times set by hand, lines and rows, 33 to 40 of time.md section 8, not occur here?"""

import pytest

from tests.time.world import CALENDARS, CHAIN_ON_LATE, ON_LATE, World, first, policy, sla


def test_a_due_time_set_by_hand_is_not_shifted_by_a_pause() -> None:
    """t33"""
    rows = "except:\n  - {if: {promised: {blank: no}}, due: {field: promised}}\n"
    world = World(sla=first("while: [new, waiting]\npauses: waiting\nlimit: 2 h\n" + rows + ON_LATE))
    world.hear("created", "11-23 09:00")
    world.hear("edited", "11-23 09:10", promised="2026-11-23 12:00")
    world.hear("asked", "11-23 09:30")
    world.hear("answered", "11-23 10:30")

    assert world.due() == "11-23 12:00"
    world.until("11-24 09:00")
    assert world.sent() == ["11-23 12:00 sms boss T1 hurry"]


def test_a_due_time_set_by_hand_is_not_shifted_by_an_edit_of_the_hours() -> None:
    """t33"""
    world = World(sla=first("while: new\ndue: {field: promised}\ncalendar: desk"))
    world.hear("created", "11-23 09:00", promised="2026-11-23 16:45")

    world.swap("11-23 10:00", calendars=CALENDARS.replace("08:30-17:00", "08:30-16:30"))

    assert world.due() == "11-23 16:45"


def test_a_due_time_set_by_hand_rings_also_in_a_pausing_state() -> None:
    """t33: immune to pauses means that the moment counts."""
    world = World(sla=first("while: [new, waiting]\npauses: waiting\ndue: {field: promised}\n" + ON_LATE))
    world.hear("created", "11-23 09:00", promised="2026-11-23 12:00")
    world.hear("asked", "11-23 09:30")
    world.until("11-24 09:00")

    assert world.sent() == ["11-23 12:00 sms boss T1 hurry"]


def test_the_promise_of_a_line_starts_when_the_line_takes_the_case() -> None:
    """t34: a breach at line 2 does not breach the customer's promise."""
    rules = sla(
        policy("customer", "while: [new, line2]\nstops: {event: replied}\nlimit: 8 h"),
        policy("line", "while: line2\nlimit: 1 h\n" + ON_LATE),
    )
    world = World(sla=rules)
    world.hear("created", "11-23 09:00")
    world.hear("taken", "11-23 12:00")
    world.until("11-23 14:00")

    assert (world.due("line"), world.verdict("line")) == ("11-23 13:00", "late")
    assert (world.due("customer"), world.verdict("customer")) == ("11-23 17:00", "running")


def test_a_late_categorisation_counts_from_the_start_in_history() -> None:
    """t34"""
    world = World(sla=first("if: {topic: 投诉}\nwhile: new\nlimit: 4 h"))
    world.hear("created", "11-23 09:00")
    assert world.verdict() is None

    world.hear("edited", "11-23 11:00", topic="投诉")

    assert world.due() == "11-23 13:00"


def test_a_follow_up_of_waiting_tickets_uses_a_calendar() -> None:
    """t35"""
    rules = first(
        "while: waiting\nlimit: 3 business days\ncalendar: desk\ntimeline:\n  - after: 1 business day\n    do: [{send: hurry}]\n  - late: 0 min\n    do: [{event: thanked}]"
    )
    world = World("11-27 09:00", sla=rules)
    world.hear("created", "11-27 10:00")
    world.hear("asked", "11-27 16:00")
    world.until("12-02 15:59")
    assert (world.sent(), world.state()) == (["11-30 16:00 sms boss T1 hurry"], "waiting")

    world.until("12-02 16:00")

    assert world.state() == "done"


@pytest.mark.parametrize(("tier", "state"), [("VIP", "line2"), ("普通", "new")])
def test_a_guard_is_evaluated_when_the_row_is_due(tier: str, state: str) -> None:
    """t36: what holds at 10:00 counts, not what held at the start."""
    world = World(sla=first("while: new\nlimit: 1 h\ntimeline:\n  - late: 0 min\n    do: [{event: nag}]"))
    world.hear("created", "11-23 09:00", tier="普通" if tier == "VIP" else "VIP")
    world.hear("edited", "11-23 09:30", tier=tier)

    world.until("11-23 10:00")

    assert world.state() == state


def test_each_clock_drives_its_own_timeline_only() -> None:
    """t36"""
    rules = sla(
        policy("answer", "while: new\nstops: {event: replied}\nlimit: 1 h\n" + ON_LATE),
        policy("solve", "while: [new, answered]\nstops: {event: solved}\nlimit: 4 h\n" + ON_LATE),
    )
    world = World(sla=rules)
    world.hear("created", "11-23 09:00")
    world.hear("replied", "11-23 09:30")
    world.until("11-24 09:00")

    assert world.sent() == ["11-23 13:00 sms boss T1 hurry"]


def test_a_limit_begun_near_closing_goes_on_at_the_next_opening() -> None:
    """t37: no breach is found at night."""
    world = World("11-27 08:00", sla=first("while: new\nlimit: 1 h\ncalendar: desk\n" + ON_LATE))
    world.hear("created", "11-27 16:30")
    world.until("11-30 08:59")
    assert (world.verdict(), world.sent()) == ("running", [])

    world.until("11-30 12:00")

    assert world.sent() == ["11-30 09:00 sms boss T1 hurry"]


def test_a_final_state_stops_all_clocks() -> None:
    """t38: also when the customer says thanks afterwards."""
    rules = sla(
        policy("a", "while: [new, answered]\nlimit: 1 h\n" + CHAIN_ON_LATE),
        policy("b", "while: new\nstops: {event: called}\nlimit: 2 h\n" + ON_LATE),
    )
    world = World(sla=rules)
    world.hear("created", "11-23 09:00")
    world.hear("thanked", "11-23 09:30")
    world.hear("customer_wrote", "11-23 09:40")
    world.hear("thanked", "11-23 09:50")
    world.until("11-25 09:00")

    assert (world.state(), world.armed(), world.sent()) == ("done", [], [])


def test_three_rows_on_one_stall_all_fire() -> None:
    """t39: 12, 24, 48 h."""
    rows = "".join(f"\n  - after: {hours} h\n    do: [{{send: hurry}}]" for hours in (12, 24, 48))
    world = World(sla=first("while: new\nlimit: 72 h\ntimeline:" + rows))
    world.hear("created", "11-23 09:00")
    world.until("11-30 09:00")

    assert world.sent() == [f"{at} sms boss T1 hurry" for at in ("11-23 21:00", "11-24 09:00", "11-25 09:00")]


@pytest.mark.parametrize(
    ("created", "due"),
    [("11-23 14:00", "11-24 13:30"), ("11-27 16:00", "11-30 15:30"), ("11-28 12:00", "11-30 16:30"), ("11-23 08:30", "11-23 16:30")],
)
def test_business_hours(created: str, due: str) -> None:
    """t40: the baseline."""
    world = World("11-22 08:00", sla=first("while: new\nlimit: 8 h\ncalendar: desk"))

    world.hear("created", created)

    assert world.due() == due
