"""Does PostgreSQL serve several daemons, and does it fail as a store may fail?"""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from sqlalchemy import inspect, text

from adapters.memory import open_memory
from adapters.sql import SqlStores, open_stores
from adapters.sql.database import available
from adapters.sql.lead import Lead, leader_of
from adapters.sql.reading import open_reading
from adapters.sql.tables import METADATA
from engine.model.event import Acceptance, Accepted
from engine.ports.outbox import OutboxRow
from engine.ports.store import Conflict, StoreUnavailable
from tests.contract.builders import MINUTE, NOW, PHONE, a_bell, a_decision, a_report, a_scan, a_timer, an_effect
from tests.contract.store_contract import CASE, decide_next, opened
from tests.contract.test_stores_agree import STEPS, Step, everything
from tests.postgres import Postgres


@pytest.fixture
def two(postgres: Postgres) -> Iterator[tuple[SqlStores, SqlStores]]:
    """What two daemons have of one database."""
    address = postgres.wiped()
    with closing(open_stores(address)) as one, closing(open_stores(address)) as other:
        yield one, other


def test_a_case_that_two_daemons_open_at_the_same_instant_is_opened_once(two: tuple[SqlStores, SqlStores]) -> None:
    start = threading.Barrier(2)

    def come_in(stores: SqlStores) -> list[Acceptance]:
        start.wait()
        return [stores.store.accept([a_report(number, names={"waybill_no": str(number)})], NOW)[0] for number in range(40)]

    with ThreadPoolExecutor(2) as doors:
        answers = list(doors.map(come_in, two))

    together = [{one.verdict for one in pair} for pair in zip(*answers, strict=True)]
    assert together == [{Accepted.ACCEPTED, Accepted.DUPLICATE}] * 40
    assert len(two[0].directory.cases()) == 40


def test_names_that_lead_to_each_other_end_in_one_case_whoever_comes_first(two: tuple[SqlStores, SqlStores]) -> None:
    start = threading.Barrier(2)

    def come_in(stores: SqlStores, event: str, fields: str) -> None:
        start.wait()
        for number in range(40):
            names = {name: f"{name}/{number}" for name in fields.split()}
            stores.store.accept([a_report(f"{event}/{number}", names=names)], NOW)

    with ThreadPoolExecutor(2) as doors:
        list(doors.map(come_in, two, ("both", "second"), ("waybill_no order_no", "order_no")))

    assert len(two[0].directory.cases()) == 40


def test_a_decision_made_from_what_another_daemon_moved_meanwhile_is_a_conflict(two: tuple[SqlStores, SqlStores]) -> None:
    one, other = two
    opened(one)
    stale, pending = one.store.load(CASE), one.store.pending(NOW, 10)[0]
    decide_next(other)

    with pytest.raises(Conflict), one.store.together():
        one.store.commit(a_decision(stale, pending.event), inbox_id=pending.inbox_id, now=NOW)

    assert one.store.load(CASE).revision == 1


def test_rows_are_claimed_once_however_many_daemons_claim(two: tuple[SqlStores, SqlStores]) -> None:
    opened(two[0])
    decide_next(two[0], effects=lambda case: [an_effect(case, number) for number in range(1, 61)])
    start = threading.Barrier(2)

    def claim(stores: SqlStores) -> list[OutboxRow]:
        taken: list[OutboxRow] = []
        start.wait()
        while rows := stores.outbox.claim(NOW, 7, owner="me", lease_until=NOW + MINUTE):
            taken += rows
        return taken

    with ThreadPoolExecutor(2) as rooms:
        first, second = rooms.map(claim, two)

    ids = [row.effect.id for row in (*first, *second)]
    assert len(ids) == len(set(ids)) == 60


def test_whoever_was_away_longer_than_its_lease_hands_nothing_over(two: tuple[SqlStores, SqlStores]) -> None:
    frozen, awake = two
    opened(frozen)
    (effect_id,) = (one.id for one in decide_next(frozen, effects=lambda case: [an_effect(case)]).effects)
    frozen.outbox.claim(NOW, 10, owner="frozen", lease_until=NOW + MINUTE)
    awake.outbox.crashed(NOW + MINUTE)
    awake.outbox.claim(NOW + MINUTE, 10, owner="awake", lease_until=NOW + 2 * MINUTE)

    with pytest.raises(Conflict):
        frozen.outbox.hand_over(effect_id, NOW + MINUTE, recipient=PHONE, masked="…")

    assert awake.outbox.find(effect_id).sent_at is None
    awake.outbox.hand_over(effect_id, NOW + MINUTE, recipient=PHONE, masked="…")


def test_one_leads_until_it_leaves_or_its_term_ends(two: tuple[SqlStores, SqlStores]) -> None:
    hour = [0.0]
    first, second = (Lead(stores.database, name, lambda: hour[0]) for stores, name in zip(two, ("first", "second"), strict=True))

    assert (first.mine(), second.mine()) == (True, False)
    hour[0] += 3
    assert (first.mine(), second.mine()) == (True, False)
    with two[0].database.read() as connection:
        assert leader_of(connection) == "first"
    first.release()
    hour[0] += 3
    assert second.mine()
    with two[0].database.write() as connection:  # It dies without a word, and its term ends.
        connection.execute(text("UPDATE meta SET value = 'second 2026-01-01T00:00:00+00:00' WHERE key = 'leader'"))
    hour[0] += 3
    assert (first.mine(), second.mine()) == (True, False)


