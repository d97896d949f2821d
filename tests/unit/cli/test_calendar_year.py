"""Does `waybill calendar import` add a year that compiles, once, and break nothing?"""

import json
from pathlib import Path

import pytest

from tests.unit.cli.rulebook import waybill, write_rulebook

CSV = "date,until,kind,label\n2031-01-01,2031-01-03,closed,元旦\n2031-01-05,,open,元旦\n"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return write_rulebook(tmp_path / "rules-of-a-test")


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    (tmp_path / "year.csv").write_bytes(CSV.encode("gb18030"))  # As Excel saves it in China.
    return tmp_path / "year.csv"


def test_a_year_is_written_shown_and_compiles(rules: Path, csv: Path) -> None:
    said = waybill("calendar", "import", csv, "--rules", rules, "--notice", "国办发明电〔2030〕9号")

    made = (rules / "rules" / "holidays_2031.yaml").read_text("utf-8")
    assert said.code == 0, said.err
    assert "{date: 2031-01-01, until: 2031-01-03, label: 元旦}" in made
    assert made in said.out
    assert waybill("check", rules).code == 0


def test_a_file_that_is_there_is_not_overwritten(rules: Path, csv: Path) -> None:
    waybill("calendar", "import", csv, "--rules", rules)
    made = (rules / "rules" / "holidays_2031.yaml").read_text("utf-8")

    again = waybill("calendar", "import", csv, "--rules", rules, "--notice", "x")

    assert again.code == 1
    assert "不覆盖" in again.err
    assert (rules / "rules" / "holidays_2031.yaml").read_text("utf-8") == made


def test_a_year_that_contradicts_the_rules_is_not_written(rules: Path, csv: Path) -> None:
    waybill("calendar", "import", csv, "--rules", rules)
    (rules / "rules" / "holidays_2031.yaml").rename(rules / "rules" / "mine.yaml")
    csv.write_text("date,kind\n2031-01-02,open\n2031-05-01,closed\n", "utf-8")

    said = waybill("calendar", "import", csv, "--rules", rules)

    assert said.code == 1
    assert "R308" in said.err
    assert not (rules / "rules" / "holidays_2031.yaml").exists()


def test_without_a_file_a_form_to_fill_in_is_made(rules: Path) -> None:
    said = waybill("calendar", "import", "--year", "2031", "--rules", rules, "--json")

    assert said.code == 0, said.err
    assert said.data["confirmed"] is False
    assert "# confirmed_through: 2031-12-31" in str(said.data["text"])
    assert waybill("check", rules).code == 0


def test_a_json_of_holiday_cn_is_taken_as_it_is(rules: Path, tmp_path: Path) -> None:
    days = [{"name": "元旦", "date": "2031-01-01", "isOffDay": True}]
    (tmp_path / "2031.json").write_text(json.dumps({"year": 2031, "papers": ["https://www.gov.cn/a.htm"], "days": days}), "utf-8")

    said = waybill("calendar", "import", tmp_path / "2031.json", "--rules", rules, "--name", "公司")

    assert said.code == 0, said.err
    assert "source: https://www.gov.cn/a.htm" in (rules / "rules" / "holidays_公司_2031.yaml").read_text("utf-8")


@pytest.mark.parametrize("words", [(), ("gone.csv",), ("--year", "99"), ("--year", "2031", "--name", "../x")])
def test_wrong_use_is_told_and_writes_nothing(rules: Path, words: tuple[str, ...]) -> None:
    before = sorted(rules.rglob("*"))

    said = waybill("calendar", "import", *words, "--rules", rules)

    assert said.code == 2
    assert sorted(rules.rglob("*")) == before
