"""What do the events of one transaction leave to be written?"""

from dataclasses import dataclass, field

from sqlalchemy import Connection, insert

from adapters.sql.database import Row
from adapters.sql.prepared import Prepared, new_rows
from adapters.sql.tables import CASES, INBOX, NAME, PARKED_NAME, PRIVATE, QUARANTINE
from engine.model.event import Event

Name = tuple[str, str, str]
"""(workflow, field, value); ("", "", id) stands for the case's own id."""

WRITE_CASES, WRITE_PAPERS, WRITE_PRIVATE = Prepared(insert(CASES)), Prepared(insert(INBOX)), Prepared(insert(PRIVATE))
WRITE_PARKED, WRITE_QUARANTINE = Prepared(insert(PARKED_NAME)), Prepared(insert(QUARANTINE).returning(QUARANTINE.c.id))
WRITE_NAMES = new_rows(NAME)


@dataclass(slots=True)
class Filing:
    """What is known, and what is to be written, while one transaction files its events."""

    known: dict[tuple[str, str], tuple[str | None, str]] = field(default_factory=dict)
    """(source, event id) -> case, body hash."""
    names: dict[Name, str] = field(default_factory=dict)
    open_keys: dict[tuple[str, str], str] = field(default_factory=dict)
    cases: set[str] = field(default_factory=set)
    looked: set[str] = field(default_factory=set)
    """Case ids that were asked for, there or not."""
    new_cases: list[Row] = field(default_factory=list)
    new_names: list[Row] = field(default_factory=list)
    papers: list[Row] = field(default_factory=list)
    events: dict[int, tuple[Row, Event]] = field(default_factory=dict)
    """By inbox id: what the papers say."""
    parked_here: list[tuple[Row, frozenset[Name], list[Row]]] = field(default_factory=list)
    private: list[Row] = field(default_factory=list)
    quarantine: list[tuple[Row, dict[str, str]]] = field(default_factory=list)

    def write(self, connection: Connection) -> None:
        """All of it, a handful of statements however many there are."""
        WRITE_CASES.send_many(connection, self.new_cases)
        WRITE_NAMES.send_many(connection, self.new_names)
        WRITE_PAPERS.send_many(connection, self.papers)
        parked = [
            {"inbox_id": row["id"], "workflow": workflow, "field": name, "value": value}
            for row, names, _ in self.parked_here
            for workflow, name, value in names
        ]
        WRITE_PARKED.send_many(connection, parked)
        self._write_quarantine(connection)
        WRITE_PRIVATE.send_many(connection, self.private)

    def _write_quarantine(self, connection: Connection) -> None:
        for row, private in self.quarantine:
            number = WRITE_QUARANTINE.value(connection, row)
            for name, value in private.items():
                self.private.append({"inbox_id": -number, "field": name, "case_id": row["case_id"] or "", "value": value})
