"""Do the written conventions of time.md sections 1.2, 2, 3 and 5 hold where no complaint asks?"""

from pathlib import Path

import pytest

from tests.time.world import CALENDARS, CHAIN_ON_LATE, CHAINS, ON_LATE, World, first, message, messages, policy, sla

# ---- section 1.2: amounts and rows --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "fires"),
    [
        ("left: 10 min", "11-23 15:20"), ("used: 80%", "11-23 15:24"), ("after: 5 min", "11-23 15:05"),
        ("late: 0 min", "11-23 15:30"), ("late: 90 min", "11-23 17:00"), ("late: 2 h", "11-24 09:00"), ("late: 1 business day", "11-24 15:30"),
    ],
)  # fmt: skip
def test_rows_count_in_the_policys_calendar(row: str, fires: str) -> None:
    world = World(sla=first(f"while: new\nlimit: 30 min\ncalendar: desk\ntimeline:\n  - {row}\n    do: [{{send: hurry}}]"))

    world.hear("created", "11-23 15:00")
    world.until("11-30 09:00")

    assert world.sent() == [f"{fires} sms boss T1 hurry"]


@pytest.mark.parametrize(
    ("row", "fires"),
    [("left: 30 min", "11-23 11:30"), ("used: 75%", "11-23 11:30"), ("late: 0 min", "11-23 12:00"), ("late: 30 min", "11-23 12:30")],
)
def test_a_pause_before_it_moves_every_row_alike(row: str, fires: str) -> None:
    world = World(sla=first(f"while: [new, waiting]\npauses: waiting\nlimit: 2 h\ntimeline:\n  - {row}\n    do: [{{send: hurry}}]"))
    world.hear("created", "11-23 09:00")
    world.hear("asked", "11-23 09:30")
    world.hear("answered", "11-23 10:30")
    world.until("11-24 09:00")

    assert world.sent() == [f"{fires} sms boss T1 hurry"]


def test_a_pause_after_the_due_time_moves_the_rows_after_it() -> None:
    """`late: 30 min` is deadline(limit + 30 min), pauses included: ten minutes before the pause, twenty after it."""
    world = World(sla=first("while: [new, waiting]\npauses: waiting\nlimit: 2 h\ntimeline:\n  - late: 30 min\n    do: [{send: hurry}]"))
    world.hear("created", "11-23 09:00")
    world.hear("asked", "11-23 11:10")
    world.hear("answered", "11-23 13:00")
    world.until("11-24 09:00")

    assert world.sent() == ["11-23 13:20 sms boss T1 hurry"]


BY_TABLE = """
while: new
calendar: desk
due: {day: next_open_day, at: 12:00}
except:
  - {if: {started_at_time: {before: 11:00}}, due: {day: same_day, at: 15:00}}
  - {if: {started_at_time: {from: 11:00}}, due: {day: same_day, at: 17:00}}
"""


@pytest.mark.parametrize(
    ("created", "due"),
    [
        ("11-23 10:59:59", "11-23 15:00"), ("11-23 11:00", "11-23 17:00"), ("11-23 11:00:01", "11-23 17:00"),
        ("11-28 10:00", "11-30 12:00"), ("11-27 10:00", "11-27 15:00"),
    ],
)  # fmt: skip
def test_before_is_strict_from_includes_and_a_closed_date_takes_only_the_next_open_day(created: str, due: str) -> None:
    world = World(sla=first(BY_TABLE))

    world.hear("created", created)

    assert world.due() == due


def test_rows_by_the_clock_skip_a_closed_moment_not_a_closed_date() -> None:
    calendars = CALENDARS + "    dates:\n      - {date: 2026-11-25, open: 13:00-17:00}\n"
    world = World(
        calendars=calendars,
        sla=first("while: new\nlimit: 1 h\ncalendar: desk\ntimeline:\n  - every_day_while_late: [09:30, 14:30]\n    do: [{send: hurry}]"),
    )
    world.hear("created", "11-24 12:00")
    world.until("11-26 12:00")

    assert [line[:11] for line in world.sent()] == ["11-24 14:30", "11-25 14:30", "11-26 09:30"]


