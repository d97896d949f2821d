"""When is it time to look again? Fixed jobs in memory, a wake-up at the next due instant, a watchdog on the monotonic clock.

APScheduler beats; every timer is a row of our own (libraries.md section 2). A job that fails is logged and beats again; a
scheduler thread that dies ends the process, so that a supervisor starts it anew.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler

from adapters.clock import SystemClock
from engine.ports.store import StoreUnavailable

log = logging.getLogger("waybill.heart")

LATE_SECONDS = 5.0
"""A beat older than its interval and this is revived by the watchdog."""
WATCH_SECONDS = 1.0
JUMP_SECONDS = 300.0
"""Wall and monotonic clocks further apart than this: somebody set the clock."""


@dataclass(frozen=True, slots=True)
class Beat:
    """One fixed job: how often, and what; the body gets the monotonic instant at which it must yield."""

    seconds: float
    body: Callable[[float], None]
    budget_seconds: float = 0.4


@dataclass(slots=True)
class Pulse:
    """What is known of one job."""

    last: float
    again: threading.Event = field(default_factory=threading.Event)
    busy: threading.Lock = field(default_factory=threading.Lock)


class Heart:
    """Beats until stopped. `dead` is called when the scheduler's own thread is gone."""

    def __init__(self, beats: Mapping[str, Beat], dead: Callable[[], None]) -> None:
        self._beats = dict(beats)
        self._dead = dead
        # The heart lives by the machine's clock, whatever hour the desk plays.
        self._clock = SystemClock()
        self._pulses = {name: Pulse(self._clock.monotonic()) for name in beats}
        self._stop = threading.Event()
        self._scheduler: Any = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        self._watchdog = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        for name, beat in self._beats.items():
            self._scheduler.add_job(self._run, "interval", args=[name], seconds=beat.seconds, id=name, next_run_time=self._clock.now())
        self._scheduler.start()
        self._watchdog.start()

    def stop(self) -> None:
        """No new beats; waits for those under way."""
        self._stop.set()
        self._scheduler.shutdown(wait=True)

    def soon(self, name: str) -> None:
        """Beat now; a beat under way goes round once more."""
        self._pulses[name].again.set()
        self._at(name, 0.0)

    def within(self, name: str, seconds: float) -> None:
        """Beat no later than in so many real seconds: the next due instant is near."""
        if seconds < self._beats[name].seconds:
            self._at(name, seconds)

    def ages(self) -> dict[str, float]:
        """Seconds since each job last finished."""
        now = self._clock.monotonic()
        return {name: now - pulse.last for name, pulse in self._pulses.items()}

    def _at(self, name: str, seconds: float) -> None:
        if self._stop.is_set() or not self._scheduler.running:
            return
        self._scheduler.modify_job(name, next_run_time=self._clock.now() + timedelta(seconds=seconds))

    def _run(self, name: str) -> None:
        pulse = self._pulses[name]
        if not pulse.busy.acquire(blocking=False):
            pulse.again.set()
            return
        try:
            while True:
                pulse.again.clear()
                self._beat_once(name)
                if not pulse.again.is_set() or self._stop.is_set():
                    break
        finally:
            pulse.busy.release()

    def _beat_once(self, name: str) -> None:
        beat = self._beats[name]
        try:
            beat.body(self._clock.monotonic() + beat.budget_seconds)
        except StoreUnavailable as trouble:
            # Locked, full or away: nothing was written, and the next beat tries again.
            log.warning("the store cannot be reached", extra={"beat": name, "why": str(trouble)})
        except Exception:  # The scheduler's one boundary: a beat that fails must not stop the heart.
            log.exception("beat failed", extra={"beat": name})
        else:
            self._pulses[name].last = self._clock.monotonic()

    def _watch(self) -> None:
        """Once a second: revive what is late, notice a set clock, end the process if the scheduler's thread is dead."""
        drift = self._drift()
        while not self._stop.wait(WATCH_SECONDS):
            if abs(self._drift() - drift) > JUMP_SECONDS:
                log.warning("the clock was set", extra={"seconds": round(self._drift() - drift)})
                drift = self._drift()
            for name, age in self.ages().items():
                if age > self._beats[name].seconds + LATE_SECONDS:
                    self._at(name, 0.0)
            thread = getattr(self._scheduler, "_thread", None)
            if thread is None or not thread.is_alive():
                log.critical("the scheduler's thread is dead")
                self._dead()
                return

    def _drift(self) -> float:
        return self._clock.now().timestamp() - self._clock.monotonic()
