"""How often may one caller ask? So many in so long, counted in this process, with a bounded memory."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

CALLERS_MAX = 20_000
"""Remembered at once; the one heard of longest ago is forgotten first."""


@dataclass(frozen=True, slots=True)
class Pace:
    """At most `count` in any stretch of about `seconds`: what was used comes back evenly."""

    count: int
    seconds: float


class Turnstile:
    """One for each kind of request. Threads may share it."""

    def __init__(self, pace: Pace, monotonic: Callable[[], float]) -> None:
        self._pace = pace
        self._monotonic = monotonic
        self._free: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """Caller -> how many are left, and as of when."""
        self._lock = threading.Lock()

    def wait(self, caller: str) -> float:
        """0: go on, and it is counted. Else so many seconds until it is worth asking again; nothing is counted."""
        now, pace = self._monotonic(), self._pace
        with self._lock:
            left, then = self._free.pop(caller, (float(pace.count), now))
            left = min(float(pace.count), left + (now - then) * pace.count / pace.seconds)
            wait = 0.0 if left >= 1 else (1 - left) * pace.seconds / pace.count
            self._free[caller] = (left - 1 if left >= 1 else left, now)
            if len(self._free) > CALLERS_MAX:
                self._free.popitem(last=False)
            return wait
