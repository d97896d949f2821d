"""What must happen? Operations' own tests, step by step in wall-clock time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.model.span import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class SentExpectation:
    """`{sms: pickup_clerk, message: dispatch_order, says: 15:00, at: 10:20}`."""

    channel: str
    to: str
    message: str | None = None
    says: str | None = None
    at: datetime | None = None
    """Handed over in this minute."""
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """None = not written. `sent` and `tasks` are exact since the step before: not written means none."""

    state: str | None = None
    sent: tuple[SentExpectation, ...] = ()
    tasks: tuple[str, ...] = ()
    """Roles, one per new task."""
    late: tuple[str, ...] | None = None
    corrected: tuple[str, ...] | None = None
    opened: tuple[str, ...] | None = None
    commands: tuple[str, ...] | None = None
    verdicts: Mapping[str, str] | None = None
    """Policy -> how its last clock on the step's case stands now, a ClockVerdict."""
    refused: str | None = None
    """`yes`: the step was refused; `no`: it was not; else part of the reason it was refused for."""
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryStep:
    """At this instant: switch channels, then one thing happens, then look."""

    at: datetime
    event: str | None = None
    happened_at: datetime | None = None
    """When it differs from `at`."""
    fields: Mapping[str, str]
    case: Mapping[str, str]
    """Identifying field -> value; empty: the story's first case."""
    linked: str | None = None
    """A workflow: the step is about the linked case of it, the one opened last."""
    by_person: bool = False
    """Handed in by a person, who is refused what is not possible; otherwise by a feed, which is only recorded."""
    retracts: str | None = None
    """The event taken back: the latest of that name."""
    channels: Mapping[str, str]
    """Channel or connection -> refuses, silent, up."""
    finished: tuple[str, str] | None = None
    """(role, event or note)."""
    answered: tuple[str, str] | None = None
    """(role, what came of its phone call)."""
    acknowledged: str | None = None
    """Chain."""
    held: bool = False
    """A person puts the case on hold."""
    held_until: datetime | None = None
    """It ends by itself then; None: when it is resumed."""
    resumed: bool = False
    sent_again: str | None = None
    """A message that a person has sent once more."""
    expect: Expectation | None = None
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    name: str
    workflow: str
    fields: Mapping[str, str]
    steps: tuple[StoryStep, ...]
    timezone: str
    span: Span
