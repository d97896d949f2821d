"""What does the engine know of one shipment or ticket? Its events, and what was issued because of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from engine.model.effect import OfAnOrder
from engine.model.escalation import Chain
from engine.model.event import Heard
from engine.model.receipt import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued(OfAnOrder):
    """One effect that was issued, as far as the case knows."""

    id: str
    kind: str
    cause: str
    reason: str
    message: str | None = None
    channel: str | None = None
    to: str | None = None
    copy: bool = False
    resend_of: str | None = None
    fallback_of: str | None = None
    again_of: str | None = None
    row: str = ""
    at: datetime
    held_until: datetime | None = None
    """Held back by manners (sending hours, a group, a cap, a brake): how long it may take counts from then."""
    handed_at: datetime | None = None
    verdict: Verdict | None = None
    verdict_reason: str = ""
    dropped: str | None = None
    chain: str | None = None
    target: str | None = None
    """MAIL: the linked case, once known, or its workflow."""
    open: bool = True
    """A task or call nobody has finished; a message nobody has settled."""

    @property
    def correction_key(self) -> str:
        """What `Ledger.told` keeps once whoever got this was told that it was wrong."""
        return f"corrected:{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainRun:
    """A chain at work on the case."""

    chain: str
    gen: int
    reasons: tuple[str, ...]
    why: str
    """Policy or state that began it."""
    message: str | None
    step: int = 0
    """Index of the next step; counts repeats on beyond the last."""
    next_at: datetime | None
    """When the next step is due; None: held while its clocks pause."""
    remaining_seconds: float = 0
    """Wait left while held."""
    acknowledged_until: datetime | None = None
    row: str = ""
    drawn: Chain | None = None
    """The steps it began with: a running chain keeps them, people and numbers are always current."""
    ended: bool = False
    """Its last reason is gone; it goes on at its step if evidence brings a reason back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A person put the case on hold: until it is resumed nothing of it leaves, and its clocks go on as ever."""

    since: datetime
    by: str
    until: datetime | None = None
    """It ends by itself then; None: only when somebody resumes it."""
    revision: int
    """Of the decision in whose journal line the reason stands."""
    resumed_from: datetime | None = None
    """Somebody resumed it, and may take that back until then."""

    @property
    def ends_at(self) -> datetime | None:
        """When it ends without anything further."""
        return min((one for one in (self.until, self.resumed_from) if one is not None), default=None)


@dataclass(frozen=True, slots=True)
class Fired:
    """A timeline row that fired for one clock."""

    instant: datetime
    """The row's instant as computed then."""
    gen: int


@dataclass(frozen=True, slots=True)
class ClosedDue:
    """The due time a clock closed with, and the disruptions that had moved it."""

    due: datetime
    storms: tuple[tuple[datetime, datetime], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What was issued and rung, in order of receipt. Everything else is recomputed from history."""

    issued: tuple[Issued, ...] = ()
    chains: tuple[ChainRun, ...] = ()
    fired: Mapping[str, Fired] = field(default_factory=dict)
    """`policy|clock|row|slot` -> what fired."""
    gens: Mapping[str, int] = field(default_factory=dict)
    """`policy|row` -> last generation used; `policy|row|clock` -> generation armed for that clock."""
    late: tuple[str, ...] = ()
    """Clocks recorded late (`policy|clock`)."""
    corrected: tuple[str, ...] = ()
    """Clocks whose recorded lateness was corrected."""
    dues: Mapping[str, datetime] = field(default_factory=dict)
    """Live clock (`policy|clock`) -> its due time as last decided, so that a move is noticed and journaled."""
    floors: Mapping[str, datetime] = field(default_factory=dict)
    """What an edit of the rules may not do. `clock`: its due time would have moved into the past, the moment of the edit
    stands instead. `=clock`: it was closed before the edit, and keeps the due time it closed with.
    """
    closed: Mapping[str, ClosedDue] = field(default_factory=dict)
    """Closed clocks as they closed: an edit of hours, limits or holidays leaves them alone (time.md 2.2)."""
    told: tuple[str, ...] = ()
    """Disruptions the customer was told of; corrections sent."""
    rules: str = ""
    """Fingerprint of the rulebook the case goes by; empty: the one in force when it is next decided."""
    hold: Hold | None = None
    """None: what is decided is carried out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One 单. State, fields and verdicts are a reading of `history`."""

    id: str
    """`workflow:first name`, for example `shipment:261123001`."""
    workflow: str
    revision: int
    """Grows by one per decision."""
    opened_at: datetime
    state: str = ""
    """As the last decision left it; empty before the first."""
    history: tuple[Heard, ...] = ()
    """In order of receipt; bells, notes and refreshes leave no trace here."""
    ledger: Ledger = field(default_factory=Ledger)


class ClockVerdict(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    MET_REPORTED_LATE = "met_reported_late"
    LATE = "late"
    NONE = "none"
    NOT_SEEN = "not_seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockView:
    """A clock as it stands, for lists, pages and results."""

    policy: str
    number: int
    started_at: datetime
    due: datetime | None
    verdict: ClockVerdict
    stopped_at: datetime | None = None
    late_seconds: float | None = None
    """Elapsed seconds past due when late."""
    late_open_seconds: float | None = None
    """The same in the policy's calendar."""
    estimated: bool = False
    """The due time lies beyond what its calendar confirms."""
