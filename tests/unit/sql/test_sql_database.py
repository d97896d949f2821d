"""Does the database itself keep its promises? Opening, owning, upgrading, damage, personal values, indexes."""

import os
import re
import sqlite3
import subprocess
import sys
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Select, event, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from adapters.sql import AlreadyRunning, CorruptStore, NewerStore, acquire_ownership, open_stores
from adapters.sql.cases import FIRST_UNDECIDED, HISTORY
from adapters.sql.codec import Instant, merged, public, read_span, span_text
from adapters.sql.database import Database
from adapters.sql.inbox import Registry
from adapters.sql.migrate import HEAD, configuration, version
from adapters.sql.sqlite import READER_CACHE_KIB
from adapters.sql.tables import HANDED, INBOX, METADATA, OUTBOX, TIMER, is_one_of
from engine.model.span import Span
from engine.ports.store import StoreUnavailable
from tests.contract.builders import NOW, PHONE, a_decision, a_report, a_scan, an_effect

HOLD = "import sys; from adapters.sql import acquire_ownership; acquire_ownership(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
ROOT = Path(__file__).parents[3]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "waybill.db"


@pytest.fixture
def url(path: Path) -> str:
    return f"sqlite:///{path}"


def rows_of(path: Path, statement: str) -> list[tuple[object, ...]]:
    """Straight from the file."""
    connection = sqlite3.connect(path)
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()


def test_opening_an_empty_file_makes_every_table_with_its_shard(url: str, path: Path) -> None:
    open_stores(url).close()

    tables = {str(name) for (name,) in rows_of(path, "SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert tables - {"alembic_version"} == set(METADATA.tables)
    for table in METADATA.tables:
        assert "vshard" in {column[1] for column in rows_of(path, f"PRAGMA table_info({table})")}


def test_the_migrations_end_where_the_tables_stand(url: str) -> None:
    stores = open_stores(url)

    with stores.database.read() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), METADATA)
        newest = ScriptDirectory.from_config(configuration(connection)).get_current_head()

    stores.close()
    assert differences == []
    assert newest == HEAD


