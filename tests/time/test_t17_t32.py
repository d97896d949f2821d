"""Do complaints 17 to 32 of time.md section 8 not occur here?"""

from itertools import pairwise
from pathlib import Path

import pytest

from engine.core.calendars import add
from engine.core.due import explain_due
from engine.language.texts import read_amount, write_amount
from tests.time.vectors import graded
from tests.time.world import CALENDARS, CHAINS, World, codes, first, message, messages, policy, sla, when

ON_LATE = "timeline:\n  - late: 0 min\n    do: [{send: hurry}]"


def test_one_formatter_says_the_same_hours_everywhere() -> None:
    """t17: 120 h reads 120 h, never 5 days."""
    amount = read_amount("120 h")
    world = World(sla=first("while: new\nlimit: 120 h\ntimeline:\n  - left: 119 h\n    do: [{send: hurry}]"))

    world.hear("created", "11-23 09:00")

    assert write_amount(amount) == "120 h"
    assert "120 h" in explain_due(None, when("11-23 09:00"), amount)[0].text
    assert "left 119 h" in world.explained()
    assert world.due() == "11-28 09:00"


NEXT = sla(policy("next_answer", "while: unanswered\nlimit: 1 h\n" + ON_LATE))


@pytest.mark.parametrize("event", ["bounced", "auto_reply", "note"])
def test_a_bounce_or_an_automatic_reply_never_counts_as_a_customer_message(event: str) -> None:
    """t18: it neither reopens nor starts a clock."""
    world = World(sla=NEXT)
    world.hear("created", "11-23 09:00")
    world.hear("replied", "11-23 09:10")

    world.hear(event, "11-23 10:00")
    world.until("11-24 09:00")

    assert world.state() == "answered"
    assert world.verdict("next_answer") is None


def test_our_own_message_going_out_is_no_customer_message_and_starts_no_loop() -> None:
    """t18: a receipt is no event of the workflow."""
    rules = sla(policy("answer", "while: answered\nlimit: 1 h\n" + ON_LATE), policy("next_answer", "while: unanswered\nlimit: 1 h"))
    world = World(sla=rules)
    world.hear("created", "11-23 09:00")
    world.hear("replied", "11-23 09:10")
    world.until("11-30 09:00")

    assert world.sent() == ["11-23 10:10 sms boss T1 hurry"]
    assert world.state() == "answered"
    assert world.verdict("next_answer") is None


def test_an_internal_message_never_reaches_the_customer() -> None:
    """t19: the audience follows from `to:`; a role never becomes a customer's number."""
    rules = first("while: new\nlimit: 1 h\ntimeline:\n  - late: 0 min\n    do: [{send: hurry}, {send: sorry}]")
    texts = messages(message("hurry", to="boss"), message("sorry", to="phone"))
    world = World(sla=rules, messages=texts)

    world.hear("created", "11-23 09:00", phone="13911112222")
    world.until("11-23 11:00")

    carried = {(one.message, one.address) for one in world.simulation.gateways["sms"].carried}
    assert carried == {("hurry", "13800000002"), ("sorry", "13911112222")}


def test_an_internal_message_cannot_be_sent_to_a_customers_number() -> None:
    """t19: `send: internal, to: phone field` is refused when loaded."""
    rules = first("while: new\nlimit: 1 h\ntimeline:\n  - late: 0 min\n    do: [{send: hurry, to: phone}]")

    assert [one for one in codes(sla=rules) if one.startswith("R")]


def test_a_chain_never_addresses_a_customer() -> None:
    """t19: steps name roles only."""
    assert "R301" in codes(escalations=CHAINS.replace("to: boss", "to: phone"))


def test_a_paused_clock_shows_a_remaining_time_that_does_not_move() -> None:
    """t20: label and number agree."""
    world = World(sla=first("while: [new, waiting]\npauses: waiting\nlimit: 2 h\n" + ON_LATE))
    world.hear("created", "11-23 09:00")
    world.hear("asked", "11-23 09:40")

    left = []
    for at in ("09:40", "10:00", "12:00", "18:00"):
        world.until(f"11-23 {at}")
        view = world.clock()
        assert view is not None
        assert view.due is not None
        left.append((view.verdict.value, (view.due - world.simulation.now).total_seconds()))

    assert left == [("paused", 80 * 60.0)] * 4
    assert world.sent() == []


