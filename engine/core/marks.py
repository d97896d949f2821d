"""What did the case's events leave on its time line? Marks: one per move or happening, in order of time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.core.once import once
from engine.model.policy import Enters, Happens, IsSent, Mark

MARKS_MAX = 8192


@dataclass(frozen=True, slots=True)
class Trace:
    """One point of a case's time line. A jump over unseen states leaves one trace per state entered."""

    at: datetime
    heard_at: datetime
    key: str
    """Stable name of the point: event key, and the state entered when it moved."""
    before: str
    after: str
    moved: bool
    seen: bool
    """False: a state passed without its own scan (未见扫描)."""
    leaving: str
    """The event, on the first trace it leaves; else empty."""
    name: str
    """The event, on the last trace it leaves; else empty."""
    sent: str
    """A message that was handed over (D2), else empty."""
    texts: Mapping[str, str]
    """All fields as of this point."""
    changed: frozenset[str]
    """Fields whose value this point changed."""
    raised_by: str = ""
    """The clock (`policy|key`) whose row raised the event, if one did."""
    unseen_before: bool = False
    """The move jumped: when the earlier state was really left is only known as 'not later than'."""


def stops_here(stops: tuple[Mark, ...], trace: Trace) -> bool:
    """Whether a written stop matches: a state entered, an event, a message sent."""
    return _fits(stops, trace, trace.leaving)


def starts_here(starts: tuple[Mark, ...], trace: Trace) -> bool:
    """Whether a written start matches."""
    return _fits(starts, trace, trace.name)


def _fits(marks: tuple[Mark, ...], trace: Trace, event: str) -> bool:
    states, events, messages = _sorted(marks)
    return event in events or trace.sent in messages or (trace.moved and trace.after in states)


@once(MARKS_MAX)
def _sorted(marks: tuple[Mark, ...]) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """States entered, events, messages sent."""
    return (
        frozenset(mark.state for mark in marks if isinstance(mark, Enters)),
        frozenset(mark.event for mark in marks if isinstance(mark, Happens)),
        frozenset(mark.message for mark in marks if isinstance(mark, IsSent)),
    )
