"""How is the database reached? One way to write, one way to read, and one shape for its troubles."""

import threading
from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError

from adapters.sql.sqlite import file_of, must_be_sound, reading_engine, writing_engine
from engine.ports.store import StoreUnavailable

Row = dict[str, Any]
"""Column -> value, as one statement takes it."""


class Database:
    """A writing and a reading engine for one address."""

    def __init__(self, url: str) -> None:
        self.writer: Engine
        self.reader: Engine
        self._path = file_of(url)
        # One writer at a time within the process: waiting for a lock of ours beats SQLite's busy waiting.
        self._one_writer: AbstractContextManager[object] = threading.Lock() if self._path is not None else nullcontext()
        if make_url(url).get_backend_name() == "sqlite":
            self.writer, self.reader = writing_engine(url), reading_engine(url)
        else:
            self.writer = self.reader = create_engine(url, pool_pre_ping=True)

    @contextmanager
    def write(self) -> Generator[Connection]:
        """One transaction: all of it, or nothing. Raises StoreUnavailable."""
        with self._one_writer, available(), self.writer.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Generator[Connection]:
        """One consistent look. Raises StoreUnavailable."""
        with available(), self.reader.connect() as connection:
            yield connection

    def check(self) -> None:
        """Refuse a damaged file. Raises CorruptStore, StoreUnavailable."""
        if self._path is not None and self._path.exists():
            with available():
                must_be_sound(self.reader, self._path)

    def close(self) -> None:
        """Give back every connection."""
        self.writer.dispose()
        self.reader.dispose()


@contextmanager
def available() -> Generator[None]:
    """Locked, full, damaged or gone becomes StoreUnavailable; a broken law of ours (a unique key) stays what it is."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise StoreUnavailable(reason(error)) from error
    except DatabaseError as error:
        if type(error) is DatabaseError:
            raise StoreUnavailable(reason(error)) from error
        raise


def reason(error: DBAPIError) -> str:
    """What the driver said, without the statement: its parameters may be personal."""
    return f"数据库暂不可用 / the database is unavailable: {error.orig}"


def insert_new(connection: Connection, table: Table, rows: Sequence[Row]) -> int:
    """Insert rows, leaving out those whose key is taken. Answers how many were new, for a single row."""
    if not rows:
        return 0
    if connection.dialect.name == "postgresql":
        return connection.execute(postgresql.insert(table).on_conflict_do_nothing(), rows).rowcount
    return connection.execute(sqlite.insert(table).on_conflict_do_nothing(), rows).rowcount
