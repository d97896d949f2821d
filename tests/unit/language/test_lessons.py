"""Is every diagnostic explained in both languages, with an example that brings it out?"""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from adapters.memory import open_memory
from engine.language.compile import compile_rulebook
from engine.language.diagnostics import CODES
from engine.language.lessons import codes_of, docstring_sections, entries, lesson
from engine.language.lessons.page import page
from engine.language.lessons.specimen import SPECIMEN
from engine.language.lint import MODULES, lint
from engine.language.show import render
from engine.service.desk import Incoming
from engine.service.publish import Press, Told
from engine.service.simulate import Simulation
from tests.unit.language.rulebooks import ROOT

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
PARCEL = {"city": "深圳", "weight": "3", "phone": "13812345678", "promised": "2026-11-24 12:00"}

NEED_MORE_THAN_FILES = {"Y014": "20,000 nodes", "W514": "a date", "W520": "the roster", "V601": "open cases"}
"""Codes whose example alone does not bring them out, and what they need."""


def test_every_code_is_explained_and_nothing_else_is() -> None:
    assert set(entries()) == set(CODES)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_explanation_has_all_five_sections(lang: str) -> None:
    told = {code: lesson(code, lang) for code in CODES}

    assert [code for code, one in told.items() if one is None or not all(section.strip() for section in one.sections)] == []


def test_chinese_sections_are_chinese() -> None:
    told = {code: lesson(code, "zh") for code in CODES}

    assert [code for code, one in told.items() if one and not all(max(one.sections[place]) >= "一" for place in (0, 1, 4))] == []


def test_every_check_has_a_docstring_with_the_five_headings_and_its_codes() -> None:
    for module in MODULES:
        assert all(docstring_sections(module)), module.__name__
        assert codes_of(module), module.__name__
        assert set(codes_of(module)) <= set(CODES), module.__name__


def test_every_file_of_a_check_is_among_the_checks() -> None:
    files = {path.stem for path in Path(ROOT, "engine", "language", "lint").glob("*.py")} - {"__init__"}

    assert {module.__name__.rpartition(".")[2] for module in MODULES} == files


def test_the_specimen_itself_is_clean() -> None:
    compiled = compile_rulebook(SPECIMEN)

    assert render(compiled.diagnostics, SPECIMEN, "en", "concise") == ""
    assert compiled.rulebook is not None


@pytest.mark.parametrize("code", sorted(set(CODES) - set(NEED_MORE_THAN_FILES)))
def test_the_example_brings_its_code_out(code: str) -> None:
    told = lesson(code)
    assert told is not None

    found = compile_rulebook(told.files).diagnostics

    assert code in {each.code for each in found}, render(found, told.files, "en")


def test_the_example_of_unconfirmed_holidays_brings_them_out_on_a_date() -> None:
    told = lesson("W514")
    assert told is not None
    rulebook = compile_rulebook(told.files).rulebook
    assert rulebook is not None

    assert {each.code for each in lint(rulebook, date(2026, 11, 20))} == {"W514"}


def test_the_page_of_all_diagnostics_is_up_to_date() -> None:
    written = (ROOT / "docs" / "diagnostics.md").read_text(encoding="utf-8")

    assert written == page(), "python -m adapters.cli.explain_code > docs/diagnostics.md"


def test_the_example_of_lost_open_cases_brings_it_out_where_one_is_open() -> None:
    told, old = lesson("V601"), compile_rulebook(SPECIMEN).rulebook
    assert told is not None
    assert old is not None
    world = Simulation(old, open_memory(), NOON)
    world.accept(
        [Incoming(source="hand/8011", id="1", workflow="parcel", event="created", data=PARCEL, occurred_at=NOON, received_at=NOON)]
    )
    world.accept(
        [Incoming(source="hand/8011", id="2", workflow="parcel", event="sent_out", case="261123001", occurred_at=NOON, received_at=NOON)]
    )
    press = Press(world.stores.shelf, world.stores.directory, old)

    refused = press.propose(told.files, by="王经理", why="改名", now=NOON)
    renamed = press.propose(was(told.files, "moving"), by="王经理", why="改名", now=NOON)

    assert [one.code for one in refused.diagnostics] == ["V601"]
    assert refused.told is Told.REFUSED
    assert renamed.told is Told.PROPOSED


def was(files: dict[str, str], old: str) -> dict[str, str]:
    """The same with the mapping that the lesson asks for."""
    path = "workflows/parcel.yaml"
    return {**files, path: files[path].replace("  on_the_way:\n", f"  on_the_way:\n    was: {old}\n")}
