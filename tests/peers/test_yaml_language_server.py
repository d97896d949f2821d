"""Does the server that most editors use for YAML understand our schemas? The real one, as VS Code would start it."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.cli.main import main
from adapters.files.rules import read_folder
from tests.editor import Editor
from tests.tidy.tree import ROOT

SERVER = ROOT / ".peers" / "node_modules" / ".bin" / "yaml-language-server"
RULE_FILES = sorted(file for file in read_folder(ROOT).files if file.endswith(".yaml"))
"""Rules in force; ready-made connections count only once they are copied."""
BEGUN = "kind: sla\npolicies:\n  new_one:\n    label: 新的\n    workflow: shipment\n"

pytestmark = pytest.mark.skipif(not SERVER.exists(), reason="yaml-language-server is not installed: make test-peers")


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """One server for all tests: it takes seconds to start. It gets the very settings that `--vscode` writes."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("workflows", "rules"):
        shutil.copytree(ROOT / name, folder / name)
    assert main(["schema", str(folder), "--vscode", "--lang", "zh"]) == 0
    written = json.loads((folder / ".vscode" / "settings.json").read_text(encoding="utf-8"))
    yaml = {"schemas": written["yaml.schemas"], "validate": True, "hover": True, "completion": True, "schemaStore": {"enable": False}}
    started = Editor([str(SERVER), "--stdio"], folder, {"yaml": yaml})
    for file in RULE_FILES:
        started.open(file, "")
    yield started
    started.close()


@pytest.mark.parametrize("file", RULE_FILES)
def test_no_false_alarm_on_a_file_that_ships(editor: Editor, file: str) -> None:
    assert editor.change(file, (ROOT / file).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("good", "bad", "told"),
    [
        ("calendar: service_desk", "calendar: service_dek", "service_desk"),
        ("workflow: shipment", "workflow: shipmnt", "shipment"),
        ("    timeline:", "    timelin:", "timelin"),
        ("limit: 30 min", "limit: 30分钟", ""),
    ],
)
def test_a_slip_is_shown_on_its_line(editor: Editor, good: str, bad: str, told: str) -> None:
    text = (ROOT / "rules/sla.yaml").read_text(encoding="utf-8")
    assert good in text

    shown = editor.change("rules/sla.yaml", text.replace(good, bad, 1))

    line = text[: text.index(good)].count("\n") + (1 if good.startswith("\n") else 0)
    assert [one for one in shown if one["range"]["start"]["line"] == line and told in one["message"]] != []


@pytest.mark.parametrize(
    ("written", "offered"),
    [
        ("    timeline:\n      - late: 0 min\n        do:\n          - {task: 去看看, for: |}\n", "hub_dispatcher"),
        ("    timeline:\n      - late: 0 min\n        do:\n          - escalate: |\n", "hub_chain"),
        ("    if: {w|}\n", "weight_kg"),
        ("    if:\n      |\n", "city"),
        ("    if: {weight_kg: {m|}}\n", "more_than"),
        ("    if: {source: [|]}\n", "web"),
        ("    while: |\n", "intake"),
        ("    calendar: |\n", "service_desk"),
        ("    mode: |\n", "shadow"),
        ("    |\n", "on_return"),
    ],
)
def test_what_may_be_written_is_offered(editor: Editor, written: str, offered: str) -> None:
    text, line, character = at_the_bar(BEGUN + written)
    editor.change("rules/sla.yaml", text)

    items = editor.at("completion", "rules/sla.yaml", line, character)["items"]

    assert offered in [item["label"] for item in items]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("    wh|ile: intake\n", "在哪些状态里计时"),
        ("    calen|dar: service_desk\n", "客服坐席"),
        ("    if: {ci|ty: 深圳}\n", "提货城市"),
        ("    if: {weight_kg: {more|_than: 5}}\n", "大于"),
        ("    starts: {ent|ers: intake}\n", "进入这个状态时"),
    ],
)
def test_a_key_is_explained_in_chinese(editor: Editor, written: str, told: str) -> None:
    text, line, character = at_the_bar(BEGUN + written)
    editor.change("rules/sla.yaml", text)

    shown = editor.at("hover", "rules/sla.yaml", line, character)

    assert told in shown["contents"]["value"]


def at_the_bar(text: str) -> tuple[str, int, int]:
    """The text without its bar, and where the bar stood: line and character from 0."""
    before, _, after = text.partition("|")
    return before + after, before.count("\n"), len(before.rsplit("\n", 1)[-1])


def test_the_settings_are_those_of_the_folder(editor: Editor) -> None:
    mapped: dict[str, Any] = editor.settings["yaml"]["schemas"]

    assert sorted(file for files in mapped.values() for file in files) == RULE_FILES
    assert all((Path(editor.folder) / schema).exists() for schema in mapped)
