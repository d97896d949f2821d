"""Do the commands on the page about versions run, one after the other, against a real database?"""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from adapters.files.rules import copy_shipped, read_rules
from adapters.sql.stores import open_stores
from engine.model.version import How
from engine.service.publish import Press
from tests.tidy.tree import ROOT
from tests.unit.cli.rulebook import waybill
from tests.unit.web.desk import NOW

COMMANDS = [shlex.split(line) for line in re.findall(r"(?m)^\$ waybill (.+)$", (ROOT / "docs" / "versions.md").read_text(encoding="utf-8"))]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database with a version in force and two withdrawn proposals, so that the next is p3; a folder with an edit of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WAYBILL_DB", "desk.db")
    copy_shipped(tmp_path / "my-rules")
    sla = tmp_path / "my-rules/rules/sla.yaml"
    stores = open_stores("sqlite:///desk.db", check=False)
    press = Press(stores.shelf, stores.directory, None)
    press.publish_files(read_rules("my-rules"), by="folder", why="", how=How.FOLDER, now=NOW)
    for limit in ("20 min", "25 min", "35 min"):
        text = sla.read_text(encoding="utf-8")
        sla.write_text(re.sub(r"limit: \d+ min  ", f"limit: {limit}  ", text, count=1), encoding="utf-8")
        press.propose(read_rules("my-rules"), by="王经理", why="双十一时限", now=NOW)
    stores.close()
    shutil.copytree("my-rules", "again")
    sla.write_text(sla.read_text(encoding="utf-8").replace("limit: 35 min  ", "limit: 40 min  ", 1), encoding="utf-8")


@pytest.mark.usefixtures("desk")
def test_the_commands_of_the_page_run_one_after_the_other() -> None:
    codes = [(" ".join(words), waybill(*words).code) for words in COMMANDS]

    expected = [1 if words[0] == "diff" else 0 for words in COMMANDS]
    assert len(codes) >= 5
    assert [code for _, code in codes] == expected, codes
