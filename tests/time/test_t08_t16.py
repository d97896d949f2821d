"""Do the complaints about which clock runs, and when one is gone, 8 to 16 of time.md section 8, not occur here?"""

import pytest

from tests.time.world import CALENDARS, World, diagnosed, first, policy, sla

FIRST_AND_NEXT = sla(
    policy("first_answer", "while: new\nstops: {event: replied}\nlimit: 2 h\ntimeline:\n  - late: 0 min\n    do: [{send: hurry}]"),
    policy("next_answer", "while: unanswered\nlimit: 1 h\ntimeline:\n  - late: 0 min\n    do: [{send: hurry}]"),
)


def test_the_first_reply_clears_the_first_response_clock_in_the_same_transaction() -> None:
    """t08"""
    world = World(sla=FIRST_AND_NEXT)
    world.hear("created", "11-23 09:00")
    assert [one.partition("policy:")[2] for one in world.armed()] == ["first_answer due", "first_answer late 0 min"]

    world.hear("replied", "11-23 10:00")

    row = world.stores.directory.find("T1")[0]
    assert row.revision == 2
    assert [(view.policy, view.verdict.value) for view in row.clocks] == [("first_answer", "met")]
    assert world.armed() == []


def test_the_next_response_clock_runs_only_while_a_customer_message_is_unanswered() -> None:
    """t09"""
    world = World(sla=FIRST_AND_NEXT)
    world.hear("created", "11-23 09:00")
    world.hear("replied", "11-23 09:10")
    assert world.verdict("next_answer") is None

    world.hear("customer_wrote", "11-23 10:00")
    assert (world.verdict("next_answer"), world.due("next_answer")) == ("running", "11-23 11:00")
    world.hear("replied", "11-23 10:30")
    world.until("11-24 09:00")

    assert world.verdict("next_answer") == "met"
    assert world.sent() == []


def test_the_next_response_is_inert_until_the_first_response_is_done() -> None:
    """t10: a shorter next limit never overrules the first one."""
    world = World(sla=FIRST_AND_NEXT)
    world.hear("created", "11-23 09:00")
    world.hear("customer_wrote", "11-23 09:05")
    world.until("11-23 10:30")

    assert (world.verdict("first_answer"), world.due("first_answer")) == ("running", "11-23 11:00")
    assert world.verdict("next_answer") is None
    assert world.sent() == []


def test_a_policy_that_no_longer_applies_loses_its_clock() -> None:
    """t11: nothing of it is armed, nothing is sent, another metric of the new group is not needed for that."""
    rules = first("if: {tier: VIP}\nwhile: new\nlimit: 1 h\ntimeline:\n  - late: 0 min\n    do: [{escalate: ladder, message: hurry}]")
    world = World(sla=rules)
    world.hear("created", "11-23 09:00", tier="VIP")
    world.hear("edited", "11-23 09:30", tier="普通")
    world.until("11-24 09:00")

    assert world.verdict() in (None, "none")
    assert world.armed() == []
    assert world.sent() == []


def test_a_policy_switched_off_takes_its_pending_steps_along_and_the_journal_says_why() -> None:
    """t12"""
    rules = first("while: new\nlimit: 1 h\ntimeline:\n  - late: 0 min\n    do: [{escalate: ladder, message: hurry}]")
    world = World(sla=rules)
    world.hear("created", "11-23 09:00")
    world.until("11-23 10:10")
    assert len(world.sent()) == 1

    world.swap("11-23 10:20", sla=sla(policy("other", "while: line2\nlimit: 1 h")))
    world.until("11-25 09:00")

    assert len(world.sent()) == 1
    assert world.armed() == []
    assert world.notes("chain_ended") == ["11-23 10:20 ladder"]
    assert world.notes("late_withdrawn") == ["11-23 10:20 first"]


def test_a_policy_switched_off_before_its_due_time_leaves_a_row_with_the_reason() -> None:
    """t12: verdict none, pending steps cancelled, reason recorded."""
    world = World(sla=first("while: new\nlimit: 1 h\ntimeline:\n  - late: 0 min\n    do: [{send: hurry}]"))
    world.hear("created", "11-23 09:00")

    world.swap("11-23 09:30", sla=sla(policy("other", "while: line2\nlimit: 1 h")))

    said = [note.subject for row in world.journal() for note in row.notes if row.kind == "refresh"]
    assert world.armed() == []
    assert said == ["first"]


