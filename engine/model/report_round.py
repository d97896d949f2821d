"""Who gets which report, and when? A report that goes out by itself (R96)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time

from engine.model.span import Span

OVER = ("yesterday", "last_week", "last_month")
"""What a report that is taken again and again may cover: the last whole day, week or month."""
FORMATS = ("xlsx", "csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRound:
    """One report on its rounds: once per day, week or month, as `over` says."""

    name: str
    label: str
    report: str
    over: str
    """One of OVER."""
    at: time
    """On the wall clock of the rulebook."""
    to: tuple[str, ...]
    """Roles, and mail addresses."""
    calendar: str | None = None
    """It goes out on the first day this one is open, from the day the period is over; None: on that day."""
    by: tuple[str, ...] | None = None
    """None: as the report sorts if nobody says."""
    only: Mapping[str, str] = field(default_factory=dict)
    lang: str = "zh"
    formats: tuple[str, ...] = ("xlsx",)
    """Of FORMATS: what is attached."""
    span: Span
