"""Is every figure of every report what plain loops over the same cases come to?

Real histories are replayed; the reports are counted by the program and once more by `recount.py`, cell by cell, sorted in several ways.
"""

import os
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

from adapters.files.history import belonging, read_history
from adapters.memory import open_memory
from adapters.wiring.opening import load_rules
from engine.model.masks import mask_text
from engine.model.rulebook import Rulebook
from engine.reports.report_dossiers import dossiers
from engine.reports.report_fold import filled
from engine.reports.report_groups import papers_for
from engine.reports.report_registry import SHEETS, papers_of
from engine.reports.report_shape import Dossier, FilledSheet, Period, Scope
from engine.service.replay import OldCase, group, played
from engine.service.simulate import Stores
from tests.histories import oracle
from tests.histories.recount_papers import Key, Number, Papers, papers
from tests.histories.recount_rows import FIELDS, recounted
from tests.unit.reports.two_days import book, play

SHARED = Path(os.environ.get("WAYBILL_SHARED", Path(__file__).resolve().parents[3] / "shared"))
FOLDER = SHARED / "data" / "histories"
RULEBOOKS = Path(__file__).resolve().parents[1] / "rulebooks"
EVERY = int(os.environ.get("WAYBILL_HISTORIES_EVERY", "100"))
"""One case in so many; 1 counts them all (minutes)."""
SETS = {"olist_orders": "olist", "olist_orders_no_survey": "olist", "helpdesk_tickets": "helpdesk"}
pytestmark = pytest.mark.timeout(120 if EVERY > 1 else 3600)
needs_histories = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no histories at {FOLDER}: set WAYBILL_SHARED")


@cache
def rules(name: str) -> Rulebook:
    return load_rules(str(RULEBOOKS / SETS[name]))[0]


@cache
def lived(name: str) -> tuple[list[Dossier], list[Papers]]:
    """The sampled cases, each lived again in a world of its own: as the reports read them, and as the recount does."""
    rulebook = rules(name)
    read, _ = read_history([FOLDER / f"{name}.events.jsonl.gz"], rulebook.timezone)
    kept, _ = belonging(read, {one.name: one.events.keys() for one in rulebook.workflows.values()})
    last = max(event.received_at for event in kept)
    everything = frozenset().union(*(one.needs for one in SHEETS.values()), *(papers_for(rulebook, by) for by in FIELDS))
    told: list[Dossier] = []
    plain: list[Papers] = []
    for number, case in enumerate(group(kept, lambda event: event.workflow)):
        if number % EVERY == 0:
            stores = _played(rulebook, case, last)
            told += dossiers(stores, everything)
            plain += papers(stores)
    return told, plain


def _played(rulebook: Rulebook, case: OldCase, last: datetime) -> Stores:
    stores = open_memory()
    played(rulebook, case, last, stores, texts=True)
    return stores


@pytest.fixture(scope="module")
def two_days(tmp_path_factory: pytest.TempPathFactory) -> tuple[Rulebook, Stores]:
    """Seven orders and three tickets on the shipped rulebook: every report has something to count."""
    rulebook, stores = book(tmp_path_factory.mktemp("two_days")), open_memory()
    play(stores, rulebook)
    return rulebook, stores


def differing(found: FilledSheet, again: tuple[dict[Key, dict[str, Number]], dict[str, Number]]) -> Iterator[str]:
    """Every cell that is not as recounted; rows by customer are told apart by their figures, for their names are masked alike."""
    columns = [column.key for column in found.sheet.columns]
    rows, total = again
    yield from _cells("total", columns, found.total, total)
    if "customer" in found.scope.by:
        counted = Counter(tuple(map(_exact, row.cells)) for row in found.rows)
        wanted = Counter(tuple(_exact(one[key]) for key in columns) for one in rows.values())
        yield from (f"{found.sheet.name}: {row} × {number}" for row, number in ((counted - wanted) + (wanted - counted)).items())
        return
    shown = {(key[0], *(mask_text(part) for part in key[1:])): one for key, one in rows.items()}
    keys = [(row.period, *(one.key for one in row.group)) for row in found.rows]
    yield from (f"{found.sheet.name}: a row {key} on one side only" for key in {*keys} ^ {*shown})
    for key, row in zip(keys, found.rows, strict=True):
        if key in shown:
            yield from _cells(f"{found.sheet.name} {key}", columns, row.cells, shown[key])


