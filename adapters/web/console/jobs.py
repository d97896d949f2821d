"""What takes longer than a request? Work done beside the pages: how far it is, and what came of it, kept in this process for a while."""

import logging
import threading
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

log = logging.getLogger("waybill.console")
KEPT_MAX = 60
AT_ONCE = 2
"""More wait their turn: the pages share a machine with the daemon."""


@dataclass(slots=True, eq=False)
class Job:
    """One piece of work. Its own thread writes, pages read."""

    number: int
    key: Hashable
    by: str
    began_at: datetime
    total: int = 0
    """0: nobody knows yet."""
    done: int = 0
    result: object = None
    """What the work answered, once it has ended well."""
    trouble: str = ""
    """Number under which the log tells what went wrong; empty: nothing did."""
    ended: float | None = None
    """Monotonic instant."""
    stop: threading.Event = field(default_factory=threading.Event)
    """Set: the work should end soon."""
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def percent(self) -> int:
        return min(100, 100 * self.done // self.total) if self.total else 0


@dataclass(slots=True)
class Jobs:
    """All of this process; the oldest ended ones are forgotten."""

    monotonic: Callable[[], float]
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(AT_ONCE, thread_name_prefix="desk"))
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _jobs: dict[int, Job] = field(default_factory=dict)
    _last: int = 0

    def begin(self, key: Hashable, by: str, at: datetime, work: Callable[[Job], object], *, fresh_seconds: float = 0.0) -> Job:
        """The work under this key: the one under way, or one that ended well so lately, else a new one. `work` gets its job and answers the result."""
        with self._lock:
            for job in reversed(self._jobs.values()):
                fresh = job.ended is None or (not job.trouble and self.monotonic() - job.ended < fresh_seconds)
                if job.key == key and fresh and not job.stop.is_set():
                    return job
            self._last += 1
            job = self._jobs[self._last] = Job(self._last, key, by, at)
            self._forget()
        self._pool.submit(self._run, job, work)
        return job

    def find(self, number: str) -> Job | None:
        """By its number; None: there is none, or it is forgotten."""
        return self._jobs.get(int(number)) if number.isascii() and number.isdigit() and len(number) < 10 else None

    def all(self) -> list[Job]:
        """The latest first."""
        with self._lock:
            return list(reversed(self._jobs.values()))

    def close(self) -> None:
        """Nothing new is begun; what is under way ends soon."""
        for job in self.all():
            job.stop.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _run(self, job: Job, work: Callable[[Job], object]) -> None:
        try:
            job.result = work(job)
        except Exception:
            job.trouble = f"job-{job.number}"
            log.exception("work beside the pages failed", extra={"trouble": job.trouble})
        finally:
            job.ended = self.monotonic()
            job.over.set()

    def _forget(self) -> None:
        for number in [number for number, job in self._jobs.items() if job.ended is not None][: max(0, len(self._jobs) - KEPT_MAX)]:
            del self._jobs[number]
