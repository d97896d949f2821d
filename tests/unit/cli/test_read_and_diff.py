"""Can somebody who reads no YAML read the rules, and see what changed?"""

import json
from pathlib import Path

import pytest

from adapters.cli.main import main


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    """The shipped rulebook, one limit changed."""
    folder = tmp_path / "mine"
    assert main(["init", str(folder)]) == 0
    rules = folder / "rules" / "sla.yaml"
    text = rules.read_text(encoding="utf-8")
    assert text.count("limit: 48 h") == 1
    rules.write_text(text.replace("limit: 48 h", "limit: 36 h"), encoding="utf-8")
    return folder


def test_read_reads_every_rule_of_a_folder(edited: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["read", str(edited)])

    out = capsys.readouterr().out
    assert code == 0
    assert "时效『久无物流消息』(no_news)" in out
    assert "时限:36 小时内(含夜间、节假日)。" in out


def test_read_of_one_file_reads_only_what_is_written_there(edited: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["read", str(edited / "rules" / "escalations.yaml"), "--json"])

    assert {one["kind"] for one in json.loads(capsys.readouterr().out)} == {"chain"}


def test_read_refuses_a_name_that_nobody_bears(edited: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", str(edited), "-k", "没有这条"]) == 2
    assert "没有规则" in capsys.readouterr().err


def test_diff_says_what_changed_and_answers_one(edited: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()

    code = main(["diff", str(Path()), str(edited)])

    out = capsys.readouterr().out
    assert code == 1
    assert "1 条规则有不同,共 1 处" in out
    assert "时限:48 小时内 改为 36 小时内  (rules/sla.yaml:" in out


def test_diff_of_a_rulebook_with_itself_answers_zero(edited: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()

    assert main(["diff", str(edited), str(edited), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_diff_with_rules_that_cannot_be_read_is_trouble_and_not_a_difference(edited: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (edited / "rules" / "sla.yaml").write_text("kind: sla\npolicies: 3\n", encoding="utf-8")

    assert main(["diff", str(Path()), str(edited)]) == 2
