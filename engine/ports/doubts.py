"""What is left for a person to settle? Sendings of unknown outcome, and events that could not be decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from engine.ports.outbox import OutboxRow


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadEvent:
    """An event whose decision failed again and again (E13): its case waits behind it, all others flow."""

    inbox_id: int
    case: str
    source: str
    event_id: str
    name: str
    received_at: datetime
    attempts: int
    error: str
    """What went wrong, as it was kept."""


class Doubts(Protocol):
    """Lists for people, and the way back to life or out of it. Settling a sending is `Outbox.settle`."""

    def unknown(self, limit: int) -> Sequence[OutboxRow]:
        """Sendings of which nobody knows whether they arrived, oldest first."""
        ...

    def dead(self, limit: int) -> Sequence[DeadEvent]:
        """Oldest first."""
        ...

    def revive(self, inbox_id: int) -> bool:
        """Undecided again, as if it had just come; False: it is not dead (any more)."""
        ...

    def discard(self, inbox_id: int) -> bool:
        """Never decided: kept with its error, listed no more, and what waits behind it goes on; False: it is not dead (any more)."""
        ...
