"""Who must be read again after the rules changed? Every open case once, in bounded batches, across restarts.

Every version in force is written down; so is, once all open cases were read again under it, its number. What lies between is
taken up after a restart.
"""

from dataclasses import dataclass
from datetime import datetime

from engine.model.event import Event, EventKind, Report
from engine.ports.directory import Directory
from engine.ports.store import RulebookShelf, Store

BATCH = 100
READ = "read"
"""The note of the last version under which every open case was read again."""


@dataclass(slots=True)
class Refresher:
    """Puts a REFRESH before every open case: its clocks are computed again, old and new due times stand in the journal."""

    store: Store
    directory: Directory
    shelf: RulebookShelf
    under: int | None = None
    """The version under which cases are being read again."""
    after: str | None = None

    def catch_up(self, *, swapped: bool = False) -> None:
        """At the start, and when other rules come into force: begin, or go on with what was begun."""
        current = self.shelf.current()
        if current is None or self.under == current.number:
            return
        read = self.shelf.mark(READ)
        if not read and current.parent is None and not swapped:
            # The first version: cases were decided under it, or there are none.
            self.shelf.note(READ, str(current.number))
        elif read != str(current.number):
            self.under, self.after = current.number, None

    def step(self, now: datetime) -> int:
        """One batch. Answers how many cases were asked to be read again; 0 when nothing is under way."""
        if self.under is None:
            return 0
        rows = self.directory.cases(final=False, after=self.after, limit=BATCH)
        if rows:
            self.store.accept([self._report(row.id, row.workflow, now) for row in rows], now)
            self.after = rows[-1].id
        if len(rows) < BATCH:
            self.shelf.note(READ, str(self.under))
            self.under = self.after = None
        return len(rows)

    def _report(self, case_id: str, workflow: str, now: datetime) -> Report:
        event = Event(
            id=f"v{self.under}/{case_id}", source="rules", kind=EventKind.REFRESH, name="refresh", occurred_at=now, received_at=now,
            extra={"time_unstated": "yes"},
        )  # fmt: skip
        return Report(event=event, workflow=workflow, names={}, case_id=case_id)
