"""Does a drill say what it did, find what differs, and repeat itself under its seed?"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.clock import seeded
from adapters.memory import open_memory
from engine.model.receipt import Receipt, Sent
from engine.service import drill as drills
from engine.service.drill import Trouble, drill
from engine.service.replay import OldCase, OldEvent
from tests.time.world import compiled, first, message, messages
from tests.unit.cli.rulebook import waybill, write_rulebook

RULES = {
    "sla": first("while: new\nlimit: 1 h\ntimeline:\n  - late: 0 min\n    do: [{send: hurry}]"),
    "messages": messages(message("hurry", "urgent: yes\nif_not_delivered: {after: 5 min, channel: phone, to: desk}")),
}
START = datetime(2026, 11, 23, 1, tzinfo=UTC)
LIFE = (("created", 0), ("asked", 7000), ("answered", 9000), ("taken", 9000), ("thanked", 20_000))


@pytest.fixture
def history(tmp_path: Path) -> Path:
    at = ("2026-11-23T09:00:00", "2026-11-23T09:40:00", "2026-11-24T09:00:00")
    lines = [
        {"case_id": f"A{case}", "entity": "parcel", "event": event, "occurred_at": hour}
        for case in range(8)
        for event, hour in zip(("ordered", "picked", "signed"), at, strict=True)
    ]
    path = tmp_path / "history.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return path


def test_a_drill_says_what_was_injected_and_that_nothing_differs(tmp_path: Path, history: Path) -> None:
    rules = write_rulebook(tmp_path / "rules")

    said = waybill("drill", history, "--rules", rules, "--crash", "--double", "50%", "--seed", "3", "--jobs", "1", "--lang", "en")

    assert said.code == 0
    assert "8 cases, seed 3: the service died" in said.out
    assert "events came twice. all end as they do calmly (compared: states, verdicts, ids of effects)." in said.out


def test_the_same_seed_injects_the_same(tmp_path: Path, history: Path) -> None:
    rules = write_rulebook(tmp_path / "rules")
    words = ("drill", history, "--rules", rules, "--crash", "--shuffle", "10 min", "--clock-jump", "--jobs", "1", "--json", "--seed")

    once, again, other = (waybill(*words, seed).data for seed in ("5", "5", "6"))

    assert once == again
    assert once["injected"]["crashes"] > 0
    assert once["injected"] != other["injected"]


def test_a_drill_of_nothing_is_wrong_use(tmp_path: Path, history: Path) -> None:
    rules = write_rulebook(tmp_path / "rules")

    assert waybill("drill", history, "--rules", rules).code == 2
    assert waybill("drill", history, "--rules", rules, "--double", "much").code == 2
    assert waybill("drill", history, "--rules", rules, "--shuffle", "1 business day").code == 2


def test_crashes_leave_the_ids_of_effects_as_they_were() -> None:
    told = [
        drill(compiled(**RULES), a_case(), START + timedelta(days=1), open_memory, Trouble(crash=True), once(seed)) for seed in range(6)
    ]

    assert sum(one.injected.crashes for one in told) > 12
    assert [one.differences for one in told] == [()] * 6


def test_a_drill_finds_what_is_sent_again_after_a_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a provider that denies what it carried, whoever asks it sends again: the drill must see that."""

    def denies(self: drills._Asked, sent: Sent) -> Receipt | None:
        return Receipt(verdict=drills.Verdict.RETRY, reason="no_connection", key=sent.key, at=self.clock.at, until=self.clock.at)

    monkeypatch.setattr(drills._Asked, "look_up", denies)
    told = [
        drill(compiled(**RULES), a_case(), START + timedelta(days=1), open_memory, Trouble(crash=True), once(seed)) for seed in range(40)
    ]

    assert "twice" in {difference.what for one in told for difference in one.differences}


def a_case() -> OldCase:
    events = tuple(
        OldEvent(line=n, case="T1", workflow="ticket", event=event, occurred_at=at, received_at=at, data={})
        for n, (event, at) in enumerate((event, START + timedelta(seconds=seconds)) for event, seconds in LIFE)
    )
    return OldCase(case="T1", workflow="ticket", events=events)


def once(seed: int) -> drills.Callable[[str], drills.Chance]:
    return lambda case: seeded(f"{seed}/{case}")
