"""What does it cost that much is stored? Callers at once, bells among a million, lateness, a start beside a million live cases.

usage: python bench/live.py [--live 1000000] [--seconds 3] [--only callers|bells|late|idle|start]
A store with so many live cases, each with its armed timers, is made by copying one real case in SQL; that takes a minute.
"""

import argparse
import itertools
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import ours
import yardstick
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from ring import ring_rulebook
from rounds import Measured, interleaved, machine, table
from sqlalchemy import create_engine, event

from adapters.clock import SettableClock
from adapters.sql.stores import open_stores
from engine.service.desk import Incoming
from engine.service.library import Library
from engine.service.running import Running

PARTS = ("callers", "bells", "late", "idle", "start")
CALLERS = 64
FEW = 1_000
COPIED = ("cases", "name", "inbox", "journal", "timer", "live_clock")
PLACE = {"id": "shipment:", "case_id": "shipment:", "value": "", "event_id": "e", "hash": "h"}
"""Columns in which a copy differs from the case it was made of."""
FAR_US = 365 * 86_400 * 1_000_000
RAN: list[float] = []


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--live", type=int, default=1_000_000, help="cases, each with its timers")
    parser.add_argument("--seconds", type=float, default=3.0, help="of one round of one row")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=PARTS)
    options = parser.parse_args()
    print(machine())
    folder = Path(tempfile.mkdtemp(prefix="waybill-bench-"))
    try:
        for part in [options.only] if options.only else PARTS:
            globals()[part](options, folder)
    finally:
        shutil.rmtree(folder)


def callers(options: argparse.Namespace, folder: Path) -> None:
    """Callers who know nothing of each other, one event each, again and again."""
    waits: list[float] = []
    alone, many = opened(folder / "alone.db"), opened(folder / "many.db")
    feeds = ours.ring_feed(alone, FEW), ours.ring_feed(many, FEW)
    rows = interleaved(
        {
            "one caller": lambda: called(alone, feeds[0], 1, options.seconds, []),
            f"{CALLERS} callers": lambda: called(many, feeds[1], CALLERS, options.seconds, waits),
        },
        options.rounds,
    )
    table("Callers at once, durable and answered", "events", rows)
    flush = flush_seconds(folder / "flush")
    p99 = quantile(waits, 0.99)
    print(f"\n{CALLERS} callers: p99 {p99 * 1e3:,.1f} ms until the answer, {p99 / flush:,.0f} flushes of {flush * 1e3:.2f} ms")


