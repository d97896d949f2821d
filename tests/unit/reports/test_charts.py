"""Does the drawing of a report say what its table says, in both languages, without colour, and can nothing typed by a stranger break out of it?"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.model.rulebook import Rulebook
from engine.reports.report_dossiers import dossiers
from engine.reports.report_fold import filled
from engine.reports.report_page import page
from engine.reports.report_registry import SHEETS, papers_of
from engine.reports.report_shape import FilledSheet, Period, Scope
from engine.reports.report_svg import chart_svg
from engine.reports.report_told import Taken, cells, lines
from engine.service.simulate import Stores
from tests.unit.cli.rulebook import waybill
from tests.unit.reports.test_xlsx import a_sheet

SVG = "{http://www.w3.org/2000/svg}"
TAKEN = Taken(at=datetime(2026, 11, 21, tzinfo=UTC), version=3, fingerprint="abc")


def report(two_days: tuple[Rulebook, Stores], name: str, **asked: object) -> FilledSheet:
    rulebook, stores = two_days
    scope = Scope(**{"rulebook": rulebook, "by": SHEETS[name].by, "period": SHEETS[name].period, **asked})  # type: ignore[arg-type]  # as the test says
    return filled(SHEETS[name], scope, dossiers(stores, papers_of(SHEETS[name], scope)))


def texts(svg: str) -> list[str]:
    return [one.text or "" for one in ElementTree.fromstring(svg).iter(f"{SVG}text")]  # our own text


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", SHEETS)
def test_every_bar_has_its_number_beside_it_and_a_name_for_who_only_hears(two_days: tuple[Rulebook, Stores], name: str, lang: str) -> None:
    found = report(two_days, name, period=None)
    drawn = chart_svg(found, lang)
    if not found.rows:
        assert drawn == ""
        return

    root = ElementTree.fromstring(drawn)
    told = texts(drawn)

    assert root.get("role") == "img"
    assert [root.find(f"{SVG}{one}") is not None for one in ("title", "desc")] == [True, True]
    assert (root.get("aria-labelledby") or "").split() == [root.find(f"{SVG}{one}").get("id") for one in ("title", "desc")]  # type: ignore[union-attr]  # asserted above
    for row in found.rows[:20]:
        assert cells(found, row.cells, lang)[0] in told


def test_bars_are_as_long_as_their_numbers(two_days: tuple[Rulebook, Stores]) -> None:
    found = report(two_days, "origin")

    bars = [float(one.get("width") or 0) for one in ElementTree.fromstring(chart_svg(found, "zh")).iter(f"{SVG}rect") if one.get("height") == "16.0"]  # fmt: skip

    counts = [row.cells[0] or 0 for row in found.rows]
    assert [round(one / bars[0], 2) for one in bars] == [round(float(one / counts[0]), 2) for one in counts]


def test_over_periods_each_line_has_a_dash_a_mark_and_a_name_of_its_own(two_days: tuple[Rulebook, Stores]) -> None:
    found = report(two_days, "trends", by=("area",), period=Period.DAY)

    root = ElementTree.fromstring(chart_svg(found, "zh"))
    drawn = list(root.iter(f"{SVG}polyline"))

    assert {"深圳", "杭州", "2026-11-19", "2026-11-20"} <= set(texts(chart_svg(found, "zh")))
    assert len({one.get("stroke-dasharray") for one in drawn}) == len(drawn) == 3
    assert all(len((one.get("points") or "").split()) == 2 for one in drawn)


def test_colours_are_shades_of_grey_only(two_days: tuple[Rulebook, Stores]) -> None:
    drawn = "".join(chart_svg(report(two_days, name), "zh") for name in SHEETS)

    for colour in {"#fff" if one == "#fff" else one for one in re.findall(r"#[0-9a-f]{3,6}", drawn)} - {"#fff"}:
        red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
        assert max(red, green, blue) - min(red, green, blue) < 32


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\ufffe\uffff"), max_size=40), min_size=1, max_size=5
    )
)
def test_what_a_stranger_typed_stays_text(typed: Sequence[str]) -> None:
    attack = [f"{one}</text></svg><script>alert(1)</script>\"'>" for one in typed]

    written = page(a_sheet(attack), TAKEN, "en")

    assert "<script" not in written
    ElementTree.fromstring(chart_svg(a_sheet(attack), "en"))


def test_the_page_holds_chart_table_and_how_it_was_counted_and_fetches_nothing(
    two_days_on_disk: Path, tmp_path: Path, two_days: tuple[Rulebook, Stores], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LANG", "WAYBILL_LANG"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "sla.html"

    said = waybill(
        "report", "sla", "--html", str(path), "--db", str(two_days_on_disk / "desk.db"), "--rules", str(two_days_on_disk / "book")
    )

    written, found = path.read_text(encoding="utf-8"), report(two_days, "sla")
    assert said.code == 0
    assert written.index("<svg") < written.index("<table")
    assert found.sheet.about_zh in written
    assert all(f">{cell}</td>" in written for row in lines(found, "zh") for cell in row)
    assert not re.search(r"(?:src|href)=|@import|url\(|<script", written)
    assert "default-src 'none'" in written
