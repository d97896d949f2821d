"""What hour is it in the demonstration? A clock that stands, hurries, and waits for whoever cannot follow."""

import threading
from datetime import UTC, datetime

from adapters.clock import HurriedClock, SystemClock

HELD_SECONDS_MIN = 0.05


class DayClock(SystemClock):
    """Stands until told to go; held while the machine catches up, so that a slow machine plays a slower day and the same one."""

    def __init__(self, start: datetime) -> None:
        """`start` is aware."""
        self._lock = threading.Lock()
        self._stands_at = start.astimezone(UTC)
        self._running: HurriedClock | None = None
        self.speed = 1.0

    def now(self) -> datetime:
        """Aware, UTC."""
        with self._lock:
            return self._running.now() if self._running else self._stands_at

    def seconds_until(self, instant: datetime) -> float:
        """Real seconds until this clock shows the instant; while it is held, long enough that nobody asks in a circle."""
        seconds = super().seconds_until(instant) / self.speed
        return seconds if self._running is not None or not seconds else max(seconds, HELD_SECONDS_MIN)

    def start(self, at: datetime, speed: float) -> None:
        """Run from an instant; only before anybody was told a later one."""
        with self._lock:
            self.speed = speed
            self._running = HurriedClock(at, speed)

    def hold(self) -> None:
        """Stand still."""
        with self._lock:
            if self._running is not None:
                self._stands_at, self._running = self._running.now(), None

    def go(self, speed: float | None = None) -> None:
        """Run on from where it stands; at another speed if one is given."""
        with self._lock:
            at = self._running.now() if self._running else self._stands_at
            self.speed = speed or self.speed
            self._running = HurriedClock(at, self.speed)
