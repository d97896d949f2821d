"""What does one database offer? Every port over one address."""

import secrets
from dataclasses import dataclass

from sqlalchemy import select

from adapters.sql.cases import SqlStore
from adapters.sql.database import Database, insert_new
from adapters.sql.directory import SqlDirectory
from adapters.sql.doubts import SqlDoubts
from adapters.sql.feeds import SqlFeeds
from adapters.sql.fence import fence_of
from adapters.sql.finder import SqlFinder
from adapters.sql.migrate import migrate
from adapters.sql.outbox import SqlOutbox
from adapters.sql.providers import SqlProviders
from adapters.sql.report_slots import ReportSlots
from adapters.sql.shards import Share
from adapters.sql.shelf import SqlShelf
from adapters.sql.sqlite import file_of
from adapters.sql.staff import SqlStaff
from adapters.sql.tables import META
from adapters.sql.timers import SqlBells
from adapters.sql.trail import SqlTrail
from adapters.sql.views import SqlViews
from adapters.sql.ways_in import SqlWaysIn
from adapters.sql.worklist import SqlWorklist

SECRET = "fingerprint_secret"  # noqa: S105  # The name of a row, not its value.


@dataclass(frozen=True, slots=True)
class SqlStores:
    """All ports over one database."""

    store: SqlStore
    bells: SqlBells
    feeds: SqlFeeds
    shelf: SqlShelf
    outbox: SqlOutbox
    worklist: SqlWorklist
    directory: SqlDirectory
    providers: SqlProviders
    ways_in: SqlWaysIn
    doubts: SqlDoubts
    staff: SqlStaff
    trail: SqlTrail
    views: SqlViews
    finder: SqlFinder
    report_slots: ReportSlots
    database: Database
    share: Share
    """This daemon's part of the work; whoever knows of others sets it."""

    def close(self) -> None:
        """Give back every connection."""
        self.views.close()
        self.database.close()


def open_stores(url: str, *, check: bool = True) -> SqlStores:
    """Open a database, for reading or deciding, and bring its tables to this version.

    `url` is SQLAlchemy's: `sqlite:///waybill.db`, `postgresql+psycopg://...`. `check` reads a SQLite file once
    from end to end. Raises CorruptStore, NewerStore, StoreUnavailable.
    """
    path = file_of(url)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    database = Database(url)
    try:
        if check:
            database.check()
        migrate(database)
        secret = secret_of(database)
        with database.read() as connection:
            found = fence_of(connection)
        fence = found.at if found is not None else None
    except BaseException:
        database.close()
        raise
    share = Share()
    return SqlStores(
        SqlStore(database, secret, fence, share), SqlBells(database, share), SqlFeeds(database), SqlShelf(database),
        SqlOutbox(database, secret, share), SqlWorklist(database, secret), SqlDirectory(database), SqlProviders(database, secret), SqlWaysIn(database),
        SqlDoubts(database), SqlStaff(database), SqlTrail(database), SqlViews(database), SqlFinder(database), ReportSlots(database), database, share,
    )  # fmt: skip


def secret_of(database: Database) -> bytes:
    """The key of all fingerprints: drawn once, kept in the database, never shown."""
    read = select(META.c.value).where(META.c.key == SECRET)
    with database.read() as connection:
        secret = connection.scalar(read)
    if secret is None:
        with database.write() as connection:
            insert_new(connection, META, [{"key": SECRET, "value": secrets.token_hex(32)}])
            secret = connection.scalar(read)
    return bytes.fromhex(str(secret))
