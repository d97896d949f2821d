"""Does a report come out of Excel as it went in: numbers as numbers, dates as dates, texts as nothing but texts?"""

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl.workbook import Workbook

from adapters.files.report_xlsx import as_xlsx
from engine.model.plain import plain
from engine.reports.report_csv import as_csv
from engine.reports.report_shape import Chart, Column, FilledSheet, Kind, Named, Period, Row, Scope, Sheet
from engine.reports.report_told import Taken
from tests.time.world import compiled
from tests.unit.cli.rulebook import waybill

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
TAKEN = Taken(at=NOW, version=7, fingerprint="0123456789abcdef")
STARTS = (
    "=",
    "+",
    "-",
    "@",
    "＝",
    "＋",
    "－",
    "＠",
    "\t=",
    "\r=",
    "\n@",
    " =",
    "\N{IDEOGRAPHIC SPACE}＝",
    "\N{ZERO WIDTH SPACE}=",
    "\N{ZERO WIDTH NO-BREAK SPACE}@",
)
"""What some spreadsheet, in some language, takes for the beginning of a formula."""
ATTACKS = st.builds(lambda start, rest: start + rest, st.sampled_from(STARTS), st.text(max_size=20)) | st.sampled_from(
    ["=cmd|' /C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0", '=HYPERLINK("http://x","y")', "http://x", "_x0041_", "{=1+1}", "1e5", "00123"]
)


def a_sheet(texts: Sequence[str], period: Period | None = None) -> FilledSheet:
    """Rows sorted by texts a stranger typed, one number each."""
    sheet = Sheet(
        name="plain", zh="例", en="example", about_zh="例", about_en="example", source="R1", needs=frozenset(), facts=lambda *_: (), chart=Chart.TABLE,
        columns=(
            Column("cases", "单", "cases", Kind.COUNT, lambda line: line.get("cases")),
            Column("share", "占比", "share", Kind.SHARE, lambda line: None),
            Column("taken", "多久", "taken", Kind.SECONDS, lambda line: None),
        ),
    )  # fmt: skip
    scope = Scope(rulebook=compiled(), by=("city",), period=period, since=NOW - timedelta(days=1))
    rows = tuple(
        Row("2026-11-20" if period else "", (Named(text, text, text),), (1, None, 90), NOW.date() if period else None) for text in texts
    )
    return FilledSheet(
        sheet=sheet, scope=scope, heads=(Named("city", "城市", "city"),), rows=rows, total=(len(rows), None, None), cases=len(rows)
    )


def read(content: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def kept(text: str) -> str:
    """What of a text is text, and as openpyxl reads it: it takes every `x005F_` for an escape."""
    return plain(text).replace("\ufffe", "").replace("\uffff", "").replace("x005F_", "")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.text(max_size=30) | ATTACKS, min_size=1, max_size=8))
@example(["=1+1", "\ufffe", "\x00=1", "a\rb", "_x000D_", "<r><t>1</t></r>", "</t></si>"])
def test_any_text_comes_back_as_a_plain_text_and_never_as_a_formula(texts: list[str]) -> None:
    book = read(as_xlsx(a_sheet(texts), TAKEN, "zh"))

    cells = [book.worksheets[0].cell(line, 1) for line in range(2, len(texts) + 2)]
    assert [(cell.value or "").removesuffix(" ") for cell in cells] == [kept(text or "—").removesuffix(" ") for text in texts]
    assert {cell.data_type for sheet in book for line in sheet.iter_rows() for cell in line} <= {"s", "n", "d"}
    assert not any(cell.hyperlink for cell in cells)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.text(max_size=30) | ATTACKS, min_size=1, max_size=8))
def test_any_text_comes_back_from_csv_and_never_begins_a_formula(texts: list[str]) -> None:
    rows = list(csv.reader(io.StringIO(as_csv(a_sheet(texts), "zh").decode("utf-8-sig"), newline="")))

    told = [row[0] for row in rows[1:]]
    assert [one.removeprefix("'") for one in told] == [(text or "—").removeprefix("'") for text in texts]
    assert not any(one.strip().startswith(STARTS) or one.startswith(("\t", "\r", "\n")) for one in told)
    assert [row[1:] for row in rows[1:]] == [["1", "", "90"]] * len(texts)


