"""What must a store do? Keep what was accepted, decide once, lose nothing.

StoreError
  Conflict          somebody else moved the case; load again and retry
  NotFound          no such case
  StoreUnavailable  try later
    StoreDoubtful   the disk did not keep what it was given: nothing more is written in this life
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from engine.model.case import Case
from engine.model.decision import Decision
from engine.model.event import Acceptance, Event, Report
from engine.model.timer import Timer
from engine.model.version import Edition, Proposal, Version


class StoreError(Exception):
    """The root of what a store may raise."""


class Conflict(StoreError):
    """The case's revision is not the one the decision was made from."""


class NotFound(StoreError):
    """No such case."""


class StoreUnavailable(StoreError):
    """Locked, full or gone: nothing was written; try later."""


class StoreDoubtful(StoreUnavailable):
    """The disk said that it could not keep what it was given, or gives back something else: whoever writes must stop (E22)."""


@dataclass(frozen=True, slots=True)
class Pending:
    """An accepted event of a known case that is not decided yet."""

    inbox_id: int
    """Grows in order of receipt."""
    case_id: str
    event: Event
    """Private values included."""
    attempts: int


Owed = TypeVar("Owed", bound=Pending | Timer)


@dataclass(frozen=True, slots=True)
class Claimed(Generic[Owed]):
    """What of it is the caller's to decide."""

    owed: Sequence[Owed]
    """Not decided and not rung by anybody else since it was looked up."""
    revisions: Mapping[str, int] = field(default_factory=dict)
    """Case -> its revision now, where somebody else may have moved it."""


class Store(Protocol):
    """Inbox, cases and journal: the only writer of a case."""

    def accept(self, reports: Sequence[Report], now: datetime) -> Sequence[Acceptance]:
        """Write all reports in one transaction and answer one by one; durable on return."""
        ...

    def together(self) -> AbstractContextManager[None]:
        """Group commit: what this thread does inside is one transaction. Each call sees those before it, and one that is refused is
        refused alone; nothing is durable before the end. Raises StoreUnavailable at its end, or Conflict when somebody else was
        quicker with one of the cases: then nothing of it was written, and each is better tried by itself."""
        ...

    def claim(self, owed: Sequence[Owed]) -> Claimed[Owed]:
        """Inside `together`: their cases are the caller's until its end, but for those that somebody else is deciding."""
        ...

    def pending(self, now: datetime, limit: int, case_id: str | None = None) -> Sequence[Pending]:
        """Undecided events in order of receipt whose retry time has come; per case only the first until it is decided."""
        ...

    def load(self, case_id: str) -> Case:
        """The case with its history and private values. Raises NotFound."""
        ...

    def commit(self, decision: Decision, *, inbox_id: int | None, now: datetime, mail: Sequence[Report] = ()) -> None:
        """One transaction: case (compare-and-swap on revision), journal, timers, outbox, tasks, raised events, inbox done,
        and `mail` accepted for other cases.

        `inbox_id` None: the event was not in the inbox (a bell); it is inserted as done, and a second insert of
        the same (source, id) raises Conflict. Raises Conflict; StoreUnavailable.
        """
        ...

    def failed(self, inbox_id: int, error: str, retry_at: datetime | None) -> None:
        """A decision raised: count it; `retry_at` None makes the event dead and listed (E13)."""
        ...


class Bells(Protocol):
    """The timers, by due time."""

    def due(self, now: datetime, limit: int, *, silent: Collection[str] = (), case_id: str | None = None) -> Sequence[Timer]:
        """Armed timers with due_at <= now, oldest first; those waiting for a silent feed, or one back for less than their lag, left out."""
        ...

    def next_due(self) -> datetime | None:
        """The earliest instant at which due timers, held outbox rows or retries may have work; None: nothing is armed."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """When a connection was last heard."""

    connection: str
    heard_at: datetime | None
    silent_since: datetime | None
    back_at: datetime | None


class Feeds(Protocol):
    """Which neighbours are silent? (hears_from)"""

    def heard(self, connection: str, at: datetime) -> None: ...

    def fell_silent(self, connection: str, at: datetime) -> bool:
        """Record silence; True the first time, so that one alarm is raised."""
        ...

    def feeds(self) -> Sequence[Feed]: ...


class RulebookShelf(Protocol):
    """Every rulebook that was ever in force, as text, who put it there, and what waits for a second person."""

    def publish(self, edition: Edition, *, base: int | None, proposal: int | None = None) -> Version:
        """Put rules into force in one transaction: the next number, and the proposal (if it was one) is settled.

        `base`: the version this replaces, None for the first. Raises Conflict if another one is in force by now.
        """
        ...

    def versions(self) -> Sequence[Version]:
        """Oldest first; the last one is in force."""
        ...

    def current(self) -> Version | None:
        """The one in force; None: nothing was ever published here."""
        ...

    def files(self, fingerprint: str) -> dict[str, str] | None:
        """Path -> text of the newest version with this fingerprint."""
        ...

    def propose(self, edition: Edition, *, base: int | None) -> Proposal:
        """Keep rules for a second person; an open proposal of the same person is withdrawn."""
        ...

    def proposals(self) -> Sequence[Proposal]:
        """What is open, oldest first; stale ones too."""
        ...

    def mark(self, name: str) -> str:
        """What was last noted under this name; empty: nothing."""
        ...

    def note(self, name: str, text: str) -> None:
        """Note how far something has come: how many cases were read again, what was last seen in the folder."""
        ...
