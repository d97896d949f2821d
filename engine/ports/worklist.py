"""What must a work list do? Tasks and calls, claimed with an expiry, finished once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from engine.model.event import Report


class TaskStatus(StrEnum):
    OPEN = "open"
    CLAIMED = "claimed"
    DONE = "done"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A thing a human does: a task, or a call with its script."""

    id: str
    """The effect's id."""
    case: str
    workflow: str
    kind: str
    """task, call, or alarm: of no case, about a feed or a rule."""
    role: str
    text: str
    """TASK: what to do. Call: the script, rendered; personal, shown only to whoever works on it."""
    remark: str = ""
    address: str = ""
    """Call: the number, personal."""
    asks: tuple[str, ...] = ()
    message: str | None = None
    key: str = ""
    """Call: the parcel's key."""
    status: TaskStatus = TaskStatus.OPEN
    created_at: datetime
    claimed_by: str = ""
    claim_until: datetime | None = None
    result: str = ""
    note: str = ""
    finished_at: datetime | None = None
    withdrawn_why: str = ""


@dataclass(frozen=True, slots=True)
class Finished:
    """Whether this call finished it, and what stands now."""

    first: bool
    task: Task


class Worklist(Protocol):
    def add(self, task: Task) -> bool:
        """Once per id; False if it was there already."""
        ...

    def tasks(
        self, *, status: Sequence[TaskStatus] = (), role: str | None = None, case: str | None = None, limit: int = 200
    ) -> Sequence[Task]: ...

    def get(self, task_id: str) -> Task | None: ...

    def claim(self, task_id: str, by: str, now: datetime, until: datetime) -> Task | None:
        """None: somebody else holds it, or it is no longer open. Claiming one's own again extends it."""
        ...

    def finish(
        self, task_id: str, by: str, now: datetime, *, result: str, note: str, report: Report | None, also: Sequence[Report] = ()
    ) -> Finished:
        """Close it and accept the report (none: an alarm) and what `also` hears of it in one transaction.

        A second finisher gets the first one's result. Raises NotFound.
        """
        ...

    def withdraw(self, task_id: str, why: str, now: datetime) -> bool:
        """Only if unclaimed."""
        ...

    def reword(self, task_id: str, text: str) -> None:
        """Say what stands now in an open or claimed one; otherwise nothing happens."""
        ...

    def release_expired(self, now: datetime) -> int:
        """Claims whose time is over: open again, or withdrawn if what began the task has ended meanwhile."""
        ...
