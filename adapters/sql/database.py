"""How is the database reached? One way to write, one way to read, and one shape for its troubles."""

import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from weakref import WeakSet

from sqlalchemy import Connection, Engine, Table
from sqlalchemy.dialects import postgresql as for_postgres
from sqlalchemy.dialects import sqlite as for_sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFree

from adapters.sql import postgres, sqlite
from adapters.sql.prepared import told
from adapters.sql.sqlite import HURRIED_SECONDS, file_of, free_percent, is_doubtful, must_be_sound
from engine.ports.store import StoreDoubtful, StoreUnavailable

Row = dict[str, Any]
"""Column -> value, as one statement takes it."""


@dataclass(frozen=True, slots=True)
class Engines:
    """The ways to one address."""

    writer: Engine
    """One transaction at a time, whoever begins it."""
    sharing: Engine
    """Beside others that know how to keep out of each other's way, where the database can lock single rows."""
    aside: Engine
    """For what needs no turn, or cannot wait for one."""
    reader: Engine


def engines_of(url: str) -> Engines:
    """As the database behind the address wants it."""
    if is_postgres(url):
        engine = postgres.engine_of(url)
        sharing = postgres.writing_engine(engine, alone=False)
        return Engines(postgres.writing_engine(engine), sharing, engine, postgres.reading_engine(engine))
    writer = sqlite.writing_engine(url)
    return Engines(writer, writer, sqlite.writing_engine(url, HURRIED_SECONDS), sqlite.reading_engine(url))


def is_postgres(url: str) -> bool:
    """Whether the address leads to PostgreSQL, where several daemons may work."""
    return make_url(url).get_backend_name() in postgres.NAMES


class Database:
    """A writing and a reading engine for one address."""

    def __init__(self, url: str, engines: Engines | None = None) -> None:
        engines = engines or engines_of(url)
        self.writer, self._aside, self.reader = engines.writer, engines.aside, engines.reader
        self._path = file_of(url)
        # One writer at a time within the process: waiting for a lock of ours beats SQLite's busy waiting.
        self._one_writer: AbstractContextManager[object] = threading.Lock() if self._path is not None else nullcontext()
        self._writing: Engine | Held = self.writer
        self._reading: Engine | Held = self.reader
        if not is_postgres(url):
            # Whose turn it is has the one connection: its page cache stays true, for nobody else of ours writes.
            alone = self._path is not None
            self._writing, self._reading = Held(self.writer, sqlite.BEGIN_WRITE, alone), Held(self.reader, sqlite.BEGIN_READ)
        self._mine = threading.local()
        self._sharing = self._writing if isinstance(self._writing, Held) else engines.sharing
        self._doubt = ""
        self.on_doubt: Callable[[str], None] = _nobody
        """Told once, when the disk failed in a way after which nothing more may be written (E22)."""

    @contextmanager
    def write(self) -> Generator[Connection]:
        """One transaction: all of it, or nothing. Raises StoreUnavailable."""
        joined = self._joined
        if joined is not None:
            self._mine.owed()
            with self.available(), _by_itself(joined):
                yield joined
            return
        with self._one_writer, self.available(), self._writing.begin() as connection:
            yield connection

    @contextmanager
    def write_shared(self) -> Generator[Connection]:
        """As `write`, beside others who share: for deciding, taking in and settling, which hold what they touch (see postgres)."""
        if self._joined is not None or not self.shared:
            with self.write() as connection:
                yield connection
            return
        with self.available(), self._sharing.begin() as connection:
            yield connection

    @property
    def shared(self) -> bool:
        """Whether several daemons may write at the same time."""
        return self._sharing is not self._writing

    @contextmanager
    def together(self, owed: Callable[[], None]) -> Generator[Connection]:
        """Until its end, what this thread writes is one transaction, and what it reads sees it.

        `owed` writes what its owner still keeps back: called before every look and every other change, and at the end.
        Each `write` inside stands or falls by itself. Not to be nested. Raises StoreUnavailable: then nothing of it was written.
        """
        assert self._joined is None, "a transaction within a transaction"
        with self._one_writer, self.available(), self._sharing.begin() as connection:
            self._mine.joined, self._mine.owed = connection, owed
            try:
                yield connection
                owed()
            finally:
                self._mine.joined = None

    @property
    def _joined(self) -> Connection | None:
        joined: Connection | None = getattr(self._mine, "joined", None)
        return joined

    @contextmanager
    def write_soon(self) -> Generator[Connection]:
        """As `write`, and given up after HURRIED_SECONDS: whoever asks stands at a counter and comes again. Raises StoreUnavailable.

        Our own queue is passed by: it may be standing behind a lock that another process holds.
        """
        with self.available(), self._aside.begin() as connection:
            yield connection

    @contextmanager
    def write_aside(self) -> Generator[Connection]:
        """As `write`, without waiting for a turn where the database can lock single rows. Raises StoreUnavailable."""
        if self._joined is not None or self._aside.dialect.name == "sqlite":
            with self.write() as connection:
                yield connection
            return
        with self.available(), self._aside.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Generator[Connection]:
        """One consistent look. Raises StoreUnavailable."""
        joined = self._joined
        if joined is not None:
            self._mine.owed()
            yield joined
            return
        with self.available(), self._reading.begin() as connection:
            yield connection

    def available(self) -> AbstractContextManager[None]:
        """Troubles of the driver inside become StoreUnavailable, or StoreDoubtful after a disk that failed."""
        if self._doubt:
            raise StoreDoubtful(self._doubt)
        return available(self._doubted)

    def _doubted(self, why: str) -> None:
        first, self._doubt = not self._doubt, why
        if first:
            self.on_doubt(why)

    def free_percent(self) -> float | None:
        """How much of its disk is free; None: it stands elsewhere."""
        return None if self._path is None else free_percent(self._path)

    def check(self) -> None:
        """Refuse a damaged file. Raises CorruptStore, StoreUnavailable."""
        if self._path is not None and self._path.exists():
            with available():
                must_be_sound(self.reader, self._path)

    def close(self) -> None:
        """Give back every connection."""
        for held in (self._writing, self._reading):
            if isinstance(held, Held):
                held.close()
        for engine in (self.writer, self._aside, self.reader):
            engine.dispose()


