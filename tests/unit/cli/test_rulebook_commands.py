"""Do the commands about rules say what is in them, and what is wrong?"""

import json
import os
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from adapters.cli.check import still_default
from tests.unit.cli.rulebook import A_STORY_THAT_DIFFERS, FILES, waybill, write_rulebook

SHARED = Path(os.environ.get("WAYBILL_SHARED") or Path(__file__).resolve().parents[4] / "shared")
DRAFT = SHARED / "design" / "rulebook"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return write_rulebook(tmp_path / "rules-of-a-test")


def test_a_clean_rulebook_passes_and_is_counted(rules: Path) -> None:
    said = waybill("check", rules)

    assert said.code == 0, said.out
    assert "1 个流程,4 个状态,2 项时效,0 条升级链,0 条消息,1 个对接,1 个故事" in said.out


def test_every_problem_is_told_with_its_place_and_the_code_is_1(rules: Path) -> None:
    write_rulebook(
        rules, sla=FILES["rules/sla.yaml"].replace("while: waiting", "while: waitnig").replace("calendar: desk", "calendar: dsek")
    )

    said = waybill("check", rules, "--form", "concise")

    assert said.code == 1
    assert "rules/sla.yaml:6" in said.out
    assert "rules/sla.yaml:8" in said.out


def test_check_speaks_json_to_programs(rules: Path) -> None:
    write_rulebook(rules, sla=FILES["rules/sla.yaml"].replace("while: waiting", "while: waitnig"))

    said = waybill("check", rules, "--json")

    assert said.code == 1
    assert said.data["ok"] is False
    assert "rules/sla.yaml" in json.dumps(said.data["diagnostics"])


def test_a_parameter_is_at_its_default_while_its_line_reads_as_shipped(monkeypatch: pytest.MonkeyPatch, rules: Path) -> None:
    monkeypatch.setattr("adapters.cli.check.shipped_rules_dir", lambda: rules)
    mine = {"rules/sla.yaml": FILES["rules/sla.yaml"].lstrip()}
    changed = {"rules/sla.yaml": mine["rules/sla.yaml"].replace("30 min", "20 min")}

    assert still_default(mine) == [("P1", "rules/sla.yaml:7", "limit: 30 min")]
    assert still_default(changed) == []


def test_stories_that_hold_pass(rules: Path) -> None:
    said = waybill("test", rules)

    assert said.code == 0, said.out
    assert "1 个故事,1 个通过" in said.out


def test_a_story_that_differs_is_shown_line_by_line_and_the_code_is_1(rules: Path) -> None:
    stories = rules / "rules/stories/parcel.yaml"
    stories.write_text(FILES["rules/stories/parcel.yaml"].lstrip() + A_STORY_THAT_DIFFERS.lstrip("\n"), encoding="utf-8")

    said = waybill("test", rules)

    assert said.code == 1
    assert "✗ 以为会到  rules/stories/parcel.yaml:12" in said.out
    assert "2026-11-23 09:10  状态  应为 done,实际 moving  rules/stories/parcel.yaml:19" in said.out
    assert "2 个故事,1 个通过" in said.out


def test_a_filter_plays_only_what_holds_its_text_and_nothing_to_play_is_not_fine(rules: Path) -> None:
    assert waybill("test", rules, "-k", "半小时").code == 0
    assert waybill("test", rules, "-k", "没有这样的故事").code == 1


def test_junit_tells_programs_which_story_failed(rules: Path, tmp_path: Path) -> None:
    stories = rules / "rules/stories/parcel.yaml"
    stories.write_text(FILES["rules/stories/parcel.yaml"].lstrip() + A_STORY_THAT_DIFFERS.lstrip("\n"), encoding="utf-8")

    waybill("test", rules, "--junit", tmp_path / "stories.xml")

    suite = ElementTree.parse(tmp_path / "stories.xml").getroot().find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert [case.get("name") for case in suite if case.find("failure") is not None] == ["以为会到"]