def test_no_part_of_the_file_is_a_formula() -> None:
    with zipfile.ZipFile(io.BytesIO(as_xlsx(a_sheet(["=1+1", "＝1"]), TAKEN, "zh"))) as parts:
        written = b"".join(parts.read(name) for name in parts.namelist() if "worksheets" in name)

    assert b"<f>" not in written
    assert b"hyperlink" not in written


def test_a_text_like_a_formula_stays_one_when_its_cell_is_edited() -> None:
    sheet = read(as_xlsx(a_sheet(["=1+1", "深圳"]), TAKEN, "zh")).worksheets[0]

    assert [bool(sheet.cell(line, 1).quotePrefix) for line in (2, 3)] == [True, False]


def test_the_same_report_taken_at_the_same_instant_is_the_same_file() -> None:
    first, again = (as_xlsx(a_sheet(["深圳"]), TAKEN, "zh") for _ in range(2))

    assert first == again


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LANG", "WAYBILL_LANG", "WAYBILL_DB", "WAYBILL_RULES"):
        monkeypatch.delenv(name, raising=False)


def test_numbers_percents_dates_and_lengths_of_time_have_their_types(two_days_on_disk: Path, tmp_path: Path) -> None:
    path = tmp_path / "new" / "pickup.xlsx"

    said = waybill(
        "report", "pickup", "--period", "day", "--since", "2026-11-19", "--until", "2026-11-20", "--only", "area=杭州", "--xlsx", str(path),
        "--db", str(two_days_on_disk / "desk.db"), "--rules", str(two_days_on_disk / "book"),
    )  # fmt: skip

    table, about = openpyxl.load_workbook(path).worksheets
    heads = [cell.value for cell in table[1]]
    line = dict(zip(heads, table[2], strict=True))
    assert (said.code, said.out) == (0, f"已写到 {path}(2 行)\n")
    assert (table.freeze_panes, table.title, about.title) == ("A2", "报表", "说明")
    assert (line["期"].value, line["期"].number_format) == (datetime(2026, 11, 19), "yyyy-mm-dd")  # noqa: DTZ001  # A spreadsheet's dates have no zone.
    assert (line["及时率"].value, line["及时率"].number_format) == (0, "0.0%")
    assert (line["平均晚"].value, line["地区"].value, line["超时"].value) == (timedelta(minutes=40), "杭州", 1)
    told = {row[0].value: row[1].value for row in about.iter_rows()}
    assert told["从(含)"] == datetime(2026, 11, 19)  # noqa: DTZ001  # Nor have these.
    assert told["到(不含)"] == datetime(2026, 11, 21)  # noqa: DTZ001  # Nor have these.
    assert (told["每期"], told["按什么分"], told["只看"], told["读了多少单"]) == ("每天", "地区、提货人", "地区=杭州", 11)
    assert isinstance(told["何时数的"], datetime)
    assert told["规则版本"] == "未发布"
    assert [len(told["规则指纹"]), told["时区"]] == [12, "Asia/Shanghai"]


def test_personal_values_leave_masked(two_days_on_disk: Path, tmp_path: Path) -> None:
    path = tmp_path / "accounts.xlsx"
    desk = ("--db", str(two_days_on_disk / "desk.db"), "--rules", str(two_days_on_disk / "book"))

    said = waybill("report", "accounts", "--only", "customer=13800010001", "--xlsx", str(path), "--lang", "en", *desk)

    cells = [cell.value for sheet in openpyxl.load_workbook(path) for line in sheet.iter_rows() for cell in line]
    assert said.code == 0
    assert "138******01" in cells
    assert not [one for one in cells if isinstance(one, str) and "13800010001" in one]
