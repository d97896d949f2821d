"""What does the console look at? Set-based questions over many cases."""

import threading

from sqlalchemy import Connection

from adapters.sql import postgres, sqlite
from adapters.sql.database import Database, available


class SqlViews:
    """See Views."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._listening: Connection | None = None

    def pulse(self) -> str:
        """See Views.pulse. SQLite's mark is worth something to one connection only: it is kept."""
        with self._lock, available():
            if self._listening is None or self._listening.closed or self._listening.invalidated:
                self._listening = self._database.reader.connect()
            marks = sqlite.MARK if self._listening.dialect.name == "sqlite" else postgres.MARK
            with self._listening.begin():
                return str(self._listening.exec_driver_sql(marks).scalar_one())

    def close(self) -> None:
        """Give the connection back."""
        with self._lock:
            if self._listening is not None:
                self._listening.close()
