"""How is a store looked at without a trace? Read only: nothing is migrated, nothing locked, nothing written."""

from dataclasses import dataclass

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import make_url

from adapters.sql.cases import SqlStore
from adapters.sql.database import Database, available
from adapters.sql.directory import SqlDirectory
from adapters.sql.migrate import HEAD, version
from adapters.sql.shelf import SqlShelf
from adapters.sql.sqlite import file_of, looking_engine
from engine.ports.store import StoreError


class OtherVersion(StoreError):
    """The database is of another version than this waybill: whoever may write must bring it here first."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What may be read of a store: cases, lists, rulebooks."""

    store: SqlStore
    directory: SqlDirectory
    shelf: SqlShelf
    database: Database

    def close(self) -> None:
        """Give back every connection."""
        self.database.close()


class _ReadOnly(Database):
    """A database whose every connection refuses to write."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.writer.dispose()
        self.reader.dispose()
        self.writer = self.reader = _engine(url)


def open_reading(url: str) -> Reading:
    """Open an existing database for reading. Raises OtherVersion, StoreUnavailable."""
    database = _ReadOnly(url)
    try:
        with database.read() as connection, available():
            found = version(connection)
        if found != HEAD:
            raise OtherVersion(
                f"数据库是另一个版本({found or '空'}),先用 waybill run 打开一次 / the database is of version {found}, not {HEAD}"
            )
    except BaseException:
        database.close()
        raise
    return Reading(SqlStore(database, b""), SqlDirectory(database), SqlShelf(database), database)


def _engine(url: str) -> Engine:
    path = file_of(url)
    return looking_engine(path) if path is not None else create_engine(make_url(url), execution_options={"postgresql_readonly": True})
