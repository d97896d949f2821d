"""Is what will be missing told in time, shortly, and never as an error?"""

from datetime import UTC, date, datetime

import pytest

from engine.language.compile import compile_rulebook
from engine.model.diagnostic import Severity
from engine.model.rulebook import Rulebook
from engine.service.almanac import Almanac, warnings, with_outlook
from tests.unit.language.rulebooks import SHIPPED, compiled, small

TODAY = date(2026, 11, 22)


def rulebook(*rows: str, role: str = "hub_manager", more: str = "") -> Rulebook:
    contacts = (
        "kind: contacts\npeople:\n  wang: {name: 王芳, phone: 13800000001}\n  li: {name: 李强, phone: 13800000002}\n"
        f"roles:\n  agent: {{label: 客服, person: wang}}\n  {role}: {{label: 分拨经理, on_duty: rota}}\n  last_resort: {{label: 兜底, person: wang}}\n"
        "rotas:\n  rota:\n    label: 值班\n    shifts:\n" + "".join(f"      - {row}\n" for row in rows) + more
    )
    return compiled(small(rules_contacts=contacts))


def holes(*rows: str, more: str = "") -> list[tuple[str, str]]:
    return [(one.zh, one.en) for one in warnings(rulebook(*rows, more=more), TODAY) if one.code == "W520"]


def test_a_hole_of_every_week_is_told_once() -> None:
    assert holes("{hours: 08:00-20:00, people: [wang]}", "{days: mon-sat, hours: 20:00-08:00, people: [li]}") == [
        ("星期日 20:00-08:00 没有人值 hub_manager(分拨经理)", "nobody is hub_manager on Sunday 20:00-08:00")
    ]


@pytest.mark.parametrize(
    ("row", "zh"),
    [
        ("{days: mon-fri, people: [wang]}", "星期六 00:00 至星期一 00:00"),
        ("{days: mon-sat, people: [wang]}", "星期日 00:00-24:00"),
        ("{hours: 06:00-22:00, people: [wang]}", "每天 22:00-06:00"),
        ("{days: mon-fri, hours: 08:30-17:00, people: [wang]}", "星期一至星期四 17:00-08:30;星期五 17:00 至星期一 08:30"),
        ("{people: []}", "8 周里任何时候都"),
    ],
)
def test_holes_are_told_by_the_week(row: str, zh: str) -> None:
    assert [told for told, _ in holes(row)] == [f"{zh} 没有人值 hub_manager(分拨经理)"]


def test_a_single_hole_is_told_by_its_dates() -> None:
    rows = ("{hours: 08:00-20:00, people: [wang]}", "{hours: 20:00-08:00, rotate: {every: 1 week, from: 2026-11-23, people: [li]}}")

    assert holes(*rows) == [
        ("2026-11-21、2026-11-22 20:00-08:00 没有人值 hub_manager(分拨经理)", "nobody is hub_manager on 2026-11-21, 2026-11-22 20:00-08:00")
    ]


def test_a_full_rota_is_silent() -> None:
    assert holes("{hours: 08:00-20:00, people: [wang]}", "{hours: 20:00-08:00, people: [li]}") == []
    assert holes("{during: desk, people: [wang]}", "{people: [li]}") == []


@pytest.mark.parametrize(
    ("today", "told"),
    [("2026-10-31", []), ("2026-11-01", ["W514"]), ("2026-12-25", ["W514"]), ("2027-01-02", ["W514"])],
)
def test_a_missing_next_year_is_a_warning_from_november_on(today: str, told: list[str]) -> None:
    without = {name: text for name, text in SHIPPED.items() if "2027" not in name}

    found = warnings(compiled(without), date.fromisoformat(today))

    assert [one.code for one in found] == told
    assert all(one.severity is Severity.WARNING for one in found)


def test_the_warning_grows_loud_at_christmas() -> None:
    without = {name: text for name, text in SHIPPED.items() if "2027" not in name}

    assert "只剩 6 天" in warnings(compiled(without), date(2026, 12, 25))[0].zh
    assert "只剩" not in warnings(compiled(without), date(2026, 12, 24))[0].zh


def test_a_real_look_replaces_the_guess_about_a_rota() -> None:
    text = "{on_open_days: desk, people: [wang]}", "{on_closed_days: desk, people: [li]}"
    book = rulebook(*text)
    guess = compile_rulebook(
        small(
            rules_contacts="""kind: contacts
people:
  wang: {name: 王芳, phone: 13800000001}
roles:
  agent: {label: 客服, on_duty: rota}
  last_resort: {label: 兜底, person: wang}
rotas:
  rota:
    label: 值班
    shifts:
      - {on_open_days: desk, people: [wang]}
      - {on_closed_days: desk, people: [wang]}
"""
        )
    ).diagnostics

    assert [one.code for one in guess] == ["W518"]
    assert with_outlook(guess, book, datetime(2026, 11, 22, tzinfo=UTC)) == ()


def test_the_almanac_looks_once_a_day_and_once_per_rulebook() -> None:
    almanac, morning = Almanac(), datetime(2026, 11, 22, 1, tzinfo=UTC)
    book, other = rulebook("{days: mon-fri, people: [wang]}"), rulebook("{people: [wang]}")

    first = almanac.today(book, morning)

    assert [one.code for one in first] == ["W520"]
    assert almanac.today(book, morning) is first
    assert almanac.news(book, morning) == first  # Though a health check has asked before.
    assert almanac.news(book, datetime(2026, 11, 22, 15, 59, tzinfo=UTC)) == ()
    assert [one.code for one in almanac.news(book, datetime(2026, 11, 22, 16, tzinfo=UTC))] == ["W520"]  # Midnight in Shanghai.
    assert almanac.today(other, morning) == ()
