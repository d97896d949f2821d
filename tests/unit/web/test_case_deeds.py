"""Can another program put a case on hold, resume it and have a message sent again, and what is it told where that cannot be?"""

import pytest

from tests.time.world import World, first, when
from tests.unit.web.gate import Client, a_client

CASE = "/cases/ticket:T1"


@pytest.fixture
def world() -> World:
    world = World(sla=first("while: new\nlimit: 8 h\ntimeline:\n  - after: 0 min\n    do: [{send: hurry}]"))
    world.hear("created", "11-23 09:00")
    return world.until("11-23 09:30")


@pytest.fixture
def client(world: World) -> Client:
    return a_client(world.running())


def test_a_hold_is_told_with_the_case_and_its_explanation(client: Client) -> None:
    answer = client.post(f"{CASE}/hold", json={"why": "等总部", "by": "8011", "until": "2026-11-23T12:00:00+08:00"})

    told = client.get(CASE).json()["hold"]
    assert answer.status_code == 202
    assert told == client.get(f"{CASE}/explain").json()["hold"]
    assert (told["by"], told["why"], told["until"]) == ("8011", "等总部", "2026-11-23T12:00:00+08:00")


def test_it_is_resumed_and_that_can_be_taken_back(client: Client, world: World) -> None:
    client.post(f"{CASE}/hold", json={"why": "等总部", "by": "8011"})

    codes = [
        client.post(f"{CASE}/resume", json={"why": "好了", "by": "8011", "undo_seconds": 10}).status_code,
        client.post(f"{CASE}/resume/undo", json={"by": "8011"}).status_code,
        client.post(f"{CASE}/resume", json={"why": "好了", "by": "8011"}).status_code,
        client.post(f"{CASE}/resume", json={"why": "好了", "by": "8011"}).status_code,
    ]

    assert codes == [202, 202, 202, 400]
    assert client.get(CASE).json()["hold"] is None


def test_a_message_is_sent_again_by_its_name_and_taken_back_by_the_event(client: Client, world: World) -> None:
    asked = client.post(f"{CASE}/send-again", json={"message": "hurry", "why": "没收到", "by": "8011", "undo_seconds": 60})
    back = client.post(f"{CASE}/send-again/undo", json={"message": asked.json()["event_id"], "by": "8011"})
    late = client.post(f"{CASE}/send-again/undo", json={"message": asked.json()["event_id"], "by": "8011"})
    client.post(f"{CASE}/send-again", json={"message": "hurry", "why": "没收到", "by": "8011"})
    world.simulation.settle()

    assert [one.status_code for one in (asked, back, late)] == [202, 202, 400]
    assert [one["status"] for one in client.get(CASE).json()["messages"]] == ["done", "dropped", "done"]
    assert world.simulation.now == when("11-23 09:30")


@pytest.mark.parametrize(
    ("path", "body", "status", "field"),
    [
        ("/hold", {"by": "8011"}, 400, "why"),
        ("/hold", {"by": "8011", "why": "x", "until": "12:00"}, 400, "until"),
        ("/hold", {"by": "8011", "why": "x", "until": "2026-11-23T08:00:00+08:00"}, 400, "until"),
        ("/hold", {"why": "x"}, 400, "by"),
        ("/resume", {"by": "8011", "why": "x"}, 400, "case"),
        ("/resume", {"by": "8011", "why": "x", "undo_seconds": -1}, 400, "undo_seconds"),
        ("/resume/undo", {"by": "8011"}, 400, "case"),
        ("/send-again", {"by": "8011", "why": "x"}, 400, "message"),
        ("/send-again", {"by": "8011", "why": "x", "message": "nothing"}, 400, "message"),
    ],
)
def test_what_is_wrong_is_named(client: Client, path: str, body: dict[str, object], status: int, field: str) -> None:
    answer = client.post(f"{CASE}{path}", json=body)

    assert (answer.status_code, answer.json()["field"]) == (status, field)