def test_a_pause_over_closed_hours_adds_nothing() -> None:
    """t21: 17:00 to 08:30 next morning, and a whole weekend."""
    world = World("11-27 09:00", sla=first("while: [new, waiting]\npauses: waiting\nlimit: 8 h 30 min\ncalendar: desk"))
    world.hear("created", "11-27 16:00", case="T1")
    world.hear("asked", "11-27 17:00", case="T1")
    world.hear("answered", "11-30 08:30", case="T1")

    assert world.due(case="T1") == "11-30 16:00"


def test_a_pause_counts_from_its_own_beginning_to_the_second() -> None:
    """t21: the example of section 1.1: never added to the creation time."""
    world = World("11-27 09:00", sla=first("while: [new, waiting]\npauses: waiting\nlimit: 2 h\ncalendar: desk"))
    world.hear("created", "11-27 16:00")
    world.hear("asked", "11-27 16:20:30")
    world.hear("answered", "11-30 09:00")

    assert world.due() == "11-30 10:39:30"


def test_vectors_of_pauses_are_answered_canonically() -> None:
    """t21: vectors tagged `pause`."""
    assert graded("pause") == []


LUNCH = CALENDARS.replace("open: 08:30-17:00", "open: [08:30-12:00, 13:30-17:00]")


@pytest.mark.parametrize(
    ("created", "due"), [("11-23 11:30", "11-23 14:00"), ("11-23 11:00", "11-23 12:00"), ("11-23 12:30", "11-23 14:30"),
                         ("11-23 16:30", "11-24 09:00")],
)  # fmt: skip
def test_the_lunch_break_does_not_run_the_clock(created: str, due: str) -> None:
    """t22"""
    world = World(calendars=LUNCH, sla=first("while: new\nlimit: 1 h\ncalendar: desk"))

    world.hear("created", created)

    assert world.due() == due


def test_vectors_of_split_shifts_are_answered_canonically() -> None:
    """t22: vectors tagged `split_shift`."""
    assert graded("split_shift") == []


@pytest.mark.parametrize(
    ("created", "due"),
    [("10-08 07:00", "10-08 09:30"), ("09-30 18:00", "10-08 09:30"), ("10-03 12:00", "10-08 09:30"), ("10-09 17:00", "10-12 09:30")],
)  # fmt: skip
def test_a_case_created_before_opening_after_closing_or_on_a_holiday_gets_its_whole_limit(created: str, due: str) -> None:
    """t23"""
    calendars = CALENDARS + "    dates:\n      - {date: 2026-10-01, until: 2026-10-07, open: none, label: 国庆节}\n"
    world = World("09-30 08:00", calendars=calendars, sla=first("while: new\nlimit: 1 h\ncalendar: desk"))

    world.hear("created", created)

    assert world.due() == due


def test_an_edited_policy_shows_its_new_due_time_at_once() -> None:
    """t23"""
    world = World(sla=first("while: new\nlimit: 4 h"))
    world.hear("created", "11-23 09:00")

    world.swap("11-23 09:30", sla=first("while: new\nlimit: 3 h"))

    assert world.due() == "11-23 12:00"
    assert world.stores.directory.find("T1")[0].clocks[0].due == when("11-23 12:00")


@pytest.mark.parametrize(
    "rows",
    [
        "- {if: {}, limit: 1 h}",
        "- {limit: 1 h}",
        "- {if: , limit: 1 h}",
        "- {if: {tier: VIP}, limit: 1 h}\n  - if:\n    limit: 30 min",
    ],
)
def test_an_exception_without_a_condition_is_refused(rows: str) -> None:
    """t24: a blank condition is never a catch-all."""
    assert codes(sla=first(f"while: new\nlimit: 2 h\nexcept:\n  {rows}"), calendars="kind: calendars\n") != []


def test_an_exception_hidden_by_an_earlier_one_is_a_diagnostic() -> None:
    """t24"""
    rows = "\n  - {if: {tier: VIP}, limit: 1 h}\n  - {if: {tier: VIP}, limit: 30 min}"

    assert codes(sla=first(f"while: new\nlimit: 2 h\nexcept:{rows}"), calendars="kind: calendars\n") != []