def test_a_holder_that_cannot_renew_stops_before_the_next_one_begins(two: tuple[SqlStores, SqlStores]) -> None:
    hour = [0.0]
    lead = Lead(two[0].database, "first", lambda: hour[0])
    assert lead.mine()

    hour[0] += 100
    with two[1].database.write() as connection:
        connection.execute(text("UPDATE meta SET value = 'second 2999-01-01T00:00:00+00:00' WHERE key = 'leader'"))

    assert not lead.mine()


def test_no_transaction_stays_open(two: tuple[SqlStores, SqlStores], postgres: Postgres) -> None:
    one, _ = two
    opened(one)
    decide_next(one)
    one.directory.cases()
    with pytest.raises(Conflict):
        one.store.commit(a_decision(replace(one.store.load(CASE), revision=7), a_bell(a_timer(CASE))), inbox_id=None, now=NOW)

    with psycopg.connect(postgres.server.get_uri()) as connection:
        found = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'").fetchone()
    assert found == (0,)


def test_a_server_that_was_restarted_is_unavailable_at_most_once(postgres: Postgres) -> None:
    with closing(open_stores(postgres.wiped())) as stores:
        opened(stores)
        postgres.server.stop()
        with pytest.raises(StoreUnavailable):
            stores.store.load(CASE)
        with pytest.raises(StoreUnavailable):
            stores.store.accept([a_scan(2)], NOW)
        postgres.server.start()

        assert stores.store.load(CASE).revision == 0
        decide_next(stores)


def test_a_connection_that_dies_in_the_middle_of_a_group_leaves_nothing_of_it(two: tuple[SqlStores, SqlStores], postgres: Postgres) -> None:
    one, other = two

    def die() -> None:
        with one.store.together():
            opened(one)
            postgres.command("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction'")
            decide_next(one)

    with pytest.raises(StoreUnavailable):
        die()

    assert other.directory.cases() == []
    opened(one)
    assert [row.id for row in other.directory.cases()] == [CASE]


@pytest.mark.parametrize(
    "trouble",
    [
        psycopg.errors.LockNotAvailable,
        psycopg.errors.DeadlockDetected,
        psycopg.errors.IdleInTransactionSessionTimeout,
        psycopg.errors.ReadOnlySqlTransaction,
        psycopg.errors.AdminShutdown,
        psycopg.errors.DiskFull,
    ],
)
def test_what_passes_is_unavailable(postgres: Postgres, trouble: type[psycopg.Error]) -> None:
    with closing(open_stores(postgres.wiped())) as stores:
        raising = f"DO $$ BEGIN RAISE EXCEPTION 'trouble' USING ERRCODE = '{trouble.sqlstate}'; END $$"

        with pytest.raises(StoreUnavailable), available(), stores.database.writer.begin() as connection:
            connection.execute(text(raising))


def test_a_nul_is_kept_as_a_sign_and_turns_nobody_away(two: tuple[SqlStores, SqlStores]) -> None:
    one, _ = two

    one.store.accept([a_report("n", names={"waybill_no": "9\0"}, data={"phone": "1\0"}, private=frozenset({"phone"}))], NOW)

    assert one.directory.find("x\0") == []
    assert one.directory.private(one.directory.cases()[0].id) == {"phone": "1\ufffd"}


def test_the_steps_make_the_tables_as_they_are_written(postgres: Postgres) -> None:
    with closing(open_stores(postgres.wiped())) as stores, stores.database.writer.begin() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_texts_are_compared_as_everywhere_else_whatever_language_the_database_speaks(two: tuple[SqlStores, SqlStores]) -> None:
    with two[0].database.read() as connection:
        known = inspect(connection)
        texts = {
            (table, column["name"]): getattr(column["type"], "collation", None)
            for table in METADATA.tables
            for column in known.get_columns(table)
            if str(column["type"]).startswith("TEXT")
        }

    assert set(texts.values()) == {"C"}
    assert len(texts) > 80


def test_a_store_may_be_looked_at_and_not_written(postgres: Postgres) -> None:
    address = postgres.wiped()
    with closing(open_stores(address)) as stores:
        opened(stores)
    with closing(open_reading(address)) as reading:
        assert [row.id for row in reading.directory.cases()] == [CASE]
        with pytest.raises(StoreUnavailable):
            reading.store.accept([a_scan(2)], NOW)


@settings(
    max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_any_sequence_of_events_and_decisions_ends_alike_in_memory_and_here(postgres: Postgres, steps: list[Step]) -> None:
    memory = open_memory()
    with closing(open_stores(postgres.wiped())) as sql:
        answers = [(step(memory), step(sql)) for step in steps]

        assert [here for _, here in answers] == [in_memory for in_memory, _ in answers]
        assert everything(sql) == everything(memory)
