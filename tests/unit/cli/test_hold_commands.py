"""Can one put a case on hold, resume it and have a message sent again from the prompt?"""

from pathlib import Path

import pytest

from tests.unit.cli.rulebook import waybill, write_rulebook
from tests.unit.cli.test_desk_commands import decide, order


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """A database with one case, and its rules."""
    rules = write_rulebook(tmp_path / "rules")
    monkeypatch.setenv("WAYBILL_DB", str(tmp_path / "desk.db"))
    monkeypatch.setenv("WAYBILL_RULES", str(rules))
    order()
    decide(tmp_path / "desk.db", rules)
    return tmp_path / "desk.db", rules


def test_a_case_on_hold_is_shown_so_until_it_is_resumed(desk: tuple[Path, Path]) -> None:
    held = waybill("hold", "A1", "--why", "客户要求先别联系 13812345678", "--until", "2099-11-23 15:00", "--by", "8011")
    decide(*desk)
    shown, explained = waybill("show", "A1"), waybill("explain", "A1", "--json")
    resumed = waybill("resume", "A1", "--why", "客户同意了", "--by", "8012", "--json")
    decide(*desk)

    assert (held.code, resumed.code, resumed.data["said"]) == (0, 0, "accepted")
    assert "挂起:什么都不发出,时限照算" in held.out
    assert "8011,因为“客户要求先别联系 138******78”;到 2099-11-23 15:00 为止。什么都不发出,时限照算。" in shown.out
    assert explained.data["hold"]["by"] == "8011"
    assert "挂起中" not in waybill("explain", "A1").out
    assert waybill("show", "A1", "--json").data["hold"] is None


def test_what_is_refused_is_said_with_its_exit_code(desk: tuple[Path, Path]) -> None:
    answers = [
        waybill("hold", "A1", "--why", " "),
        waybill("hold", "A1", "--why", "x", "--until", "2020-01-01 10:00"),
        waybill("hold", "nobody", "--why", "x"),
        waybill("resume", "A1", "--why", "x"),
        waybill("send-again", "A1", "9/9", "--why", "x"),
        waybill("send-again", "A1", "9/9", "--undo"),
        waybill("send-again", "A1", "9/9"),
        waybill("send-again", "A1", "9/9", "--why", "x", "--after", "-1"),
    ]

    assert [one.code for one in answers] == [2, 1, 1, 1, 1, 1, 2, 2]
    assert "这一单没有挂起" in answers[3].err
    assert "这一单没有这条消息" in answers[4].err
