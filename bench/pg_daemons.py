"""What do several daemons do over one PostgreSQL? Desks in processes of their own, and real daemons whose bells are timed and who are killed."""

import itertools
import multiprocessing
import random
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import ours
import psycopg
from ring import ring_files, ring_rulebook

from adapters.clock import SystemClock
from engine.service.desk import Incoming, Said

CASES = 200
SCRIPT = """
import sys
from adapters.wiring.options import Options
from adapters.wiring.process import run_daemon
db, rules, port = sys.argv[1:]
sys.exit(run_daemon(Options(db=db, rules=rules, port=int(port))))
"""


def together(address: str, number: int, group: int, seconds: float, audits: list[str]) -> float:
    """Events per second, taken in and decided, by so many desks over the same thousand cases; the audit says what was lost or doubled."""
    ours.ring_feed(ours.Bench(ring_rulebook(), address=address), CASES)
    fork = multiprocessing.get_context("spawn")
    ready, go, done = fork.Barrier(number + 1), fork.Event(), fork.Queue()
    workers = [fork.Process(target=_work, args=(address, place, number, group, seconds, ready, go, done)) for place in range(number)]
    for one in workers:
        one.start()
    ready.wait()
    began = time.perf_counter()
    go.set()
    accepted = sum(done.get(timeout=120) for _ in workers)
    took = time.perf_counter() - began
    for one in workers:
        one.join()
    audits.append(f"{number} daemons: {accepted} accepted, {audit(address, accepted)}")
    return accepted / took


def _work(address: str, place: int, number: int, group: int, seconds: float, ready: Any, go: Any, done: Any) -> None:
    bench = ours.Bench(ring_rulebook(), address=address)
    bench.share(place, number)
    feed = _scans(place)
    ready.wait()
    go.wait()
    accepted, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        bench.clock.advance(timedelta(milliseconds=10))
        answers = bench.desk.accept(list(itertools.islice(feed, group)))
        accepted += sum(one.said is Said.ACCEPTED for one in answers)
        if group > 1:
            bench.desk.beat(0.0)
    while bench.owed():
        bench.clock.advance(timedelta(seconds=1))
        bench.desk.beat(0.0)
    done.put(accepted)


def _scans(place: int) -> Iterator[Incoming]:
    chance = random.Random(place)
    for number in itertools.count():
        case = f"N{chance.randrange(CASES)}"
        yield Incoming(
            source="connection/tms", id=f"d{place}-{number}", workflow="shipment", event="scan", occurred_at=None, case=case, data={}
        )


def _connect(address: str) -> "psycopg.Connection[Any]":
    return psycopg.connect(address.replace("postgresql+psycopg://", "postgresql://"), autocommit=True)


def audit(address: str, accepted: int) -> str:
    """Plain SQL over what they left: nothing of ours."""
    with _connect(address) as db:
        lost = accepted - db.execute("SELECT count(*) FROM journal WHERE event_id LIKE 'd%'").fetchone()[0]
        twice = db.execute("SELECT count(*) FROM (SELECT FROM journal GROUP BY source, event_id HAVING count(*) > 1) x").fetchone()[0]
        gaps = db.execute(
            "SELECT count(*) FROM (SELECT c.id FROM cases c JOIN journal j ON j.case_id = c.id GROUP BY c.id, c.revision "
            "HAVING count(*) <> c.revision OR max(j.revision) <> c.revision) x"
        ).fetchone()[0]
        order = db.execute(
            "SELECT count(*) FROM (SELECT i.id, lag(i.id) OVER (PARTITION BY j.case_id ORDER BY j.revision) AS before FROM journal j "
            "JOIN inbox i USING (source, event_id) WHERE j.source = 'connection/tms' AND i.event_id LIKE 'd%') x WHERE before > id"
        ).fetchone()[0]
    return f"{lost} lost, {twice} decided twice, {gaps} cases with gaps, {order} decided out of order"


