"""How often does a daemon wait for PostgreSQL while it takes one event in and decides it? Read from the wire itself, as libpq traces it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import psycopg
from psycopg.pq import Trace
from sqlalchemy import event

from adapters.clock import SettableClock
from adapters.sql import SqlStores, open_stores
from adapters.wiring.opening import load_rules
from engine.service.library import Library
from engine.service.running import Running
from tests.contract.builders import NOW
from tests.postgres import Postgres
from tests.unit.sql.test_decided_at_once import told

MOST = 6
"""The beginning with the lock on the house; names and look-ups; what is older; the claim; what is written; the commit."""
WARM = 3
"""The first events compile, connect and prepare."""


@contextmanager
def overheard(stores: SqlStores, file: Path) -> Iterator[None]:
    """What goes over the wire meanwhile."""
    with file.open("w", encoding="utf-8") as kept:

        def listen(driver: psycopg.Connection[Any], *_: object) -> None:
            driver.pgconn.trace(kept.fileno())
            driver.pgconn.set_trace_flags(Trace.SUPPRESS_TIMESTAMPS)

        def leave(driver: psycopg.Connection[Any], *_: object) -> None:
            driver.pgconn.untrace()

        pool = stores.database.writer.pool
        event.listen(pool, "checkout", listen)
        event.listen(pool, "checkin", leave)
        try:
            yield
        finally:
            event.remove(pool, "checkout", listen)
            event.remove(pool, "checkin", leave)


def round_trips(file: Path) -> int:
    """How often the server's answers began: in between nobody waited."""
    speakers = [line[0] for line in file.read_text(encoding="utf-8").splitlines() if line[:1] in ("F", "B")]
    return sum(before == "F" and after == "B" for before, after in pairwise(speakers))


def test_an_event_that_is_decided_as_it_comes_in_waits_for_the_server_a_handful_of_times(postgres: Postgres, tmp_path: Path) -> None:
    with closing(open_stores(postgres.wiped())) as stores:
        desk = Running(stores, Library(load_rules(None)[0]), SettableClock(NOW), {})
        trips: dict[int, int] = {}
        for case, step in product(range(WARM + 1), range(3)):
            with overheard(stores, tmp_path / "wire"):
                desk.accept(told(step, (f"A{case}",)))
            trips[step] = round_trips(tmp_path / "wire")

    assert desk.tally.decided == 3 * (WARM + 1)
    assert trips[2] <= MOST, trips


def test_a_connection_that_the_server_left_is_not_handed_to_the_next_caller(postgres: Postgres) -> None:
    with closing(open_stores(postgres.wiped())) as stores:
        assert stores.store.pending(NOW, 1) == []

        postgres.command("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = 'waybill_wiped'")

        assert stores.store.pending(NOW, 1) == []
