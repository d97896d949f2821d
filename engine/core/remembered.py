"""Which readings are at hand? Those used last, in two halves: what nobody asked for while one half filled up is let go."""

from dataclasses import dataclass, field
from typing import NamedTuple

from engine.core.stays import Reading
from engine.model.event import Heard
from engine.model.rulebook import Rulebook

EVENTS_MAX = 6_000
"""So many events have the readings of one half in all: some six hundred cases of ten, 30 MB."""

Key = tuple[str, int]
"""Case, and identity of the rulebook."""


class Kept(NamedTuple):
    """What a history said."""

    history: tuple[Heard, ...]
    rulebook: Rulebook
    """Held, so that its identity cannot be given to another."""
    reading: Reading


@dataclass(slots=True)
class Memory:
    """Of each case the latest reading. Threads may share it: each step is one reference put or taken, and a loss is only read again."""

    events_max: int = EVENTS_MAX
    _fresh: dict[Key, Kept] = field(default_factory=dict)
    _older: dict[Key, Kept] = field(default_factory=dict)
    _events: int = 0

    def of(self, key: Key) -> Kept | None:
        """The reading, which counts as used."""
        found = self._fresh.get(key)
        if found is None and (found := self._older.get(key)) is not None:
            self.keep(key, found)
        return found

    def keep(self, key: Key, kept: Kept) -> None:
        """Put it in place of the one before."""
        if self._events >= self.events_max:
            self._older, self._fresh, self._events = self._fresh, {}, 0
        before = self._fresh.get(key)
        self._events += len(kept.history) - (len(before.history) if before is not None else 0)
        self._fresh[key] = kept

    def forget(self) -> None:
        """Begin anew."""
        self._fresh, self._older, self._events = {}, {}, 0
