"""What does a reading of a case consist of? Stays, intentions, how each event was read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from engine.core.following import Counted, Followed
from engine.core.marks import Trace
from engine.model.condition import Check
from engine.model.decision import Outcome
from engine.model.doing import Do
from engine.model.event import Event, Heard
from engine.model.span import Span
from engine.model.workflow import Transition


@dataclass(slots=True)
class Stay:
    """From entering a state to leaving it."""

    key: str
    state: str
    entered_at: datetime
    seen: bool
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Intention:
    """One `do:` line of a row that fitted, with the stay it belongs to."""

    cause: str
    stay: str
    do: Do
    event: Event
    row: str


@dataclass(frozen=True, slots=True)
class Read:
    """How one event was read in its place."""

    outcome: Outcome
    row: Transition | None = None
    checks: tuple[Check, ...] = ()
    before: str = ""
    after: str = ""
    span: Span | None = None
    """Where the row or milestone that fitted is written."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The texts of a reading as a standing has them."""

    fields: Mapping[str, str]
    private: frozenset[str]
    names: Mapping[str, str]


@dataclass(slots=True)
class Reading:
    """The case as its events tell it, in order of time."""

    state: str = ""
    stays: list[Stay] = field(default_factory=list)
    traces: list[Trace] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    intentions: list[Intention] = field(default_factory=list)
    reads: dict[str, Read] = field(default_factory=dict)
    """Event key -> how it was read."""
    order: list[Heard] = field(default_factory=list)
    """The events in the order in which they were read."""
    contradictions: int = 0
    retracts: bool = False
    """Some event takes back another: what follows cannot just be read on."""
    counted: Counted | None = None
    """Its clocks, once counted, if no passing of time can change them."""
    shown: Shown | None = None
    """Its texts, once asked for."""
    followed: tuple[Sequence[Followed], int] = ((), 0)
    """Its policies, followed along so many of its traces."""

    @property
    def stay(self) -> Stay:
        return self.stays[-1]
