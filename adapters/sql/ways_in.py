"""What do we remember of polls and drop folders? How far a poll has come, and which files were loaded."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Column, Index, Integer, RowMapping, Table, Text, select, update

from adapters.sql.codec import Instant
from adapters.sql.database import Database, Row, insert_new
from adapters.sql.tables import METADATA, vshard
from engine.ports.ways_in import TakenFile

POLLED = Table(
    "polled", METADATA,
    Column("connection", Text, primary_key=True), Column("since", Instant, nullable=False), vshard(),
)  # fmt: skip
"""Since when the next round of a poll asks."""

TAKEN_FILE = Table(
    "taken_file", METADATA,
    Column("connection", Text, primary_key=True), Column("digest", Text, primary_key=True), Column("name", Text, nullable=False),
    Column("at", Instant, nullable=False), Column("rows", Integer, nullable=False), Column("bad", Integer, nullable=False),
    Column("problem", Text, nullable=False), vshard(),
    Index("taken_file_at", "connection", "at"),
)  # fmt: skip


class SqlWaysIn:
    """See WaysIn."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def cursor(self, connection: str) -> datetime | None:
        """See WaysIn.cursor."""
        with self._database.read() as opened:
            found: datetime | None = opened.scalar(select(POLLED.c.since).where(POLLED.c.connection == connection))
        return found

    def keep_cursor(self, connection: str, since: datetime) -> None:
        """See WaysIn.keep_cursor."""
        with self._database.write() as opened:
            if not insert_new(opened, POLLED, [{"connection": connection, "since": since}]):
                opened.execute(update(POLLED).where(POLLED.c.connection == connection).values(since=since))

    def taken(self, connection: str, digest: str) -> TakenFile | None:
        """See WaysIn.taken."""
        found = select(TAKEN_FILE).where(TAKEN_FILE.c.connection == connection, TAKEN_FILE.c.digest == digest)
        with self._database.read() as opened:
            row = opened.execute(found).mappings().first()
        return _file(row) if row is not None else None

    def take(self, file: TakenFile) -> bool:
        """See WaysIn.take."""
        row: Row = {
            "connection": file.connection, "digest": file.digest, "name": file.name, "at": file.at, "rows": file.rows, "bad": file.bad,
            "problem": file.problem,
        }  # fmt: skip
        with self._database.write() as opened:
            return insert_new(opened, TAKEN_FILE, [row]) == 1

    def files(self, connection: str, limit: int) -> Sequence[TakenFile]:
        """See WaysIn.files."""
        rows = select(TAKEN_FILE).where(TAKEN_FILE.c.connection == connection).order_by(TAKEN_FILE.c.at.desc()).limit(limit)
        with self._database.read() as opened:
            return [_file(row) for row in opened.execute(rows).mappings()]


def _file(row: RowMapping) -> TakenFile:
    return TakenFile(
        connection=row["connection"], digest=row["digest"], name=row["name"], at=row["at"], rows=row["rows"], bad=row["bad"],
        problem=row["problem"],
    )  # fmt: skip
