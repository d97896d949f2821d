"""What is the least work that could do the job? The shared yardsticks where they are present, raw sqlite3 of our own where not."""

import importlib
import io
import json
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from types import ModuleType
from typing import Any

SHARED = Path(os.environ.get("WAYBILL_SHARED", Path(__file__).resolve().parents[2] / "shared"))
CASES = 10_000
PAYLOAD = json.dumps({"source": "tms", "site": "PEK01", "operator": "8812", "note": "扫描"}, ensure_ascii=False)
TABLES = """
create table instance(id integer primary key, state text, version integer, data text, updated_at real);
create table history(id integer primary key, instance_id integer, seq integer, event text, src text, dst text, at real, payload text);
create index history_instance on history(instance_id, seq);
create table timer(id integer primary key, instance_id integer, kind text, due_at real);
create index timer_due on timer(due_at);
create table fired(timer_id integer, instance_id integer, due_at real, fired_at real);
create table outbox(id integer primary key, instance_id integer, payload text, created_at real, sent_at real);
"""


def shared(name: str, *words: str) -> ModuleType | None:
    """One file of the shared benchmarks, imported with these arguments; None where they are absent."""
    folder = SHARED / "bench"
    if not (folder / f"{name}.py").is_file():
        return None
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
    argv, sys.argv = sys.argv, [name, *words]
    try:
        return importlib.import_module(name)
    finally:
        sys.argv = argv


def events_rows(seconds: float) -> dict[str, Callable[[], float]]:
    """Durable events on raw sqlite3, synchronous=FULL: the limit first."""
    with redirect_stdout(io.StringIO()):
        # This file runs when imported; asked for one short row, it is quickly done, and takes its folder away again.
        theirs = shared("b_events", "0.05", "1", "sqlite3 raw, full, group 1000")
    if theirs is None:
        return {f"raw sqlite3, groups of {group}": _raw(group, seconds) for group in (1, 100)}
    theirs.DIR = tempfile.mkdtemp()
    rows: dict[str, Callable[[float], float]] = {
        "raw sqlite3, one by one": theirs.sqlite_raw("full", 1),
        "raw sqlite3, groups of 100": theirs.sqlite_raw("full", 100),
        "raw sqlite3, groups of 100, set-based": theirs.sqlite_sets("full", 100),
    }
    return {name: (lambda go=go: go(seconds)) for name, go in rows.items()}


class Timers:
    """A bare table of timers: what is due is taken out and written down, 200 in a transaction, as the clerk takes them."""

    def __init__(self, armed: int) -> None:
        self.db = sqlite3.connect(Path(tempfile.mkdtemp()) / "timers.db", isolation_level=None)
        self.db.executescript("pragma journal_mode=wal; pragma synchronous=full;" + TABLES)
        self.db.execute("begin")
        self._arm(armed, far=time.time() + 86_400)
        self.db.execute("commit")

    def _arm(self, number: int, far: float) -> None:
        rows = ((one, "sla", far + one % 86_400) for one in range(number))
        self.db.executemany("insert into timer(instance_id, kind, due_at) values(?, ?, ?)", rows)

    def fire(self, due: int = 2000, group: int = 200) -> float:
        """Timers per second."""
        self.db.execute("begin")
        self._arm(due, far=time.time() - 200_000)
        self.db.execute("commit")
        began, done = time.perf_counter(), 0
        while done < due:
            self.db.execute("begin immediate")
            rows = self.tick(group)
            self.db.executemany("delete from timer where id = ?", [(row[0],) for row in rows])
            self.db.executemany("insert into fired values(?, ?, ?, 0)", rows)
            self.db.execute("commit")
            done += len(rows)
        return done / (time.perf_counter() - began)

    def tick(self, limit: int = 200) -> list[Any]:
        """What is due now."""
        query = "select id, instance_id, due_at from timer where due_at <= ? order by due_at limit ?"
        return self.db.execute(query, (time.time(), limit)).fetchall()

    def idle(self, times: int = 500) -> float:
        """Ticks per second with nothing due: look for due ones, and for the next."""
        began = time.perf_counter()
        for _ in range(times):
            assert not self.tick()
            self.db.execute("select min(due_at) from timer").fetchone()
        return times / (time.perf_counter() - began)


def old_rows(number: int = 100_000) -> Callable[[], float]:
    """Rows read from SQLite, payloads parsed, last state kept: old events per second."""
    path = Path(tempfile.mkdtemp()) / "history.db"
    theirs = shared("f_start_replay")
    if theirs is not None:
        theirs.build(path, 1000, number)
        go = theirs.replay_sqlite_payload(path)
        return lambda: _rate(number, go)
    with sqlite3.connect(path) as db:
        db.executescript(TABLES)
        old = ((one % (number // 5), one * 5 // number, "scan", "a", "b", 0.0, PAYLOAD) for one in range(number))
        db.executemany("insert into history(instance_id, seq, event, src, dst, at, payload) values(?, ?, ?, ?, ?, ?, ?)", old)
    db.close()
    return lambda: _fold(path)


def _rate(number: int, go: Callable[[], None]) -> float:
    began = time.process_time()
    go()
    return number / (time.process_time() - began)


def _fold(path: Path) -> float:
    db, state, number = sqlite3.connect(path), {}, 0
    began = time.process_time()
    for case, dst, payload in db.execute("select instance_id, dst, payload from history order by id"):
        json.loads(payload)
        state[case] = dst
        number += 1
    took = time.process_time() - began
    db.close()
    return number / took


def _raw(group: int, seconds: float) -> Callable[[], float]:
    """Our own yardstick: instance, history, timer and outbox of each event, so many events in one transaction."""

    def go() -> float:
        db = sqlite3.connect(Path(tempfile.mkdtemp()) / "raw.db", isolation_level=None)
        db.executescript("pragma journal_mode=wal; pragma synchronous=full;" + TABLES)
        db.execute("begin")
        db.executemany("insert into instance values(?, 'intake', 0, ?, 0)", ((one, PAYLOAD) for one in range(CASES)))
        db.execute("commit")
        began, number = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            db.execute("begin immediate")
            for one in range(number, number + group):
                case = one * 7919 % CASES
                _, version = db.execute("select state, version from instance where id = ?", (case,)).fetchone()
                db.execute("update instance set version = version + 1 where id = ? and version = ?", (case, version))
                db.execute("insert into history values(null, ?, ?, 'scan', 'a', 'b', 0, ?)", (case, version + 1, PAYLOAD))
                db.execute("insert into timer values(null, ?, 'sla', ?)", (case, time.time() + 3600))
                db.execute("insert into outbox values(null, ?, ?, 0, null)", (case, PAYLOAD))
            db.execute("commit")
            number += group
        took = time.perf_counter() - began
        db.close()
        return number / took

    return go