def _cells(where: str, columns: list[str], cells: tuple[object, ...], wanted: dict[str, Number]) -> Iterator[str]:
    for column, cell in zip(columns, cells, strict=True):
        if _exact(cell) != _exact(wanted[column]):
            yield f"{where}: {column} is {cell}, recounted {wanted[column]}"


def _exact(cell: object) -> object:
    """Equal to twelve places: a Decimal cannot hold a third."""
    return round(Fraction(cell), 12) if isinstance(cell, int | Decimal | Fraction) else cell


WAYS: list[tuple[tuple[str, ...] | None, str]] = [
    (None, "as it is"), ((), ""), (("area",), "month"), (("customer",), ""), (("tier", "source"), "week"), (("lane",), "quarter"), ((), "day"),
]  # fmt: skip
"""Sorted by, period; None: as the report has it by itself."""


def scope_of(name: str, rulebook: Rulebook, by: tuple[str, ...] | None, period: str) -> Scope:
    sheet = SHEETS[name]
    wanted = sheet.period if period == "as it is" else Period(period) if period else None
    return Scope(rulebook=rulebook, by=sheet.by if by is None else by, period=wanted)


@needs_histories
@pytest.mark.parametrize("name", SHEETS)
@pytest.mark.parametrize("history", SETS)
def test_every_figure_of_a_replayed_history_is_as_recounted(history: str, name: str) -> None:
    told, plain = lived(history)

    wrong = []
    for by, period in WAYS:
        scope = scope_of(name, rules(history), by, period)
        if "courier" in scope.by:  # Who drove is looked up by the rules; counted by hand in the two days below.
            scope = scope_of(name, rules(history), ("area",), period)
        again = recounted(name, rules(history), plain, scope.by, scope.period.value if scope.period else "")
        wrong += differing(filled(SHEETS[name], scope, told), again)

    assert wrong == []


@pytest.mark.parametrize("name", SHEETS)
@pytest.mark.parametrize(("by", "period"), WAYS)
def test_every_figure_of_the_two_days_is_as_recounted(
    two_days: tuple[Rulebook, Stores], name: str, by: tuple[str, ...] | None, period: str
) -> None:
    rulebook, stores = two_days
    scope = scope_of(name, rulebook, by, period)
    if "courier" in scope.by:
        scope = scope_of(name, rulebook, ("area",), period)

    found = filled(SHEETS[name], scope, dossiers(stores, papers_of(SHEETS[name], scope)))

    again = recounted(name, rulebook, papers(stores), scope.by, scope.period.value if scope.period else "")
    assert list(differing(found, again)) == []
    assert found.rows or name == "satisfaction"


@needs_histories
@pytest.mark.parametrize("days", [(0, 400), (400, 500), (500, 2000)])
def test_a_part_of_the_time_is_counted_as_recounted(days: tuple[int, int]) -> None:
    told, plain = lived("olist_orders")
    since, until = (min(one.case.opened_at for one in plain) + timedelta(days=number) for number in days)

    wrong = []
    for name in ("sla", "trends", "origin", "satisfaction", "escalations", "messages"):
        scope = Scope(rulebook=rules("olist_orders"), by=(), period=Period.MONTH, since=since, until=until)
        again = recounted(name, rules("olist_orders"), plain, (), "month", since, until)
        wrong += differing(filled(SHEETS[name], scope, told), again)

    assert wrong == []


@needs_histories
def test_the_recount_itself_sees_what_the_lines_of_the_history_say() -> None:
    """The recount reads the journal; here the raw lines say how many orders, deliveries and scores there were."""
    raw, _ = oracle.read_set(FOLDER, "olist_orders")
    _, plain = lived("olist_orders")
    chosen = [rows for number, rows in enumerate(raw.values()) if number % EVERY == 0]
    delivered = sum(any(row["event"] == "delivered" for row in rows) for rows in chosen)

    _, orders = recounted("origin", rules("olist_orders"), plain, ())

    assert (orders["orders"], orders["delivered"]) == (len(chosen), delivered)
