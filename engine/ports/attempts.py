"""What must a store remember of providers? Every request made of them, which are shut, whom nobody may text, and what they pushed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from engine.model.receipt import Push, Receipt, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One request of one effect to one provider: written down before it leaves, answered once."""

    effect_id: str
    key: str
    """Of the parcel; the same for every attempt of one effect and recipient."""
    nth: int
    """Which claim of the row it belongs to, from 1."""
    connection: str
    channel: str
    recipient: str
    """`channel:address`; kept as a keyed fingerprint, and empty when read back."""
    at: datetime
    answered_at: datetime | None = None
    verdict: Verdict | None = None
    """None: no answer yet, or none ever."""
    reason: str = ""
    code: str = ""
    provider_id: str = ""
    measures: tuple[tuple[str, str], ...] = ()
    receipt: Verdict | None = None
    """What the provider said later."""
    receipt_reason: str = ""
    receipt_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptCount:
    """So many attempts ended alike."""

    connection: str
    verdict: Verdict | None
    reason: str
    code: str
    receipt: Verdict | None
    receipt_reason: str
    measures: tuple[tuple[str, str], ...]
    """The same of each: what one of them counted."""
    number: int
    last_receipt_at: datetime | None


class Attempts(Protocol):
    """Written by `Outbox.hand_over` and `Outbox.settle`, in their transactions; read here."""

    def of_effect(self, effect_id: str) -> Sequence[Attempt]:
        """In order of time."""
        ...

    def of_key(self, key: str) -> Attempt | None:
        """The latest."""
        ...

    def of_provider_id(self, connection: str, provider_id: str) -> Attempt | None: ...

    def last_to(self, recipient: str) -> Attempt | None:
        """The latest to this `channel:address`."""
        ...

    def reached(self, connection: str, recipient: str, since: datetime) -> Sequence[datetime]:
        """When this recipient was tried through this connection, oldest first."""
        ...

    def lately(self, connection: str, since: datetime, limit: int) -> Sequence[Attempt]:
        """The latest first."""
        ...

    def counted(self, since: datetime, until: datetime | None = None) -> Sequence[AttemptCount]:
        """All attempts since (and before `until`), of every connection, counted by what became of them: one query, however long the window."""
        ...


class CircuitState(StrEnum):
    CLOSED = "closed"
    """It works: the current flows."""
    OPEN = "open"
    """It refused as a whole, or answers nothing any more."""
    PAUSED = "paused"
    """A person stopped it: nothing leaves, nothing is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuit:
    """The breaker of one connection, shared by all daemons."""

    connection: str
    state: CircuitState
    since: datetime
    reason: str = ""
    by: str = ""
    """Who paused or resumed it; empty: the post room."""


class Circuits(Protocol):
    def circuits(self) -> Sequence[Circuit]:
        """Those that ever changed."""
        ...

    def switch(self, circuit: Circuit) -> bool:
        """Set it; True if that changed its state, so that one incident is raised."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """A number that is not texted any more."""

    number: str
    """Masked."""
    why: str
    by: str
    at: datetime


class Suppressions(Protocol):
    def suppress(self, address: str, why: str, by: str, at: datetime) -> bool:
        """False: it was already."""
        ...

    def lift(self, address: str) -> bool: ...

    def is_suppressed(self, address: str) -> bool: ...

    def suppressions(self, limit: int) -> Sequence[Suppression]:
        """The latest first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPush:
    """A push as it was kept, to be read."""

    id: int
    connection: str
    push: Push
    tried: int


class Pushes(Protocol):
    """What providers pushed: kept raw before it is answered, read afterwards."""

    def keep(self, connection: str, push: Push) -> bool:
        """Durable on return; False: the very same bytes came before. Gives up within half a second: StoreUnavailable."""
        ...

    def unread(self, now: datetime, limit: int) -> Sequence[KeptPush]:
        """Those whose time has come, oldest first."""
        ...

    def read(self, id: int, now: datetime, *, again_at: datetime | None = None, problem: str = "") -> None:
        """Done with it; or to be tried again (a receipt came before the answer it belongs to); or with a problem, listed."""
        ...


class ProviderBook(Attempts, Circuits, Suppressions, Pushes, Protocol):
    """All of it, as every store offers it."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An attempt and the answer it got."""

    attempt: Attempt
    receipt: Receipt