def called(bench: ours.Bench, feed: Iterator[Incoming], number: int, seconds: float, waits: list[float]) -> float:
    """Events per second over all callers; the wait of each is noted."""
    line, until, done = threading.Lock(), time.perf_counter() + seconds, itertools.count()

    def call() -> None:
        while time.perf_counter() < until:
            with line:
                one = next(feed)
            began = time.perf_counter()
            bench.desk.accept([one])
            waits.append(time.perf_counter() - began)
            next(done)

    began = time.perf_counter()
    threads = [threading.Thread(target=call) for _ in range(number)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        # The daemon's own beat decides what the callers did not.
        if not bench.desk.beat(0.0):
            time.sleep(0.001)
    while bench.desk.beat(0.0):
        pass
    return next(done) / (time.perf_counter() - began)


def bells(options: argparse.Namespace, folder: Path) -> None:
    """Bells rung as full decisions among all others, beside events in groups, and beside jobs of a scheduler."""
    ring = opened(live_store(folder, options.live))
    # A feed opens cases of its own under names that no copy has.
    feed, groups = ours.ring_feed(ring, 600, name="B"), opened(folder / "groups.db")
    grouped = ours.ring_feed(groups, FEW)
    rows = {
        "events in groups of 100": lambda: groups.events(grouped, 100, options.seconds),
        f"bells, {options.live:,} live cases": lambda: ring.fire(feed, 600),
        "APScheduler, one durable job each, 2,000 due": lambda: jobs(folder, 2_000),
    }
    table("Bells as full decisions", "bells", interleaved(rows, options.rounds))


def late(options: argparse.Namespace, folder: Path) -> None:
    """How late is a bell rung, at so many a second, while all others wait? Beside a bare loop over the same table."""
    for rate in (200, 2_000):
        bare = bare_lateness(folder, rate, options.seconds, options.live)
        lateness, reached = our_lateness(live_store(folder, options.live), rate, options.seconds)
        print(f"\n### Lateness of bells at {rate:,} a second, {options.live:,} live cases\n")
        print("| what | p50 ms | p99 ms | reached a second |\n|---|---|---|---|")
        for name, found, at in (("bare loop", bare, rate), ("waybill", lateness, reached)):
            print(f"| {name} | {quantile(found, 0.5) * 1e3:,.1f} | {quantile(found, 0.99) * 1e3:,.1f} | {at:,.0f} |")


def idle(options: argparse.Namespace, folder: Path) -> None:
    """A beat with nothing to do."""
    few, many = opened(live_store(folder, FEW)), opened(live_store(folder, options.live))
    rows = {f"beat, post and next instant, {number:,} live": bench.idle for number, bench in ((FEW, few), (options.live, many))}
    table("Beats with nothing to do", "beats", interleaved(rows, options.rounds))


def start(options: argparse.Namespace, folder: Path) -> None:
    """A new process: until its first event is durable and decided, and the memory it then holds."""
    found: dict[int, list[tuple[float, float]]] = {FEW: [], options.live: []}
    for _ in range(options.rounds):
        for number, runs in found.items():
            path = live_store(folder, number)
            asked = [sys.executable, str(Path(__file__).resolve()), "--child", str(path)]
            said = json.loads(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)
            runs.append((said["seconds"], said["mib"]))
    table("Cold start to the first durable event", "starts", [
        Measured(f"{number:,} live cases", tuple(1 / seconds for seconds, _ in runs)) for number, runs in found.items()
    ])  # fmt: skip
    few, many = (statistics.median(mib for _, mib in runs) for runs in found.values())
    print(f"\nmemory then: {few:.0f} MiB beside {FEW:,}, {many:.0f} MiB beside {options.live:,}: {many - few:+.0f} MiB")


def child(path: Path) -> None:
    """One cold start; imports are over, as they are the same for all."""
    began = time.perf_counter()
    stores = open_stores(f"sqlite:///{path}", check=False)
    desk = Running(stores, Library(ring_rulebook()), SettableClock(ours.START + timedelta(minutes=1)), {})
    desk.take_over()
    answer = desk.accept([replace(ours.ring_event("scan", "L7", {}), id="first")])[0]
    assert desk.tally.decided == 1, answer
    desk.next_due()
    seconds = time.perf_counter() - began
    held = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS"))
    print(json.dumps({"seconds": seconds, "mib": int(held.split()[1]) / 1024}))


def opened(path: Path) -> ours.Bench:
    """A desk over this file."""
    return ours.Bench(ring_rulebook(), path)


def live_store(folder: Path, number: int) -> Path:
    """A store with so many live cases, all copies of one that was really opened; made once, copied for each who asks."""
    made, own = folder / f"live-{number}.db", Path(tempfile.mkdtemp(dir=folder)) / "live.db"
    if not made.exists():
        first = opened(made)
        ours.ring_feed(first, 1)
        first.stores.close()
        multiply(made, number)
    shutil.copyfile(made, own)
    os.sync()  # Or the first flush that is measured writes the copy down as well.
    return own


def multiply(path: Path, number: int) -> None:
    """Copies of the one case, its rows and its timers, a year ahead."""
    db = sqlite3.connect(path)
    db.execute("PRAGMA synchronous=OFF")
    for name in COPIED:
        columns = [row[1] for row in db.execute(f"PRAGMA table_info({name})")]
        chosen = ", ".join(copied(name, column) for column in columns)
        db.execute(
            f"WITH RECURSIVE g(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM g WHERE n < ?) INSERT INTO {name} SELECT {chosen} FROM {name}, g",
            (number,),
        )
    db.execute("UPDATE counter SET value = ?", (number + 10,))
    db.commit()
    db.execute("ANALYZE")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.commit()
    db.close()


def copied(name: str, column: str) -> str:
    """What a copy says in this column."""
    if column in ("due_at", "due", "next_due"):
        return f"{column} + {FAR_US} + g.n * 1000"
    if (name, column) == ("inbox", "id"):
        return "id + g.n"
    if column not in PLACE or (name == "name" and column == "field"):
        return column
    return f"'{PLACE[column]}L' || g.n" if column != "event_id" else "'copy-' || g.n"


def jobs(folder: Path, due: int) -> float:
    """Jobs per second of APScheduler out of its own table, as durable as ours."""
    engine = create_engine(f"sqlite:///{folder}/jobs-{time.monotonic_ns()}.db")

    @event.listens_for(engine, "connect")
    def _durable(driver: sqlite3.Connection, _: object) -> None:
        driver.execute("PRAGMA journal_mode=WAL")
        driver.execute("PRAGMA synchronous=FULL")

    scheduler = BackgroundScheduler(
        jobstores={"default": SQLAlchemyJobStore(engine=engine)}, executors={"default": ThreadPoolExecutor(2)}, timezone="UTC",
        job_defaults={"misfire_grace_time": None},
    )  # fmt: skip
    scheduler.start(paused=True)
    RAN.clear()
    for _ in range(due):
        scheduler.add_job(ran, "date", run_date=datetime.now(UTC) - timedelta(seconds=1))
    began = time.perf_counter()
    scheduler.resume()
    while len(RAN) < due and time.perf_counter() - began < 60:
        time.sleep(0.002)
    done = len(RAN) / (time.perf_counter() - began)
    scheduler.shutdown(wait=True)
    return done


def ran() -> None:
    """What a job does: as little as can be."""
    RAN.append(time.time())


class Paced(SettableClock):
    """Goes on as fast as the world does, from the instant it is set to."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start)
        self._began = time.perf_counter()

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=time.perf_counter() - self._began)


def our_lateness(path: Path, rate: int, seconds: float) -> tuple[list[float], float]:
    """Seconds between when a bell was due and when its decision was durable; and how many a second came through."""
    bench, found = opened(path), []
    cases = int(rate * seconds / 2)  # Each case has two timers, at one instant.
    gap = timedelta(seconds=2 / rate)
    opened_at = ours.START + timedelta(minutes=1)
    first_due = opened_at + timedelta(hours=1)
    opening = [
        replace(ours.ring_event("created", f"P{one}", {"no": f"P{one}", "weight_kg": "80"}), received_at=opened_at + gap * one)
        for one in range(cases)
    ]
    for first in range(0, cases, 100):
        bench.desk.accept(opening[first : first + 100])
        while bench.desk.clerk.advance(opened_at + gap * cases, limit=100):
            pass
    bench.clock.advance(first_due - timedelta(seconds=1) - bench.clock.now())
    dues = [first_due + gap * one for one in range(cases) for _ in range(2)]
    while bench.desk.beat(0.0):  # The case that all others are copies of may be due itself.
        pass
    clock = bench.desk.clock = Paced(first_due - timedelta(seconds=0.2))
    before, began = bench.desk.tally.rung, time.perf_counter()
    while len(found) < len(dues) and time.perf_counter() - began < seconds * 5 + 1:
        if not bench.desk.beat(0.0):
            time.sleep(0.0005)
        # Bells ring in order of time, so their number says which they were; a beat is over when its last one is durable.
        now = clock.now()
        found += [(now - due).total_seconds() for due in dues[len(found) : bench.desk.tally.rung - before]]
    return found, len(found) / (time.perf_counter() - began)


def bare_lateness(folder: Path, rate: int, seconds: float, others: int) -> list[float]:
    """The same for a loop that takes rows out and writes them down, 200 in a transaction."""
    raw, found = yardstick.Timers(others), []
    number = int(rate * seconds)
    began = time.time() + 0.2
    raw.db.execute("begin")
    raw.db.executemany(
        "insert into timer(instance_id, kind, due_at) values(?, 'sla', ?)", [(one, began + one / rate) for one in range(number)]
    )
    raw.db.execute("commit")
    while len(found) < number:
        rows = raw.tick()
        if not rows:
            time.sleep(0.0005)
            continue
        raw.db.execute("begin immediate")
        raw.db.executemany("delete from timer where id = ?", [(row[0],) for row in rows])
        raw.db.executemany("insert into fired values(?, ?, ?, 0)", rows)
        raw.db.execute("commit")
        now = time.time()
        found += [now - row[2] for row in rows]
    return found


def flush_seconds(path: Path) -> float:
    """One durable commit of one row."""
    db = sqlite3.connect(path, isolation_level=None)
    db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t(x)")
    began = time.perf_counter()
    for one in range(300):
        db.execute("INSERT INTO t VALUES (?)", (one,))
    db.close()
    return (time.perf_counter() - began) / 300


def quantile(found: list[float], share: float) -> float:
    """The value below which that share lies; 0 for nothing."""
    return sorted(found)[min(len(found) - 1, int(len(found) * share))] if found else 0.0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(Path(sys.argv[2]))
    else:
        main()
