"""Does a rule on trial judge like a live one, reach nobody, and say afterwards what it would have done?"""

from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.reports.shadow import ShadowLine, Trial, shadow
from tests.time.world import CHAINS, World, first, message, messages, when

ROWS = "while: new\nlimit: 1 h\ntimeline:\n"
SENDS = (
    ROWS
    + "  - left: 10 min\n    do: [{task: 看一看, for: desk}]\n  - late: 0 min\n    do: [{send: hurry}, {escalate: ladder, message: hurry}]"
)
FALLS_BACK = messages(
    message("hurry", "mode: shadow\nif_not_delivered: {after: 5 min, channel: phone, to: lead, note_why: yes, resend_when_back: yes}")
)
SHADOW_CHAIN = CHAINS.replace("    label: 催办\n", "    label: 催办\n    mode: shadow\n")
PRICES = "costs: {sms: 0.05 元}\n"


def reported(world: World, since: str | None = None) -> list[ShadowLine]:
    directory = world.stores.directory
    cases = [Trial(case=one.id, journal=directory.journal(one.id), sent=directory.sent(one.id)) for one in directory.cases(limit=1000)]
    return shadow(world.simulation.library.rulebook, cases, when(since) if since else None)


def two_days(**changed: str) -> World:
    """Two cases left alone, one on each of two days."""
    world = World(**changed)
    world.hear("created", "11-23 09:00", case="T1")
    world.hear("replied", "11-23 12:30", case="T1")
    world.hear("created", "11-24 14:00", case="T2")
    return world.until("11-25 09:00")


def test_a_policy_says_what_would_have_left_to_whom_and_when() -> None:
    (line,) = reported(two_days(sla=first("mode: shadow\n" + SENDS), messages=PRICES_AND_HURRY))

    assert (line.kind, line.name, line.fired) == ("policy", "first", 4)
    assert line.would == {("task", "desk"): 2, ("sms", "boss"): 2}
    assert line.begun == {"ladder": 2}
    assert line.hours == {("boss", 10): 1, ("boss", 15): 1, ("desk", 9): 1, ("desk", 14): 1}
    assert line.days == {date(2026, 11, 23): 2, date(2026, 11, 24): 2}
    assert line.cost == Decimal("0.10")
    assert line.judged is not None
    assert line.judged.late == 2
    assert [one.case for one in line.examples] == ["ticket:T2", "ticket:T1"]


PRICES_AND_HURRY = messages(message("hurry")).replace("kind: messages\n", "kind: messages\n" + PRICES)


def test_since_leaves_out_what_came_before() -> None:
    world = two_days(sla=first("mode: shadow\n" + SENDS))

    (line,) = reported(world, since="11-24 00:00")

    assert line.days == {date(2026, 11, 24): 2}


def test_a_chain_and_a_message_have_lines_of_their_own() -> None:
    chain = reported(two_days(sla=first(SENDS), escalations=SHADOW_CHAIN))
    told = reported(two_days(sla=first(SENDS), messages=messages(message("hurry", "mode: shadow"))))

    assert [(line.kind, line.would[("sms", "boss")]) for line in chain] == [("chain", 5)]
    assert [(line.kind, line.name) for line in told] == [("message", "hurry")]
    assert told[0].would[("sms", "boss")] > 2


def test_a_rule_on_trial_that_never_fired_is_not_left_out() -> None:
    world = World(sla=first("mode: shadow\n" + SENDS))

    assert [(line.name, line.fired, line.examples) for line in reported(world)] == [("first", 0, ())]


def test_live_rules_are_not_in_the_report() -> None:
    assert reported(two_days(sla=first(SENDS))) == []


def test_a_message_in_shadow_has_no_fallback_and_no_resend() -> None:
    world = two_days(sla=first(ROWS + "  - late: 0 min\n    do: [{send: hurry}]"), messages=FALLS_BACK)

    assert world.carried() == []
    assert list(world.stores.worklist.tasks()) == []


def test_what_a_shadow_policy_would_have_opened_is_not_told_that_its_reason_is_gone() -> None:
    world = two_days(sla=first("mode: shadow\n" + ROWS + "  - late: 0 min\n    do: [{open: {workflow: ticket}}]"))

    assert list(world.stores.directory.unread()) == []
    assert reported(world)[0].begun == {"ticket": 2}


def test_what_was_never_sent_does_not_count_when_a_text_says_which_time_it_is() -> None:
    numbered = messages(message("hurry", text="{no}[[ 第{nth}次]]"))
    rows = ROWS + "  - late: 0 min\n    do: [{send: hurry}]\n  - late: 2 h\n    do: [{send: hurry}]\n  - late: 3 h\n    do: [{send: hurry}]"
    world = World(sla=first("mode: shadow\n" + rows), messages=numbered)
    world.hear("created", "11-23 09:00")

    world.swap("11-23 11:00", sla=first(rows), messages=numbered)
    world.until("11-24 09:00")

    assert world.sent() == ["11-23 12:00 sms boss T1", "11-23 13:00 sms boss T1 第2次"]


EVENTS = st.lists(
    st.tuples(st.integers(1, 300), st.sampled_from(["replied", "asked", "answered", "taken", "solved", "back_again", "customer_wrote"])),
    max_size=8,
)
DOES = st.sampled_from(["{send: hurry}", "{escalate: ladder, message: hurry}", "{task: 查一查, for: desk}"])


def played(sla: str, events: list[tuple[int, str]]) -> World:
    world = World("11-23 00:00", sla=sla)
    world.hear("created", "11-23 00:00")
    minute = 0
    for gap, event in events:
        minute += gap
        world.hear(event, f"11-{23 + minute // 1440:02} {minute // 60 % 24:02}:{minute % 60:02}")
    return world.until("11-27 00:00")


@given(EVENTS, DOES)
@settings(max_examples=20, deadline=None)
def test_a_policy_in_shadow_judges_like_a_live_one_and_sends_nothing(events: list[tuple[int, str]], does: str) -> None:
    rows = f"while: [new, line2]\nlimit: 2 h\ntimeline:\n  - left: 30 min\n    do: [{does}]\n  - late: 0 min\n    do: [{does}]\n  - late: 3 h\n    do: [{does}]"

    live, trial = played(first(rows), events), played(first("mode: shadow\n" + rows), events)

    assert trial.simulation.clocks("ticket:T1") == live.simulation.clocks("ticket:T1")
    assert trial.notes("late") == live.notes("late")
    assert trial.notes("row_fired") == live.notes("row_fired")
    assert trial.carried() == []
    assert list(trial.stores.worklist.tasks()) == []
    assert reported(trial)[0].fired == len(trial.notes("row_fired"))
