"""Who did what? The audit: rows are only ever added, one after the other."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Column, Index, RowMapping, Table, Text, func, insert, select

from adapters.sql.codec import Instant
from adapters.sql.database import Database, insert_new
from adapters.sql.tables import META, METADATA, NUMBER, vshard
from engine.ports.trail import Deed, Entry, digest_after

AUDIT = Table(
    "audit", METADATA,
    Column("number", NUMBER, primary_key=True, autoincrement=False), Column("at", Instant, nullable=False),
    Column("who", Text, nullable=False), Column("what", Text, nullable=False), Column("about", Text, nullable=False),
    Column("why", Text, nullable=False), Column("detail", Text, nullable=False), Column("address", Text, nullable=False),
    Column("digest", Text, nullable=False), vshard(),
    Index("audit_at", "at"), Index("audit_who", "who", "number"), Index("audit_about", "about", "number"),
)  # fmt: skip

TURN = "audit"
"""The note whose row is held while one entry follows another: several daemons may write."""


class SqlTrail:
    """See Trail."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, deed: Deed) -> Entry:
        """See Trail.write."""
        with self._database.write() as connection:
            insert_new(connection, META, [{"key": TURN, "value": ""}])
            connection.execute(select(META.c.value).where(META.c.key == TURN).with_for_update())
            last = connection.execute(select(AUDIT.c.number, AUDIT.c.digest).order_by(AUDIT.c.number.desc()).limit(1)).first()
            number, before = (last.number + 1, last.digest) if last is not None else (1, "")
            entry = Entry(number, deed, digest_after(before, deed))
            connection.execute(
                insert(AUDIT).values(
                    number=number, at=deed.at, who=deed.who, what=deed.what, about=deed.about, why=deed.why, detail=deed.detail,
                    address=deed.address, digest=entry.digest,
                )
            )  # fmt: skip
        return entry

    def search(
        self, *, who: str = "", what: str = "", about: str = "", address: str = "", since: datetime | None = None,
        until: datetime | None = None, before: int | None = None, limit: int = 100,
    ) -> Sequence[Entry]:  # fmt: skip
        """See Trail.search."""
        rows = select(AUDIT).order_by(AUDIT.c.number.desc()).limit(limit)
        for column, value in ((AUDIT.c.who, who), (AUDIT.c.about, about), (AUDIT.c.address, address)):
            if value:
                rows = rows.where(column == value)
        if what:
            rows = rows.where(AUDIT.c.what.startswith(what, autoescape=True))
        if since is not None:
            rows = rows.where(AUDIT.c.at >= since)
        if until is not None:
            rows = rows.where(AUDIT.c.at < until)
        if before is not None:
            rows = rows.where(AUDIT.c.number < before)
        with self._database.read() as connection:
            return [_entry(row) for row in connection.execute(rows).mappings()]

    def count(self, *, what: str, since: datetime, who: str = "", address: str = "") -> int:
        """See Trail.count."""
        rows = select(func.count()).select_from(AUDIT).where(AUDIT.c.what == what, AUDIT.c.at >= since)
        if who:
            rows = rows.where(AUDIT.c.who == who)
        if address:
            rows = rows.where(AUDIT.c.address == address)
        with self._database.read() as connection:
            found: int | None = connection.scalar(rows)
        return found or 0

    def from_first(self, after: int, limit: int) -> Sequence[Entry]:
        """See Trail.from_first."""
        rows = select(AUDIT).where(AUDIT.c.number > after).order_by(AUDIT.c.number).limit(limit)
        with self._database.read() as connection:
            return [_entry(row) for row in connection.execute(rows).mappings()]


def _entry(row: RowMapping) -> Entry:
    deed = Deed(
        at=row["at"], who=row["who"], what=row["what"], about=row["about"], why=row["why"], detail=row["detail"], address=row["address"]
    )
    return Entry(row["number"], deed, row["digest"])
