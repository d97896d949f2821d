"""What time is it? The one place that may ask, for the hour or for a chance; everywhere else both are arguments."""

import secrets
import threading
import time
from datetime import UTC, datetime, timedelta


def fresh_nonce() -> str:
    """32 hex digits that nobody can foretell and that never come twice: what a signed request needs."""
    return secrets.token_hex(16)


class SystemClock:
    """The machine's clock (engine.ports.clock.Clock)."""

    def now(self) -> datetime:
        """Aware, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never step back, for deadlines and ages."""
        return time.monotonic()

    def seconds_until(self, instant: datetime) -> float:
        """Real seconds until this clock shows the instant; 0 when it has passed."""
        return max(0.0, (instant - self.now()).total_seconds())


class HurriedClock(SystemClock):
    """The machine's clock from another start and at another speed: a day at the desk in minutes. Only for demonstrations."""

    def __init__(self, start: datetime, speed: float) -> None:
        """`start` is aware; `speed` is how many of its seconds pass in one real second."""
        if start.tzinfo is None or speed <= 0:
            raise ValueError("an aware start and a positive speed")
        self._start = start.astimezone(UTC)
        self._speed = speed
        self._began = time.monotonic()

    def now(self) -> datetime:
        """Aware, UTC."""
        return self._start + timedelta(seconds=(time.monotonic() - self._began) * self._speed)

    def seconds_until(self, instant: datetime) -> float:
        """Real seconds until this clock shows the instant."""
        return super().seconds_until(instant) / self._speed


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
