"""Which of several daemons does what only one may do? The one that leads: it holds a lease, renews it, and another follows if it does not."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, update

from adapters.sql.database import Database, insert_new
from adapters.sql.tables import META

KEY = "leader"
TERM = timedelta(seconds=6)
"""So long nobody leads after a daemon died without a word."""
RENEW_SECONDS = 2.0
MARGIN_SECONDS = 1.0
"""So much earlier the holder stops than the next one may begin."""
NOBODY = ""

ROW = select(META.c.value).where(META.c.key == KEY).with_for_update()
HOUR = select(func.clock_timestamp())
"""The server's: the clocks of the daemons may differ."""


class Lead:
    """A lease on the beats. What it guards stays right without it: it only keeps two daemons from doing the same work."""

    def __init__(self, database: Database, me: str, monotonic: Callable[[], float]) -> None:
        """`me` names this life of this daemon, and no other one."""
        self._database = database
        self._me = me
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._asked = float("-inf")
        self._trusted_until = float("-inf")

    def mine(self) -> bool:
        """Whether this daemon leads now; taken if nobody else is. Raises StoreUnavailable."""
        with self._lock:
            now = self._monotonic()
            if now - self._asked >= RENEW_SECONDS:
                self._trusted_until = now + TERM.total_seconds() - MARGIN_SECONDS if self._renew() else float("-inf")
                self._asked = now
            return now < self._trusted_until

    def release(self) -> None:
        """Let the next one begin at once."""
        with self._lock, self._database.write_aside() as connection:
            holder, _ = read(connection)
            if holder == self._me:
                connection.execute(update(META).where(META.c.key == KEY).values(value=NOBODY))
            self._trusted_until = float("-inf")

    def _renew(self) -> bool:
        with self._database.write_aside() as connection:
            insert_new(connection, META, [{"key": KEY, "value": NOBODY}])
            holder, until = read(connection)
            hour: datetime | None = connection.scalar(HOUR)
            assert hour is not None
            if holder not in (NOBODY, self._me) and until is not None and until > hour:
                return False
            value = f"{self._me} {(hour + TERM).isoformat()}"
            connection.execute(update(META).where(META.c.key == KEY).values(value=value))
            return True


def leader_of(connection: Connection) -> str:
    """Who leads at this instant; empty: nobody. Holds nothing."""
    value = connection.scalar(select(META.c.value).where(META.c.key == KEY))
    holder, _, until = str(value or NOBODY).partition(" ")
    hour: datetime | None = connection.scalar(HOUR)
    return holder if until and hour is not None and datetime.fromisoformat(until) > hour else NOBODY


def read(connection: Connection) -> tuple[str, datetime | None]:
    """Who leads, and until when; the row is held until the transaction ends."""
    holder, _, until = str(connection.scalar(ROW) or NOBODY).partition(" ")
    return holder, datetime.fromisoformat(until) if until else None
