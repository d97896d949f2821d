"""Who is told next? Chains of steps."""

from dataclasses import dataclass

from engine.model.policy import Mode
from engine.model.span import Span

LAST_RESORT = "last_resort"
"""The role that must exist and resolve at every hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Wait, then tell this role through the first of these channels the person has."""

    wait_seconds: int
    channels: tuple[str, ...]
    to: str
    during: str | None = None
    """A calendar the step waits for."""
    span: Span


@dataclass(frozen=True, slots=True)
class Repeat:
    every_seconds: int
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    name: str
    label: str
    steps: tuple[Step, ...]
    repeat_last: Repeat | None = None
    during: str | None = None
    pause_when_acknowledged_seconds: int = 3600
    group_wait_seconds: int = 120
    urgent: bool = False
    """Its steps are never held by the storm brake, nor beyond the cap of staff."""
    mode: Mode = Mode.LIVE
    was: str | None = None
    span: Span
