"""Who is it? People, tables, roles, rotas."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum

from engine.model.calendar import Hours
from engine.model.span import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    id: str
    name: str
    addresses: Mapping[str, str]
    """channel -> address. `phone` serves the channels sms and phone."""
    span: Span

    def address(self, channel: str) -> str | None:
        """The address for a channel, or None if the person has none."""
        return self.addresses.get(channel) or (self.addresses.get("phone") if channel == "sms" else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of text cells; a missing or blank cell means any. First matching row wins."""

    name: str
    label: str
    columns: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...]
    spans: tuple[Span, ...] = ()
    """One per row."""
    compared: tuple[str, ...] | None = None
    """Columns compared with a case's fields: those that are fields of some workflow. None: the core infers them from roles."""
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """Exactly one of person, look_up, on_duty is set."""

    name: str
    label: str
    person: str | None = None
    look_up: str | None = None
    take: str | None = None
    on_duty: str | None = None
    span: Span


class Turn(StrEnum):
    """What a rotation counts."""

    WEEK = "week"
    """Weeks from its first date, staffed or not."""
    SHIFT = "shift"
    """Dates the row covers: a weekday roster goes from Friday to Monday (T4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """Groups who take turns, the first from `since` on. Before that date the row does not hold."""

    every: int
    turn: Turn
    since: date
    groups: tuple[tuple[str, ...], ...]
    hand_over: time = time(0)
    """Wall-clock time at which the next group takes over, for rows without hours; a row with hours is handed over where its shift begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """People on duty on these weekdays and hours, or while a calendar is open; with neither: otherwise."""

    people: tuple[str, ...]
    """With a rotation: everybody of its groups."""
    days: tuple[int, ...] = ()
    """Monday = 0; empty: every day."""
    hours: Hours = ()
    """Seconds since midnight; an end over 86400 runs into the next date. Empty: the whole day."""
    during: str | None = None
    on_open_days: str | None = None
    """A calendar: only dates on which it is open."""
    on_closed_days: str | None = None
    """A calendar: only dates on which it is closed, holidays and weekends alike."""
    rotation: Rotation | None = None
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """Somebody else on these dates: a swap, or a temporary override. The first that fits wins over every shift."""

    on: date
    until: date
    hours: Hours
    people: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Rota:
    name: str
    label: str
    timezone: str
    shifts: tuple[Shift, ...]
    swaps: tuple[Swap, ...] = ()
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """A stretch in which nobody is on duty for a role. Aware UTC, `[since, until)`."""

    role: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    people: Mapping[str, Person] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)
    rotas: Mapping[str, Rota] = field(default_factory=dict)