def test_without_a_calendar_rows_by_the_clock_come_daily() -> None:
    world = World(sla=first("while: new\nlimit: 1 h\ntimeline:\n  - every_day_while_late: [09:30]\n    do: [{send: hurry}]"))
    world.hear("created", "11-27 12:00")
    world.until("11-30 12:00")

    assert [line[:11] for line in world.sent()] == ["11-28 09:30", "11-29 09:30", "11-30 09:30"]


# ---- section 2: clocks --------------------------------------------------------------------------------------------------------


def test_leaving_without_the_stop_before_due_is_no_verdict_and_after_due_it_is_late() -> None:
    """`none` = left without its stop before due; what was late stays late."""
    rules = first("while: new\nstops: {event: replied}\nlimit: 1 h")
    early, late = World(sla=rules), World(sla=rules)
    for world in (early, late):
        world.hear("created", "11-23 09:00")

    early.hear("solved", "11-23 09:30")
    late.hear("solved", "11-23 12:00")

    assert (early.verdict(), late.verdict()) == ("none", "late")


def test_a_new_start_leaves_what_was_late_late() -> None:
    rules = first("while: new\nstarts: {event: customer_wrote}\nstops: {event: replied}\nlimit: 1 h\n" + CHAIN_ON_LATE)
    world = World(sla=rules)
    world.hear("created", "11-23 08:50")
    world.hear("customer_wrote", "11-23 09:00")
    world.hear("customer_wrote", "11-23 12:00")

    assert all_verdicts(world) == ["late", "running"]


def all_verdicts(world: World) -> list[str]:
    """Of all clocks of the case, also those before the last one."""
    from engine.core.reading import clocks_of, read_case
    from engine.core.terms import Court

    rules, case = world.simulation.library.rulebook, world.stores.store.load("ticket:T1")
    court = Court(rules, rules.workflows["ticket"])
    clocks = clocks_of(court, read_case(court, case), world.simulation.now, case.ledger.floors)
    return [clock.verdict(world.simulation.now).value for clock in clocks]


RENAMED = "while: new\nlimit: 1 h\ntimeline:\n  - late: 0 min\n    do: [{send: hurry}]\n  - late: 1 h\n    do: [{escalate: ladder, message: hurry}]"


def test_a_policy_renamed_with_was_changes_nothing() -> None:
    """No row fires again, no chain begins anew."""
    worlds = World(sla=first(RENAMED)), World(sla=first(RENAMED))
    for world in worlds:
        world.hear("created", "11-23 09:00")
        world.until("11-23 11:20")

    worlds[1].swap(sla=sla(policy("renamed", "was: first\n" + RENAMED)))
    for world in worlds:
        world.until("11-24 09:00")

    assert worlds[1].sent() == worlds[0].sent()
    assert len(worlds[1].notes("late")) == 1


def test_an_inserted_row_does_not_fire_its_neighbours_again() -> None:
    rows = "while: new\nlimit: 1 h\ntimeline:\n  - late: 0 min\n    do: [{send: hurry}]\n"
    world = World(sla=first(rows))
    world.hear("created", "11-23 09:00")

    world.swap(
        "11-23 10:30",
        sla=first(
            "while: new\nlimit: 1 h\ntimeline:\n  - left: 10 min\n    do: [{send: hurry}]\n  - late: 0 min\n    do: [{send: hurry}]\n  - late: 1 h\n    do: [{send: hurry}]"
        ),
    )
    world.until("11-24 09:00")

    assert world.sent() == [f"11-23 {at} sms boss T1 hurry" for at in ("10:00", "10:30", "11:00")]


def test_a_retraction_lets_a_chain_go_on_at_its_step() -> None:
    """2.3.6: the clock runs on as if never stopped, rows that fired are not repeated."""
    world = World(sla=first("while: new\nstops: {event: called}\nlimit: 1 h\n" + CHAIN_ON_LATE))
    world.hear("created", "11-23 09:00")
    world.hear("called", "11-23 10:10", happened="11-23 09:50")
    assert world.verdict() == "met_reported_late"

    world.hear("retracted", "11-23 10:20", extra={"retracts": "called"})
    world.until("11-23 11:05")

    assert world.verdict() == "late"
    assert len(world.sent()) == 2
    assert world.sent()[-1].endswith("sms boss T1 hurry")


