"""Does an event that is decided as it comes in leave what one leaves that waits for the next beat? The same rows, to the letter."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from adapters.clock import SettableClock
from adapters.sql import SqlStores, open_stores
from adapters.sql.tables import METADATA
from adapters.wiring.opening import load_rules
from engine.service.desk import Incoming
from engine.service.library import Library
from engine.service.running import Running
from tests.contract.builders import NOW
from tests.crash.client import MAIN, ORDER

KEYED = ("body_hash",)
"""Made with a secret of each store's own."""
CASES = ("A1", "A2", "A3")


@pytest.fixture
def two(tmp_path: Path) -> Iterator[list[Running]]:
    """One decides what comes in, one leaves it to the beat."""
    rulebook = load_rules(None)[0]
    stores = [open_stores(f"sqlite:///{tmp_path / name}") for name in ("soon.db", "later.db")]
    yield [Running(one, Library(rulebook), SettableClock(NOW), {}, decides=place == 0) for place, one in enumerate(stores)]
    for one in stores:
        one.close()


def told(step: int, cases: tuple[str, ...]) -> list[Incoming]:
    return [
        Incoming(
            source="connection/tms",
            id=f"{case}/{step}",
            workflow="shipment",
            event=MAIN[step],
            occurred_at=None,
            case=case if step else None,
            data={} if step else {**ORDER, "waybill_no": case},
        )
        for case in cases
    ]


def rows(stores: SqlStores) -> dict[str, list[tuple[Any, ...]]]:
    with stores.database.read() as connection:
        return {
            table.name: sorted(repr([*row]) for row in connection.execute(select(*(one for one in table.c if one.name not in KEYED))))
            for table in METADATA.sorted_tables
            if table.name != "meta"
        }


@pytest.mark.parametrize("together", [True, False], ids=["together", "one by one"])
def test_whether_an_event_is_decided_at_once_or_on_the_next_beat_the_store_holds_the_same(two: list[Running], together: bool) -> None:
    for step in range(len(MAIN)):
        for group in [CASES] if together else [(case,) for case in CASES]:
            for desk in two:
                assert isinstance(desk.clock, SettableClock)
                desk.clock.advance(timedelta(minutes=7))
                desk.accept(told(step, group))
                if not desk.decides:
                    desk.clerk.advance(desk.now())

    soon, later = [rows(desk.stores) for desk in two]  # type: ignore[arg-type]  # both are SQL

    assert two[0].tally.decided == len(MAIN) * len(CASES)
    assert soon == later


def test_of_two_events_of_one_case_that_come_in_together_the_second_waits_behind_the_first(two: list[Running]) -> None:
    desk = two[0]
    (opened,) = desk.accept(told(0, ("A1",)))

    desk.accept([*told(1, ("A1",)), *told(2, ("A1",))])

    journal = desk.directory.journal(opened.case_id or "")
    assert [row.name for row in journal] == list(MAIN[:2])
    assert [one.event.name for one in desk.stores.store.pending(desk.now(), 10)] == [MAIN[2]]


def test_behind_a_dead_event_what_comes_in_is_kept_and_not_decided(two: list[Running]) -> None:
    desk = two[1]
    desk.accept(told(0, ("A1",)))
    first = desk.stores.store.pending(desk.now(), 1)[0]
    desk.stores.store.failed(first.inbox_id, "poison", None)
    desk.decides = True

    desk.accept(told(1, ("A1",)))

    assert desk.tally.decided == 0
    assert desk.directory.backlog()["inbox_pending"] == 1
