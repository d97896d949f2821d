"""What are the four numbers every page shows? How old is the oldest event, bell and message that waits, and how much is dead."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from engine.service.desk import Desk

HOLD_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Number:
    """One of the four. `seconds` None: nothing waits."""

    key: str
    count: int
    seconds: float | None
    bad: bool


@dataclass(slots=True)
class Numbers:
    """Asked of the store at most every two seconds, however many look."""

    desk: Desk
    monotonic: Callable[[], float]
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _asked: float = float("-inf")
    _found: Mapping[str, float] = field(default_factory=dict)

    def four(self) -> list[Number]:
        """inbox, timer, outbox, dead."""
        with self._lock:
            if self.monotonic() - self._asked >= HOLD_SECONDS:
                self._found = self.desk.directory.backlog()
                self._asked = self.monotonic()
            found = self._found
        now = self.desk.now().timestamp()
        return [
            _oldest("inbox_oldest", found.get("inbox_pending", 0), found.get("inbox_oldest_at", 0), now, 5),
            _oldest("timer_oldest", 1, found.get("timer_oldest_due", 0), now, 5),
            _oldest("outbox_oldest", found.get("outbox_ready", 0), found.get("outbox_oldest_at", 0), now, 60),
            Number("dead", int(found.get("dead", 0)), None, found.get("dead", 0) > 0),
        ]


def _oldest(key: str, count: float, at: float, now: float, patience: float) -> Number:
    """A row whose time is still to come does not wait."""
    if not count or not at or at > now:
        return Number(key, 0, None, False)
    return Number(key, int(count), now - at, now - at > patience)
