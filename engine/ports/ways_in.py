"""What must a store remember of the ways in that we open ourselves? How far a poll has come, and which files were loaded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenFile:
    """A file that was read to its end, known by the digest of its bytes."""

    connection: str
    digest: str
    """SHA-256, hex."""
    name: str
    """As it lay there; another name with the same bytes is the same file."""
    at: datetime
    rows: int
    bad: int
    """Rows that could not be read; they stand in the quarantine folder's report."""
    problem: str = ""
    """It could not be read at all."""


class WaysIn(Protocol):
    """Written by the one daemon of a store."""

    def cursor(self, connection: str) -> datetime | None:
        """Since when the next round asks; None: it never asked."""
        ...

    def keep_cursor(self, connection: str, since: datetime) -> None:
        """A whole round is kept."""
        ...

    def taken(self, connection: str, digest: str) -> TakenFile | None:
        """The file, if these very bytes were loaded."""
        ...

    def take(self, file: TakenFile) -> bool:
        """All its rows are kept; False: it was taken before."""
        ...

    def files(self, connection: str, limit: int) -> Sequence[TakenFile]:
        """The latest first."""
        ...