def test_the_first_exception_that_fits_from_the_top_counts() -> None:
    """t24: the order is explicit."""
    rows = "\n  - {if: {tier: VIP, topic: 投诉}, limit: 30 min}\n  - {if: {tier: VIP}, limit: 1 h}"
    world = World(sla=first(f"while: new\nlimit: 2 h\nexcept:{rows}"))

    world.hear("created", "11-23 09:00", case="T1", tier="VIP", topic="投诉")
    world.hear("created", "11-23 09:00", case="T2", tier="VIP")
    world.hear("created", "11-23 09:00", case="T3")

    assert [world.due(case=case) for case in ("T1", "T2", "T3")] == ["11-23 09:30", "11-23 10:00", "11-23 11:00"]


def test_a_naive_time_is_rejected_at_the_gate() -> None:
    """t25: nothing guesses a zone; the core refuses it, too."""
    world = World(sla=first("while: new\nlimit: 2 h"))
    naive = when("11-23 09:00").replace(tzinfo=None)

    with pytest.raises(TypeError):
        add(None, naive, 3600)
    answer = world.hear("created", "11-23 09:00", promised="2026-11-23T10:00:00")
    assert answer.case_id == "ticket:T1"
    assert world.stores.directory.find("T1")[0].fields.get("promised", "").endswith(("+00:00", "Z", "+08:00"))


def test_a_clock_works_from_the_first_second_of_a_case() -> None:
    """t25: failed right after creation elsewhere."""
    world = World(sla=first("while: new\nlimit: 2 h\n" + ON_LATE))

    world.hear("created", "11-23 09:00")

    assert world.verdict() == "running"
    assert world.notes("late") == []


LADDER = first(
    "while: new\nlimit: 1 h\ntimeline:\n  - left: 30 min\n    do: [{send: hurry}]\n  - late: 0 min\n    do: [{escalate: ladder, message: hurry}]"
)
CLIMBED = [
    "11-23 09:30 sms boss T1 hurry",
    "11-23 10:00 wechat_work desk T1 hurry",
    "11-23 10:30 sms boss T1 hurry",
    "11-23 11:30 sms boss T1 hurry",
    "11-23 12:30 sms boss T1 hurry",
    "11-23 13:30 wechat_work last_resort T1 hurry",
]


def test_each_step_fires_once_over_a_thousand_passes() -> None:
    """t26"""
    world = World(sla=LADDER)
    world.hear("created", "11-23 09:00")

    for number in range(1000):
        world.simulation.run_until(when("11-23 09:00") + number * (when("11-24 09:00") - when("11-23 09:00")) / 1000)
    world.until("11-25 09:00")

    assert world.sent() == CLIMBED


def test_each_step_fires_once_over_restarts(tmp_path: Path) -> None:
    """t26"""
    world = World(sla=LADDER, url=f"sqlite:///{tmp_path}/t26.db")
    world.hear("created", "11-23 09:00")

    for hour in range(10, 15):
        for minute in ("00", "30", "31"):
            world.until(f"11-23 {hour}:{minute}").restart()
    world.until("11-25 09:00")

    assert world.sent() == CLIMBED
    world.close()


def test_after_downtime_all_rows_run_oldest_first_and_the_chain_climbs_in_order(tmp_path: Path) -> None:
    """t27: none is lost, and a chain never fires all its steps at once."""
    rules = first(
        "while: new\nlimit: 1 h\ntimeline:\n  - late: 0 min\n    do: [{escalate: ladder, message: hurry}]\n"
        "  - late: 30 min\n    do: [{send: later}]\n  - left: 30 min\n    do: [{send: early}]"
    )
    texts = messages(message("hurry"), message("early"), message("later"))
    world = World(sla=rules, messages=texts, url=f"sqlite:///{tmp_path}/t27.db")
    world.hear("created", "11-23 09:00")

    world.restart("11-23 15:00").until("11-24 09:00")

    fired = [note.subject for row in world.journal() for note in row.notes if note.kind in ("row_fired", "late")]
    assert fired == ["first left 30 min", "first", "first late 0 min", "first late 30 min"]
    assert [one for one in world.sent() if "hurry" in one] == [
        "11-23 15:00 wechat_work desk T1 hurry", "11-23 15:30 sms boss T1 hurry", "11-23 16:30 sms boss T1 hurry",
        "11-23 17:30 sms boss T1 hurry", "11-23 18:30 wechat_work last_resort T1 hurry",
    ]  # fmt: skip
    world.close()


