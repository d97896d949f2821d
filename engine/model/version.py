"""Which rules were in force, since when, and who said so? Published rulebooks and proposals, both immutable."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

Renames = Mapping[str, Mapping[str, str]]
"""What is called otherwise now: `policies`, `chains`, `messages`, `states/WORKFLOW`, `fields/WORKFLOW` -> old name -> name now."""


class How(StrEnum):
    """The way by which a version came into force."""

    FOLDER = "folder"
    PUBLISH = "publish"
    ROLLBACK = "rollback"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """Rules that shall come into force: their text, and who answers for them."""

    fingerprint: str
    files: Mapping[str, str] = field(repr=False)
    """Path -> text, as they were written."""
    by: str
    why: str
    how: How
    at: datetime
    renames: Renames = field(default_factory=dict)
    """Every name an earlier version had and this one calls otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A rulebook that came into force. The newest is the one in force; none is ever changed."""

    number: int
    """1, 2, 3 ... A rollback is a new number with an old text."""
    fingerprint: str
    by: str
    why: str
    how: How
    at: datetime
    parent: int | None
    """The version it replaced."""
    renames: Renames = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Rules that wait for a second person."""

    number: int
    base: int | None
    """The version in force when it was proposed; it is stale once another one is."""
    fingerprint: str
    by: str
    why: str
    at: datetime
    files: Mapping[str, str] = field(repr=False)
