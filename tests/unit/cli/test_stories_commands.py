"""Can one play, watch, search and pin stories from the prompt?"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from adapters.sql.stores import open_stores
from engine.service.performance import perform
from tests.unit.cli.rulebook import waybill
from tests.unit.language.rulebooks import ROOT, SHIPPED, compiled

WRONG = """kind: stories
stories:
  - story: 写错了的
    workflow: shipment
    with: {source: phone}
    steps:
      - at: 2026-11-23 08:50
      - at: 09:00
        event: order_confirmed
        expect: {state: dispatched, sent: [{sms: pickup_clerk, at: 09:01}, {sms: hub_dispatcher}]}
"""
ALLOWED = {
    "testsuites": {"name", "time", "tests", "failures", "errors"},
    "testsuite": {
        "name",
        "tests",
        "failures",
        "errors",
        "group",
        "time",
        "skipped",
        "timestamp",
        "hostname",
        "id",
        "package",
        "file",
        "log",
        "url",
    },
    "testcase": {"name", "time", "classname", "group", "file", "line"},
    "failure": {"type", "message"},
}
"""Attributes of Jenkins' junit-10.xsd; `file` and `line` of a case beyond it, as GitLab and pytest's first family have them."""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    for folder in ("workflows", "rules"):
        shutil.copytree(ROOT / folder, tmp_path / "rules" / folder)
    for story in sorted((tmp_path / "rules" / "rules" / "stories").glob("*.yaml"))[2:]:
        story.unlink()
    return tmp_path / "rules"


def spoil(rules: Path) -> None:
    at = WRONG.replace("at: 09:01}", "at: 08:59}")
    (rules / "rules" / "stories" / "wrong.yaml").write_text(at, encoding="utf-8")


def test_a_difference_is_one_line_with_time_place_and_what_it_almost_was(rules: Path) -> None:
    spoil(rules)

    said = waybill("test", str(rules), "-k", "写错了的")

    assert said.code == 1
    line = next(line for line in said.out.splitlines() if "差一点" in line)
    assert line.startswith("  2026-11-23 09:00  发出  应为 sms: pickup_clerk 08:59,")
    assert "晚 1 分钟:09:00 发出" in line
    assert line.endswith("rules/stories/wrong.yaml:10")


def test_junit_holds_what_build_servers_read(rules: Path, tmp_path: Path) -> None:
    spoil(rules)

    said = waybill("test", str(rules), "--junit", str(tmp_path / "out" / "stories.xml"))

    root = ElementTree.parse(tmp_path / "out" / "stories.xml").getroot()
    assert said.code == 1
    assert root.tag == "testsuites"
    for one in root.iter():
        assert set(one.attrib) <= ALLOWED[one.tag], one.tag
    suites = root.findall("testsuite")
    assert {one.get("name") for one in suites} == {one.get("file") for one in root.iter("testcase")}
    assert all(re.fullmatch(r"\d+\.\d{3}", one.get("time", "")) for one in root.iter() if one.tag in ("testsuite", "testcase"))
    assert all(int(one.get("tests", "")) == len(one.findall("testcase")) for one in suites)
    broken = [one for one in root.iter("testcase") if one.find("failure") is not None]
    assert [(one.get("name"), one.get("line")) for one in broken] == [("写错了的", "3")]
    assert "rules/stories/wrong.yaml:10 2026-11-23 09:00" in (broken[0].findtext("failure") or "")
    assert datetime.fromisoformat(suites[0].get("timestamp", ""))


def test_coverage_and_the_search_answer_with_places(rules: Path) -> None:
    said = waybill("test", str(rules), "-k", "shipment_aftermath", "--coverage", "--mutate", "--seconds", "2", "--jobs", "1", "--json")

    answer = json.loads(said.out)
    assert said.code == 0
    assert 0 < answer["coverage"]["kinds"]["transition"]["percent"] < 100
    assert all(one["file"] and one["line"] for one in answer["coverage"]["left_out"])
    assert 0 < answer["mutate"]["tried"] <= answer["mutate"]["variants"]
    assert answer["mutate"]["guarded"] + len(answer["mutate"]["survivors"]) == answer["mutate"]["tried"]


def test_what_fails_is_not_searched(rules: Path) -> None:
    spoil(rules)

    said = waybill("test", str(rules), "-k", "写错了的", "--mutate", "--seconds", "2")

    assert said.code == 1
    assert "先让故事都通过" in said.err


def test_watch_plays_again_at_a_save_and_ends_with_ctrl_c(rules: Path) -> None:
    command = [sys.executable, "-u", "-m", "adapters.cli.main", "test", str(rules), "-k", "写错了的", "--watch"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"}
    (rules / "rules" / "stories" / "wrong.yaml").write_text(WRONG.replace(", at: 09:01", ""), encoding="utf-8")
    watching = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, cwd=ROOT, text=True, encoding="utf-8"
    )
    assert watching.stdout is not None

    first = watching.stdout.readline()
    time.sleep(0.1)
    spoil(rules)
    again = [watching.stdout.readline() for _ in range(5)]
    watching.send_signal(signal.SIGINT)
    rest, _ = watching.communicate(timeout=20)

    assert first.startswith("✓")
    assert again[0].startswith("✗ 写错了的")
    assert again[-1].startswith("✗ ")
    assert "Traceback" not in rest
    assert watching.returncode == 0


def test_watch_goes_without_what_is_meant_for_programs(rules: Path) -> None:
    assert waybill("test", str(rules), "--watch", "--junit", "x.xml").code == 2


# --- pinning ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def lived(tmp_path: Path) -> Path:
    """A database in which one shipment was lived through, with a damaged parcel and its ticket."""
    rulebook = compiled(SHIPPED)
    story = next(one for one in rulebook.stories if one.name == "签收以后报破损,签收不改,开出工单")
    stores = open_stores(f"sqlite:///{tmp_path / 'lived.db'}")
    perform(rulebook, story, stores)
    stores.close()
    return tmp_path / "lived.db"


def test_a_case_is_pinned_played_and_written(lived: Path, tmp_path: Path) -> None:
    target = tmp_path / "pinned.yaml"

    said = waybill("story", "pin", "261123001", "--db", str(lived), "--rules", str(ROOT), "-o", str(target), "--json")

    assert said.code == 0
    assert said.data["passes"] is True
    assert target.read_text(encoding="utf-8") == said.data["text"]
    assert "13800138000" not in said.data["text"]


def test_a_file_is_not_written_over_without_force(lived: Path, tmp_path: Path) -> None:
    target = tmp_path / "pinned.yaml"
    target.write_text("mine", encoding="utf-8")

    refused = waybill("story", "pin", "261123001", "--db", str(lived), "--rules", str(ROOT), "-o", str(target))
    forced = waybill("story", "pin", "261123001", "--db", str(lived), "--rules", str(ROOT), "-o", str(target), "--force")

    assert (refused.code, forced.code) == (2, 0)
    assert target.read_text(encoding="utf-8") != "mine"


def test_a_case_opened_by_another_is_pinned_with_that_one(lived: Path) -> None:
    stores = open_stores(f"sqlite:///{lived}", check=False)
    ticket = stores.directory.cases(workflow="ticket")[0].id
    stores.close()

    said = waybill("story", "pin", ticket, "--db", str(lived), "--rules", str(ROOT), "-o", "-")

    assert said.code == 2
    assert "shipment:261123001" in said.err