def test_init_copies_the_shipped_rulebook_and_never_overwrites(tmp_path: Path, rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.files.rules.shipped_rules_dir", lambda: rules)

    first = waybill("init", tmp_path / "mine")
    (tmp_path / "mine/rules/sla.yaml").write_text("mine")
    again = waybill("init", tmp_path / "mine")

    assert (first.code, again.code) == (0, 2)
    assert (tmp_path / "mine/rules/connections/samples/scan.json").is_file()
    assert (tmp_path / "mine/rules/sla.yaml").read_text() == "mine"


def test_a_due_time_is_told_day_by_day(rules: Path) -> None:
    said = waybill("due", "desk", "2026-11-20 16:30", "1 h", "--rules", rules)

    assert said.code == 0
    assert "2026-11-21 周六 每周休息" in said.out
    assert said.out.strip().endswith("到期  2026-11-23 周一 09:30 Asia/Shanghai")


def test_a_due_time_in_english_and_as_data(rules: Path) -> None:
    english = waybill("due", "desk", "2026-11-20 16:30", "1", "h", "--rules", rules, "--lang", "en")
    data = waybill("due", "desk", "2026-11-20 16:30", "1 h", "--rules", rules, "--json").data

    assert "2026-11-21 Sat  closed weekly" in english.out
    assert data["due"] == "2026-11-23T01:30:00+00:00"


@pytest.mark.parametrize(
    "words",
    [
        ("dsek", "2026-11-20", "1 h"),
        ("desk", "someday", "1 h"),
        ("desk", "2026-11-20", "1 day"),
        ("elapsed", "2026-11-20", "1 business day"),
    ],
)
def test_a_due_time_that_cannot_be_asked_is_wrong_use(rules: Path, words: tuple[str, ...]) -> None:
    assert waybill("due", *words, "--rules", rules).code == 2


def test_a_workflow_is_drawn_as_mermaid_or_svg_by_the_files_name(rules: Path, tmp_path: Path) -> None:
    text = waybill("graph", "parcel", "--rules", rules)
    drawn = waybill("graph", "包裹", "--rules", rules, "-o", tmp_path / "parcel.svg")

    assert text.out.startswith("stateDiagram-v2\n")
    assert drawn.code == 0
    assert (tmp_path / "parcel.svg").read_text(encoding="utf-8").startswith("<svg ")
    assert waybill("graph", "nothing", "--rules", rules).code == 2


def test_the_schema_knows_the_names_of_this_rulebook(rules: Path) -> None:
    said = waybill("schema", "--rules", rules)

    assert said.code == 0
    assert "arrive_soon" in said.out or "moving" in said.out
    assert json.loads(said.out)


def test_a_sample_report_shows_its_events_with_personal_values_masked(rules: Path) -> None:
    said = waybill("connection", "test", "tms", "--rules", rules)

    assert said.code == 0
    assert "✓ picked 揽收  2026-11-23 10:00" in said.out
    assert "138******78" in said.out
    assert "13812345678" not in said.out


def test_a_report_no_row_fits_is_shown_and_not_fine(rules: Path, tmp_path: Path) -> None:
    (tmp_path / "odd.json").write_text('{"bill": "A1", "time": "2026-11-23 10:00:00", "code": "99"}')

    said = waybill("connection", "test", "tms", "--sample", tmp_path / "odd.json", "--rules", rules, "--json")

    assert said.code == 1
    assert said.data["ok"] is False
    assert '"code": "99"' in said.out


def test_rules_with_errors_stop_every_command_that_needs_them(rules: Path) -> None:
    write_rulebook(rules, sla=FILES["rules/sla.yaml"].replace("while: waiting", "while: waitnig"))

    said = waybill("graph", "parcel", "--rules", rules)

    assert said.code == 1
    assert "rules/sla.yaml:6" in said.err
    assert said.out == ""


@pytest.mark.skipif(not DRAFT.is_dir(), reason="the shared design folder is not here (WAYBILL_SHARED)")
def test_the_draft_rulebook_is_clean_and_its_stories_hold() -> None:
    assert waybill("check", DRAFT).code == 0
    assert waybill("test", DRAFT).code == 0
