"""What does an event mean for a case? The court's verdict, complete with reasons."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from engine.model.case import Case, ClockView
from engine.model.condition import Check
from engine.model.effect import Drop, Effect
from engine.model.event import Event
from engine.model.span import Span
from engine.model.timer import Timer


class Outcome(StrEnum):
    """Of one event (architecture.md)."""

    MOVED = "moved"
    STAYED = "stayed"
    RECORDED = "recorded"
    NO_TRANSITION = "no_transition"
    CONDITION_FALSE = "condition_false"
    COULD_NOT_TELL = "could_not_tell"
    FINISHED = "finished"
    UNKNOWN_EVENT = "unknown_event"
    CONTRADICTION = "contradiction"
    LIMIT_EXCEEDED = "limit_exceeded"


@dataclass(frozen=True, slots=True)
class Note:
    """A remark for the journal: `late`, `corrected`, `row_fired`, `chain_step`, `dropped`, `alarm`, `moved_back` ..."""

    kind: str
    subject: str
    """The policy, chain, message or state it is about."""
    detail: str = ""
    """References and numbers only; no personal value."""
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where the case stands after the decision: what lists and pages show without reading history."""

    state: str
    entered_at: datetime
    final: bool
    fields: Mapping[str, str]
    """Public fields as text."""
    private: frozenset[str]
    """Names of private fields that have a value."""
    names: Mapping[str, str]
    """Identifying fields known so far."""
    open_key: str | None
    """one_open_per of a case that is not final."""
    clocks: tuple[ClockView, ...]
    contradictions: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """All that follows from one event; written in one transaction or not at all."""

    event: Event
    outcome: Outcome
    state_before: str
    after: Case
    standing: Standing
    transition: str | None = None
    """Key of the row that fitted; None: a milestone, or nothing."""
    span: Span | None = None
    """Where that row is written."""
    checks: tuple[Check, ...] = ()
    notes: tuple[Note, ...] = ()
    effects: tuple[Effect, ...] = ()
    drops: tuple[Drop, ...] = ()
    timers: tuple[Timer, ...] = ()
    """The complete set the case needs from now on."""
    raised: tuple[Event, ...] = ()
    """Events this case raises for itself, decided next."""
    rulebook: str = ""
    """Fingerprint."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """All fields as text, personal ones included: for mail to linked cases, in memory only, never written."""
    keeps_event: bool = True
    """The event belongs to the history (bells, notes and refreshes do not)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalRow:
    """One line of the journal (台账) as read back."""

    case: str
    revision: int
    event_id: str
    source: str
    kind: str
    name: str
    occurred_at: datetime
    received_at: datetime
    decided_at: datetime
    outcome: Outcome
    state_before: str
    state_after: str
    transition: str | None
    span: Span | None
    checks: tuple[Check, ...] = ()
    notes: tuple[Note, ...] = ()
    effects: tuple[str, ...] = ()
    """Effect ids."""
    data: Mapping[str, str] = field(default_factory=dict)
    """Public data of the event."""
    extra: Mapping[str, str] = field(default_factory=dict)
    rulebook: str = ""
