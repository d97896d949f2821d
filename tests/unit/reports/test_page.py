"""Are the tables on the page about reports those that the commands print?"""

import re
import shlex
from pathlib import Path

import pytest

from engine.reports.report_registry import SHEETS
from tests.tidy.tree import ROOT
from tests.unit.cli.rulebook import waybill

PAGE = (ROOT / "docs" / "reports.md").read_text(encoding="utf-8")
STEPS = re.findall(r"^```console\n\$ (.+)\n((?s:.*?))^```$", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("command", "answer"), STEPS, ids=[command for command, _ in STEPS])
def test_the_tables_on_the_page_are_those_of_the_command(
    two_days_on_disk: Path, monkeypatch: pytest.MonkeyPatch, command: str, answer: str
) -> None:
    for name in ("LANG", "WAYBILL_LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("WAYBILL_DB", str(two_days_on_disk / "desk.db"))
    monkeypatch.setenv("WAYBILL_RULES", str(two_days_on_disk / "book"))
    program, *words = shlex.split(command)

    said = waybill(*words)

    assert program == "waybill"
    assert (said.code, said.out) == (0, answer)


def test_every_report_is_on_the_page_with_its_source() -> None:
    shown = " ".join(command for command, _ in STEPS)

    for name in (*SHEETS, "regret", "manners"):
        assert f"waybill report {name}" in shown
    for sheet in SHEETS.values():
        assert sheet.source.split(",")[0].split("-")[0] in PAGE
