"""What became of an effect? The counter's answer."""

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
    """The vendor's own words, at most 200 characters, numbers and secrets masked."""
    final: bool = False
    """ACCEPTED is the best this gateway will ever say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a gateway can do; the dispatcher acts on it, never on its name."""

    receipts: bool = False
    dedup_by_key: bool = False
    look_up: bool = False
    validity: bool = False


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
