"""What waited for a channel leaves when the channel is seen to work, also where nobody ever saw it fail as a whole."""

import pytest

from engine.model.receipt import Push, Pushed, Receipt, Verdict
from engine.ports.attempts import CircuitState
from engine.ports.outbox import OutboxStatus
from tests.time.world import when
from tests.unit.service.counter_desk import FALLBACK, LATE, Crash, Desk, a_desk, a_receipt, late


def arrived(desk: Desk) -> bool:
    """Is the text of T1 known to have arrived?"""
    (text,) = [one for one in desk.world.stores.directory.sent("ticket:T1") if one.channel == "sms"]
    row = desk.world.stores.outbox.find(text.effect_id)
    return row is not None and row.status is OutboxStatus.DONE


def not_heard_of() -> Desk:
    """The text of T1 was accepted at ten, no receipt came, the call was offered at 10:05; its resend waits."""
    desk = late(a_desk(), "11-23 10:05")
    assert (len(desk.main.asked), len(desk.calls())) == (1, 1)
    return desk


@pytest.mark.parametrize(("at", "resent"), [("11-23 10:09", 0), ("11-23 10:10", 1)])
def test_a_delivery_to_somebody_else_lets_a_resend_leave_that_has_waited_a_while(at: str, resent: int) -> None:
    desk = not_heard_of()
    desk.world.hear("created", "11-23 09:07", case="T2")
    desk.world.until("11-23 10:07")
    (other,) = [one for one in desk.main.asked if one.case == "ticket:T2"]
    desk.world.until(at)

    desk.push(a_receipt(other))

    assert [one.case for one in desk.main.asked if one.text.endswith("补发)")] == ["ticket:T1"] * resent


def test_in_quiet_the_counter_is_asked_after_five_minutes_and_not_before() -> None:
    desk = not_heard_of()
    post = desk.world.simulation.post
    desk.world.until("11-23 10:09")
    early = post.probe(desk.world.simulation.now)
    desk.world.until("11-23 10:10")

    back = post.probe(desk.world.simulation.now)
    desk.world.until("11-23 10:11")

    assert (early, back) == ([], ["sms"])
    assert len(desk.main.asked) == 2


def test_in_quiet_a_counter_that_is_not_open_releases_nothing() -> None:
    desk = not_heard_of()
    desk.main.is_open = False
    desk.world.until("11-23 10:20")

    back = desk.world.simulation.post.probe(desk.world.simulation.now)

    assert (back, len(desk.main.asked)) == ([], 1)


def test_the_first_delivery_after_a_breaker_opened_closes_it_and_releases_what_waits() -> None:
    desk = a_desk()
    late(desk)
    desk.main.always = (Verdict.REJECTED, "account")
    desk.world.hear("created", "11-23 10:01", case="T2")
    desk.world.until("11-23 11:02")
    desk.main.always = (Verdict.ACCEPTED, "")
    asked = len(desk.main.asked)

    desk.push(a_receipt(desk.main.asked[0]))
    desk.world.until("11-23 11:03")

    assert desk.world.stores.providers.circuits()[0].state is CircuitState.CLOSED
    assert [one.case for one in desk.main.asked[asked:]] == ["ticket:T2"]


def test_what_a_person_paused_stays_paused_though_something_arrives() -> None:
    desk = not_heard_of()
    counters = desk.world.simulation.post.counters
    counters.pause("main", "改签名", "ann", when("11-23 10:06"))

    desk.push(Receipt(verdict=Verdict.DELIVERED, reason="receipt", key="", provider_id="main-1", at=when("11-23 10:07")))
    desk.world.until("11-23 10:30")

    assert counters.shut()["main"].state is CircuitState.PAUSED
    assert len(desk.main.asked) == 1


def test_a_delivery_where_nothing_waits_changes_nothing() -> None:
    desk = late(a_desk(text=FALLBACK))

    desk.push(a_receipt(desk.main.asked[0]))
    desk.world.until("11-23 10:30")

    assert (len(desk.main.asked), desk.calls()) == (1, [])


def test_a_push_that_breaks_its_reader_is_listed_and_stops_no_other() -> None:
    desk = late(a_desk())
    pushed = [a_receipt(desk.main.asked[0], Verdict.RETRY), a_receipt(desk.main.asked[0])]

    for number, one in enumerate(pushed):
        desk.push(one, body=str(number).encode())

    assert arrived(desk)
    assert desk.world.stores.providers.unread(when("11-23 12:00"), 10) == []


def test_three_hundred_resends_are_spread_behind_live_traffic_and_none_leaves_twice() -> None:
    desk = a_desk(text="urgent: yes\n" + FALLBACK)
    desk.main.always = (Verdict.REJECTED, "account")
    for number in range(300):
        desk.world.hear("created", "11-23 09:00", case=f"T{number}")
    desk.world.until("11-23 10:05")
    assert (len(desk.main.asked), len(desk.calls())) == (1, 300)
    desk.main.always = (Verdict.ACCEPTED, "")
    post = desk.world.simulation.post

    post.probe(desk.world.simulation.now)
    desk.world.until("11-23 10:05:01")
    at_once = len(desk.main.asked) - 1
    desk.world.until("11-23 10:05:41")
    after_forty_seconds = len(desk.main.asked) - 1
    post.probe(desk.world.simulation.now)
    desk.world.until("11-23 10:20")

    resent = [one.case for one in desk.main.asked[1:]]
    assert (at_once, after_forty_seconds) == (10, 30)
    assert len(resent) == len(set(resent)) == 300


def test_a_late_delivered_between_the_call_and_the_resend_leaves_one_text() -> None:
    desk = late(a_desk(), "11-23 10:05")
    desk.world.until("11-23 10:20")

    desk.push(a_receipt(desk.main.asked[0]))
    desk.world.until("11-23 10:40")

    assert len(desk.main.asked) == 1


def test_a_receipt_for_a_sending_that_was_cut_by_a_crash_counts() -> None:
    desk = late(a_desk(), "11-23 09:59")
    desk.main.crash = True
    with pytest.raises(Crash):
        desk.world.until(LATE)
    post, now = desk.world.simulation.post, when("11-23 10:02")
    desk.main.crash = False
    desk.world.simulation.clock.at = now
    post.reap(now)

    desk.push(a_receipt(desk.main.asked[0]))
    desk.world.until("11-23 10:30")

    assert arrived(desk)
    assert (len(desk.main.asked), desk.calls()) == (1, [])


def test_no_call_is_offered_for_what_arrived_while_the_court_had_not_yet_heard_of_it() -> None:
    desk = late(a_desk(), "11-23 10:04:59")
    simulation = desk.world.simulation
    simulation.clock.at = when("11-23 10:05")
    (bell,) = [one for one in desk.world.stores.bells.due(simulation.now, 10) if one.row == "deadline"]
    simulation.clerk.ring(bell, simulation.now)
    desk.main.pushed = Pushed(receipts=(a_receipt(desk.main.asked[0]),), answer="ok")
    desk.mailroom.keep("main", Push(body=b"1", headers={}, at=simulation.now))
    desk.mailroom.read_all(simulation.now)

    simulation.post.deliver(simulation.now)
    desk.world.until("11-23 10:30")

    assert desk.calls() == []
