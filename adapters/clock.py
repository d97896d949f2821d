"""What time is it? The one place that may ask; everywhere else time is an argument."""

import threading
import time
from datetime import UTC, datetime, timedelta


class SystemClock:
    """The machine's clock (engine.ports.clock.Clock)."""

    def now(self) -> datetime:
        """Aware, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never step back, for deadlines and ages."""
        return time.monotonic()


class SettableClock:
    """A clock that stands until it is told otherwise, for simulated runs, stories and tests.

    Safe to read from several threads while one sets it.
    """

    def __init__(self, start: datetime) -> None:
        """`start` is aware; a naive instant is our own mistake and raises ValueError."""
        if start.tzinfo is None:
            raise ValueError("a clock starts at an aware instant")
        self._lock = threading.Lock()
        self._now = start.astimezone(UTC)
        self._monotonic = 0.0

    def now(self) -> datetime:
        """Aware, UTC."""
        with self._lock:
            return self._now

    def monotonic(self) -> float:
        """Seconds moved forward so far; setting the hour back does not lower it."""
        with self._lock:
            return self._monotonic

    def set(self, instant: datetime) -> None:
        """Stand at this aware instant, forward or backward."""
        if instant.tzinfo is None:
            raise ValueError("a clock is set to an aware instant")
        with self._lock:
            moved = (instant - self._now).total_seconds()
            self._monotonic += max(0.0, moved)
            self._now = instant.astimezone(UTC)

    def advance(self, amount: timedelta) -> datetime:
        """Move by `amount` and answer where the clock stands then."""
        with self._lock:
            self._monotonic += max(0.0, amount.total_seconds())
            self._now += amount
            return self._now
