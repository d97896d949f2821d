"""Does the gate say why, and why not, as the desk does?"""

from collections.abc import Mapping
from urllib.parse import quote

import pytest

from tests.time.world import World, first, when
from tests.unit.web.gate import Client, a_client

RULES = first(
    "while: new\nlimit: 4 h\ncalendar: desk\ntimeline:\n  - after: 30 min\n    do: [{send: hurry}]\n  - left: 1 h\n    do: [{send: hurry}]"
)


@pytest.fixture
def gate() -> Client:
    """Over a real desk: a case opened at 09:00, asked at 10:00."""
    world = World(sla=RULES)
    world.hear("created", "11-23 09:00")
    return a_client(world.until("11-23 10:00").running())  # type: ignore[arg-type]  # any desk will do


def answer(gate: Client, rule: str, **more: str) -> Mapping[str, object]:
    query = "&".join(f"{name}={quote(text)}" for name, text in {"rule": rule, **more}.items())
    said = gate.get(f"/cases/ticket:T1/explain?{query}").json()
    return dict(next(one for one in said["answers"] if one["rule"] == rule))


def test_an_answer_carries_sentence_clauses_clock_place_version_and_instant(gate: Client) -> None:
    said = gate.get("/cases/ticket:T1/explain?rule=first%20left%201%20h").json()

    row = said["answers"][0]
    assert row["sentence"] == "还没触发:first“还剩 1 小时”,已计时 1h/3h → 若没有别的事,12:00 触发,发“hurry”。"
    assert [(one["what"], one["answer"]) for one in row["clauses"]] == [
        ("状态", "yes"), ("起算", "yes"), ("没有停下", "yes"), ("已计时", "no"),
    ]  # fmt: skip
    assert (row["clock"]["used_seconds"], row["clock"]["goal_seconds"]) == (3600, 10800)
    assert row["place"] == "rules/sla.yaml:12"
    assert row["will_fire_at"] == "2026-11-23T12:00:00+08:00"
    assert said["version"] == World(sla=RULES).simulation.library.rulebook.fingerprint


def test_the_past_is_asked_for_by_an_instant_with_an_offset(gate: Client) -> None:
    before = answer(gate, "first after 30 min", at="2026-11-23T09:29:59+08:00")
    then = answer(gate, "first after 30 min", at=when("11-23 09:30").isoformat())

    assert (before["stands"], then["stands"]) == ("ahead", "done")


def test_without_a_rule_it_says_what_is_awaited(gate: Client) -> None:
    waits = gate.get("/cases/ticket:T1/explain").json()["waits"]

    assert waits[0] == {
        "what": "first“还剩 1 小时”", "until": "2026-11-23T12:00:00+08:00", "then": "发“hurry”", "rule": "first left 1 h", "place": "rules/sla.yaml:12",
    }  # fmt: skip
    assert waits[-1]["until"] is None


@pytest.mark.parametrize(
    ("query", "status", "field"), [("rule=frist", 404, "rule"), ("at=yesterday", 400, "at"), ("at=2026-11-23", 400, "at")]
)
def test_what_cannot_be_answered_is_refused_with_the_field(gate: Client, query: str, status: int, field: str) -> None:
    said = gate.get(f"/cases/ticket:T1/explain?{query}")

    assert (said.status_code, said.json()["field"]) == (status, field)
