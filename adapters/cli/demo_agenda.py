"""What does the demo's world do next? Deeds in order of their hour; the clock waits for a world that is behind."""

import heapq
import itertools
import threading
from collections.abc import Callable
from datetime import datetime

from adapters.cli.demo_clock import DayClock

BEHIND_SECONDS_MAX = 90.0
"""Simulated; later than this, and the clock is asked to wait."""
SETTLE_ROUNDS_MAX = 100
SETTLE_SECONDS = 0.02
NAP_SECONDS = 0.2

Act = Callable[[], object]


class Agenda:
    """Deeds by hour. Belongs to the thread that plays it; `stopped` may be set by anybody."""

    def __init__(self, clock: DayClock, settled: Callable[[], bool]) -> None:
        """`settled`: has the desk decided all it was told?"""
        self._clock = clock
        self._settled = settled
        self._deeds: list[tuple[datetime, int, Act]] = []
        self._number = itertools.count()
        self.stopped = threading.Event()

    def at(self, when: datetime, act: Act) -> None:
        """Put something on the agenda."""
        heapq.heappush(self._deeds, (when, next(self._number), act))

    def play(self, ends: datetime) -> None:
        """Do everything in its hour until the day ends or somebody stops it; what is left then is never done."""
        while not self.stopped.is_set() and (now := self._clock.now()) < ends:
            when = self._deeds[0][0] if self._deeds else ends
            late = (now - when).total_seconds()
            if late < 0:
                self.stopped.wait(min(self._clock.seconds_until(when), NAP_SECONDS))
            elif late > BEHIND_SECONDS_MAX:
                self._catch_up()
            else:
                heapq.heappop(self._deeds)[2]()

    def _catch_up(self) -> None:
        """Nobody's time goes on until all that is due was done and decided."""
        self._clock.hold()
        now = self._clock.now()
        while self._deeds and self._deeds[0][0] <= now and not self.stopped.is_set():
            heapq.heappop(self._deeds)[2]()
        for _ in range(SETTLE_ROUNDS_MAX):
            if self._settled() or self.stopped.wait(SETTLE_SECONDS):
                break
        self._clock.go()
