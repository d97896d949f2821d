"""What is promised? An SLA policy: when its clock runs, until when, and what happens on the way."""

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from engine.model.condition import Condition
from engine.model.doing import Do
from engine.model.span import Span


@dataclass(frozen=True, slots=True)
class Amount:
    """A length of time: either seconds (open time with a calendar, else elapsed) or business days."""

    seconds: int = 0
    business_days: int = 0
    written: str = ""


@dataclass(frozen=True, slots=True)
class LookUp:
    """A limit taken from a table: first matching row, this column."""

    table: str
    column: str


class DueDay(StrEnum):
    SAME_DAY = "same_day"
    NEXT_OPEN_DAY = "next_open_day"


@dataclass(frozen=True, slots=True)
class DueAt:
    """Due at a wall-clock time of the start's date or of the next open date."""

    day: DueDay
    at: time


@dataclass(frozen=True, slots=True)
class DueField:
    """Due when a field of the case says; blank: no clock."""

    field: str
    end_of_day: bool = False
    """`end_of: day`: the promise holds until the end of that local date."""


Terms = Amount | LookUp | DueAt | DueField


@dataclass(frozen=True, slots=True)
class Exception_:
    """An `except:` row: first that fits replaces the terms."""

    condition: Condition
    terms: Terms
    span: Span


@dataclass(frozen=True, slots=True)
class Enters:
    state: str


@dataclass(frozen=True, slots=True)
class Happens:
    event: str


@dataclass(frozen=True, slots=True)
class IsSent:
    """The message was accepted by its channel, or its fallback call was finished (D2)."""

    message: str


Mark = Enters | Happens | IsSent
"""What starts or stops a clock."""


class When(StrEnum):
    AFTER = "after"
    LEFT = "left"
    USED = "used"
    LATE = "late"
    EVERY_DAY_WHILE_LATE = "every_day_while_late"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineRow:
    """At this point of the clock, do this."""

    key: str
    """`after 1 h`, `used 80%`, `every_day_while_late`: names the row within its policy; not its position."""
    when: When
    amount: Amount = Amount()
    percent: int = 0
    times: tuple[time, ...] = ()
    do: tuple[Do, ...]
    span: Span


class OnReturn(StrEnum):
    AGAIN = "again"
    CONTINUE = "continue"


class AfterDowntime(StrEnum):
    FIRE = "fire"
    SKIP_AFTER = "skip_after"
    FLAG = "flag"


class Mode(StrEnum):
    LIVE = "live"
    SHADOW = "shadow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One SLA promise (language.md, SLA policies)."""

    name: str
    label: str
    workflow: str
    condition: Condition | None = None
    while_states: tuple[str, ...]
    starts: tuple[Mark, ...] = ()
    """Empty: entering `while_states`."""
    stops: tuple[Mark, ...] = ()
    """Empty: leaving `while_states`. Written: leaving without one ends the clock without a verdict."""
    pauses: tuple[str, ...] = ()
    on_return: OnReturn = OnReturn.AGAIN
    terms: Terms | None
    excepts: tuple[Exception_, ...] = ()
    calendar: str | None = None
    timeline: tuple[TimelineRow, ...] = ()
    hears_from: str | None = None
    after_downtime: AfterDowntime = AfterDowntime.FIRE
    skip_after: Amount = Amount()
    valid_from: date | None = None
    valid_to: date | None = None
    mode: Mode = Mode.LIVE
    was: str | None = None
    span: Span
