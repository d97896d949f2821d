"""What must the post room find? Rows to send, claimed with a lease, settled once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from engine.model.effect import Effect
from engine.model.event import Report


class OutboxStatus(StrEnum):
    """ready -> sending -> accepted | done | retry | unknown | rejected | dead; dropped by withdrawal or the last look."""

    READY = "ready"
    WAITING = "waiting"
    """For its channel to come back."""
    SENDING = "sending"
    RETRY = "retry"
    ACCEPTED = "accepted"
    """Taken by the provider; a receipt may follow."""
    DONE = "done"
    UNKNOWN = "unknown"
    REJECTED = "rejected"
    DEAD = "dead"
    DROPPED = "dropped"
    SHADOW = "shadow"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """One effect on its way."""

    effect: Effect
    status: OutboxStatus
    attempts: int
    """Counting the one in hand."""
    provider_id: str = ""
    sent_at: datetime | None = None
    """Hand-over instant of the last attempt."""
    error: str = ""
    carried_by: str | None = None
    """The row of the group that was sent in its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What the dispatcher writes after an attempt, together with the receipt's event, in one transaction."""

    effect_id: str
    status: OutboxStatus
    next_at: datetime | None = None
    provider_id: str = ""
    error: str = ""
    reports: Sequence[Report] = ()
    """Receipts for the cases concerned; accepted like any event."""


class Outbox(Protocol):
    def claim(self, now: datetime, limit: int, *, owner: str, lease_until: datetime, not_channels: Collection[str] = ()) -> Sequence[OutboxRow]:
        """Take ready and retry rows (MESSAGE, COMMAND) whose time has come, oldest first, and mark them sending, committed on return."""
        ...

    def companions(self, row: OutboxRow, *, owner: str, lease_until: datetime) -> Sequence[OutboxRow]:
        """Other ready rows of the same group, claimed along, whatever their not_before."""
        ...

    def hand_over(self, effect_id: str, at: datetime, *, recipient: str, masked: str, carries: Sequence[str] = ()) -> None:
        """Before the request: the instant, the recipient (kept as a keyed fingerprint), the masked text, the rows it carries."""
        ...

    def settle(self, settlement: Settlement, now: datetime) -> None: ...

    def crashed(self, now: datetime) -> Sequence[OutboxRow]:
        """Rows found sending past their lease: ready again if they were never handed over, else unknown (those are answered)."""
        ...

    def release(self, channel: str, now: datetime) -> int:
        """The channel is back: its waiting rows become ready. Answers how many."""
        ...

    def find(self, effect_id: str) -> OutboxRow | None: ...

    def sent_since(self, recipient: str, since: datetime, message: str | None = None) -> int:
        """How many rows were handed to this recipient since, of one message or of all (at_most, caps)."""
        ...
