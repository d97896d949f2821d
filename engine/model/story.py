"""What must happen? Operations' own tests, step by step in wall-clock time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.model.span import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class SentExpectation:
    """`{sms: pickup_clerk, message: dispatch_order, says: 15:00}`."""

    channel: str
    to: str
    message: str | None = None
    says: str | None = None
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
    channels: Mapping[str, str]
    """Channel or connection -> refuses, silent, up."""
    finished: tuple[str, str] | None = None
    """(role, event or note)."""
    answered: str | None = None
    """Role whose phone call is finished as told."""
    acknowledged: str | None = None
    """Chain."""
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
