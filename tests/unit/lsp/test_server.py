"""Does an editor hear what `waybill check` says, while somebody writes? The real command, over stdio."""

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.editor import Editor
from tests.tidy.tree import ROOT
from tests.unit.cli.rulebook import waybill

SLA = "rules/sla.yaml"
MESSAGES = "rules/messages.yaml"


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """One server for all tests, in a folder with a Chinese name and a blank in it."""
    folder = tmp_path_factory.mktemp("规则 一")
    for name in ("workflows", "rules"):
        shutil.copytree(ROOT / name, folder / name)
    started = Editor([sys.executable, "-m", "adapters.cli.main", "lsp", "--lang", "zh"], folder, cwd=ROOT)
    for file in (SLA, MESSAGES):
        started.open(file, (folder / file).read_text(encoding="utf-8"))
    yield started
    assert started.close() == 0


@pytest.fixture
def sla(editor: Editor) -> Iterator[str]:
    """The text of the file with the policies; afterwards the window shows it unharmed again."""
    text = (editor.folder / SLA).read_text(encoding="utf-8")
    yield text
    editor.change(SLA, text)


def checked(folder: Path, file: str, text: str) -> list[tuple[str, int, int, int]]:
    """(code, line, UTF-16 column, end) as `waybill check --json` tells of this text once it is saved."""
    saved = (folder / file).read_text(encoding="utf-8")
    (folder / file).write_text(text, encoding="utf-8")
    try:
        told = json.loads(waybill("check", folder, "--json").out)
    finally:
        (folder / file).write_text(saved, encoding="utf-8")
    lines = text.split("\n")
    found = []
    for one in told["diagnostics"]:
        if one["file"] == file:
            line = lines[one["line"] - 1]
            start = units(line[: one["column"] - 1])
            found.append((one["code"], one["line"] - 1, start, start + units(line[one["column"] - 1 : one["column"] - 1 + one["width"]])))
    return sorted(found)


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def shown(diagnostics: list[dict[str, Any]]) -> list[tuple[str, int, int, int]]:
    return sorted(
        (one["code"], one["range"]["start"]["line"], one["range"]["start"]["character"], one["range"]["end"]["character"])
        for one in diagnostics
    )


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("calendar: service_desk", "calendar: service_dek"),
        ("label: ", "label："),
        ("limit: 30 min", "limit: 30分钟"),
        ("kind: sla\n", "kind: sla\n# 📦📦\nextra: {a: 📦, b: 1}\n"),
        ("policies:\n", "policies:\n  📦: {label: 📦, workflow: shipmnt, while: intake, limit: 1 h}\n"),
    ],
)
def test_what_is_written_is_judged_as_check_judges_it_and_mended_it_is_fine(editor: Editor, sla: str, good: str, bad: str) -> None:
    broken = sla.replace(good, bad, 1)
    assert broken != sla

    told = shown(editor.change(SLA, broken))

    assert told != []
    assert told == checked(editor.folder, SLA, broken)
    assert editor.change(SLA, sla) == []


def test_a_slip_in_one_window_shows_in_the_file_that_suffers(editor: Editor, sla: str) -> None:
    messages = (editor.folder / MESSAGES).read_text(encoding="utf-8")
    editor.change(MESSAGES, messages.replace("\n  chase_pickup:", "\n  chase_pickups:", 1))

    told = editor.published(SLA)

    editor.change(MESSAGES, messages)
    assert {one["code"] for one in told} == {"R301"}
    assert "chase_pickup" in told[0]["message"]


@pytest.mark.parametrize(
    ("good", "bad"), [("calendar: service_desk", "calendar: service_dek"), ("label: ", "label："), ("    timeline:", "    timelin:")]
)
def test_a_certain_correction_is_offered_and_mends(editor: Editor, sla: str, good: str, bad: str) -> None:
    broken = sla.replace(good, bad, 1)
    told = editor.change(SLA, broken)
    spot = told[0]["range"]

    actions = editor.ask(
        "textDocument/codeAction", {"textDocument": {"uri": editor.uri(SLA)}, "range": spot, "context": {"diagnostics": told}}
    )

    (edit,) = actions[0]["edit"]["changes"][editor.uri(SLA)]
    lines = broken.split("\n")
    line = lines[edit["range"]["start"]["line"]]
    lines[edit["range"]["start"]["line"]] = (
        line[: edit["range"]["start"]["character"]] + edit["newText"] + line[edit["range"]["end"]["character"] :]
    )
    assert "\n".join(lines) == sla


def test_an_unsaved_name_is_offered_and_found_elsewhere(editor: Editor, sla: str) -> None:
    messages = (editor.folder / MESSAGES).read_text(encoding="utf-8")
    fresh = "messages:\n  brand_new:\n    label: 全新的\n    workflow: shipment\n    channel: sms\n    to: hub_dispatcher\n    text: 好\n"
    editor.change(MESSAGES, messages.replace("messages:\n", fresh, 1))
    text = sla + "  x:\n    label: 好\n    workflow: shipment\n    while: intake\n    timeline:\n      - do: {send: brand_new}\n"
    editor.change(SLA, text)
    line = text.count("\n") - 1

    offered = [item["label"] for item in editor.at("completion", SLA, line, text.split("\n")[line].index("brand_new"))]
    hover = editor.at("hover", SLA, line, text.split("\n")[line].index("brand_new") + 2)
    place = editor.at("definition", SLA, line, text.split("\n")[line].index("brand_new") + 2)

    editor.change(MESSAGES, messages)
    assert "brand_new" in offered
    assert "全新的" in hover["contents"]["value"]
    assert place["uri"] == editor.uri(MESSAGES)
    assert (messages.split("messages:\n")[0] + fresh).split("\n")[place["range"]["start"]["line"]].strip() == "brand_new:"


def test_a_file_that_is_no_rule_file_is_left_alone(editor: Editor) -> None:
    editor.tell(
        "textDocument/didOpen", {"textDocument": {"uri": editor.uri("notes.yaml"), "languageId": "yaml", "version": 1, "text": "a: ["}}
    )

    assert editor.at("hover", "notes.yaml", 0, 0) is None