def test_after_downtime_the_journal_says_how_late_a_row_was(tmp_path: Path) -> None:
    """t27: default fire, saying how late it is."""
    world = World(sla=first("while: new\nlimit: 1 h\n" + ON_LATE), url=f"sqlite:///{tmp_path}/t27.db")
    world.hear("created", "11-23 09:00")

    world.restart("11-23 15:00")

    assert [one.partition("late_s ")[2] for one in world.details("row_fired")] == ["18000"]
    world.close()


def test_a_row_later_than_it_may_be_is_skipped_and_listed(tmp_path: Path) -> None:
    """t27: after_downtime: skip_after 2 h."""
    rules = first(
        "while: new\nlimit: 1 h\nafter_downtime: skip_after 2 h\ntimeline:\n  - left: 30 min\n    do: [{send: hurry}]\n  - late: 4 h\n    do: [{send: hurry}]"
    )
    world = World(sla=rules, url=f"sqlite:///{tmp_path}/t27.db")
    world.hear("created", "11-23 09:00")

    world.restart("11-23 15:00")

    assert world.notes("row_skipped") == ["11-23 15:00 first left 30 min"]
    assert world.sent() == ["11-23 15:00 sms boss T1 hurry"]
    world.close()


def test_a_row_flagged_after_downtime_is_listed_and_not_sent(tmp_path: Path) -> None:
    """t27: after_downtime: flag."""
    rules = first("while: new\nlimit: 1 h\nafter_downtime: flag\n" + ON_LATE)
    world = World(sla=rules, url=f"sqlite:///{tmp_path}/t27.db")
    world.hear("created", "11-23 09:00")

    world.restart("11-23 15:00")

    assert world.sent() == []
    assert "row_flagged first late 0 min" in world.explained()
    assert [one.detail for one in world.stores.directory.unread()] == ["flagged:first late 0 min"]
    assert world.verdict() == "late"
    world.close()


@pytest.mark.parametrize(("back_at", "sent"), [("11-23 10:01", 1), ("11-23 10:01:01", 0)])
def test_a_row_is_flagged_only_when_it_rings_more_than_a_minute_late(tmp_path: Path, back_at: str, sent: int) -> None:
    """t27: after_downtime: flag; an ordinary delay of the heartbeat is none."""
    rules = first("while: new\nlimit: 1 h\nafter_downtime: flag\n" + ON_LATE)
    world = World(sla=rules, url=f"sqlite:///{tmp_path}/t27.db")
    world.hear("created", "11-23 09:00")

    world.restart(back_at)
    world.until("11-24 09:00")

    assert len(world.sent()) == sent
    assert len(world.notes("row_flagged")) == 1 - sent
    world.close()


def test_vectors_of_warnings_before_are_answered_canonically() -> None:
    """t28: kind `sla_warn_before`."""
    assert graded(kind="sla_warn_before") == []


@pytest.mark.parametrize(
    ("created", "warned"), [("11-23 11:00", "11-23 12:00"), ("11-23 11:30", "11-23 14:00"), ("11-23 16:00", "11-23 17:00"),
                            ("11-27 16:30", "11-30 09:00")],
)  # fmt: skip
def test_an_hour_before_is_an_hour_of_open_time_on_a_split_calendar(created: str, warned: str) -> None:
    """t28: never at 00:00; at a seam it is the near end."""
    world = World(calendars=LUNCH, sla=first("while: new\nlimit: 2 h\ncalendar: desk\ntimeline:\n  - left: 1 h\n    do: [{send: hurry}]"))

    world.hear("created", created)
    world.until("12-01 09:00")

    assert world.sent() == [f"{warned} sms boss T1 hurry"]


@pytest.mark.parametrize("paused_first", [True, False])
def test_a_pause_survives_a_swap_of_the_policy(*, paused_first: bool) -> None:
    """t29: priority swaps the terms while paused, and after."""
    rules = first("while: [new, waiting]\npauses: waiting\nlimit: 4 h\nexcept:\n  - {if: {tier: VIP}, limit: 3 h}\n" + ON_LATE)
    world = World(sla=rules)
    world.hear("created", "11-23 09:00")
    world.hear("asked", "11-23 09:30")
    if paused_first:
        world.hear("edited", "11-23 09:45", tier="VIP")
        world.hear("answered", "11-23 10:30")
    else:
        world.hear("answered", "11-23 10:30")
        world.hear("edited", "11-23 10:45", tier="VIP")

    assert world.due() == "11-23 13:00"
    world.until("11-23 18:00")
    assert world.sent() == ["11-23 13:00 sms boss T1 hurry"]


