"""Do our calendars answer as the shared vectors of thirteen other products' suites say?"""

import json
import os
from pathlib import Path

import pytest

from tests.calendar_vectors import answers, main

SHARED = Path(os.environ.get("WAYBILL_SHARED", Path(__file__).resolve().parents[2] / "shared"))
VECTORS = SHARED / "data" / "calendar_vectors.json"
SMALL = {
    "calendars": {"day": {"timezone": "UTC", "weekly": {"mon": [["09:00", "17:00"]]}}},
    "vectors": [
        {"id": "a", "kind": "is_open", "tags": ["edge"], "input": {"calendar": "day", "at": "2026-11-23T09:00:00Z"}, "canonical": True},
        {
            "id": "b",
            "kind": "between",
            "input": {"calendar": "day", "from": "2026-11-23T09:00:00Z", "to": "2026-11-23T10:00:00Z"},
            "canonical": 3600,
        },
    ],
}


@pytest.mark.skipif(not VECTORS.exists(), reason="shared test data is absent: set WAYBILL_SHARED to its folder")
def test_every_shared_vector_is_answered_canonically() -> None:
    given = list(answers(VECTORS))

    assert len(given) > 100
    assert [(answer.id, answer.expected, answer.got) for answer in given if not answer.right] == []


def test_the_runner_passes_a_file_it_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "vectors.json"
    file.write_text(json.dumps(SMALL))

    assert main([str(file)]) == 0
    assert "2 passed, 0 failed" in capsys.readouterr().out


@pytest.mark.parametrize("kind", ["between", "of_no_such_kind"])
def test_the_runner_exits_1_on_a_wrong_answer_and_on_an_unknown_kind(tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    wrong = {**SMALL["vectors"][1], "kind": kind, "canonical": 3601}  # type: ignore[dict-item]  # json rows are untyped here
    file = tmp_path / "vectors.json"
    file.write_text(json.dumps({**SMALL, "vectors": [wrong]}))

    assert main([str(file)]) == 1
    assert "FAILED b" in capsys.readouterr().out
