"""How is a case found, and what is there to do next? Read from indexes, made for a hundred thousand open cases."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from engine.ports.directory import CaseRow
from engine.ports.worklist import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A task that is open or claimed, its case, and the first promise of that case that runs out or has run out."""

    task: Task
    case: CaseRow | None
    """None: an alarm is of no case."""
    due: datetime | None = None
    tier: str = ""


class Finder(Protocol):
    """Every answer is bounded by `limit`."""

    def exactly(self, values: Collection[str], limit: int) -> Sequence[CaseRow]:
        """Cases of which one of these is the id, a name or a personal value, to the letter; the newest first."""
        ...

    def beginning(self, text: str, limit: int, *, personal: bool) -> Sequence[CaseRow]:
        """Cases of which a name begins with this, with `personal` also a personal value; the newest first."""
        ...

    def saying(
        self, words: Sequence[str], limit: int, *, among: int, since: datetime | None = None, until: datetime | None = None
    ) -> Sequence[CaseRow]:
        """Of the newest `among` cases, opened from `since` and before `until`: those whose public values hold every word; the newest first."""
        ...

    def cases(self, ids: Collection[str]) -> Mapping[str, CaseRow]:
        """Those that are there."""
        ...

    def tasks(self, limit: int, *, roles: Sequence[str] = (), workflow: str = "", holder: str = "") -> Sequence[Due]:
        """Open and claimed ones, that of the earliest promise first, then those of none; equal ones by age. Empty: all."""
        ...
