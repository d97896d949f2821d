"""What must the post room find? Rows to send, claimed with a lease, settled once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from engine.model.effect import Effect
from engine.model.event import Report
from engine.ports.attempts import Answered, Attempt


class OutboxStatus(StrEnum):
    """ready -> sending -> accepted | done | retry | unknown | rejected | dead; dropped by withdrawal or the last look."""

    READY = "ready"
    WAITING = "waiting"
    """For its channel to come back, or for a person to decide about a storm."""
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
    held_for: str = ""
    """What it was held for last: `digest:...`, `hours:...`, `brake:RULE`, or the channel a resend waits for."""


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
    answered: Sequence[Answered] = ()
    """Attempts and what the provider said."""
    held_for: str = ""
    """Held back (RETRY until `next_at`, or WAITING): under this key it is found again; empty leaves the key as it is."""
    attempt: int | None = None
    """By whoever claimed the row: its `attempts` then. Refused if somebody claimed it since. None: it does not hang on a claim."""


@dataclass(frozen=True, slots=True)
class Pile:
    """Rows that wait under one key."""

    key: str
    count: int
    cases: tuple[str, ...]
    """The first few, oldest first."""


class Outbox(Protocol):
    def claim(
        self, now: datetime, limit: int, *, owner: str, lease_until: datetime, not_channels: Collection[str] = ()
    ) -> Sequence[OutboxRow]:
        """Take ready and retry rows (MESSAGE, COMMAND) whose time has come, oldest first, and mark them sending, committed on return."""
        ...

    def companions(self, row: OutboxRow, *, owner: str, lease_until: datetime) -> Sequence[OutboxRow]:
        """Other ready rows of the same group, claimed along, whatever their not_before."""
        ...

    def hand_over(
        self, effect_id: str, at: datetime, *, recipient: str, masked: str, carries: Sequence[str] = (), counts: Sequence[str] = (),
        attempt: Attempt | None = None,
    ) -> None:  # fmt: skip
        """Before the request: the instant, the recipient (kept as a keyed fingerprint), the masked text, the rows it carries,
        what else `sent_since` shall count it under (its rule; a disruption's customer), and the request itself."""
        ...

    def settle(self, settlement: Settlement, now: datetime) -> None:
        """Raises Conflict if it speaks for a claim whose lease ran out and that another one followed: then nothing is written."""
        ...

    def crashed(self, now: datetime) -> Sequence[OutboxRow]:
        """Rows found sending past their lease: ready again if they were never handed over, else unknown (those are answered)."""
        ...

    def doubtful(self, now: datetime, limit: int) -> Sequence[OutboxRow]:
        """Rows of unknown outcome whose time to ask again has come (`next_at` of their settlement), oldest first."""
        ...

    def release(self, channel: str, now: datetime, *, seconds_apart: float = 0, at_once: int = 1) -> int:
        """The channel is back: its waiting rows become ready, oldest first; the first few at once, then one every so many
        seconds. Answers how many."""
        ...

    def find(self, effect_id: str) -> OutboxRow | None: ...

    def sent_since(self, recipient: str, since: datetime, message: str | None = None) -> int:
        """How many rows were handed to this recipient since, of one message or of all (at_most, caps)."""
        ...


class Holding(Protocol):
    """Rows that manners hold back, and what one sending spoke for."""

    def held(self, key: str, now: datetime, *, owner: str, lease_until: datetime) -> Sequence[OutboxRow]:
        """Claim every row held under this key whose time has come, oldest first."""
        ...

    def waiting(self, key: str, limit: int) -> Sequence[OutboxRow]:
        """Rows that wait under this key for a person, oldest first."""
        ...

    def piles(self, prefix: str) -> Sequence[Pile]:
        """What waits under keys that begin so, in order of key."""
        ...

    def let_go(self, key: str, now: datetime, *, seconds_apart: float) -> int:
        """What waits under this key becomes ready, oldest first, one every so many seconds. Answers how many."""
        ...

    def carried(self, effect_id: str) -> Sequence[OutboxRow]:
        """Rows of the group that this one was sent for."""
        ...


class Post(Outbox, Holding, Protocol):
    """Both, as every store offers them."""
