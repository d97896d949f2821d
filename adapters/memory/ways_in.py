"""What do we remember of polls and drop folders, without a disk?"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from engine.ports.ways_in import TakenFile


@dataclass(slots=True)
class MemoryWaysIn:
    """See WaysIn."""

    since: dict[str, datetime] = field(default_factory=dict)
    known: dict[tuple[str, str], TakenFile] = field(default_factory=dict)

    def cursor(self, connection: str) -> datetime | None:
        """See WaysIn.cursor."""
        return self.since.get(connection)

    def keep_cursor(self, connection: str, since: datetime) -> None:
        """See WaysIn.keep_cursor."""
        self.since[connection] = since

    def taken(self, connection: str, digest: str) -> TakenFile | None:
        """See WaysIn.taken."""
        return self.known.get((connection, digest))

    def take(self, file: TakenFile) -> bool:
        """See WaysIn.take."""
        return self.known.setdefault((file.connection, file.digest), file) is file

    def files(self, connection: str, limit: int) -> Sequence[TakenFile]:
        """See WaysIn.files."""
        mine = [one for one in self.known.values() if one.connection == connection]
        return sorted(mine, key=lambda one: one.at, reverse=True)[:limit]
