"""Does a notice, typed into a CSV or downloaded as JSON, become a file that means the same?"""

import json
from datetime import date, timedelta

import chinese_calendar
import pytest

from engine.language.compile import compile_rulebook
from engine.language.year_file import BadYear, blank_year, read_year, write_year
from tests.unit.language.rulebooks import SHIPPED, compiled, small

DESK = "kind: calendars\ncalendars:\n  desk:\n    label: 坐席\n    holidays: cn\n    hours:\n      - {days: mon-fri, open: 08:30-17:00}\n"
CSV = "date,until,kind,label\n2027-01-01,2027-01-03,closed,元旦\n2026-12-26,,open,元旦\n2027-02-20,,上班,春节\n2027/02/05,2027/02/11,放假,春节\n"


def closed_and_open(text: str) -> tuple[set[date], set[date]]:
    calendar = compiled(small(rules_calendars=DESK, rules_holidays=text)).calendars["desk"]
    return set(calendar.closed), set(calendar.dates)


def test_a_csv_becomes_a_file_that_says_the_same() -> None:
    text = write_year(read_year("\ufeff" + CSV), notice="国办发明电〔2026〕9号", source="https://www.gov.cn/a.htm")

    closed, worked = closed_and_open(text)

    assert closed == {date(2027, 1, 1) + timedelta(days=n) for n in range(3)} | {date(2027, 2, 5) + timedelta(days=n) for n in range(7)}
    assert worked == {date(2026, 12, 26), date(2027, 2, 20)}
    assert "- {date: 2027-02-05, until: 2027-02-11, label: 春节}" in text
    assert "- {date: 2027-02-20, label: 春节调休上班}" in text
    assert "notice: 国办发明电〔2026〕9号" in text
    assert "confirmed_through: 2027-12-31" in text


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_a_holiday_cn_year_becomes_the_shipped_one(year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
    special = [
        (day, not chinese_calendar.is_workday(day))
        for day in days
        if chinese_calendar.is_in_lieu(day) or chinese_calendar.is_holiday(day) != (day.weekday() > 4)
    ]
    data = {
        "year": year,
        "papers": ["https://www.gov.cn/x.htm"],
        "days": [{"name": "节", "date": str(day), "isOffDay": off} for day, off in special],
    }

    text = write_year(read_year(json.dumps(data)))
    closed, worked = closed_and_open(text)
    shipped = compiled({**small(rules_calendars=DESK), f"rules/holidays_{year}.yaml": SHIPPED[f"rules/holidays_{year}.yaml"]}).calendars[
        "desk"
    ]

    assert "source: https://www.gov.cn/x.htm" in text
    assert worked == set(shipped.dates)
    assert closed == {day for day in shipped.closed if day.weekday() < 5}


def test_the_label_may_hold_what_yaml_would_trip_over() -> None:
    text = write_year(read_year('date,kind,label\n2027-01-01,closed,"it\'s: {元旦} #1, 放假"\n'), notice="a: b")

    calendar = compiled(small(rules_calendars=DESK, rules_holidays=text)).calendars["desk"]

    assert calendar.closed == {date(2027, 1, 1): "it's: {元旦} #1, 放假"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "第一行要写"),
        ("day,kind\n2027-01-01,closed\n", "第一行要写"),
        ("date,kind\n", "没有日期"),
        ("date,kind\n2027-01-01,off\n", "第 2 行"),
        ("date,kind\n2027-02-30,closed\n", "第 2 行"),
        ("date,until,kind\n2027-02-03,2027-02-01,closed\n", "第 2 行"),
        ("date,kind\n2027-01-01,open\n", "一个放假的日子也没有"),
        ("date,kind\n2027-01-01,closed\n2027-01-01,open\n", "一处放假、一处上班"),
        ("date,kind\n2025-01-01,closed\n2027-01-01,closed\n", "--year"),
        ("{", "JSON"),
        ('{"year": 2027, "days": [{"date": "2027-01-01", "name": "x", "isOffDay": "no"}]}', "JSON"),
        ('{"year": 2027, "days": [{"date": "2029-01-01", "name": "x", "isOffDay": true}]}', "不在 2027 年"),
        ("[" * 5000, "第一行要写"),
        ('{"days":' + "[" * 100_000, "JSON"),
    ],
)
def test_what_is_no_year_is_refused_with_its_place(text: str, says: str) -> None:
    with pytest.raises(BadYear) as refused:
        read_year(text)

    assert says in refused.value.zh
    assert refused.value.en


def test_one_year_is_taken_out_of_several_if_asked() -> None:
    several = "date,kind\n2026-01-01,closed\n2027-01-01,closed\n"

    assert [day.date for day in read_year(several, 2027).days] == [date(2027, 1, 1)]
    with pytest.raises(BadYear):
        read_year(several, 2030)


def test_a_blank_form_compiles_and_confirms_nothing() -> None:
    files = small(rules_calendars=DESK, rules_holidays=blank_year(2027))

    calendar = compiled(files).calendars["desk"]

    assert compile_rulebook(files).diagnostics == ()
    assert calendar.confirmed_through is None
    assert len(calendar.closed) == 6
