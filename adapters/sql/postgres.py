"""What is particular to PostgreSQL? Its connections, who waits for whom, the order of texts, and what its troubles mean.

Most transactions take the house together: deciding, taking in, settling. Whoever is not known to be safe beside others (tables
made anew, rules published, the work list) takes it alone. Within the house, who looks for a name holds it, in one order.
Claims, hand-overs and pushes lock their own rows and nothing else.
"""

import select
import zlib
from collections.abc import Callable, Iterable
from typing import Any

from psycopg.types.string import StrDumperUnknown
from sqlalchemy import Boolean, Connection, Engine, Text, column, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection
from sqlalchemy.types import TypeEngine

from adapters.sql.prepared import Prepared, told

NAMES = ("postgresql", "postgres")
"""How addresses begin; the driver is always ours."""
WRITER = 0x7761_7962
"""`wayb`: the number of the lock on the house, and the first of two for a name."""
UNLESS_SAID = {"connect_timeout": 5, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
"""Of the address. A server that is gone without a word is found out by the machine while a connection lies idle."""
LOCK_SECONDS = 5
"""So long anybody waits for a lock; then it is "try later"."""
IDLE_SECONDS = 30
"""A daemon that freezes in the middle of a transaction is shown out by the server, and its lock goes to the next one."""
POOL_SIZE, POOL_MORE, POOL_SECONDS = 10, 20, 3
TRY_LATER = ("08", "25006", "25P03", "40", "53", "55P03", "57P")
"""Beginnings of states that pass: connection gone, standby, idle too long, deadlock, no room, locked, shutting down."""

MARK = "SELECT pg_snapshot_xmax(pg_current_snapshot())"
"""Differs if anybody has written: who only reads gets no number."""
ALONE = f"BEGIN; SELECT pg_advisory_xact_lock({WRITER})"
TOGETHER = f"BEGIN; SELECT pg_advisory_xact_lock_shared({WRITER})"
STRIPES = 64
"""Names share so many locks: a batch of many names holds all of them, which the server's lock table has room for."""
WAIT_FOR_NAMES = Prepared(text("SELECT pg_advisory_xact_lock(:writer, one) FROM unnest(CAST(:stripes AS int[])) AS one"))
TRY_NAMES = Prepared(
    text("SELECT bool_and(pg_try_advisory_xact_lock(:writer, one)) FROM unnest(CAST(:stripes AS int[])) AS one").columns(
        column("held", Boolean)
    )
)
SETTINGS = f"SET lock_timeout = '{LOCK_SECONDS}s'; SET idle_in_transaction_session_timeout = '{IDLE_SECONDS}s'"


def engine_of(url: str) -> Engine:
    """One pool for all that reads and writes."""
    given = make_url(url).set(drivername="postgresql+psycopg")
    words = {name: value for name, value in UNLESS_SAID.items() if name not in given.query}
    engine = create_engine(given, pool_size=POOL_SIZE, max_overflow=POOL_MORE, pool_timeout=POOL_SECONDS, connect_args=words)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "checkout", _must_be_quiet)
    event.listen(engine, "checkin", _as_prepared)
    return engine


def writing_engine(engine: Engine, *, alone: bool = True) -> Engine:
    """Every transaction takes the house at its beginning, before it reads anything."""
    writer, statement = engine.execution_options(), ALONE if alone else TOGETHER

    def hold(connection: Connection) -> None:
        driver: Any = connection.connection.dbapi_connection
        try:
            driver.autocommit = True  # Until it goes back: left to begin by itself, the driver makes a trip of it before the lock's.
            driver.execute(statement, prepare=False)
        except connection.dialect.loaded_dbapi.Error as error:
            raise told(connection, statement, error) from error

    event.listen(writer, "begin", hold)
    return writer


def hold_names(connection: Connection, names: Iterable[str], *, wait: bool) -> Callable[[], bool]:
    """Until the transaction ends nobody else looks for these names to open, park or learn. What comes back tells whether they are ours.

    Whoever waits holds no name yet and takes them in order, so that no two wait for each other; all others try, and give up.
    """
    stripes = sorted({zlib.crc32(name.encode()) % STRIPES for name in names})
    if not stripes:
        return lambda: True
    asked = (WAIT_FOR_NAMES if wait else TRY_NAMES).send(connection, {"writer": WRITER, "stripes": stripes})
    return lambda: wait or bool(asked.rows()[0]["held"])


def reading_engine(engine: Engine) -> Engine:
    """Reads one snapshot, waits for nobody, and cannot write."""
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def compare_by_code_point(connection: Connection) -> None:
    """Order and prefixes of texts as on SQLite and in Python, whatever language the database was made for."""
    known = inspect(connection)
    quote = connection.dialect.identifier_preparer.quote
    for table in known.get_table_names():
        otherwise = [column["name"] for column in known.get_columns(table) if _reads_otherwise(column["type"])]
        if otherwise:
            changes = ", ".join(f'ALTER COLUMN {quote(name)} TYPE text COLLATE "C"' for name in otherwise)
            connection.execute(text(f"ALTER TABLE {quote(table)} {changes}"))


def passes(error: BaseException | None) -> bool:
    """Whether it is the server's trouble of the moment, not a broken law of ours."""
    return str(getattr(error, "sqlstate", None) or "").startswith(TRY_LATER)


def _prepare(dbapi: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    driver: Any = dbapi
    driver.autocommit = True  # The settings are the session's, and no transaction is left open by them.
    driver.execute(SETTINGS)
    driver.autocommit = False
    driver.adapters.register_dumper(str, WithoutNul)


def _must_be_quiet(dbapi: DBAPIConnection, _: ConnectionPoolEntry, __: PoolProxiedConnection) -> None:
    """Before a connection is used: a server that speaks while nobody asked has said good-bye. Seen here, without asking it."""
    driver: Any = dbapi
    heard = select.poll()
    if not driver.closed:
        heard.register(driver.fileno(), select.POLLIN)
    if driver.closed or heard.poll(0):
        raise DisconnectionError  # The pool opens another one.


def _as_prepared(dbapi: DBAPIConnection | None, _: ConnectionPoolEntry) -> None:
    """Back in the pool: the next one may want the driver to begin."""
    driver: Any = dbapi
    if driver is not None and not driver.closed:
        driver.autocommit = False


class WithoutNul(StrDumperUnknown):
    """PostgreSQL keeps no NUL in a text: a replacement character stands in its place, and nobody is turned away for it."""

    def dump(self, obj: str) -> Any:
        """As the driver wants it."""
        return super().dump(obj.replace("\0", "\ufffd") if "\0" in obj else obj)


def _reads_otherwise(column: TypeEngine[Any]) -> bool:
    return isinstance(column, Text) and column.collation != "C"
