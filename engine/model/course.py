"""What did one case come to under one rulebook? Its stays, its promises and what was done because of it, for comparing two."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from engine.model.case import ClockVerdict


class DeedKind(StrEnum):
    """What sort of thing was done."""

    MESSAGE = "message"
    """Handed to a channel that is no telephone."""
    CALL = "call"
    TASK = "task"
    ESCALATION = "escalation"
    """A chain began; its steps are messages and calls of their own."""
    OPEN = "open"
    """A linked case was opened."""
    COMMAND = "command"


@dataclass(frozen=True, slots=True, order=True)
class Rule:
    """Which rule did it: `policy`, `chain`, `workflow` (a row of it) or `message` (a correction), and its name."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One thing that was done because of a case. References only, no personal value."""

    kind: DeedKind
    rule: Rule
    what: str
    """Message (or chain, where a step has none), task's text, chain, workflow opened, command."""
    to: str = ""
    """Role or phone field."""
    channel: str = ""
    at: datetime
    cost: Decimal = Decimal(0)
    segments: int = 0
    """Of an SMS: as how many it is charged."""
    text: str = ""
    """Fingerprint of what was said; empty where nothing was rendered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """One clock as it ended, or as it stood at the end of the rehearsal."""

    policy: str
    case: int
    """0: the case itself; 1, 2 ...: cases it opened."""
    number: int
    """Which start of this policy on this case, from 1."""
    due: datetime | None
    verdict: ClockVerdict


@dataclass(frozen=True, slots=True)
class Stop:
    """A state the case entered, and when."""

    state: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What one case came to."""

    state: str
    """Empty: no event opened it."""
    stops: tuple[Stop, ...] = ()
    promises: tuple[Promise, ...] = ()
    deeds: tuple[Deed, ...] = ()
    """In order of time."""
    blank: frozenset[str] = frozenset()
    """Fields the rules decide by (`workflow.field`) that never had a value in the case's life."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoursePair:
    """One recorded case under the old and the new rulebook."""

    case: str
    workflow: str
    old: Course
    new: Course
