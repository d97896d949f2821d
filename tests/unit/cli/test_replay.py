"""Does a replay come to the same with one process and with several, and is its answer whole?"""

import json
from pathlib import Path

import pytest

from adapters.files.rules import shipped_rules_dir
from tests.unit.cli.rulebook import waybill, write_rulebook


def a_line(case: str, event: str, at: str, **more: object) -> str:
    return json.dumps({"case_id": case, "entity": "parcel", "event": event, "occurred_at": at, **more}, ensure_ascii=False)


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return write_rulebook(tmp_path / "rules")


@pytest.fixture
def history(tmp_path: Path) -> Path:
    lines = [
        a_line("A2", "ordered", "2026-11-23T09:00:00"),
        a_line("A1", "ordered", "2026-11-23T09:00:00+08:00"),
        a_line("A1", "picked", "2026-11-23T09:10:00"),
        "{broken",
        a_line("A2", "picked", "2026-11-23T12:00:00"),
        a_line("A1", "signed", "2026-11-24T09:00:00"),
        a_line("A1", "never_heard_of", "2026-11-24T09:00:00"),
    ]
    lines += [a_line(f"B{number}", "ordered", "2026-11-24T09:00:00") for number in range(70)]
    path = tmp_path / "history.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_the_summary_counts_cases_states_verdicts_and_what_could_not_be_read(rules: Path, history: Path) -> None:
    said = waybill("replay", history, "--rules", rules, "--json", "--jobs", "1")

    assert said.code == 0
    assert list(said.data) == ["cases", "events", "outcomes", "states", "policies", "messages", "unknown_events", "seconds", "problems"]
    assert (said.data["cases"], said.data["events"], said.data["unknown_events"]) == (72, 76, 1)
    assert said.data["states"] == {"waiting": 70, "moving": 1, "done": 1}
    assert said.data["policies"] == {"arrive_soon": {"met": 1, "running": 1}, "pick_soon": {"running": 70, "met": 1, "late": 1}}
    assert said.data["problems"] == [{"file": str(history), "line": 4, "message": "不是 JSON"}]


def test_one_line_per_case_in_order_of_first_appearance(rules: Path, history: Path, tmp_path: Path) -> None:
    waybill("replay", history, "--rules", rules, "--out", tmp_path / "out/result.jsonl")

    rows = [json.loads(line) for line in (tmp_path / "out/result.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["case"] for row in rows] == ["A2", "A1", *(f"B{number}" for number in range(70))]
    assert rows[1] == {
        "case": "A1", "workflow": "parcel", "state": "done",
        "policies": {
            "arrive_soon": {"verdict": "met", "due": "2026-11-25T09:10:00+08:00", "stopped_at": "2026-11-24T09:00:00+08:00"},
            "pick_soon": {"verdict": "met", "due": "2026-11-23T09:30:00+08:00", "stopped_at": "2026-11-23T09:10:00+08:00"},
        },
    }  # fmt: skip
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["result.jsonl"]


def test_several_processes_come_to_the_same_file_as_one(rules: Path, history: Path, tmp_path: Path) -> None:
    waybill("replay", history, "--rules", rules, "--out", tmp_path / "one", "--jobs", "1")
    waybill("replay", history, "--rules", rules, "--out", tmp_path / "two", "--jobs", "2")

    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_time_goes_on_until_the_instant_asked_for(rules: Path, history: Path) -> None:
    said = waybill("replay", history, "--rules", rules, "--json", "--until", "2026-11-30 09:00", "--jobs", "1")

    assert said.data["policies"] == {"arrive_soon": {"late": 1, "met": 1}, "pick_soon": {"late": 71, "met": 1}}


def test_a_person_reads_tables_and_the_bad_line(rules: Path, history: Path) -> None:
    said = waybill("replay", history, "--rules", rules, "--jobs", "1")

    assert "done 已签收" in said.out
    assert "pick_soon 揽收时限" in said.out
    assert f"{history}:4 不是 JSON" in said.err


def test_a_history_that_is_not_there_is_wrong_use_and_an_empty_one_not_fine(rules: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("")

    assert waybill("replay", tmp_path / "nothing", "--rules", rules).code == 2
    assert waybill("replay", tmp_path / "empty", "--rules", rules).code == 1
    assert waybill("replay", tmp_path / "empty", "--rules", rules, "--jobs", "0").code == 2


def test_reports_that_bring_the_waybill_number_find_the_case_whose_serial_is_ours(tmp_path: Path) -> None:
    """The sample orders: opened under their order number, named again by the pick-up scan."""
    sample = shipped_rules_dir() / "rules" / "samples" / "orders.jsonl"

    said = waybill("replay", str(sample), "--rules", str(shipped_rules_dir()), "--out", str(tmp_path / "out.jsonl"))

    outcomes = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert said.code == 0
    assert {one["state"] for one in outcomes} == {"picked_up"}
    assert "0 件曾待认领" in said.out
