"""What did people do with the case itself? Its holds and sendings asked for again, as a story repeats them: one that was taken back never was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.core.holding import OWNER
from engine.model.decision import JournalRow


@dataclass(frozen=True, slots=True)
class Deed:
    """`held` (until), `resumed` or `sent_again` (message)."""

    key: str
    until: datetime | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class OnHold:
    """A time on hold."""

    since: datetime
    end: datetime


def deeds_of(journal: Sequence[JournalRow]) -> Mapping[int, Deed]:
    """Revision -> the deed, in one case's journal. A hold that somebody ended after a time to think again ends where its bell rang."""
    taken_back = {note.detail for row in journal for note in row.notes if note.kind == "again_taken_back"}
    found: dict[int, Deed] = {}
    until: datetime | None = None
    for row in journal:
        for note in row.notes:
            if note.kind == "on_hold" and row.name == "hold":
                until = datetime.fromisoformat(note.detail) if note.detail else None
                found[row.revision] = Deed("held", until=until)
            elif note.kind == "resumed" and not (_rang(row) and row.occurred_at == until):
                found[row.revision] = Deed("resumed")
            elif note.kind == "sent_again" and not taken_back.intersection(row.effects):
                found[row.revision] = Deed("sent_again", message=note.subject)
    return found


def holds_of(journal: Sequence[JournalRow]) -> list[OnHold]:
    """The times on hold that are over."""
    found: list[OnHold] = []
    since: datetime | None = None
    for row in journal:
        if since is None and _told(row, "on_hold"):
            since = row.received_at
        elif since is not None and _told(row, "resumed"):
            found.append(OnHold(since, row.occurred_at if _rang(row) else row.received_at))
            since = None
    return found


def _told(row: JournalRow, kind: str) -> bool:
    return any(note.kind == kind for note in row.notes)


def _rang(row: JournalRow) -> bool:
    """The end of a hold by its bell."""
    return row.kind == "bell" and row.extra.get("owner") == OWNER
