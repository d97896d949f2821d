"""Do facts become rows as they should, and does nothing personal and no formula leave with a file?"""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.cli.report_said import as_data, say
from adapters.cli.speech import Speech
from engine.model.rulebook import Rulebook
from engine.ports.directory import CaseRow
from engine.reports import report_fold
from engine.reports.report_csv import BREAKS, DANGEROUS, as_csv, safe
from engine.reports.report_dossiers import dossiers
from engine.reports.report_fold import filled, period_name, period_start
from engine.reports.report_groups import OTHERS
from engine.reports.report_registry import SHEETS, papers_of
from engine.reports.report_shape import Chart, Dossier, Fact, FilledSheet, Line, Period, Scope, Sheet, count, mean
from engine.reports.report_told import heads
from engine.service.simulate import Stores
from tests.time.world import compiled
from tests.unit.cli.rulebook import Said, waybill

BEGIN = datetime(2026, 11, 19, tzinfo=UTC)


def a_case(number: int, **fields: str) -> Dossier:
    row = CaseRow(
        id=f"ticket:{number}", workflow="ticket", state="new", entered_at=BEGIN, opened_at=BEGIN + timedelta(hours=number), revision=1,
        final=False, names={}, fields=fields, clocks=(), next_due=None,
    )  # fmt: skip
    return Dossier(case=row)


def _one_each(scope: Scope, dossier: Dossier) -> Iterator[Fact]:
    hours = int(dossier.case.id.removeprefix("ticket:"))
    yield Fact(dossier.case.opened_at, {"cases": 1, "hours": hours, "max_hours": hours})


PLAIN = Sheet(
    name="plain", zh="例", en="example", about_zh="例", about_en="example", source="", needs=frozenset(), facts=_one_each, chart=Chart.TABLE,
    columns=(count("cases", "单", "cases"), mean("mean", "平均", "mean", "hours", "cases"), count("max_hours", "最大", "largest")),
)  # fmt: skip


@given(
    st.lists(st.tuples(st.integers(0, 2000), st.sampled_from(["a", "b", ""])), max_size=40), st.sampled_from([None, *Period]), st.randoms()
)
def test_rows_add_up_to_the_total_and_the_order_of_the_cases_does_not_matter(
    cases: list[tuple[int, str]], period: Period | None, chance: Random
) -> None:
    scope = Scope(rulebook=compiled(), by=("city",), period=period)
    dossiers = [a_case(number, city=city) for number, city in cases]
    shuffled = list(dossiers)
    chance.shuffle(shuffled)

    found = filled(PLAIN, scope, dossiers)

    assert sum(row.cells[0] or 0 for row in found.rows) == len(cases) == (found.total[0] or 0)
    assert found.total[2] == max((number for number, _ in cases), default=0)
    assert filled(PLAIN, scope, shuffled) == found


@given(st.dates(min_value=date(1970, 1, 8)), st.sampled_from(Period))
def test_periods_follow_each_other_without_a_gap(day: date, period: Period) -> None:
    start = period_start(day, period)
    if start.toordinal() <= 366:
        return
    before = period_start(start - timedelta(days=1), period)

    assert start <= day
    assert before < start
    assert period_name(before, period) < period_name(start, period)


def test_a_row_of_nothing_before_has_no_change_and_one_that_was_missing_had_none() -> None:
    line = Line({"opened": 4}, {"opened": 4}, {})

    assert SHEETS["trends"].columns[2].value(line) == 0
    assert SHEETS["trends"].columns[3].value(line) is None
    assert SHEETS["trends"].columns[2].value(Line({"opened": 4}, {"opened": 4})) is None


def test_what_would_open_too_many_rows_is_counted_under_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_fold, "ROWS_MAX", 3)

    found = filled(PLAIN, Scope(rulebook=compiled(), by=("city",)), [a_case(number, city=f"c{number}") for number in range(10)])

    assert {row.group[0].key: row.cells[0] for row in found.rows} == {"c0": 1, "c1": 1, "c2": 1, OTHERS: 7}
    assert found.total[0] == 10


@given(
    st.text(max_size=12)
    | st.builds("".join, st.lists(st.sampled_from(["=", "+", "-", "@", "\t", "\r", "\N{FULLWIDTH EQUALS SIGN}", " ", "1"]), max_size=6))
)
def test_no_text_begins_like_a_formula_and_none_is_lost(text: str) -> None:
    written = safe(text)
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerow([written, 1])

    assert not written.startswith(BREAKS)
    assert not written.lstrip().startswith(DANGEROUS)
    assert written.removeprefix("'") == text.removeprefix("'") if written == text else written == f"'{text}"
    assert next(csv.reader(io.StringIO(buffer.getvalue(), newline=""))) == [written, "1"]


# --- at the prompt --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(two_days_on_disk: Path) -> Sequence[str]:
    return ("--db", str(two_days_on_disk / "desk.db"), "--rules", str(two_days_on_disk / "book"))


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LANG", "WAYBILL_LANG", "WAYBILL_DB", "WAYBILL_RULES"):
        monkeypatch.delenv(name, raising=False)


def report(desk: Sequence[str], *words: str) -> Said:
    return waybill("report", *words, *desk)


