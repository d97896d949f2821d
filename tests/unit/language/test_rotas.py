"""Do turns, swaps from a CSV and days that follow a calendar compile, and is what is wrong in them shown at its place?"""

from datetime import date, time

import pytest

from engine.language.compile import compile_rulebook
from engine.language.lint.gap_in_rota import covers_the_week
from engine.model.contact import Rota, Rotation, Turn
from tests.unit.language.rulebooks import compiled, small

HOUR = 3600
CONTACTS = """kind: contacts
people:
  wang: {name: 王芳, phone: 13800000001}
  li: {name: 李强, phone: 13800000002}
roles:
  agent: {label: 客服, on_duty: desk_rota}
  last_resort: {label: 兜底, person: wang}
rotas:
  desk_rota:
    label: 值班
    shifts:
"""


def contacts(*rows: str, more: str = "", **roles: str) -> str:
    return CONTACTS + "".join(f"      - {row}\n" for row in rows) + more


def rota(*rows: str, more: str = "") -> Rota:
    return compiled(small(rules_contacts=contacts(*rows, more=more))).contacts.rotas["desk_rota"]


def codes(text: str, **csv: str) -> list[tuple[str, str, int]]:
    files = {**small(rules_contacts=text), **{f"rules/{name}.csv": body for name, body in csv.items()}}
    return [(one.code, one.span.file, one.span.line) for one in compile_rulebook(files).diagnostics]


def test_a_rotation_says_how_often_from_when_and_who() -> None:
    found = rota("{rotate: {every: 2 weeks, from: 2026-11-23, hand_over: 09:00, people: [[wang, li], li]}}")

    assert found.shifts[0].rotation == Rotation(
        every=2, turn=Turn.WEEK, since=date(2026, 11, 23), groups=(("wang", "li"), ("li",)), hand_over=time(9)
    )
    assert found.shifts[0].people == ("wang", "li")


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("{rotate: {every: 1 day, from: 2026-11-23, people: [wang]}}", "F110"),
        ("{rotate: {every: 1 week, from: 2026-11-23, people: []}}", "F110"),
        ("{rotate: {every: 1 week, from: 2026-11-23, people: [[wang, lee]]}}", "R301"),
        ("{hours: 08:00-20:00, rotate: {every: 1 week, from: 2026-11-23, hand_over: 09:00, people: [wang]}}", "F110"),
        ("{people: [wang], rotate: {every: 1 week, from: 2026-11-23, people: [wang]}}", "F110"),
        ("{hours: 08:00-20:00}", "F110"),
        ("{on_open_days: dask, people: [wang]}", "R301"),
        ("{on_open_days: desk, on_closed_days: desk, people: [wang]}", "F110"),
    ],
)
def test_what_is_wrong_in_a_row_is_shown_at_its_line(row: str, code: str) -> None:
    assert codes(contacts("{people: [wang]}", row)) == [(code, "rules/contacts.yaml", 13)]


SWAPS = "    swaps: [{date: 2026-12-12, hours: 09:00-12:00, person: li}]\n    swaps_from: swaps.csv\n"


def test_swaps_come_from_a_csv_beside_the_file_too() -> None:
    csv = "\ufeffdate,until,hours,person,label\n2026-12-20,2026-12-22,20:00-08:00,li、wang,春节前\n,,,,\n2026-12-24,,,wang,\n"
    files = {**small(rules_contacts=contacts("{people: [wang]}", more=SWAPS)), "rules/swaps.csv": csv}

    swaps = compiled(files).contacts.rotas["desk_rota"].swaps

    assert [(swap.on, swap.until, swap.hours, swap.people) for swap in swaps] == [
        (date(2026, 12, 12), date(2026, 12, 12), ((9 * HOUR, 12 * HOUR),), ("li",)),
        (date(2026, 12, 20), date(2026, 12, 22), ((20 * HOUR, 32 * HOUR),), ("li", "wang")),
        (date(2026, 12, 24), date(2026, 12, 24), ((0, 24 * HOUR),), ("wang",)),
    ]
    assert (swaps[1].span.file, swaps[1].span.line) == ("rules/swaps.csv", 2)


def test_what_is_wrong_in_the_csv_is_shown_at_its_line() -> None:
    csv = "date,until,hours,person,who\n2026-12-20,,9点,li,\n20/12/2026,,,li,\n2026-12-20,2026-12-01,,lee,\n2026-12-20,,,,\n"

    found = codes(contacts("{people: [wang]}", more=SWAPS), swaps=csv)

    assert found == [
        ("R304", "rules/swaps.csv", 1),
        ("F110", "rules/swaps.csv", 2),
        ("F110", "rules/swaps.csv", 3),
        ("R301", "rules/swaps.csv", 4),
        ("W509", "rules/swaps.csv", 4),
        ("F102", "rules/swaps.csv", 5),
    ]
    assert codes(contacts("{people: [wang]}", more=SWAPS)) == [("R306", "rules/contacts.yaml", 14)]
    assert codes(contacts("{people: [wang]}", more=SWAPS), swaps="date\n2026-12-20\n")[0] == ("F102", "rules/swaps.csv", 1)


@pytest.mark.parametrize(
    ("rows", "covered"),
    [
        (("{hours: 08:00-20:00, people: [wang]}", "{hours: 20:00-08:00, people: [li]}"), True),
        (("{hours: 08:00-20:00, people: [wang]}", "{days: mon-sat, hours: 20:00-08:00, people: [li]}"), False),
        (("{days: mon-fri, people: [wang]}", "{days: sat,sun, people: [li]}"), True),
        (("{during: desk, people: [wang]}",), False),
        (("{rotate: {every: 1 week, from: 2026-11-23, people: [wang, li]}}",), True),
    ],
)
def test_a_rota_without_a_last_row_is_fine_if_its_hours_cover_the_week(rows: tuple[str, ...], covered: bool) -> None:
    text = contacts(*(row.replace("sat,sun", "'sat,sun'") for row in rows))

    assert codes(text) == ([] if covered else [("W518", "rules/contacts.yaml", 9)])


def test_a_last_resort_may_be_two_shifts_but_no_rotation_that_begins_some_day() -> None:
    two = contacts("{hours: 08:00-20:00, people: [wang]}", "{hours: 20:00-08:00, people: [li]}")
    turning = contacts("{rotate: {every: 1 week, from: 2026-11-23, people: [wang, li]}}")

    assert codes(two.replace("person: wang}", "on_duty: desk_rota}")) == []
    assert [code for code, _, _ in codes(turning.replace("person: wang}", "on_duty: desk_rota}"))] == ["W507"]
    assert not covers_the_week(rota("{rotate: {every: 1 week, from: 2026-11-23, people: [wang, []]}}"))
