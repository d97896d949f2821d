"""Do the report pages count what may be seen, draw it, and give it away as files that open safely?"""

import io
import zipfile

import pytest

from engine.reports.report_registry import SHEETS
from tests.unit.web.console.desks import Desk, desk_of, shown
from tests.unit.web.console.test_board import order


@pytest.fixture
def desk() -> Desk:
    desk = desk_of()
    order(desk, 1, city="深圳")
    order(desk, 2, city="广州")
    return desk


@pytest.mark.parametrize("name", SHEETS)
def test_every_report_of_the_registry_has_a_page(desk: Desk, name: str) -> None:
    browser = desk.signed_in("viewer")

    page = browser.get(f"/reports/{name}")

    assert page.status_code == 200
    assert SHEETS[name].zh in page.text
    assert " style=" not in page.text


def test_rows_are_sorted_and_narrowed_as_asked_and_the_drawing_stands_above(desk: Desk) -> None:
    browser = desk.signed_in("viewer")

    page = browser.get("/reports/workload?over=all&by=city&period=day&only=city&value=深圳")

    assert "<svg" in page.text
    assert "2026-11-23" in page.text
    assert "深圳" in page.text
    assert "广州" not in page.text


def test_whoever_has_areas_counts_the_cases_of_these_areas(desk: Desk) -> None:
    everything, own = (desk.signed_in("viewer", name, areas=areas) for name, areas in (("a", ()), ("b", ("广州",))))

    one, other = (browser.get("/reports/origin?over=all&by=city&period=all") for browser in (everything, own))

    assert "深圳" in shown(one)
    assert "深圳" not in shown(other)
    assert "只数您的地区:广州" in shown(other)


def test_files_open_in_a_spreadsheet_and_no_text_is_a_formula(desk: Desk) -> None:
    order(desk, 3, city="=1+1")
    browser = desk.signed_in("viewer")

    csv = browser.get("/reports/origin/file/csv?over=all&by=city&period=all")
    xlsx = browser.get("/reports/origin/file/xlsx?over=all&by=city&period=all")

    assert csv.content.startswith(b"\xef\xbb\xbf")
    assert "'=1+1" in csv.text
    assert csv.headers["content-disposition"].endswith('.csv"')
    assert "xl/workbook.xml" in zipfile.ZipFile(io.BytesIO(xlsx.content)).namelist()


def test_dates_the_wrong_way_round_are_refused_in_words(desk: Desk) -> None:
    answer = desk.signed_in("viewer").get("/reports/sla?since=2026-11-20&until=2026-11-10&over=")

    assert answer.status_code == 422
    assert "开始日期晚于结束日期" in shown(answer)
