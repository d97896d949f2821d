"""What is an answer to "why?" made of? A sentence first, then everything that was looked at, with the place of the rule."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.model.condition import Check
from engine.model.span import Span


class Stands(StrEnum):
    """Where a rule stands on one case at one instant."""

    DONE = "done"
    """It happened."""
    AHEAD = "ahead"
    """It will happen by itself, at `will_fire_at`, if nothing else comes in."""
    WAITING = "waiting"
    """Something is missing that no clock brings: an event, a person, the end of a pause."""
    OFF = "off"
    """It did not happen, and as things stand it will not."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A stretch between start and goal that did not count."""

    since: datetime
    until: datetime | None
    """None: it still lasts, and nothing says until when."""
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """The arithmetic of one clock, up to one goal: its due time, or the instant of a row. Seconds count as the policy counts."""

    policy: str
    number: int
    verdict: str
    started_at: datetime
    due: datetime | None
    goal_at: datetime | None
    """When the goal is, or was, reached; of a paused clock, if it went on now."""
    used_seconds: float
    goal_seconds: float
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """One rule on one case: the sentence, every clause with the value it saw, the clock's arithmetic, the place."""

    kind: str
    """policy, row, message, chain, step, event, transition, milestone, state"""
    rule: str
    """The name by which it can be asked for."""
    stands: Stands
    sentence: str
    checks: tuple[Check, ...] = ()
    """All of them, also after the first that is not so. Subjects and values are words of the language asked for."""
    clock: Sum | None = None
    remarks: tuple[str, ...] = ()
    place: Span | None = None
    happened_at: datetime | None = None
    will_fire_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Waiting for what, until when, then what."""

    what: str
    until: datetime | None
    """None: nobody counts the time."""
    then: str
    rule: str = ""
    place: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OnHold:
    """Why nothing leaves because of the case."""

    since: datetime
    by: str
    why: str
    """As it was typed, masked; empty: it was erased."""
    until: datetime | None
    """None: until somebody resumes it."""
    resuming: bool
    """Somebody resumed it; until then that may be taken back."""
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The answer for one case at one instant, under the rulebook that was in force then."""

    case: str
    at: datetime
    state: str
    rulebook: str
    """Fingerprint."""
    answers: tuple[Why, ...] = ()
    waits: tuple[Wait, ...] = ()
    remarks: tuple[str, ...] = ()
    """What had to be taken instead, if the rulebook of then is not on the shelf."""
    hold: OnHold | None = None
    """None: it is not on hold."""
    nearest: tuple[str, ...] = ()
    """Names like the one asked for, where no rule bears it."""
