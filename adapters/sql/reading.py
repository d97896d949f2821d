"""How is a store looked at without a trace? Read only: nothing is migrated, nothing locked, nothing written."""

from dataclasses import dataclass

from adapters.sql.cases import SqlStore
from adapters.sql.database import Database, Engines, available, engines_of
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


def open_reading(url: str) -> Reading:
    """Open an existing database for reading. Raises OtherVersion, StoreUnavailable."""
    database = Database(url, _engines(url))
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


def _engines(url: str) -> Engines:
    """Every connection refuses to write."""
    path = file_of(url)
    reader = looking_engine(path) if path is not None else engines_of(url).reader
    return Engines(reader, reader, reader, reader)
