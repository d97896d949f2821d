"""What can a rule do? The closed list of `do:`."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.model.span import Span


@dataclass(frozen=True, slots=True)
class Send:
    """`send: message`, optionally to somebody else than the message says."""

    message: str
    to: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class Assign:
    """`{task: text, for: role, asks: [events]}`: a human finishes it by choosing one of the events."""

    text: str
    role: str
    asks: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Escalate:
    """`{escalate: chain, message: name}`."""

    chain: str
    message: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class Open:
    """`open: {workflow, with}`: a linked case; fields of like name go along."""

    workflow: str
    fill: Mapping[str, str]
    """Field of the new case -> text, in which `{field}` is a field of this case."""
    span: Span


@dataclass(frozen=True, slots=True)
class Command:
    """`command: {connection, name}`: an order to a WMS/TMS."""

    connection: str
    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Raise:
    """`event: name`: how a timer fires a transition."""

    event: str
    span: Span


@dataclass(frozen=True, slots=True)
class Set:
    """`set: {field: value}`; values are text, read by the field's type; `{field}` copies."""

    values: Mapping[str, str] = field(default_factory=dict)
    span: Span = Span("", 0)


Do = Send | Assign | Escalate | Open | Command | Raise | Set
