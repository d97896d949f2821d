"""What became of an effect? The counter's answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Verdict(StrEnum):
    """In rising order of proof: unknown < accepted < rejected < delivered. RETRY never leaves the dispatcher."""

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    RETRY = "retry"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


RANK = {Verdict.RETRY: 0, Verdict.UNKNOWN: 1, Verdict.ACCEPTED: 2, Verdict.REJECTED: 3, Verdict.DELIVERED: 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One answer about one sending (messaging.md section 7)."""

    verdict: Verdict
    reason: str = ""
    """busy no_connection limited · away bad_number opted_out text_refused refused expired account · no_answer cut garbled crashed no_receipt · receipt heard confirmed told"""
    key: str
    at: datetime
    """Aware, UTC."""
    until: datetime | None = None
    """RETRY: not before."""
    provider_id: str = ""
    detail: str = ""
    """The provider's own words, at most 200 characters, numbers and secrets masked."""
    final: bool = False
    """ACCEPTED is the best this gateway will ever say."""
    code: str = ""
    """The provider's own code, as written."""
    measures: tuple[tuple[str, str], ...] = ()
    """What was counted: `segments`, `cost`, `heard_seconds`, `pressed`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a gateway can do; the dispatcher acts on it, never on its name."""

    receipts: bool = False
    dedup_by_key: bool = False
    look_up: bool = False
    validity: bool = False
    templates: bool = False
    """Texts leave as an approved template and its values; a message without one cannot be sent."""
    replies: bool = False
    """What people answer comes back (退订)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that goes with a mail."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What is handed to a gateway: an address and a text, for this moment only. Never stored."""

    key: str
    """Opaque, the same on every repetition: [0-9a-z]{26}."""
    effect_id: str
    case: str
    message: str
    address: str
    text: str
    valid_until: datetime | None = None
    role: str = ""
    also: tuple[str, ...] = ()
    """Roles whose copy this same sending is: the same person fills them."""
    remark: str = ""
    """For a call: why it is a call."""
    command: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    """For a command: the case's fields, personal ones included."""
    template: str = ""
    """The provider's code of the approved template; empty: the text itself is sent."""
    values: tuple[tuple[str, str], ...] = ()
    """Variable of the template -> its words, in the template's order."""
    spoken: str = ""
    """The text as it is read aloud; empty: as written."""
    subject: str = ""
    """Of a mail; empty: the connection's own."""
    html: str = ""
    """Of a mail: the same, laid out; `text` is for who reads no HTML."""
    files: tuple[Attachment, ...] = ()
    """With a mail."""

    def expired(self, now: datetime) -> bool:
        """Is it too late to hand it over? At the end of its validity it is."""
        return self.valid_until is not None and now >= self.valid_until


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What was handed over, when one asks for it again."""

    key: str
    provider_id: str
    address: str
    """Empty if nobody knows it any more."""
    handed_at: datetime
    command: str = ""
    """For a command: its name, and the case's fields as they are now."""
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """What a provider pushes to us: bytes as they came."""

    body: bytes
    headers: Mapping[str, str]
    """Names in lower case."""
    query: tuple[tuple[str, str], ...] = ()
    url: str = ""
    """The address the provider called, as we publish it, with its query: some sign it."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortReply:
    """What a person answered to a message."""

    id: str
    """The provider's; stays the same when it repeats itself."""
    number: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line of a push that cannot be read; the others count."""

    number: int
    """From 1."""
    why: str
    text: str
    """Masked, at most 200 characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """What a push said. Receipts without a key are matched by their provider_id."""

    receipts: tuple[Receipt, ...] = ()
    replies: tuple[ShortReply, ...] = ()
    bad: tuple[BadLine, ...] = ()
    answer: str = ""
    """What the provider wants to hear once it is kept."""
    media_type: str = "application/json"
