"""Which neighbours are silent?"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import case, literal, select, update

from adapters.sql.codec import Instant
from adapters.sql.database import Database, insert_new
from adapters.sql.prepared import Prepared
from adapters.sql.tables import FEED
from engine.ports.store import Feed

FEEDS = Prepared(select(FEED).order_by(FEED.c.connection))


class SqlFeeds:
    """See Feeds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def heard(self, connection: str, at: datetime) -> None:
        """A sign of life; after a silence it is the instant of return."""
        silent = FEED.c.silent_since.is_not(None)
        changes = {
            "heard_at": case((FEED.c.heard_at > at, FEED.c.heard_at), else_=literal(at, Instant)),
            "back_at": case((silent, literal(at, Instant)), else_=FEED.c.back_at),
            "silent_since": None,
        }
        with self._database.write() as opened:
            if not insert_new(opened, FEED, [{"connection": connection, "heard_at": at}]):
                opened.execute(update(FEED).where(FEED.c.connection == connection).values(changes))

    def fell_silent(self, connection: str, at: datetime) -> bool:
        """See Feeds.fell_silent."""
        first = update(FEED).where(FEED.c.connection == connection, FEED.c.silent_since.is_(None))
        with self._database.write() as opened:
            if insert_new(opened, FEED, [{"connection": connection, "silent_since": at}]) == 1:
                return True
            return opened.execute(first.values(silent_since=at, back_at=None)).rowcount == 1

    def feeds(self) -> Sequence[Feed]:
        """In order of name."""
        with self._database.read() as opened:
            rows = FEEDS.rows(opened)
        return [
            Feed(connection=row["connection"], heard_at=row["heard_at"], silent_since=row["silent_since"], back_at=row["back_at"])
            for row in rows
        ]
