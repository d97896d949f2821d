"""What time is it? The one place that may ask, for the hour or for a chance; everywhere else both are arguments."""

import random
import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

LEAP_SECONDS = 300.0
"""Further ahead at once than this, the clock is not believed."""


def fresh_nonce() -> str:
    """32 hex digits that nobody can foretell and that never come twice: what a signed request needs."""
    return secrets.token_hex(16)


def seeded(seed: str) -> random.Random:
    """A chance that repeats itself: the same seed, the same numbers. For drills; nothing secret may hang on it."""
    return random.Random(seed)  # noqa: S311  # Not for secrets, as it says.


def running_seconds() -> float:
    """Since the machine started, asleep or awake; where it cannot tell, awake only."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


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


class GuardedClock(SystemClock):
    """The machine's clock, until it leaps ahead: then the hour goes on at its old pace until somebody says which is right.

    A small step, and any step back, is followed: nothing is early by it. The time a machine slept is no leap. Safe to read
    from several threads.
    """

    def __init__(self, wall: Callable[[], float] = time.time, running: Callable[[], float] = running_seconds) -> None:
        """`wall`: the hour as seconds since 1970. `running`: seconds since the machine started."""
        self._wall, self._running = wall, running
        self._lock = threading.Lock()
        self._apart = wall() - running()

    def now(self) -> datetime:
        """Aware, UTC."""
        with self._lock:
            wall = self._wall()
            return datetime.fromtimestamp(wall - self._leap(wall), UTC)

    def leap(self) -> float:
        """See engine.ports.clock.Guard."""
        with self._lock:
            return self._leap(self._wall())

    def believe(self) -> None:
        """See engine.ports.clock.Guard."""
        with self._lock:
            self._apart = self._wall() - self._running()

    def _leap(self, wall: float) -> float:
        apart = wall - self._running()
        if apart - self._apart > LEAP_SECONDS:
            return apart - self._apart
        self._apart = apart
        return 0.0


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
