"""Which provider carries a message, and what happens when one is down, refuses or is paused?"""

from engine.model.receipt import Verdict
from engine.ports.attempts import CircuitState
from tests.time.world import when
from tests.unit.service.counter_desk import LATE, a_desk, late


def test_what_surely_did_not_leave_by_one_provider_leaves_by_the_next_under_the_same_key() -> None:
    desk = a_desk(spare=True)
    desk.main.script = [(Verdict.RETRY, "no_connection")]

    late(desk)

    assert [one.key for one in desk.main.asked] == [one.key for one in desk.spare.asked]
    assert desk.calls() == []


def test_an_unknown_outcome_is_never_offered_to_another_provider() -> None:
    desk = a_desk(spare=True)
    desk.main.script = [(Verdict.UNKNOWN, "cut")]

    late(desk, "11-23 10:04")

    assert (len(desk.main.asked), len(desk.spare.asked)) == (1, 0)
    desk.world.until("11-23 10:05")
    assert [one.remark for one in desk.calls()] != []


def test_a_refused_account_opens_the_breaker_and_the_next_message_goes_to_the_spare_at_once() -> None:
    desk = a_desk(spare=True)
    desk.main.always = (Verdict.REJECTED, "account")
    late(desk)

    late(desk, "11-23 10:30", "T2")

    assert (len(desk.main.asked), len(desk.spare.asked)) == (1, 2)
    assert [(one.connection, one.state) for one in desk.world.stores.providers.circuits()] == [("main", CircuitState.OPEN)]


def test_with_every_breaker_open_the_call_comes_at_once_and_nothing_is_asked() -> None:
    desk = a_desk()
    desk.main.always = (Verdict.REJECTED, "account")
    late(desk)
    desk.world.hear("created", "11-23 10:01", case="T2")

    desk.world.until("11-23 11:01")

    assert len(desk.main.asked) == 1
    assert [one.case for one in desk.calls()] == ["ticket:T1", "ticket:T2"]


def test_a_message_without_a_fallback_waits_for_the_channel_and_leaves_when_it_is_back() -> None:
    desk = a_desk(text="")
    desk.main.always = (Verdict.REJECTED, "account")
    late(desk)
    desk.world.hear("created", "11-23 09:30", case="T2")
    desk.world.until("11-23 10:40")

    desk.main.always = (Verdict.ACCEPTED, "")
    desk.world.simulation.post.probe(desk.world.simulation.now)
    desk.world.until("11-23 10:41")

    assert [one.case for one in desk.main.asked] == ["ticket:T1", "ticket:T2"]
    assert desk.world.notes("held", "T2") == ["11-23 10:30 hurry"]


def test_a_provider_that_answers_nothing_twenty_times_in_a_minute_is_shut() -> None:
    desk = a_desk()
    desk.main.always = (Verdict.UNKNOWN, "no_answer")
    for number in range(25):
        desk.world.hear("created", "11-23 09:00", case=f"T{number}")

    desk.world.until(LATE)

    assert len(desk.main.asked) == 20
    assert len(desk.calls()) == 5


def test_a_person_pauses_a_provider_and_nothing_leaves_by_it_until_it_goes_on() -> None:
    desk = a_desk(text="")
    counters = desk.world.simulation.post.counters
    counters.pause("main", "改签名", "ann", when("11-23 09:00"))
    late(desk)
    desk.world.simulation.post.probe(desk.world.simulation.now)
    desk.world.until("11-23 10:01")
    assert desk.main.asked == []

    desk.world.simulation.post.channel_back("sms", desk.world.simulation.now)
    desk.world.until("11-23 10:02")

    assert len(desk.main.asked) == 1
