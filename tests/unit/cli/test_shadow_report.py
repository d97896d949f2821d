"""Does `waybill shadow report` tell a manager what a rule on trial would have done?"""

import json
from pathlib import Path

import pytest

from adapters.cli.main import main
from adapters.wiring.opening import open_desk
from tests.time.world import World, first
from tests.unit.web.gate import a_client

RULES = "mode: shadow\nwhile: new\nlimit: 1 h\ntimeline:\n  - late: 0 min\n    do: [{send: hurry}, {task: 看一看, for: desk}]"


@pytest.fixture
def desk(tmp_path: Path) -> list[str]:
    """A database in which two cases ran late under a rule in shadow, and its rules."""
    world = World(sla=first(RULES), url=f"sqlite:///{tmp_path / 'desk.db'}")
    world.hear("created", "11-23 09:00", case="T1")
    world.hear("created", "11-24 14:00", case="T2")
    world.until("11-25 09:00").close()
    for path, text in world.files.items():
        file = tmp_path / "mine" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return ["--db", str(tmp_path / "desk.db"), "--rules", str(tmp_path / "mine")]


def test_it_says_whom_it_would_have_told_and_how_to_go_live(desk: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["shadow", "report", *desk])

    out = capsys.readouterr().out
    assert code == 0
    assert "触发 2 次,本来会发出 4 件" in out
    assert "sms → 经理  按钟点 10h×1 15h×1" in out
    assert "记超时 2 次:后来更正 0" in out
    assert "ticket:T2  2026-11-24 15:00" in out
    assert "mode: live" in out


def test_programs_get_the_same_figures(desk: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    main(["shadow", "report", *desk, "--since", "2026-11-24", "--json"])

    (line,) = json.loads(capsys.readouterr().out)
    assert (line["name"], line["fired"], line["days"]) == ("first", 1, {"2026-11-24": 1})


def test_a_date_that_is_none_is_wrong_use(desk: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["shadow", "report", *desk, "--since", "上周"]) == 2
    assert "--since" in capsys.readouterr().err


def test_the_console_reads_the_same_figures_over_http(desk: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    main(["shadow", "report", *desk, "--since", "2026-11-24", "--json"])
    told = json.loads(capsys.readouterr().out)

    with open_desk(f"sqlite:///{desk[1]}", desk[3]) as opened:
        client = a_client(opened.desk)
        asked, wrong = client.get("/rules/shadow?since=2026-11-24"), client.get("/rules/shadow?since=上周")

    assert asked.json() == {"rules": told}
    assert wrong.status_code == 400
