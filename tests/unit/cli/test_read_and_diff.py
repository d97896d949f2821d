"""Can somebody who reads no YAML read the rules, and see what changed?"""

import json
import shutil
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


def test_a_file_about_keeping_is_read_alone(edited: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (edited / "rules" / "keeping.yaml").write_text("kind: keeping\nkeep:\n  personal: 180 days\n  raw: 30 days\n", encoding="utf-8")
    capsys.readouterr()

    code = main(["read", str(edited / "rules" / "keeping.yaml"), "--places"])

    out = capsys.readouterr().out
    assert code == 0
    assert "保留期限  rules/keeping.yaml:2" in out
    assert "来报的原文,从收到起:留 30 天。" in out


def test_diff_points_at_the_line_of_the_customers_page_and_of_what_is_kept(
    edited: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    newer = tmp_path / "newer"
    for folder, days, raw in ((edited, 60, 30), (newer, 45, 60)):
        if folder is newer:
            shutil.copytree(edited, newer)
        flow = folder / "workflows" / "shipment.yaml"
        flow.write_text(flow.read_text(encoding="utf-8").replace("  valid: 60 days", f"  valid: {days} days"), encoding="utf-8")
        (folder / "rules" / "keeping.yaml").write_text(f"kind: keeping\nkeep:\n  raw: {raw} days\n", encoding="utf-8")
    line = next(
        number
        for number, text in enumerate((newer / "workflows" / "shipment.yaml").read_text("utf-8").splitlines(), 1)
        if "  valid: 45" in text
    )
    capsys.readouterr()

    main(["diff", str(edited), str(newer), "--json"])

    places = {one["key"]: one["new_place"] for one in json.loads(capsys.readouterr().out)}
    assert places == {"customer/valid": f"workflows/shipment.yaml:{line}", "raw": "rules/keeping.yaml:3"}


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
