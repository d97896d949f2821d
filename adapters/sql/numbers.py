"""Which number is next? Inbox ids and serial numbers, drawn inside the caller's transaction."""

from sqlalchemy import BigInteger, Connection, bindparam, column, select, text, update

from adapters.sql.database import insert_new
from adapters.sql.prepared import Prepared, Sent
from adapters.sql.tables import COUNTER

Counter = tuple[str, str, str]
"""(workflow, field, prefix)."""
INBOX_COUNTER: Counter = ("", "inbox", "")
"""Inbox ids are drawn like serial numbers: they grow in order of receipt, and are known before the row is written."""
HERE = (COUNTER.c.workflow == bindparam("w"), COUNTER.c.field == bindparam("f"), COUNTER.c.prefix == bindparam("p"))
COUNTED = Prepared(select(COUNTER.c.value).where(*HERE).with_for_update())
COUNT = Prepared(update(COUNTER).where(*HERE))
NUMBERS = Prepared(text("SELECT nextval('inbox_number') FROM generate_series(1, :likely)").columns(column("number", BigInteger)))
"""A sequence holds nobody up; causes still come before their effects, for a number is drawn after what it follows was committed."""


class Numbers:
    """What one transaction draws; `keep` writes how far it came."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._together = connection.dialect.name == "postgresql"
        """Others draw beside us."""
        self._asked: Sent | None = None
        self._drawn: list[int] = []
        self._first: int | None = None
        self._last: int | None = None

    def hold(self, likely: int = 1) -> None:
        """Inbox ids will be wanted; where there is one writer, the last one is held, and nobody else files in between."""
        if not self._together:
            if self._last is None:
                self._last = self._first = self.counted(INBOX_COUNTER)
        elif len(self._taken()) < likely:
            self._asked = NUMBERS.send(self._connection, {"likely": likely})

    def next(self) -> int:
        """The next inbox id."""
        self.hold()
        if self._together:
            return self._taken().pop(0)
        self._last = (self._last or 0) + 1
        return self._last

    def _taken(self) -> list[int]:
        """Numbers that are ours."""
        if self._asked is not None:
            self._drawn += [row["number"] for row in self._asked.rows()]
            self._asked = None
        return self._drawn

    def keep(self) -> None:
        """Write how far the inbox came, if it did."""
        if self._last is not None and self._last != self._first:
            self.count(INBOX_COUNTER, self._last)

    def counted(self, key: Counter) -> int:
        """The last serial number given; held for this transaction."""
        workflow, name, prefix = key
        value = COUNTED.value(self._connection, {"w": workflow, "f": name, "p": prefix})
        if value is None:
            insert_new(self._connection, COUNTER, [{"workflow": workflow, "field": name, "prefix": prefix, "value": 0}])
            value = COUNTED.value(self._connection, {"w": workflow, "f": name, "p": prefix})
        return value or 0

    def count(self, key: Counter, value: int) -> None:
        """So many were given."""
        workflow, name, prefix = key
        COUNT.send(self._connection, {"w": workflow, "f": name, "p": prefix, "value": value})