def test_a_failed_upgrade_leaves_nothing_half_done(url: str, path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE outbox (seq INTEGER)")  # The upgrade will stumble over it, after other tables.
    connection.close()

    with pytest.raises(StoreUnavailable):
        open_stores(url)

    assert rows_of(path, "SELECT name FROM sqlite_master WHERE type = 'table'") == [("outbox",)]


def test_a_database_of_a_newer_version_is_refused(url: str, path: Path) -> None:
    open_stores(url).close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()

    with pytest.raises(NewerStore, match="newer waybill"):
        open_stores(url)


def test_what_is_stored_is_there_after_opening_again(url: str) -> None:
    first = open_stores(url)
    first.store.accept([a_report(1, data={"phone": PHONE}, private=frozenset({"phone"}))], NOW)
    first.outbox.sent_since(PHONE, NOW)
    first.close()

    again = open_stores(url)

    assert again.store.accept([a_report(1, data={"phone": PHONE}, private=frozenset({"phone"}))], NOW)[0].verdict == "duplicate"
    again.close()


@pytest.mark.parametrize("damage", ["no database", "torn page"])
def test_a_damaged_file_is_refused_and_left_as_it_is(url: str, path: Path, damage: str) -> None:
    open_stores(url).close()
    content = bytearray(path.read_bytes())
    content[:16] = b"something else.." if damage == "no database" else content[:16]
    content[4096 * 2 : 4096 * 6] = b"\xff" * 4096 * 4
    path.write_bytes(content)

    with pytest.raises(CorruptStore, match="damaged"):
        open_stores(url)

    assert path.read_bytes() == content


def test_a_locked_database_is_unavailable_and_nothing_is_written(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.sql.sqlite.BUSY_TIMEOUT_SECONDS", 0)
    monkeypatch.setattr("adapters.sql.sqlite.PRAGMAS", ("journal_mode=WAL", "busy_timeout=0"))
    stores, other = open_stores(url), open_stores(url)

    with other.database.write(), pytest.raises(StoreUnavailable, match="locked"):
        stores.store.accept([a_report(1, data={"phone": PHONE})], NOW)

    assert stores.directory.cases() == []
    stores.close()
    other.close()


def test_a_reader_is_not_disturbed_by_a_writer(url: str) -> None:
    stores, other = open_stores(url), open_stores(url)
    stores.store.accept([a_report(1)], NOW)

    with other.database.write():
        assert len(stores.directory.cases()) == 1

    stores.close()
    other.close()


def test_a_second_owner_is_refused_in_one_line_and_readers_are_not(url: str) -> None:
    with acquire_ownership(url), pytest.raises(AlreadyRunning) as refused:
        acquire_ownership(url)

    assert re.fullmatch(rf"已有一个守护进程在使用 .*waybill\.db（{os.getpid()}@.*） / another daemon already uses .*", str(refused.value))
    with acquire_ownership(url):
        open_stores(url).close()


def test_ownership_ends_with_the_process_that_held_it(url: str) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, url], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdin is not None
    assert holder.stdout is not None
    with holder:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(AlreadyRunning, match=f"{holder.pid}@"):
            acquire_ownership(url)

        holder.kill()
        holder.wait()

    acquire_ownership(url).release()


def test_personal_values_stand_in_one_table_only(url: str, path: Path) -> None:
    stores = open_stores(url)
    private = frozenset({"phone"})
    data = {"goods": "茶叶", "phone": PHONE}
    stores.store.accept([a_report(1, data=data, private=private), a_report(1, data=data | {"goods": "酒"}, private=private)], NOW)
    stores.store.accept([a_scan("early", "unknown", data={"phone": PHONE}, private=private)], NOW)
    (pending,) = stores.store.pending(NOW, 10)
    case = stores.store.load(pending.case_id)
    stores.store.commit(a_decision(case, pending.event, effects=[an_effect(case)]), inbox_id=pending.inbox_id, now=NOW)
    stores.outbox.hand_over(f"{case.id}/1/1", NOW, recipient=PHONE, masked="138****8000")
    stores.close()

    holding = {table for table in METADATA.tables for row in rows_of(path, f"SELECT * FROM {table}") if PHONE in repr(row)}

    assert holding == {"private"}
    assert len(rows_of(path, "SELECT * FROM private")) == 3


def test_an_erased_value_reads_as_blank_and_the_history_stays(url: str) -> None:
    stores = open_stores(url)
    stores.store.accept([a_report(1, data={"goods": "茶叶", "phone": PHONE}, private=frozenset({"phone"}))], NOW)
    (pending,) = stores.store.pending(NOW, 10)
    with stores.database.write() as connection:
        connection.execute(text("DELETE FROM private"))

    (again,) = stores.store.pending(NOW, 10)

    stores.close()
    assert pending.event.data["phone"] == PHONE
    assert again.event.data == {"goods": "茶叶", "phone": ""}


def test_the_fingerprint_of_a_recipient_differs_between_databases(tmp_path: Path) -> None:
    fingerprints = set()
    for name in ("one", "two"):
        stores = open_stores(f"sqlite:///{tmp_path / name}.db")
        stores.store.accept([a_report(1)], NOW)
        stores.close()
        fingerprints.update(rows_of(tmp_path / f"{name}.db", "SELECT body_hash FROM inbox"))

    assert len(fingerprints) == 2


LIVE = is_one_of(OUTBOX.c.status, "ready", "retry")
PLANS = [
    ("pending", select(INBOX).where(is_one_of(INBOX.c.status, "new"), FIRST_UNDECIDED).order_by(INBOX.c.id).limit(10), "inbox_undecided"),
    ("pending: earlier", select(INBOX).where(is_one_of(INBOX.c.status, "new"), FIRST_UNDECIDED), "inbox_queue"),
    ("history", HISTORY.params(case="a"), "inbox_history"),
    ("due", select(TIMER).where(TIMER.c.due_at <= NOW).order_by(TIMER.c.due_at).limit(10), "timer_due"),
    ("claim", select(OUTBOX).where(LIVE, OUTBOX.c.due_at <= NOW).order_by(OUTBOX.c.due_at, OUTBOX.c.seq).limit(10), "outbox_ready"),
    ("parked", select(INBOX.c.park_until).where(is_one_of(INBOX.c.status, "parked")), "inbox_parked"),
    ("caps", select(HANDED).where(HANDED.c.recipient == "f", HANDED.c.at >= NOW), "handed_recipient"),
]


@pytest.mark.parametrize(("statement", "index"), [plan[1:] for plan in PLANS], ids=[plan[0] for plan in PLANS])
def test_what_runs_at_every_heartbeat_reads_an_index(url: str, statement: "Select[tuple[object, ...]]", index: str) -> None:
    stores = open_stores(url)

    with stores.database.read() as connection:
        compiled = statement.compile(connection, compile_kwargs={"render_postcompile": True})
        parameters = compiled.construct_params(escape_names=False)
        bound = tuple(Instant().process_bind_param(v, connection.dialect) if isinstance(v, datetime) else v for v in parameters.values())
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", bound).fetchall()

    stores.close()
    assert index in repr(plan)


def test_a_batch_costs_as_many_statements_as_a_single_report(url: str) -> None:
    stores = open_stores(url)
    counted: list[int] = []
    for size in (2, 1, 50):  # The first one also makes the counter.
        with stores.database.write() as connection:
            statements: list[str] = []
            event.listen(connection, "before_cursor_execute", lambda *args, seen=statements: seen.append(args[2]))
            registry = Registry(connection, b"key", NOW)
            registry.accept([a_report(f"{size}-{n}", names={"waybill_no": f"{size}-{n}"}) for n in range(size)])
            registry.flush()
            counted.append(len(statements))

    stores.close()
    assert counted[1] == counted[2]


@pytest.mark.parametrize("instant", [NOW, datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), NOW + timedelta(microseconds=1)])
def test_an_instant_survives_to_the_microsecond(url: str, instant: datetime) -> None:
    stores = open_stores(url)

    stores.feeds.heard("tms", instant)

    assert stores.feeds.feeds()[0].heard_at == instant
    stores.close()


