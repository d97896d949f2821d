"""What does the console look at, that no other reader needs? Read-only, made for a hundred thousand open cases."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from engine.ports.directory import CaseRow
from engine.ports.worklist import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveClock:
    """A clock of an open case that runs, or is late and goes on."""

    case: str
    policy: str
    number: int
    due: datetime
    workflow: str
    area: str = ""
    """Of the case, if it knows one that is not personal."""
    tier: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Which clocks somebody wants to see. Empty: all."""

    workflow: str = ""
    policies: tuple[str, ...] | None = None
    """None: all; an empty tuple: none."""
    area: str = ""
    tier: str = ""
    areas: tuple[str, ...] = ()
    """Whose these areas are sees them, and of the cases of no known area those of `unplaced`."""
    unplaced: tuple[str, ...] | None = None
    """Workflows; None: all."""
    nowhere: bool = False
    """Only cases of no known area."""


@dataclass(frozen=True, slots=True)
class Flow:
    """What came and went within a time."""

    opened: int
    closed: int
    late: int
    """Of those closed, how many broke a promise."""


@dataclass(frozen=True, slots=True)
class Bells:
    """So many timers of one row within a quarter of an hour."""

    at: datetime
    """Start of the quarter."""
    owner: str
    row: str
    count: int


class Views(Protocol):
    def pulse(self) -> str:
        """A mark that differs after every write of anybody; says nothing else, costs next to nothing."""
        ...

    def clocks(self, cut: Cut, *, since: datetime | None = None, until: datetime, limit: int) -> Sequence[tuple[LiveClock, CaseRow]]:
        """Those due from `since` (left out: ever) and before `until`, the most urgent first."""
        ...

    def tally(self, cut: Cut, edges: Sequence[datetime]) -> Sequence[int]:
        """How many are due before each of these instants, which rise."""
        ...

    def facets(self) -> Mapping[str, Sequence[str]]:
        """workflow, policy, area, tier -> values that live clocks have, in order."""
        ...

    def bells(self, until: datetime) -> Sequence[Bells]:
        """Armed timers before `until`, overdue ones included, by quarter of an hour, owner and row."""
        ...

    def flow(self, since: datetime, until: datetime) -> Flow:
        """Cases opened and closed from `since` and before `until`."""
        ...

    def on_hold(self, cases: Sequence[str]) -> Collection[str]:
        """Those of these cases that are on hold."""
        ...

    def tasks_of(self, cases: Sequence[str]) -> Sequence[Task]:
        """Open and claimed tasks of these cases, oldest first."""
        ...