def test_a_pause_survives_a_change_of_the_rules() -> None:
    """t29: the same by editing the file."""
    world = World(sla=first("while: [new, waiting]\npauses: waiting\nlimit: 4 h"))
    world.hear("created", "11-23 09:00")
    world.hear("asked", "11-23 09:30")
    world.hear("answered", "11-23 10:30")

    world.swap("11-23 11:00", sla=first("while: [new, waiting]\npauses: waiting\nlimit: 3 h"))

    assert world.due() == "11-23 13:00"


def test_the_breach_check_ignores_a_paused_clock() -> None:
    """t30"""
    world = World(sla=first("while: [line2, waiting]\npauses: waiting\nlimit: 1 h\n" + ON_LATE))
    world.hear("created", "11-23 09:00")
    world.hear("taken", "11-23 09:10")
    world.hear("asked", "11-23 09:30")
    world.until("11-25 09:00")

    assert world.verdict() == "paused"
    assert (world.notes("late"), world.sent()) == ([], [])


@pytest.mark.parametrize(
    ("paused", "resumed", "due"),
    [
        ("11-24 10:00", "11-25 10:00", "11-27 15:00"),   # one business day, 8 h 30 min of it
        ("11-24 17:00", "11-25 08:30", "11-26 15:00"),   # a night
        ("11-24 10:00", "11-24 11:00", "11-26 16:00"),
        ("11-24 10:00", "11-24 13:00", "11-27 09:30"),   # an afternoon has two hours left
    ],
)  # fmt: skip
def test_business_days_are_lengthened_by_the_open_time_of_a_pause(paused: str, resumed: str, due: str) -> None:
    """t31: never weekends, never due outside hours."""
    world = World(sla=first("while: [new, waiting]\npauses: waiting\nlimit: 3 business days\ncalendar: desk"))
    world.hear("created", "11-23 15:00")
    world.hear("asked", paused)
    world.hear("answered", resumed)

    assert world.due() == due


@pytest.mark.parametrize(
    ("created", "due"), [("11-27 15:00", "12-01 15:00"), ("11-27 20:00", "12-02 08:30"), ("11-28 11:00", "12-01 11:00")]
)
def test_business_days_keep_the_local_time_and_roll_to_open_time(created: str, due: str) -> None:
    """t31: counted from the date itself, also from a closed one."""
    world = World(sla=first("while: new\nlimit: 2 business days\ncalendar: desk"))

    world.hear("created", created)

    assert world.due() == due


def reopened(on_return: str) -> World:
    world = World(sla=first(f"while: new\nlimit: 4 h\non_return: {on_return}\n" + ON_LATE))
    world.hear("created", "11-23 09:00")
    world.hear("solved", "11-23 11:00")
    assert world.verdict() == "met"
    world.hear("back_again", "11-24 09:00")
    return world


def test_a_reopened_case_starts_a_new_clock_by_default() -> None:
    """t32: on_return: again."""
    world = reopened("again")

    view = world.clock()
    assert view is not None
    assert (view.number, world.due()) == (2, "11-24 13:00")


def test_a_reopened_case_may_go_on_and_the_time_it_lay_closed_never_counts() -> None:
    """t32: on_return: continue."""
    world = reopened("continue")

    view = world.clock()
    assert view is not None
    assert (view.number, world.due(), world.verdict()) == (1, "11-24 11:00", "running")
    world.until("11-25 09:00")
    assert world.sent() == ["11-24 11:00 sms boss T1 hurry"]


def test_if_the_states_are_not_entered_again_the_verdict_stands() -> None:
    """t32"""
    world = World(sla=first("while: line2\nlimit: 4 h\n" + ON_LATE))
    world.hear("created", "11-23 09:00")
    world.hear("taken", "11-23 09:10")
    world.hear("solved", "11-23 11:00")
    world.hear("back_again", "11-24 09:00")
    world.until("11-25 09:00")

    assert world.verdict() == "met"
    assert world.sent() == []


def test_closed_time_never_counts_whatever_the_number_of_returns() -> None:
    """t32: three visits, twenty-four closed nights."""
    world = World("11-01 09:00", sla=first("while: new\nlimit: 4 h\non_return: continue"))
    world.hear("created", "11-02 09:00")
    for day, back in pairwise(("02", "09", "16", "26")):
        world.hear("solved", f"11-{day} 10:00")
        world.hear("back_again", f"11-{back} 09:00")

    assert world.due() == "11-26 10:00"
