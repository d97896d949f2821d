"""When is it open? Weekly hours, dates, holidays, disruptions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from engine.model.condition import Condition
from engine.model.span import NOWHERE, Span

DAY_SECONDS = 86_400

Hours = tuple[tuple[int, int], ...]
"""Open intervals of one local date in seconds since local midnight, `[start, end)`, sorted, end <= 86400."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DateRule:
    """Hours of one date that differ from the week, and why."""

    hours: Hours
    label: str = ""
    overlay: bool = False
    """From hours that hold for a while (a promotion); merged into dates when the rules are read, so that sums cross its borders exactly."""
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """A working calendar after all layers are merged. Precedence: closed, then dates, then weekly, then breaks are cut out (time.md 1.3)."""

    name: str
    label: str
    timezone: str
    weekly: tuple[Hours, Hours, Hours, Hours, Hours, Hours, Hours]
    """Monday first. Overnight hours are stored split at midnight."""
    dates: Mapping[date, DateRule] = field(default_factory=dict)
    """Date overrides and make-up workdays 调休上班."""
    closed: Mapping[date, str] = field(default_factory=dict)
    """Holidays: date -> label."""
    annual_closed: Mapping[tuple[int, int], str] = field(default_factory=dict)
    """(month, day) -> label, the same every year."""
    breaks: Mapping[date, Hours] = field(default_factory=dict)
    confirmed_through: date | None = None
    """Due times beyond are flagged estimated 按估计日历. None: nothing to confirm."""
    valid_from: date | None = None
    valid_to: date | None = None
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Disruption:
    """A storm, a closed hub, a silence: named clocks pause in history between two instants."""

    label: str
    condition: Condition | None
    since: datetime
    until: datetime
    pauses: tuple[str, ...]
    """Names of policies."""
    tell: str | None
    """A message each customer concerned gets once."""
    span: Span
    by: str = ""
    """Who declared it."""
    reason: str = ""
    """Why, in words."""
