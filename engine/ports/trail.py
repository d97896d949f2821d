"""Who did what? The audit: every deed and every look at a personal value, added and never changed.

Each entry holds the digest of the one before it, so that a change or a gap shows.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What somebody did at the console."""

    at: datetime
    who: str
    """Name of the user; of a failed login, what was typed."""
    what: str
    """A word with a dot: login.done, task.claim, reveal.phone."""
    about: str = ""
    """Case, task, user or whatever it was done to."""
    why: str = ""
    """The reason given."""
    detail: str = ""
    """What changed, masked; never a password, token or number in full."""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A deed in the books."""

    number: int
    deed: Deed
    digest: str


def digest_after(before: str, deed: Deed) -> str:
    """The digest of an entry that follows the one with digest `before` (empty: the first)."""
    told = [before, deed.at.isoformat(), deed.who, deed.what, deed.about, deed.why, deed.detail, deed.address]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


def broken_at(entries: Iterable[Entry], *, after: int = 0, digest: str = "") -> int | None:
    """The first entry, in order of number, that is not as it was written; None: all are. They follow entry `after`, whose digest is given."""
    before, expected = digest, after + 1
    for entry in entries:
        if entry.number != expected or entry.digest != digest_after(before, entry.deed):
            return entry.number
        before, expected = entry.digest, expected + 1
    return None


class Trail(Protocol):
    """The audit."""

    def write(self, deed: Deed) -> Entry:
        """Durable on return."""
        ...

    def search(
        self, *, who: str = "", what: str = "", about: str = "", address: str = "", since: datetime | None = None,
        until: datetime | None = None, before: int | None = None, limit: int = 100,
    ) -> Sequence[Entry]:  # fmt: skip
        """Newest first. `who`, `about` and `address` exactly, `what` by its beginning; `before`: number of the last entry of the page before."""
        ...

    def count(self, *, what: str, since: datetime, who: str = "", address: str = "") -> int:
        """How many of exactly this kind since then."""
        ...

    def from_first(self, after: int, limit: int) -> Sequence[Entry]:
        """In order of number, those after this one: for `broken_at`."""
        ...