# ---- section 3: chains --------------------------------------------------------------------------------------------------------


def test_a_chain_waits_while_a_state_pauses_its_clock() -> None:
    """Ten minutes before the pause, twenty after it."""
    world = World(sla=first("while: [new, waiting]\npauses: waiting\nlimit: 1 h\n" + CHAIN_ON_LATE))
    world.hear("created", "11-23 09:00")
    world.hear("asked", "11-23 10:10")
    world.hear("answered", "11-23 12:00")
    world.until("11-23 12:25")

    assert world.sent(to="boss") == ["11-23 12:20 sms boss T1 hurry"]


def test_a_running_chain_keeps_the_steps_it_began_with() -> None:
    """Its text of steps is as of its beginning; people are always current."""
    world = World(sla=first("while: new\nlimit: 1 h\n" + CHAIN_ON_LATE))
    world.hear("created", "11-23 09:00")
    world.until("11-23 10:05")

    world.swap("11-23 10:10", escalations=CHAINS.replace("wait: 30 min", "wait: 3 h").replace("to: boss", "to: lead"))
    world.until("11-23 10:35")

    assert world.sent()[1:] == ["11-23 10:30 sms boss T1 hurry"]


# ---- section 5: notification control ------------------------------------------------------------------------------------------


def test_beyond_the_cap_staff_get_an_hourly_digest() -> None:
    """`37 more`, not silence."""
    world = World(sla=first("while: new\nlimit: 1 h\n" + ON_LATE), messages=messages(message("hurry"), caps="caps: {staff: 3 per hour}"))
    for number in range(6):
        world.hear("created", f"11-23 09:0{number}", case=f"T{number}")
    world.until("11-23 12:00")

    assert len(world.carried()) == 4
    assert "3" in world.carried()[-1]


def test_beyond_the_cap_customers_are_not_sent_to_and_are_listed() -> None:
    texts = messages(message("hurry", to="phone"), caps="caps: {customer: 1 per day}")
    world = World(
        sla=first("while: new\nlimit: 1 h\ntimeline:\n  - left: 10 min\n    do: [{send: hurry}]\n  - late: 0 min\n    do: [{send: hurry}]"),
        messages=texts,
    )
    world.hear("created", "11-23 09:00", phone="13911112222")
    world.until("11-23 12:00")

    assert len(world.sent()) == 1
    assert world.notes("suppressed") == ["11-23 10:00 hurry"]


STORM = (
    CALENDARS
    + """disruptions:
  - label: 台风
    if: {city: 深圳}
    from: 2026-11-23 10:00
    until: 2026-11-23 12:00
    pauses: [first]
    tell: sorry
"""
)
TOLD = messages(message("hurry"), message("sorry", to="phone"))


@pytest.mark.parametrize("declared", ["11-23 08:30", "11-23 09:30", "11-23 10:30", "11-23 12:30"])
def test_a_disruption_declared_afterwards_counts_like_one_declared_beforehand(declared: str) -> None:
    world = World("11-23 08:00", sla=first("while: new\nlimit: 2 h\n" + ON_LATE), messages=TOLD)
    world.hear("created", "11-23 08:20", case="T1", city="深圳")
    world.hear("created", "11-23 08:20", case="T2", city="北京")
    world.hear("created", "11-23 09:30", case="T3", city="深圳")
    world.swap(declared, calendars=STORM)
    world.until("11-24 09:00")

    assert [world.due(case=case) for case in ("T1", "T2", "T3")] == ["11-23 12:20", "11-23 10:20", "11-23 13:30"]
    assert [len(world.notes("late", case)) - len(world.notes("late_withdrawn", case)) for case in ("T1", "T2", "T3")] == [1, 1, 1]


def test_a_disruption_taken_back_was_never_declared() -> None:
    world = World(sla=first("while: new\nlimit: 2 h\n" + ON_LATE), messages=TOLD, calendars=STORM)
    world.hear("created", "11-23 09:00", city="深圳")
    assert world.due() == "11-23 13:00"

    world.swap("11-23 09:40", calendars=CALENDARS)
    world.until("11-24 09:00")

    assert world.due() == "11-23 11:00"
    assert [line for line in world.sent() if "hurry" in line] == ["11-23 11:00 sms boss T1 hurry"]