def test_a_place_in_a_file_survives_colons() -> None:
    span = Span("C:/rules/派送:a.yaml", 7, 3, 12)

    assert read_span(span_text(span)) == span
    assert read_span(span_text(None)) is None


def test_forty_threads_read_and_write_at_once_and_leave_nothing_open_when_they_end(url: str) -> None:
    database = Database(url)
    all_here = threading.Barrier(40)
    done: list[int] = []

    def work(number: int) -> None:
        with database.read() as connection:
            connection.execute(text("SELECT 1"))
            all_here.wait(10)
        with database.write() as connection:
            done.append(number)
        all_here.wait(10)

    for _ in range(2):
        threads = [threading.Thread(target=work, args=(number,)) for number in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    held = (database.writer, database.reader)
    assert len(done) == 80
    # Of the pool that counts; whose turn it is to write takes the one connection.
    assert [engine.pool.checkedout() for engine in held] == [1, 0]  # type: ignore[attr-defined]
    database.close()


def test_two_hundred_threads_that_come_and_go_open_few_connections_and_write_on_one(url: str) -> None:
    database = Database(url)
    opened = {engine: [] for engine in (database.writer, database.reader)}
    for engine, seen in opened.items():
        event.listen(engine, "connect", lambda connection, _, seen=seen: seen.append(connection))
    stay = threading.Event()

    def work(until: threading.Event | None) -> None:
        with database.write(), database.read() as connection:
            connection.execute(text("SELECT 1"))
        if until is not None:
            until.wait(10)

    staying = [threading.Thread(target=work, args=(stay,)) for _ in range(8)]
    for thread in staying:
        thread.start()
    for _ in range(200):
        thread = threading.Thread(target=work, args=(None,))
        thread.start()
        thread.join()
    stay.set()

    assert len(opened[database.writer]) == 1
    assert len(opened[database.reader]) < 16
    for thread in staying:
        thread.join()
    database.close()


def test_a_write_that_failed_leaves_the_one_connection_to_the_next_thread(url: str) -> None:
    database = Database(url)

    def fail() -> None:
        with suppress(ZeroDivisionError), database.write() as connection:
            connection.execute(text("CREATE TABLE lost (id INTEGER)"))
            _ = 1 / 0

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()

    with database.write() as connection:
        assert connection.execute(text("SELECT count(*) FROM sqlite_master WHERE name = 'lost'")).scalar() == 0
    database.close()


def test_a_reader_of_a_thread_has_a_small_page_cache(url: str) -> None:
    database = Database(url)

    with database.read() as connection:
        pages = connection.exec_driver_sql("PRAGMA cache_size").scalar()

    assert pages == -READER_CACHE_KIB
    database.close()


def test_data_keep_their_order_around_personal_values() -> None:
    written = public({"b": "1", "a": "2", "c": "3"}, frozenset({"a"}))

    assert PHONE not in written
    assert list(merged(written, {"a": "2"}).items()) == [("b", "1"), ("a", "2"), ("c", "3")]


def test_an_empty_database_has_no_version(url: str) -> None:
    database = Database(url)

    with database.read() as connection:
        assert version(connection) is None

    database.close()


def test_every_table_and_index_can_be_written_for_postgresql() -> None:
    dialect = postgresql.dialect()
    written = [str(CreateTable(table).compile(dialect=dialect)) for table in METADATA.sorted_tables]
    indexes = [str(CreateIndex(index).compile(dialect=dialect)) for table in METADATA.sorted_tables for index in table.indexes]

    assert any("occurred_at BIGINT NOT NULL" in table for table in written)
    assert any("seq BIGSERIAL NOT NULL" in table for table in written)
    assert sum(" WHERE " in index for index in indexes) >= 15


def test_only_one_module_speaks_the_dialect_of_sqlite() -> None:
    speaking = {
        path.name for path in (ROOT / "adapters" / "sql").rglob("*.py") if re.search(r"PRAGMA|BEGIN |exec_driver_sql", path.read_text())
    }

    assert speaking == {"sqlite.py"}
