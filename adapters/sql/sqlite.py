"""What is particular to SQLite? Pragmas, the write lock, the file and whether it is sound.

The only module that may hold SQLite's own SQL.
"""

import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from engine.ports.store import StoreError

BUSY_TIMEOUT_SECONDS = 5.0
HURRIED_SECONDS = 0.35
"""So long a writer waits that must answer its own caller soon."""
BEGIN_WRITE, BEGIN_READ = "BEGIN IMMEDIATE", "BEGIN"
READER_CACHE_KIB = 512
"""Each thread reads on a connection of its own, whose pages are stale after the next write: SQLite's 2 MB each is for one reader."""
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")
MARK = "PRAGMA data_version"
"""Asked again on the same connection, it differs if anybody else has written."""


class CorruptStore(StoreError):
    """The file is damaged, or no database: it is refused, never moved aside."""


DOUBTFUL = (sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_DIR_FSYNC, sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_CORRUPTFS)
"""After a flush that failed nobody knows what the disk holds; trying again would only seem to work."""
DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def is_doubtful(error: BaseException | None) -> bool:
    """Whether this trouble does not pass."""
    code = getattr(error, "sqlite_errorcode", 0)
    return code in DOUBTFUL or code & 0xFF in DAMAGED


def free_percent(path: Path) -> float | None:
    """How much of the disk under the file is free to us; None: it cannot be told."""
    try:
        found = os.statvfs(path.parent)
    except OSError:
        return None
    return 100.0 * found.f_bavail / found.f_blocks if found.f_blocks else None


def file_of(url: str) -> Path | None:
    """The file behind a SQLite address; None for another database, or one in memory."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        return None
    return Path(parsed.database or "")


def writing_engine(url: str, wait_seconds: float = BUSY_TIMEOUT_SECONDS) -> Engine:
    """Every transaction takes the write lock at its beginning: a lock taken in the middle fails at once, whatever the time-out."""
    return _engine(url, BEGIN_WRITE, wait_seconds)


def reading_engine(url: str) -> Engine:
    """Reads one snapshot, and never waits for a writer."""
    return _engine(url, BEGIN_READ, BUSY_TIMEOUT_SECONDS, f"cache_size=-{READER_CACHE_KIB}")


def looking_engine(path: Path) -> Engine:
    """Reads an existing file without a trace: nothing is made, locked or written."""
    engine = create_engine(f"sqlite:///file:{path}?mode=ro&uri=true")

    def prepare(dbapi: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        dbapi.execute("PRAGMA query_only=ON")

    event.listen(engine, "connect", prepare)
    return engine


def _engine(url: str, begin: str, wait_seconds: float, *pragmas: str) -> Engine:
    # Each thread holds a connection of its own: a limit would make the sixteenth wait for one that nobody gives back.
    words: dict[str, Any] = {} if file_of(url) is None else {"max_overflow": -1}
    engine = create_engine(url, connect_args={"timeout": wait_seconds}, **words)

    def prepare(dbapi: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        dbapi.isolation_level = None  # The driver must not open transactions by itself.
        cursor = dbapi.cursor()
        for pragma in (*PRAGMAS, *pragmas, f"busy_timeout={round(wait_seconds * 1000)}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def start(connection: Connection) -> None:
        # Whoever holds a connection begins at the driver, and SQLAlchemy joins.
        driver: Any = connection.connection.dbapi_connection
        if not driver.in_transaction:
            connection.exec_driver_sql(begin)

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", start)
    return engine


def checked(copy: sqlite3.Connection) -> str:
    """Read a file from end to end: `ok`, or what is wrong."""
    return str(copy.execute("PRAGMA quick_check(1)").fetchone()[0])


def fold_log(copy: sqlite3.Connection) -> None:
    """Bring the write-ahead log into the file itself, so that it stands alone."""
    copy.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def must_be_sound(engine: Engine, path: Path) -> None:
    """Read the whole file once. Raises CorruptStore."""
    try:
        with engine.connect() as connection:
            found = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar())
    except OperationalError:
        raise  # Locked or missing: not damaged, the caller says "try later".
    except DatabaseError as error:
        found = str(error.orig)
    if found != "ok":
        found = " ".join(found.split())
        raise CorruptStore(
            f"数据库文件已损坏，请从备份恢复：{path}（{found}） / the database file is damaged, restore a backup: {path} ({found})"
        )
