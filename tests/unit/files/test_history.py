"""Are old histories read line by line, and bad lines named without losing the good ones?"""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.files.history import belonging, read_history

GOOD = {
    "case_id": "A1",
    "entity": "shipment",
    "event": "picked_up",
    "occurred_at": "2018-01-05T12:00:00",
    "seq": 2,
    "attrs": {"hub": "南山"},
}


def a_file(tmp_path: Path, *lines: object, name: str = "history.jsonl") -> Path:
    text = "".join((one if isinstance(one, str) else json.dumps(one, ensure_ascii=False)) + "\n" for one in lines)
    path = tmp_path / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


def test_a_naive_time_is_read_in_the_rulebooks_zone(tmp_path: Path) -> None:
    events, problems = read_history([a_file(tmp_path, GOOD)], "America/Sao_Paulo")

    assert problems == []
    assert events[0].occurred_at == datetime(2018, 1, 5, 14, tzinfo=UTC)
    assert events[0].received_at == events[0].occurred_at
    assert (events[0].case, events[0].workflow, events[0].event, events[0].sequence) == ("A1", "shipment", "picked_up", 2)
    assert events[0].data == {"hub": "南山"}


def test_a_time_with_its_own_offset_a_time_of_receipt_and_an_id_are_kept(tmp_path: Path) -> None:
    row = {**GOOD, "occurred_at": "2018-01-05T12:00:00+08:00", "received_at": "2018-01-05T06:00:00Z", "id": "e-7", "raw_event": "x"}

    events, _ = read_history([a_file(tmp_path, row)], "Asia/Shanghai")

    assert events[0].occurred_at == datetime(2018, 1, 5, 4, tzinfo=UTC)
    assert events[0].received_at == datetime(2018, 1, 5, 6, tzinfo=UTC)
    assert events[0].id == "e-7"


def test_plain_and_gzip_are_told_apart_by_content_not_by_name(tmp_path: Path) -> None:
    packed = a_file(tmp_path, GOOD, name="a.jsonl.gz").rename(tmp_path / "a.jsonl")
    plain = a_file(tmp_path, {**GOOD, "case_id": "A2"}, name="b.jsonl").rename(tmp_path / "b.gz")

    events, problems = read_history([packed, plain], "UTC")

    assert [one.case for one in events] == ["A1", "A2"]
    assert problems == []


@pytest.mark.parametrize(
    "bad",
    [
        "{not json", "[1, 2]", "7", '"text"', {**GOOD, "case_id": ""}, {**GOOD, "event": None}, {**GOOD, "entity": ["x"]},
        {**GOOD, "occurred_at": "yesterday"}, {**GOOD, "occurred_at": None}, {**GOOD, "occurred_at": 5}, {**GOOD, "received_at": "x"},
        {**GOOD, "seq": "two"}, {**GOOD, "seq": True}, {**GOOD, "attrs": [1]}, "[" * 100_000, {**GOOD, "occurred_at": "0001-01-01T00:00:00+23:00"},
    ],
)  # fmt: skip
def test_a_bad_line_is_named_by_its_number_and_the_rest_is_kept(tmp_path: Path, bad: object) -> None:
    path = a_file(tmp_path, GOOD, "", bad, {**GOOD, "case_id": "A3"})

    events, problems = read_history([path], "UTC")

    assert [one.case for one in events] == ["A1", "A3"]
    assert [one.line for one in events] == [1, 4]
    assert [(file, line) for file, line, _, _ in problems] == [(str(path), 3)]


def test_a_gzip_that_breaks_off_keeps_what_was_read(tmp_path: Path) -> None:
    path = a_file(tmp_path, *({**GOOD, "case_id": f"A{number}"} for number in range(5000)), name="a.gz")
    path.write_bytes(path.read_bytes()[:-2000])

    events, problems = read_history([path], "UTC")

    assert 0 < len(events) < 5000
    assert len(problems) >= 1
    assert problems[-1][1] == len(events) + 1 or problems[0][1] == len(events) + 1


def test_a_missing_file_is_a_problem_of_the_file(tmp_path: Path) -> None:
    events, problems = read_history([tmp_path / "nothing"], "UTC")

    assert events == []
    assert problems[0][1] == 0


def test_rows_of_an_entity_that_is_no_workflow_belong_to_the_workflow_that_declares_their_event(tmp_path: Path) -> None:
    survey = {**GOOD, "entity": "survey", "event": "survey_sent"}
    strange = {**GOOD, "entity": "survey", "event": "unheard_of"}
    events, _ = read_history([a_file(tmp_path, survey, GOOD, strange)], "UTC")

    kept, stray = belonging(events, {"ticket": {"survey_sent"}, "shipment": {"picked_up", "survey_sent"}})

    assert [(one.event, one.workflow) for one in kept] == [("survey_sent", "shipment"), ("picked_up", "shipment")]
    assert [one.event for one in stray] == ["unheard_of"]


def test_an_event_a_workflow_does_not_declare_stays_with_its_workflow(tmp_path: Path) -> None:
    events, _ = read_history([a_file(tmp_path, {**GOOD, "event": "new_kind"})], "UTC")

    kept, stray = belonging(events, {"shipment": {"picked_up"}})

    assert [one.event for one in kept] == ["new_kind"]
    assert stray == []


@given(st.binary(max_size=300))
def test_no_bytes_at_all_make_the_reader_raise(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "x"
    path.write_bytes(raw)

    events, problems = read_history([path], "Asia/Shanghai")

    assert len(events) + len(problems) <= raw.count(b"\n") + 2
