"""What may be asked? Read-only views for pages, lists and reports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from engine.model.case import ClockView
from engine.model.decision import JournalRow


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """One line of a list."""

    id: str
    workflow: str
    state: str
    entered_at: datetime
    opened_at: datetime
    revision: int
    final: bool
    names: Mapping[str, str]
    fields: Mapping[str, str]
    """Public fields."""
    clocks: tuple[ClockView, ...]
    next_due: datetime | None
    contradictions: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SentRow:
    """A message as it left, masked."""

    effect_id: str
    kind: str
    message: str | None
    channel: str | None
    to: str | None
    status: str
    at: datetime
    sent_at: datetime | None
    masked: str
    attempts: int
    error: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """Something accepted that changed nothing yet: parked, dead, conflicting, unrecognised."""

    kind: str
    source: str
    event_id: str
    name: str
    received_at: datetime
    detail: str


class Directory(Protocol):
    def cases(
        self,
        *,
        workflow: str | None = None,
        state: str | None = None,
        late: bool | None = None,
        final: bool | None = None,
        after: str | None = None,
        limit: int = 100,
    ) -> Sequence[CaseRow]:
        """In order of id; `after` is the last id of the page before."""
        ...

    def find(self, text: str) -> Sequence[CaseRow]:
        """By id, or by any identifying name."""
        ...

    def journal(self, case_id: str) -> Sequence[JournalRow]: ...

    def sent(self, case_id: str) -> Sequence[SentRow]: ...

    def private(self, case_id: str) -> Mapping[str, str]:
        """Personal values known now, for whoever may see them."""
        ...

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """workflow -> state -> cases."""
        ...

    def backlog(self) -> Mapping[str, float | int]:
        """The four numbers and more: inbox_pending, inbox_oldest_at (epoch), timers_armed, timer_oldest_due, outbox_ready, outbox_oldest_at, dead, parked, unknown."""
        ...

    def unread(self, limit: int = 200) -> Sequence[Unread]: ...
