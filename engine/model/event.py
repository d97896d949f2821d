"""What happened? One kind of paper for scans, people, bells, receipts and other cases."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

UNSTATED_TIME = "time_unstated"
"""`extra` key: the sender did not say when it happened; two such arrivals are the same event whenever they are received."""


class EventKind(StrEnum):
    """What sort of paper came through the Gate."""

    HAPPENED = "happened"
    """An event of the workflow (or edited, retracted, opened_again, reason_gone)."""
    BELL = "bell"
    """A timer rang. `extra`: owner, row, gen, slot."""
    RECEIPT = "receipt"
    """What became of an effect. `extra`: effect, verdict, reason, final, at."""
    ACKNOWLEDGED = "acknowledged"
    """Somebody said 已知晓. `extra`: chain, by."""
    NOTE = "note"
    """A tracking note that finishes a task (R36). `extra`: task, by, note."""
    HAND = "hand"
    """What a person does with the case itself, beside its rules: `hold`, `resume`, `send_again` and what takes these back.
    `extra`: by, note (why); until; effect; undo_seconds."""
    REFRESH = "refresh"
    """Rules changed: look at the clocks again. Moves nothing by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened. (source, id) is accepted once."""

    id: str
    source: str
    """`connection/tms`, `hand/8011`, `timer`, `clock`, `case/<id>`, `gateway/<channel>` ..."""
    kind: EventKind = EventKind.HAPPENED
    name: str
    occurred_at: datetime
    """Aware, UTC."""
    received_at: datetime
    """Aware, UTC."""
    data: Mapping[str, str] = field(default_factory=dict)
    """Field -> text as written; private values included while in memory."""
    extra: Mapping[str, str] = field(default_factory=dict)
    """What belongs to the paper and is no field: task finished, by whom, the row that raised it."""
    sequence: int | None = None
    """The source's own order, if it states one."""


@dataclass(frozen=True, slots=True)
class Heard:
    """An event a case has read: its place in the order of receipt, and the rulebook that read it."""

    event: Event
    number: int
    """The case's revision after the decision; grows in order of receipt."""
    version: str
    """Fingerprint of the rulebook that first decided it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """An event on its way to a case that is named, not yet known."""

    event: Event
    workflow: str
    names: Mapping[str, str]
    """Identifying field -> value, in the workflow's order; blank ones left out. First that finds."""
    case_id: str | None = None
    """Known already (a timer, a receipt, a task): names are not looked at."""
    follows: str | None = None
    """Id of an earlier event of the same source: goes to the case that took it (`reason_gone` after `open`)."""
    may_open: bool = False
    """The event stands in `start: {by}` (or comes from another case's `open`)."""
    open_key: str | None = None
    """one_open_per: an open case with this key takes the event as `opened_again`."""
    serials: Mapping[str, str] = field(default_factory=dict)
    """SERIAL fields to fill when a case opens: field -> pattern with the date already filled in, # left (`261123###`)."""
    private: frozenset[str] = frozenset()
    """Names in event.data whose values are personal."""
    restated: Event | None = None
    """Of what a feed tells again and again: where the event's id is known with another body, this is filed in its place, once."""


class Accepted(StrEnum):
    """The Registry's answer for one report."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    PARKED = "parked"
    """No such case yet: kept 7 days, tried again when the name becomes known."""
    CONFLICT = "conflict"
    """Same (source, id), another body: kept apart, never acted on."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    verdict: Accepted
    case_id: str | None
    opened: bool = False
