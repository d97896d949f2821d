"""Does `waybill schema` write what an editor reads, and keep it up to date?"""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.tidy.tree import ROOT
from tests.unit.cli.rulebook import FILES, waybill, write_rulebook

CALENDAR = "$defs", "PolicyForm", "properties", "calendar"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return write_rulebook(tmp_path / "rules-of-a-test")


def schema(rules: Path, kind: str) -> dict[str, Any]:
    written = (rules / ".schemas" / f"{kind}.schema.json").read_text(encoding="utf-8")
    return dict(json.loads(written))


def states(rules: Path) -> list[str]:
    return list(schema(rules, "sla")["$defs"]["MarkForm"]["properties"]["enters"]["enum"])


def test_one_file_per_kind_and_which_file_uses_which(rules: Path) -> None:
    said = waybill("schema", rules, "-o", rules / ".schemas")

    assert said.code == 0
    assert states(rules) == ["waiting", "moving", "missing", "done"]
    assert "rules/sla.yaml" in said.out
    assert "./.schemas/sla.schema.json" in said.out


def test_hover_texts_are_chinese_or_english(rules: Path) -> None:
    waybill("schema", rules, "-o", rules / ".schemas")
    chinese = schema(rules, "sla")["$defs"]["PolicyForm"]["title"]
    waybill("schema", rules, "-o", rules / ".schemas", "--lang", "en")

    assert chinese == "一项时效"
    assert schema(rules, "sla")["$defs"]["PolicyForm"]["title"] == "one SLA promise"


def test_rules_with_mistakes_have_schemas_too(rules: Path) -> None:
    write_rulebook(rules, sla=FILES["rules/sla.yaml"].replace("while: waiting", "while: waitnig"))

    assert waybill("schema", rules, "--vscode").code == 0
    assert "waiting" in states(rules)


def test_other_settings_of_vscode_stay(rules: Path) -> None:
    path = rules / ".vscode" / "settings.json"
    path.parent.mkdir()
    path.write_text('{"editor.tabSize": 2, "yaml.schemas": {"other.json": "*.yml"}}', encoding="utf-8")

    waybill("schema", rules, "--vscode")
    waybill("schema", rules, "--vscode")

    settings = json.loads(path.read_text(encoding="utf-8"))
    assert settings["editor.tabSize"] == 2
    assert settings["yaml.schemas"]["other.json"] == "*.yml"
    assert settings["yaml.schemas"]["./.schemas/sla.schema.json"] == ["rules/sla.yaml"]


def test_settings_that_cannot_be_read_are_left_alone_and_the_lines_to_add_are_told(rules: Path) -> None:
    path = rules / ".vscode" / "settings.json"
    path.parent.mkdir()
    path.write_text('{\n  // mine\n  "editor.tabSize": 2\n}\n', encoding="utf-8")

    said = waybill("schema", rules, "--vscode")

    assert said.code != 0
    assert '"./.schemas/sla.schema.json"' in said.err
    assert "// mine" in path.read_text(encoding="utf-8")


def test_watching_follows_every_save_also_through_a_broken_one(rules: Path) -> None:
    workflow = rules / "workflows" / "parcel.yaml"
    good = workflow.read_text(encoding="utf-8")
    command = [sys.executable, "-m", "adapters.cli.main", "schema", str(rules), "--watch"]
    watching = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: (rules / ".schemas" / "sla.schema.json").exists())
        workflow.write_text(
            good.replace("  done:\n    label", "  lost_for_good:\n    label: 丢了\n    final: yes\n  done:\n    label"), encoding="utf-8"
        )
        until(lambda: "lost_for_good" in states(rules))
        workflow.write_text("kind: workflow\n{{{", encoding="utf-8")
        (rules / "rules" / "sla.yaml").write_text("kind: sla\npolicies:\n  fresh: {label: 新}\n", encoding="utf-8")
        until(lambda: "fresh" in json.dumps(schema(rules, "calendars")))

        assert "lost_for_good" in states(rules)
    finally:
        watching.send_signal(signal.SIGINT)
        assert watching.wait(timeout=30) == 130


def until(true: Callable[[], bool]) -> None:
    for _ in range(300):
        if true():
            return
        time.sleep(0.1)
    raise AssertionError("it did not happen within 30 s")
