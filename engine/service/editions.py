"""Which rulebook was in force then? The shelf's versions, each with what it knew of those before it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from engine.model.decision import JournalRow
from engine.model.rulebook import Rulebook
from engine.ports.store import RulebookShelf
from engine.service.library import Library

READ_MAX = 16


@dataclass(slots=True)
class Editions:
    """Rulebooks of the past by version; each is compiled when it is first asked for."""

    library: Library
    shelf: RulebookShelf
    _read: dict[int, Rulebook | None] = field(default_factory=dict)

    def in_force(self, at: datetime, journal: Sequence[JournalRow]) -> str:
        """The fingerprint in force at an instant: of the last version kept by then, else of the last decision made by then.

        Neither: the rules at hand.
        """
        kept = [one.fingerprint for one in self.shelf.versions() if one.at <= at]
        decided = [row.rulebook for row in journal if row.decided_at <= at and row.rulebook]
        return (kept or decided or [self.library.rulebook.fingerprint])[-1]

    def find(self, fingerprint: str, at: datetime) -> Rulebook | None:
        """The rulebook of a fingerprint as it was in force at an instant, knowing the versions before it; None: not on the shelf."""
        current = self.library.rulebook
        versions = [one for one in self.shelf.versions() if one.fingerprint == fingerprint]
        if not versions or (versions[-1] == self.shelf.current() and versions[-1].at <= at and fingerprint == current.fingerprint):
            return current if fingerprint == current.fingerprint else self._at_hand(fingerprint)
        version = next((one for one in reversed(versions) if one.at <= at), versions[0])
        read = self._read
        if version.number not in read:
            if len(read) >= READ_MAX:
                read = self._read = {}  # One reference is swapped, so that no thread sees half of it.
            read[version.number] = self.library.at(version)
        return read[version.number]

    def _at_hand(self, fingerprint: str) -> Rulebook | None:
        """What was in force before the first version was kept, while this service still knows it."""
        known = self.library.rulebook.earlier.get(fingerprint)
        return replace(known.rulebook, earlier=self.library.rulebook.earlier) if known is not None else None
