"""Do the complaints about messages, pauses and hours, 17 to 25 of time.md section 8, not occur here?"""

import pytest

from engine.core.calendars import add
from engine.core.due import explain_due
from engine.language.texts import read_amount, write_amount
from tests.time.vectors import graded
from tests.time.world import CALENDARS, CHAINS, LUNCH, ON_LATE, World, codes, first, message, messages, policy, sla, when


def test_one_formatter_says_the_same_hours_everywhere() -> None:
    """t17: 120 h reads 120 h, never 5 days."""
    amount = read_amount("120 h")
    world = World(sla=first("while: new\nlimit: 120 h\ntimeline:\n  - left: 119 h\n    do: [{send: hurry}]"))

    world.hear("created", "11-23 09:00")

    assert write_amount(amount) == "120 h"
    assert "120 h" in explain_due(None, when("11-23 09:00"), amount)[0].text
    assert "还剩 119 小时" in world.explained()
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
