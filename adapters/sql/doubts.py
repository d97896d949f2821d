"""What is left for a person to settle? Unknown outcomes and dead events in the database."""

from collections.abc import Sequence

from sqlalchemy import select, update

from adapters.sql.database import Database
from adapters.sql.outbox import outbox_row
from adapters.sql.tables import INBOX, OUTBOX, is_one_of
from engine.ports.doubts import DeadEvent
from engine.ports.outbox import OutboxRow


class SqlDoubts:
    """See Doubts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def unknown(self, limit: int) -> Sequence[OutboxRow]:
        """See Doubts.unknown."""
        rows = select(OUTBOX).where(is_one_of(OUTBOX.c.status, "unknown")).order_by(OUTBOX.c.seq).limit(limit)
        with self._database.read() as connection:
            return [outbox_row(row) for row in connection.execute(rows).mappings()]

    def dead(self, limit: int) -> Sequence[DeadEvent]:
        """See Doubts.dead."""
        rows = select(INBOX).where(is_one_of(INBOX.c.status, "dead")).order_by(INBOX.c.id).limit(limit)
        with self._database.read() as connection:
            return [
                DeadEvent(
                    inbox_id=row["id"], case=row["case_id"] or "", source=row["source"], event_id=row["event_id"], name=row["name"],
                    received_at=row["received_at"], attempts=row["attempts"], error=row["error"] or "",
                )
                for row in connection.execute(rows).mappings()
            ]  # fmt: skip

    def revive(self, inbox_id: int) -> bool:
        """See Doubts.revive."""
        dead = update(INBOX).where(INBOX.c.id == inbox_id, is_one_of(INBOX.c.status, "dead"))
        with self._database.write() as connection:
            return connection.execute(dead.values(status="new", attempts=0, retry_at=None)).rowcount == 1

    def discard(self, inbox_id: int) -> bool:
        """See Doubts.discard."""
        dead = update(INBOX).where(INBOX.c.id == inbox_id, is_one_of(INBOX.c.status, "dead"))
        with self._database.write() as connection:
            return connection.execute(dead.values(status="discarded", retry_at=None)).rowcount == 1
