"""What is said? A message: text with marks, channel, addressee, manners."""

from dataclasses import dataclass

from engine.model.condition import Condition
from engine.model.policy import Mode
from engine.model.span import Span


@dataclass(frozen=True, slots=True)
class Literal:
    text: str


@dataclass(frozen=True, slots=True)
class Placeholder:
    """`{name}` or `{name|format}`. name: a field, `state`, `why`, `nth`, `POLICY.due`, `POLICY.late_by`, `group.count`, `group.list`, `serial of ...`."""

    name: str
    format: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class Optional_:
    """`[[ ... ]]`: vanishes if any mark inside is blank."""

    parts: tuple[Literal | Placeholder, ...]


Text = tuple[Literal | Placeholder | Optional_, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """`if_not_delivered:` (R19, R20)."""

    after_seconds: int
    channel: str
    to: str
    note_why: bool = False
    resend_when_back: bool = False
    span: Span


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `count` per `seconds`; a day is a calendar day of the rulebook's zone."""

    count: int
    seconds: int
    written: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    name: str
    label: str
    workflow: str
    channel: str
    to: str
    """A role, or a phone field (then the audience is the customer)."""
    to_field: bool
    copy_to: tuple[str, ...] = ()
    text: Text
    max_chars: int | None = None
    max_segments: int | None = None
    fallback: Fallback | None = None
    send_hours: str | None = None
    drop_if: Condition | None = None
    correct: str | None = None
    at_most: Cap | None = None
    group_wait_seconds: int = 0
    urgent: bool = False
    """Never held by the storm brake, nor beyond the cap of staff."""
    private_ok: tuple[str, ...] = ()
    """Private fields that whoever reads this message may see, though a whole group does."""
    mode: Mode = Mode.LIVE
    was: str | None = None
    span: Span


@dataclass(frozen=True, slots=True)
class Caps:
    """`caps:` at the top of a messages file."""

    customer: Cap | None = None
    staff: Cap | None = None
    rule: Cap | None = None
    """How often one message or chain may be sent before it counts as a storm; None: the default of the post room."""
