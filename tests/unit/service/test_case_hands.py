"""May a person put this case on hold, and take it off again? Through the desk of a running daemon."""

from datetime import timedelta

import pytest

from engine.service.desk import Answer, Said
from engine.service.running import Running
from tests.time.world import World, first, when

ONE_ROW = first("while: new\nlimit: 1 h\ntimeline:\n  - late: 0 min\n    do: [{send: hurry}]")
CASE = "ticket:T1"


@pytest.fixture
def world() -> World:
    world = World(sla=ONE_ROW)
    world.hear("created", "11-23 09:00")
    return world


def said(answer: Answer) -> str:
    return answer.problems[0].en if answer.said is Said.REFUSED else answer.said.value


def hold_of(running: Running) -> tuple[str, str]:
    found = running.why(CASE, lang="en").hold
    return (found.by, found.why) if found else ("", "")


def test_a_case_on_hold_says_since_when_by_whom_and_why_at_once(world: World) -> None:
    running = world.until("11-23 09:30").running()

    answer = running.case_hands.hold(CASE, by="8011", why=" 客户要求,电话 13812345678 ", until=when("11-23 12:00"))

    assert said(answer) == "accepted"
    assert hold_of(running) == ("8011", "客户要求,电话 138******78")
    assert "挂起:09:30 起,8011,因为“客户要求,电话 138******78”;到 12:00 为止。什么都不发出,时限照算。" in world.explained()
    assert [one.what for one in running.why(CASE).waits][:2] == ["挂起结束", "first到期"]


def test_resuming_takes_effect_at_once_or_after_the_time_to_take_it_back(world: World) -> None:
    hands = world.until("11-23 09:30").running().case_hands
    hands.hold(CASE, by="8011", why="等总部")
    later = hands.resume(CASE, by="8012", why="好了", undo_seconds=10)
    back = hands.stay_on_hold(CASE, by="8012")
    at_once = hands.resume(CASE, by="8012", why="真的好了")

    assert [said(one) for one in (later, back, at_once)] == ["accepted"] * 3
    assert world.stores.store.load(CASE).ledger.hold is None


def test_what_cannot_be_is_refused_with_the_reason(world: World) -> None:
    hands = world.until("11-23 09:30").running().case_hands

    assert said(hands.hold("ticket:T9", by="8011", why="x")) == "no such case: ticket:T9"
    assert said(hands.hold(CASE, by="8011", why="  ")) == "say why"
    assert said(hands.hold(CASE, by="8011", why="x", until=when("11-23 09:30"))) == "the end of the hold is past"
    assert said(hands.hold(CASE, by="8011", why="x", until=when("11-23 10:30").replace(tzinfo=None))) == "the time has no zone"
    assert said(hands.resume(CASE, by="8011", why="x")) == "the case is not on hold"
    assert said(hands.stay_on_hold(CASE, by="8011")) == "no resuming is left to take back"
    world.hear("thanked", "11-23 09:40")
    assert said(hands.hold(CASE, by="8011", why="x")) == "the case has ended: there is nothing to put on hold"


def test_the_same_form_sent_twice_counts_once(world: World) -> None:
    hands = world.until("11-23 09:30").running().case_hands

    answers = [hands.hold(CASE, by="8011", why="等总部", once="f1") for _ in range(2)]

    assert [said(one) for one in answers] == ["accepted", "duplicate"]
    assert len([row for row in world.journal() if row.kind == "hand"]) == 1


def test_the_past_knows_whether_the_case_was_on_hold(world: World) -> None:
    running = world.until("11-23 09:30").running()
    running.case_hands.hold(CASE, by="8011", why="等总部", until=when("11-23 10:30"))
    world.until("11-23 11:00")

    assert running.why(CASE).hold is None
    assert running.why(CASE, at=when("11-23 10:00")).hold is not None
    assert "单挂起中" in running.why(CASE, rule="first late 0 min", at=when("11-23 10:00") + timedelta(minutes=1)).answers[0].sentence
