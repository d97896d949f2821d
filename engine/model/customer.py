"""What may a customer see of a case, and say about it? The page behind a signed link (R104)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.model.span import Span

VALID_DAYS = 30
"""So long a link opens the page where the rules say nothing else."""
VALID_DAYS_MAX = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerTicket:
    """The form on the page: what a customer fills in becomes an event that opens a case."""

    workflow: str
    event: str
    fields: tuple[str, ...]
    """Must be filled in, in this order."""
    optional: tuple[str, ...] = ()
    """May stay blank."""
    fill: Mapping[str, str] = field(default_factory=dict)
    """Field of the new case -> text, in which `{field}` is a field of this case."""
    spans: Mapping[str, Span] = field(default_factory=dict, compare=False)
    """Key as it is written (`fields`, `with/NAME`) -> where; empty: the form as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerPage:
    """What the page tells. It decides nothing, so it is no part of a workflow's version."""

    valid_days: int = VALID_DAYS
    promises: tuple[str, ...] = ()
    """Policies whose due time and verdict are shown; of several that ran, the last."""
    events: tuple[str, ...] = ()
    """Shown as the course so far."""
    says: Mapping[str, str] = field(default_factory=dict)
    """State, event, policy, field of the form or one of its choices -> the customer's word for it; else the label."""
    says_en: Mapping[str, str] = field(default_factory=dict)
    """The same in English; else the name."""
    ticket: CustomerTicket | None = None
    spans: Mapping[str, Span] = field(default_factory=dict, compare=False)
    """Key as it is written (`valid`, `says/NAME`, `says_en/NAME`) -> where; empty: the page as a whole."""