class Held:
    """Connections that are kept open, one for each thread, or one in all: taking one from a pool costs more than a statement.

    A transaction is begun and ended at the driver itself: SQLAlchemy's own takes as long as three statements, and joins
    when it is needed.
    """

    def __init__(self, engine: Engine, begin: str, alone: bool = False) -> None:
        """`alone`: whoever begins takes care that nobody else does, so that all threads have one connection."""
        self._engine = engine
        self._begin = begin
        self._mine: Any = SimpleNamespace() if alone else threading.local()
        # Known as long as their threads live: the connection of a thread that ended goes back to the engine by itself.
        self._all: WeakSet[Connection] = WeakSet()
        self._lock = threading.Lock()

    @contextmanager
    def begin(self) -> Generator[Connection]:
        """One transaction on this thread's connection; on another one while that is in use."""
        connection = self._own()
        driver: Any = connection.connection.dbapi_connection
        if driver.in_transaction:
            with self._engine.begin() as other:
                yield other
            return
        self._say(connection, self._begin)
        try:
            yield connection
            self._say(connection, "COMMIT")
        finally:
            self._end(connection)

    @staticmethod
    def _end(connection: Connection) -> None:
        """After a commit there is nothing to take back; SQLAlchemy's part, if it joined, ends with ours."""
        driver: Any = connection.connection.dbapi_connection
        try:
            driver.rollback()
            if connection.in_transaction():
                connection.rollback()
        except connection.dialect.loaded_dbapi.Error:
            connection.invalidate()  # The next one gets a connection that is in nobody's transaction.

    @staticmethod
    def _say(connection: Connection, words: str) -> None:
        driver: Any = connection.connection.dbapi_connection
        try:
            driver.execute(words)
        except connection.dialect.loaded_dbapi.Error as error:
            raise told(connection, words, error) from error

    def _own(self) -> Connection:
        connection: Connection | None = getattr(self._mine, "connection", None)
        if connection is None or connection.closed or connection.invalidated:
            connection = self._mine.connection = self._engine.connect()
            with self._lock:
                self._all.add(connection)
        return connection

    def close(self) -> None:
        """Give all of them back."""
        with self._lock:
            for connection in list(self._all):
                connection.close()
            self._all.clear()


@contextmanager
def _by_itself(connection: Connection) -> Generator[None]:
    """A part of a transaction that can be taken back alone."""
    cursor = connection.connection.cursor()
    cursor.execute("SAVEPOINT part")
    try:
        yield
    except BaseException:
        cursor.execute("ROLLBACK TO part")
        cursor.execute("RELEASE part")
        raise
    cursor.execute("RELEASE part")


def _nobody(_: str) -> None:
    """Who is told when nobody listens."""


@contextmanager
def available(doubted: Callable[[str], None] = _nobody) -> Generator[None]:
    """Locked, full, damaged or gone becomes StoreUnavailable; a broken law of ours (a unique key) stays what it is.

    `doubted` hears of what does not pass, before it is raised as StoreDoubtful.
    """
    try:
        yield
    except NoneFree as error:
        raise StoreUnavailable("数据库连接都在用 / every connection to the database is in use") from error
    except (OperationalError, InterfaceError) as error:
        raise _trouble(error, doubted) from error
    except DatabaseError as error:
        if type(error) is DatabaseError or postgres.passes(error.orig):
            raise _trouble(error, doubted) from error
        raise


def _trouble(error: DBAPIError, doubted: Callable[[str], None]) -> StoreUnavailable:
    if not is_doubtful(error.orig):
        return StoreUnavailable(reason(error))
    doubted(reason(error))
    return StoreDoubtful(reason(error))


def reason(error: DBAPIError) -> str:
    """What the driver said, without the statement: its parameters may be personal."""
    return f"数据库暂不可用 / the database is unavailable: {error.orig}"


def insert_new(connection: Connection, table: Table, rows: Sequence[Row]) -> int:
    """Insert rows, leaving out those whose key is taken. Answers how many were new, for a single row."""
    if not rows:
        return 0
    dialect = for_postgres if connection.dialect.name == "postgresql" else for_sqlite
    statement = dialect.insert(table).on_conflict_do_nothing()
    # Otherwise nobody counts what an INSERT did on PostgreSQL.
    return connection.execute(statement, rows, execution_options={"preserve_rowcount": True}).rowcount
