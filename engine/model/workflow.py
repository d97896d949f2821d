"""What is a case's life? Fields, events, states, transitions, the main line."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from engine.model.condition import Condition
from engine.model.customer import CustomerPage
from engine.model.doing import Do
from engine.model.span import NOWHERE, Span
from engine.model.values import FieldType

BACK = "back"
"""`to: back`: the state before this stay."""

BUILT_IN_EVENTS = ("edited", "retracted", "opened_again", "reason_gone")
"""Every workflow has these without declaring them."""


class RunningCases(StrEnum):
    """Which version a running case follows after an edit."""

    KEEP = "keep"
    ADOPT = "adopt"
    ADOPT_AT_NEXT_STATE = "adopt_at_next_state"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One declared field of a case."""

    name: str
    type: FieldType
    label: str
    max: Decimal | None = None
    """Longest text in characters, or the largest number, by type."""
    choices: tuple[str, ...] = ()
    private: bool = False
    optional: bool = False
    pattern: str | None = None
    """SERIAL: letters yyyy yy MM dd and a run of # for the daily counter; other letters stand for themselves."""
    of: str | None = None
    """COUNT: the event that is counted."""
    was: str | None = None
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One row: on this event, if this holds, go there and do that."""

    key: str
    """Stable within its workflow: `state/event/ordinal`, or `*/event/ordinal` for from_any_state."""
    event: str
    condition: Condition | None
    to: str | None
    """A state, BACK, or None: the case stays."""
    do: tuple[Do, ...]
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One state and its own rows, in written order."""

    name: str
    label: str
    transitions: tuple[Transition, ...] = ()
    final: bool = False
    ignores_scans: bool = False
    no_deadline: str | None = None
    was: str | None = None
    span: Span


@dataclass(frozen=True, slots=True)
class Milestone:
    """One step of the main line; its events lead to its state."""

    state: str
    events: tuple[str, ...]
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class EventName:
    """A declared event."""

    name: str
    label: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """A state machine as operations wrote it."""

    name: str
    label: str
    version: str
    """Fingerprint of the meaning (without places, order of files, comments)."""
    identified_by: tuple[str, ...]
    start_state: str
    start_events: tuple[str, ...]
    one_open_per: tuple[str, ...]
    fields: Mapping[str, Field]
    events: Mapping[str, EventName]
    milestones: tuple[Milestone, ...]
    states: Mapping[str, State]
    from_any_state: tuple[Transition, ...]
    running_cases: RunningCases = RunningCases.ADOPT_AT_NEXT_STATE
    customer: CustomerPage | None = None
    """What a customer sees by a signed link; None: there are no links."""
    span: Span
