"""Which daemons live? Each signs a lease of its own, by the clock of the server, and counts those that are signed."""

import threading
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, select, update

from adapters.sql.database import Database, insert_new
from adapters.sql.lead import HOUR, RENEW_SECONDS, TERM
from adapters.sql.shards import Share
from adapters.sql.tables import META

KEY = "daemon/"
SIGNED = META.c.key.like(f"{KEY}%")


class Members:
    """Keeps this daemon's share of the work as the number of daemons changes; nothing rests on it (see shards)."""

    def __init__(self, database: Database, me: str, share: Share, monotonic: Callable[[], float]) -> None:
        self._database = database
        self._key = f"{KEY}{me}"
        self._share = share
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._looked = float("-inf")

    def look(self) -> None:
        """Sign again and count, every two seconds. Raises StoreUnavailable."""
        with self._lock:
            now = self._monotonic()
            if now - self._looked < RENEW_SECONDS:
                return
            living = self._sign()
            self._share.place, self._share.number = living.index(self._key), len(living)
            self._looked = now

    def leave(self) -> None:
        """The others take over at their next look."""
        with self._lock, self._database.write_aside() as connection:
            connection.execute(delete(META).where(META.c.key == self._key))

    def _sign(self) -> list[str]:
        with self._database.write_aside() as connection:
            hour: datetime | None = connection.scalar(HOUR)
            assert hour is not None
            until = (hour + TERM).isoformat()
            if insert_new(connection, META, [{"key": self._key, "value": until}]) == 0:
                connection.execute(update(META).where(META.c.key == self._key).values(value=until))
            signed = {str(row.key): datetime.fromisoformat(row.value) for row in connection.execute(select(META).where(SIGNED))}
            dead = sorted(key for key, end in signed.items() if hour - end > 10 * TERM)
            if dead:
                connection.execute(delete(META).where(META.c.key.in_(dead)))
        return sorted(key for key, end in signed.items() if end > hour)