def test_without_a_name_every_report_is_listed() -> None:
    said = waybill("report", "--json")

    assert said.code == 0
    assert [one["report"] for one in json.loads(said.out)] == [*SHEETS, "regret", "manners"]
    assert all(sheet.zh in waybill("report").out for sheet in SHEETS.values())


@pytest.mark.parametrize("name", ["pickup", "complaints"])
def test_a_report_is_told_in_both_languages_and_as_data(desk: Sequence[str], name: str) -> None:
    chinese, english, data = report(desk, name), report(desk, name, "--lang", "en"), report(desk, name, "--json")

    assert (chinese.code, english.code, data.code) == (0, 0, 0)
    assert SHEETS[name].about_zh in chinese.out
    assert SHEETS[name].about_en in english.out
    assert (data.data["report"], data.data["cases"]) == (name, 11)


@pytest.mark.parametrize("name", SHEETS)
def test_headings_are_whole_in_both_languages(two_days: tuple[Rulebook, Stores], name: str) -> None:
    found = _filled(two_days, name, SHEETS[name].by)

    english, chinese = heads(found, "en"), heads(found, "zh")

    assert all(one.isascii() for one in english)
    assert not any(one.isascii() for one in chinese)
    assert len(set(english)) == len(english)


@pytest.mark.parametrize("by", ["customer", "shipper_phone", "consignee_name", "shipper_name", "pickup_address"])
def test_no_personal_value_leaves_a_report(
    two_days: tuple[Rulebook, Stores], tmp_path: Path, capsys: pytest.CaptureFixture[str], by: str
) -> None:
    for name in SHEETS:
        found = _filled(two_days, name, (by,))
        say(found, Speech())
        Speech(json=True).data(as_data(found, Speech()))
        (tmp_path / f"{name}.csv").write_bytes(as_csv(found, "zh"))
    told = capsys.readouterr().out + "".join(path.read_text(encoding="utf-8-sig") for path in tmp_path.glob("*.csv"))

    assert "*" in told
    assert not [secret for secret in ("1380001", "13912345678", "马先生", "王先生", "科技园1号") if secret in told]


def _filled(two_days: tuple[Rulebook, Stores], name: str, by: tuple[str, ...]) -> FilledSheet:
    rulebook, stores = two_days
    scope = Scope(rulebook=rulebook, by=by, period=SHEETS[name].period)
    return filled(SHEETS[name], scope, dossiers(stores, papers_of(SHEETS[name], scope)))


def test_a_csv_file_opens_in_spreadsheets_with_its_units(desk: Sequence[str], tmp_path: Path) -> None:
    path = tmp_path / "new" / "pickup.csv"

    said = report(desk, "pickup", "--csv", str(path))

    assert (said.code, said.out) == (0, f"已写到 {path}(2 行)\n")
    assert path.read_bytes().startswith("\ufeff地区,提货人,提货承诺,及时率 (0-1)".encode())
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    assert [(row["地区"], row["及时率 (0-1)"], row["平均晚 (秒)"]) for row in rows] == [("深圳", "1", ""), ("杭州", "0", "2400")]


def test_both_days_that_are_named_are_counted(desk: Sequence[str]) -> None:
    counted = [report(desk, "trends", "--json", "--by", "none", "--period", "all", *words).data["total"] for words in (
        (), ("--since", "2026-11-20"), ("--until", "2026-11-19"), ("--since", "2026-11-19", "--until", "2026-11-20"), ("--until", "2026-11-19 10:00"),
    )]  # fmt: skip

    assert [one["opened"] for one in counted] == [11, 6, 5, 11, 2]  # type: ignore[index]  # Parsed JSON is objects.


@pytest.mark.parametrize(
    "words",
    [
        ("pickups",), ("sla", "--by", "nonsense"), ("sla", "--period", "year"), ("sla", "--since", "soon"), ("regret", "--by", "area"),
        ("sla", "--since", "2026-11-20", "--until", "2026-11-18"), ("sla", "--csv", "/proc/none/out.csv"), ("manners", "--csv", "out.csv"),
        ("sla", "--only", "深圳"), ("sla", "--only", "nonsense=1"), ("sla", "--xlsx", "/proc/none/out.xlsx"), ("regret", "--xlsx", "out.xlsx"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_in_words(desk: Sequence[str], words: tuple[str, ...]) -> None:
    said = report(desk, *words)

    assert said.code == 2
    assert said.out == ""
    assert said.err


@pytest.mark.parametrize("name", SHEETS)
def test_of_no_cases_there_is_nothing_to_count(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    say(filled(SHEETS[name], Scope(rulebook=compiled(), by=SHEETS[name].by), []), Speech())

    assert "没有可数的" in capsys.readouterr().out


def test_a_formula_in_a_field_is_a_text_in_the_file() -> None:
    found = filled(PLAIN, Scope(rulebook=compiled(), by=("city",)), [a_case(1, city="=HYPERLINK(1)"), a_case(2, city="@SUM(1)")])

    assert [line.split(",")[0] for line in as_csv(found, "zh").decode("utf-8-sig").splitlines()[1:]] == [
        "'=HYPERLINK(1)",
        "'@SUM(1)",
    ]
