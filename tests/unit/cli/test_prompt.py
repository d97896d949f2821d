"""Does the command line understand, refuse and help as it should?"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.cli.main import COMMANDS
from adapters.cli.speech import Speech, language_of
from tests.unit.cli.rulebook import waybill, write_rulebook

READY = [name for name in COMMANDS if name != "demo"]


@pytest.mark.parametrize("name", READY)
def test_every_command_has_a_purpose_and_examples_in_both_languages(name: str) -> None:
    chinese, english = waybill(name, "--help"), waybill(name, "--help", "--lang", "en")

    assert (chinese.code, english.code) == (0, 0)
    assert COMMANDS[name].zh in chinese.out.replace("\n", "")
    assert "例子:" in chinese.out
    assert "examples:" in english.out
    assert f"waybill {name}" in english.out


@pytest.mark.parametrize("name", READY)
def test_an_english_help_page_holds_no_chinese_of_ours(name: str) -> None:
    page = waybill(name, "--help", "--lang", "en").out.partition("examples:")[0]

    assert [sign for sign in page if "\u4e00" <= sign <= "\u9fff"] == []


def test_the_overview_lists_every_command() -> None:
    said = waybill("--help")

    assert said.code == 0
    assert [name for name in COMMANDS if f"    {name} " not in said.out] == []


def test_no_command_is_wrong_use() -> None:
    assert waybill().code == 2


def test_a_mistyped_command_is_wrong_use_and_the_near_one_is_named() -> None:
    said = waybill("chekc")

    assert said.code == 2
    assert "check" in said.err
    assert "Traceback" not in said.err


def test_a_missing_argument_is_told_in_chinese() -> None:
    said = waybill("show")

    assert said.code == 2
    assert "缺少:CASE" in said.err


def test_a_folder_that_is_not_there_is_one_clear_line() -> None:
    said = waybill("check", "no/such/folder")

    assert said.code == 2
    assert said.err.strip().splitlines() == ["waybill: 没有这个文件夹:no/such/folder"]


def test_options_of_all_commands_may_stand_before_the_command() -> None:
    assert waybill("--lang", "en", "check", "no/such/folder").err.strip() == "waybill: no such folder: no/such/folder"


@pytest.mark.parametrize(
    ("argv", "env", "lang"),
    [
        ([], {}, "zh"),
        ([], {"LANG": "en_US.UTF-8"}, "en"),
        ([], {"LANG": "zh_CN.UTF-8"}, "zh"),
        ([], {"LANG": "en_US.UTF-8", "WAYBILL_LANG": "zh"}, "zh"),
        (["check", "--lang", "en"], {"WAYBILL_LANG": "zh"}, "en"),
        (["--lang=en"], {}, "en"),
        (["--lang", "fr"], {}, "zh"),
    ],
)
def test_the_language_is_the_one_asked_for_then_the_environments_then_chinese(argv: list[str], env: dict[str, str], lang: str) -> None:
    assert language_of(argv, env) == lang


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0 分钟"), (59, "59 秒"), (1500, "25 分钟"), (97_200, "1 天 3 小时"), (86_401, "1 天"), (-3600, "1 小时")]
)
def test_a_length_of_time_is_told_in_its_two_largest_units(seconds: float, said: str) -> None:
    assert Speech("zh").span(seconds) == said


def test_help_costs_no_import_of_the_engine() -> None:
    code = "import sys; from adapters.cli.main import main; main(['--help']); print([m for m in sys.modules if m.split('.')[0] in ('pydantic', 'sqlalchemy', 'rich', 'yaml', 'engine')])"

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ran.stdout.strip().endswith("[]")


def test_a_console_that_knows_no_chinese_shows_marks_and_nothing_breaks() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "WAYBILL_LANG": "zh"}

    ran = subprocess.run([sys.executable, "-m", "adapters.cli.main", "--help"], capture_output=True, env=environment, check=False)

    assert ran.returncode == 0
    assert b"?" in ran.stdout


def test_a_problem_nobody_foresaw_is_one_line_and_its_trace_is_there_on_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way of a folder")
    words = ("test", write_rulebook(tmp_path / "rules"), "--junit", tmp_path / "file" / "stories.xml")

    said = waybill(*words)
    monkeypatch.setenv("WAYBILL_DEBUG", "1")

    assert said.code == 1
    assert len(said.err.strip().splitlines()) == 1
    assert "WAYBILL_DEBUG=1" in said.err
    with pytest.raises(OSError, match="file"):
        waybill(*words)