def test_a_merged_ticket_holds_no_live_clock() -> None:
    """t13"""
    rules = first(
        "while: new\nstops: {event: replied}\nlimit: 1 h\ntimeline:\n  - late: 0 min\n    do: [{escalate: ladder, message: hurry}]"
    )
    world = World(sla=rules)
    world.hear("created", "11-23 09:00")
    world.hear("merged", "11-23 09:30")
    world.until("11-24 09:00")

    assert world.verdict() == "none"
    assert world.armed() == []
    assert world.sent() == []


def test_merging_after_the_breach_ends_the_chain_too() -> None:
    """t13"""
    rules = first("while: new\nlimit: 1 h\ntimeline:\n  - late: 0 min\n    do: [{escalate: ladder, message: hurry}]")
    world = World(sla=rules)
    world.hear("created", "11-23 09:00")
    world.hear("merged", "11-23 10:10")
    world.until("11-24 09:00")

    assert len(world.sent()) == 1
    assert world.armed() == []


def test_editing_hours_moves_open_due_times_and_leaves_closed_history() -> None:
    """t14"""
    rules = first("while: new\nlimit: 2 h\ncalendar: desk\ntimeline:\n  - late: 0 min\n    do: [{send: hurry}]")
    world = World(sla=rules)
    world.hear("created", "11-23 09:00", case="T1")
    world.hear("replied", "11-23 10:30", case="T1")
    world.hear("created", "11-23 15:30", case="T2")
    assert (world.due(case="T1"), world.due(case="T2")) == ("11-23 11:00", "11-24 09:00")

    world.swap("11-23 16:00", calendars=CALENDARS.replace("08:30-17:00", "08:30-16:30"))
    assert (world.due(case="T1"), world.verdict(case="T1")) == ("11-23 11:00", "met")
    assert world.due(case="T2") == "11-24 09:30"
    world.until("11-24 12:00")

    assert world.sent() == ["11-24 09:30 sms boss T2 hurry"]


def test_old_and_new_due_time_stand_in_the_journal_when_the_hours_change() -> None:
    """t14: both due times."""
    world = World(sla=first("while: new\nlimit: 2 h\ncalendar: desk"))
    world.hear("created", "11-23 15:30")

    world.swap("11-23 16:00", calendars=CALENDARS.replace("08:30-17:00", "08:30-16:30"))

    assert world.details("due_moved") == ["2026-11-24T01:00:00+00:00 -> 2026-11-24T01:30:00+00:00"]


def test_a_second_different_reminder_on_the_same_day_is_not_swallowed() -> None:
    """t15: the key names clock, row and generation."""
    rules = sla(
        policy(
            "first", "while: new\nlimit: 2 h\ntimeline:\n  - left: 1 h\n    do: [{send: hurry}]\n  - left: 30 min\n    do: [{send: hurry}]"
        ),
        policy("second", "while: new\nlimit: 3 h\ntimeline:\n  - left: 1 h\n    do: [{send: hurry}]"),
    )
    world = World(sla=rules)
    world.hear("created", "11-23 09:00")
    world.until("11-24 09:00")

    assert world.sent() == [f"11-23 {at} sms boss T1 hurry" for at in ("10:00", "10:30", "11:00")]


EFFECT_ON_THE_CLOCK = """
    event          stops
    replied        yes
    called         yes
    note           no
    private_note   no
    bounced        no
    auto_reply     no
    customer_wrote no
"""


@pytest.mark.parametrize("line", EFFECT_ON_THE_CLOCK.strip().splitlines()[1:])
def test_which_kinds_of_event_stop_the_clock_is_data(line: str) -> None:
    """t16: table of event kinds and their effect."""
    event, stops = line.split()
    rules = first("while: [new, answered]\nstops: [{event: replied}, {event: called}]\nlimit: 2 h")
    world = World(sla=rules)
    world.hear("created", "11-23 09:00")

    world.hear(event, "11-23 09:30")

    assert world.verdict() == ("met" if stops == "yes" else "running")


def test_the_table_is_configurable() -> None:
    """t16: the same note stops another promise whose rule says so."""
    world = World(sla=first("while: new\nstops: {event: note}\nlimit: 2 h"))
    world.hear("created", "11-23 09:00")

    world.hear("note", "11-23 09:30")

    assert world.verdict() == "met"
    assert diagnosed(sla=first("while: new\nstops: {event: notte}\nlimit: 2 h"))[0].code == "R301"