def test_a_disruption_tells_each_customer_once() -> None:
    """Three parcels of one customer, one message."""
    world = World(sla=first("while: new\nlimit: 2 h\n" + ON_LATE), messages=TOLD, calendars=STORM)
    for number in range(3):
        world.hear("created", f"11-23 09:0{number}", case=f"T{number}", city="深圳", phone="13911112222")
    world.until("11-24 09:00")

    assert len([line for line in world.carried() if "sorry" in line]) == 1


def test_a_restart_in_the_middle_of_a_disruption_changes_nothing(tmp_path: Path) -> None:
    world = World(sla=first("while: new\nlimit: 2 h\n" + ON_LATE), messages=TOLD, calendars=STORM, url=f"sqlite:///{tmp_path}/storm.db")
    world.hear("created", "11-23 09:00", city="深圳", phone="13911112222")

    world.until("11-23 10:30").restart().until("11-23 11:30").restart("11-23 12:30").until("11-24 09:00")

    assert world.sent() == ["11-23 10:00 sms phone T1 sorry", "11-23 13:00 sms boss T1 hurry"]
    world.close()


# ---- section 2.2 and 2.3: what else is kept -----------------------------------------------------------------------------------


def test_a_breach_under_a_policy_that_was_later_replaced_stays() -> None:
    """Its row stays, marked superseded."""
    world = World(sla=first("if: {tier: VIP}\nwhile: new\nlimit: 1 h"))
    world.hear("created", "11-23 09:00", tier="VIP")
    world.hear("edited", "11-23 10:40", tier="普通")

    assert world.notes("late_withdrawn") == []
    assert world.verdict() == "late"


def test_an_event_from_the_future_is_clamped_and_flagged() -> None:
    world = World(sla=first("while: new\nlimit: 2 h"))
    world.hear("created", "11-23 09:00")
    world.hear("replied", "11-23 10:00", happened="11-23 15:00")

    view = world.clock()
    assert view is not None
    assert view.verdict.value == "met"
    assert [note.kind for note in world.journal()[-1].notes] == ["suspect_time"]


def test_a_start_that_arrives_late_fires_its_rows_once_each_saying_how_late() -> None:
    """2.3.5: its due time may lie in the past."""
    rules = "while: line2\nlimit: 1 h\ntimeline:\n  - left: 30 min\n    do: [{send: hurry}]\n  - late: 0 min\n    do: [{send: hurry}]"
    world = World(sla=first(rules))
    world.hear("created", "11-23 09:00")
    world.hear("taken", "11-23 13:00", happened="11-23 09:30")

    assert [detail.partition("late_s ")[2] for detail in world.details("row_fired")] == ["10800", "9000"]
    assert world.sent() == ["11-23 13:00 sms boss T1 hurry"] * 2


def test_a_pause_that_is_reported_late_takes_the_breach_back_and_the_row_rings_when_its_time_has_come() -> None:
    world = World(sla=first("while: [new, waiting]\npauses: waiting\nlimit: 2 h\n" + ON_LATE))
    world.hear("created", "11-23 09:00")
    world.hear("asked", "11-23 11:40", happened="11-23 10:30")
    assert (world.verdict(), world.notes("late_withdrawn")) == ("paused", ["11-23 11:40 first"])

    world.hear("answered", "11-23 12:00")
    world.until("11-24 09:00")

    assert (world.due(), world.sent()[-1]) == ("11-23 12:30", "11-23 12:30 sms boss T1 hurry")


def test_the_first_of_a_group_taken_back_lets_the_others_go_together() -> None:
    texts = messages(message("hurry", "group_wait: 10 min", text="{no}[[共{group.count}票]]"))
    world = World(messages=texts, sla=first("while: new\nlimit: 1 h\n" + ON_LATE))
    for number in range(3):
        world.hear("created", f"11-23 09:0{number}", case=f"T{number}")
    world.hear("replied", "11-23 10:05", case="T0")
    world.until("11-23 12:00")

    assert world.carried() == ["sms boss T1共2票"]
