"""Who must be read again after the rules changed? Every open case once, in bounded batches, across restarts.

A swap of rules is written down before it is begun and again when it is done; what lies between is taken up after a restart.
"""

from dataclasses import dataclass
from datetime import datetime

from engine.model.event import Event, EventKind, Report
from engine.ports.directory import Directory
from engine.ports.store import RulebookShelf, Store

BATCH = 100
BEGUN, DONE = "refresh/", "refreshed/"


@dataclass(slots=True)
class Refresher:
    """Puts a REFRESH before every open case: its clocks are computed again, old and new due times stand in the journal."""

    store: Store
    directory: Directory
    shelf: RulebookShelf
    token: str | None = None
    """The swap under way: instant and fingerprint."""
    after: str | None = None

    def wake_up(self, fingerprint: str, now: datetime) -> None:
        """At the start of a daemon: go on with what was begun, or begin if the rules changed while nobody ran."""
        marks = self.shelf.fingerprints()
        begun = sorted(mark.removeprefix(BEGUN) for mark in marks if mark.startswith(BEGUN))
        if not begun:
            # A store that never saw a swap: its cases were decided under these rules, or there are none.
            self._mark(BEGUN, f"{now.isoformat()}|{fingerprint}", now)
            self._mark(DONE, f"{now.isoformat()}|{fingerprint}", now)
        elif begun[-1].partition("|")[2] != fingerprint:
            self.begin(fingerprint, now)
        elif f"{DONE}{begun[-1]}" not in marks:
            self.token, self.after = begun[-1], None

    def begin(self, fingerprint: str, now: datetime) -> None:
        """The rules were swapped."""
        self.token, self.after = f"{now.isoformat()}|{fingerprint}", None
        self._mark(BEGUN, self.token, now)

    def step(self, now: datetime) -> int:
        """One batch. Answers how many cases were asked to be read again; 0 when nothing is under way."""
        if self.token is None:
            return 0
        rows = self.directory.cases(final=False, after=self.after, limit=BATCH)
        if rows:
            self.store.accept([self._report(row.id, row.workflow, now) for row in rows], now)
            self.after = rows[-1].id
        if len(rows) < BATCH:
            self._mark(DONE, self.token, now)
            self.token = self.after = None
        return len(rows)

    def _report(self, case_id: str, workflow: str, now: datetime) -> Report:
        event = Event(
            id=f"{self.token}/{case_id}", source="rules", kind=EventKind.REFRESH, name="refresh", occurred_at=now, received_at=now,
            extra={"time_unstated": "yes"},
        )  # fmt: skip
        return Report(event=event, workflow=workflow, names={}, case_id=case_id)

    def _mark(self, kind: str, token: str, now: datetime) -> None:
        self.shelf.keep(f"{kind}{token}", {}, now)