class Living:
    """One real daemon."""

    def __init__(self, address: str, rules: Path, folder: Path, name: str) -> None:
        with socket.socket() as door:
            door.bind(("127.0.0.1", 0))
            port = str(door.getsockname()[1])
        self.log = (folder / f"{name}.log").open("w")
        self.process = subprocess.Popen([sys.executable, "-c", SCRIPT, address, str(rules), port], stdout=self.log, stderr=self.log)
        deadline = time.monotonic() + 40
        while '"open"' not in (folder / f"{name}.log").read_text() and time.monotonic() < deadline:
            time.sleep(0.1)

    @property
    def leads(self) -> bool:
        text = Path(self.log.name).read_text()
        return text.rfind('"leads"') > text.rfind('"follows"')

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.process.wait(timeout=40)
        self.log.close()


def _ready(address: str, folder: Path, rate: int, seconds: float, ahead: float) -> tuple[Path, int, datetime]:
    """Cases whose bells are due one after another from `ahead` seconds from now on."""
    rules = folder / "rules"
    for name, text in ring_files().items():
        (rules / name).parent.mkdir(parents=True, exist_ok=True)
        (rules / name).write_text(text, encoding="utf-8")
    bench = ours.Bench(ring_rulebook(), address=address)
    number = int(rate * seconds)
    first = datetime.now(UTC) + timedelta(seconds=ahead + number / 30)  # So long the opening takes, about.
    opening = [
        Incoming(source="connection/tms", id=f"b{one}", workflow="shipment", event="created", case=f"B{one}",
                 occurred_at=first - timedelta(hours=1) + timedelta(seconds=one / rate),
                 received_at=first - timedelta(hours=1) + timedelta(seconds=one / rate), data={"no": f"B{one}", "weight_kg": "80"})
        for one in range(number)
    ]  # fmt: skip
    bench.clock.set(first - timedelta(hours=1))
    for start in range(0, number, 100):
        bench.desk.accept(opening[start : start + 100])
        while bench.desk.clerk.advance(bench.clock.now(), limit=100):
            pass
    bench.stores.close()
    return rules, number, first


RUNG = """
SELECT extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8, (extract(epoch FROM pg_xact_commit_timestamp(xmin)) - occurred_at / 1e6)::float8
FROM journal WHERE source = 'timer' ORDER BY 1
"""


def _rung(address: str, number: int, seconds_max: float) -> list[tuple[float, float]]:
    """(commit, seconds late) of every bell."""
    deadline = time.monotonic() + seconds_max
    with _connect(address) as db:
        while db.execute("SELECT count(*) FROM journal WHERE source = 'timer'").fetchone()[0] < number and time.monotonic() < deadline:
            time.sleep(0.5)
        return db.execute(RUNG).fetchall()


def lateness(address: str, folder: Path, rate: int, seconds: float) -> str:
    rules, number, first = _ready(address, folder, rate, seconds, 14)
    two = [Living(address, rules, folder, name) for name in ("one", "two")]
    ahead = (first - SystemClock().now()).total_seconds()
    try:
        rung = _rung(address, number, 120 + ahead)
    finally:
        for one in two:
            one.end()
    late = sorted(one[1] for one in rung)
    took = rung[-1][0] - rung[0][0]
    note = "" if len(rung) >= number and ahead > 0 else f" ({len(rung)} of {number} rang, began {ahead:.0f} s ahead)"
    p50, p99 = statistics.median(late), late[int(len(late) * 0.99)]
    return f"| {rate:,}/s for {seconds} s | {len(rung) / took:,.0f}/s{note} | {p50 * 1000:,.0f} ms | {p99 * 1000:,.0f} ms | {late[-1] * 1000:,.0f} ms |"


def killed(address: str, folder: Path) -> str:
    rules, number, first = _ready(address, folder, 20, 25, 14)
    two = [Living(address, rules, folder, name) for name in ("one", "two")]
    try:
        time.sleep(max(0.0, (first - SystemClock().now()).total_seconds() + 5))
        leader = next((one for one in two if one.leads), two[0])
        leader.end(signal.SIGKILL)
        at = time.time()
        rung = _rung(address, number, 60)
    finally:
        for one in two:
            if one.process.poll() is None:
                one.end()
    after = [one for one in rung if one[0] > at - 0.5]
    silence = max((b[0] - a[0] for a, b in itertools.pairwise(after)), default=0.0)
    worst = max((one[1] for one in after), default=0.0)
    return f"silence {silence:.1f} s, the latest bell {worst:.1f} s late, {len(rung)} of {number} rang"
