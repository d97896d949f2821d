"""Does it stay as it was? Memory, descriptors, threads and queues of the daemon every few seconds, as CSV; and what rises."""

import csv
import http.client
import math
import os
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass, field, fields
from pathlib import Path

from tests.crash.living import Home, ask

EVERY_SECONDS = 5.0
FLOOR_SECONDS = 60.0
"""What is lowest in such a time: whatever only comes and goes (a request under way, a table being read) is not in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What was seen at one moment. Ages are seconds of the desk's clock."""

    seconds: float
    life: int
    life_seconds: float
    rss_kib: int
    descriptors: int
    threads: int
    wal_bytes: int
    db_bytes: int
    inbox_pending: int
    inbox_oldest_s: float
    timer_overdue_s: float
    outbox_ready: int
    outbox_oldest_s: float
    timers_armed: int
    dead: int
    unknown: int


@dataclass(slots=True)
class Sampler:
    """Looks at whatever process lives at the moment."""

    home: Home
    file: Path
    alive: Callable[[], tuple[int, int, float]]
    """(life, process id, monotonic instant it began)."""
    samples: list[Sample] = field(default_factory=list)

    def run(self, stop: threading.Event) -> None:
        """Until told to stop; a daemon that is just being killed is passed over."""
        began = time.monotonic()
        with self.file.open("w", encoding="utf-8", newline="") as out:
            rows = csv.writer(out)
            rows.writerow([one.name for one in fields(Sample)])
            while not stop.wait(EVERY_SECONDS):
                with suppress(OSError, http.client.HTTPException, KeyError):
                    self.samples.append(self._look(time.monotonic() - began))
                    rows.writerow(astuple(self.samples[-1]))
                    out.flush()

    def _look(self, seconds: float) -> Sample:
        life, process, since = self.alive()
        status = dict(line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines())
        numbers = ask(self.home.port, "GET", "/healthz")[1]["numbers"]
        now = self.home.hours.now().timestamp() if self.home.hours else time.time()

        def age(name: str) -> float:
            return round(max(0.0, now - numbers[name]), 1) if numbers[name] else 0.0

        return Sample(
            seconds=round(seconds, 1), life=life, life_seconds=round(time.monotonic() - since, 1),
            rss_kib=int(status["VmRSS"].split()[0]), descriptors=len(os.listdir(f"/proc/{process}/fd")),
            threads=int(status["Threads"]), wal_bytes=_size(Path(f"{self.home.file}-wal")), db_bytes=_size(self.home.file),
            inbox_pending=numbers["inbox_pending"], inbox_oldest_s=age("inbox_oldest_at"), timer_overdue_s=age("timer_oldest_due"),
            outbox_ready=numbers["outbox_ready"], outbox_oldest_s=age("outbox_oldest_at"), timers_armed=numbers["timers_armed"],
            dead=numbers["dead"], unknown=numbers["unknown"],
        )  # fmt: skip


def floors(points: Sequence[tuple[float, float]], every: float) -> list[tuple[float, float]]:
    """Of each whole stretch of that length the lowest point; x in the unit of `every`, rising."""
    lowest: dict[int, tuple[float, float]] = {}
    for x, y in points:
        place = int((x - points[0][0]) // every)
        if place not in lowest or y < lowest[place][1]:
            lowest[place] = (x, y)
    whole = int((points[-1][0] - points[0][0]) // every) if points else 0
    return [lowest[place] for place in sorted(lowest) if place < whole]


def slope(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """(rise per unit, its standard error) of the line of least squares; of fewer than three points nothing is known."""
    if len(points) < 3:
        return 0.0, math.inf
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    if not spread:
        return 0.0, math.inf
    rise = sum((x - mean_x) * (y - mean_y) for x, y in points) / spread
    left = sum((y - mean_y - rise * (x - mean_x)) ** 2 for x, y in points)
    return rise, math.sqrt(left / (len(points) - 2) / spread)


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0
