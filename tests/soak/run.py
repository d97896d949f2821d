"""Does it hold for an hour? A real daemon under mixed load while everything goes wrong around it; an audit at the end.

usage: python -m tests.soak.run [--minutes 60] [--rate 20] [--clients 4] [--db sqlite|postgresql|ADDRESS] [--seed N] [--out DIR]
A third of the time it is killed every few minutes; then one life is measured. The desk's clock runs faster, so that
bells ring, and jumps. Answers 0 if every promise was kept and nothing rose.
"""

import argparse
import http.client
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests.crash.audit import counts
from tests.crash.living import MONDAY, ROOT, Home, Hours, Living, ask, complaints
from tests.postgres import EMPTY, a_postgres
from tests.soak.figures import Sampler
from tests.soak.load import Desk, Editor, Feed, Switches
from tests.soak.sendsms import Sendsms, rules_for, sendsms
from tests.soak.verdict import broken_promises, rises

SPEED = 30.0
"""An hour is thirty hours at the desk."""
CALM_SECONDS_MAX = 300.0
LIVES_PER_STORM = 6
STORM_SHARE = 1 / 3
JUMP_SECONDS = 900
SCRIPT = """
import signal, sys, time
from datetime import datetime, timedelta
from adapters.clock import HurriedClock
from adapters.wiring.options import Options
from adapters.wiring.process import run_daemon
from adapters.sql import cases
from engine.core import reading
from engine.service import advance
# What is remembered of cases is full after a minute or two: what rises later is no cache.
advance.RECENT_MAX = cases.STOOD_MAX = 200
reading.MEMORY.events_max = 1_000
db, rules, port, start, speed, jump = sys.argv[1:]
class Jumping(HurriedClock):
    ahead = timedelta()
    def now(self):
        return super().now() + self.ahead
    def move(self, by):
        self.ahead += by
monday, began = start.split()  # The same hour in every life, however long a start takes.
clock = Jumping(datetime.fromisoformat(monday) + timedelta(seconds=(time.monotonic() - float(began)) * float(speed)), float(speed))
signal.signal(signal.SIGUSR1, lambda *_: clock.move(timedelta(seconds=float(jump))))
signal.signal(signal.SIGUSR2, lambda *_: clock.move(timedelta(seconds=-float(jump))))
sys.exit(run_daemon(Options(db=db, rules=rules, port=int(port), clock=clock)))
"""


@dataclass(slots=True)
class Lodging(Home):
    """A home whose database may stand elsewhere."""

    address: str = ""

    @property
    def db(self) -> str:
        return self.address or f"sqlite:///{self.file}"


class Life(Living):
    """One life of a daemon whose clock can be made to jump."""

    def __init__(self, home: Lodging) -> None:
        assert home.hours is not None
        self.home = home
        self.began = time.monotonic()
        words = [home.db, str(home.rules), str(home.port), f"{MONDAY.isoformat()} {home.hours.began}", str(SPEED), str(JUMP_SECONDS)]
        self._out = home.log.open("ab")
        self.process = subprocess.Popen([sys.executable, "-c", SCRIPT, *words], cwd=ROOT, stdout=self._out, stderr=self._out)


@dataclass(slots=True)
class Soak:
    """All who take part, and what was done to them."""

    home: Lodging
    gateway: Sendsms
    feeds: list[Feed]
    desk: Desk
    editor: Editor
    switches: Switches
    chance: Random
    lives: list[Life] = field(default_factory=list)
    jumps: int = 0

    @property
    def daemon(self) -> Life:
        return self.lives[-1]

    def alive(self) -> tuple[int, int, float]:
        """See Sampler."""
        return len(self.lives), self.daemon.process.pid, self.daemon.began

    def begin_life(self) -> None:
        self.lives.append(Life(self.home))
        self.daemon.wait_until_open()

    def storm(self, seconds: float) -> None:
        """kill -9 and start again, at moments nobody foresees."""
        over = time.monotonic() + seconds
        while time.monotonic() < over:
            self.wait(min(over - time.monotonic(), seconds / LIVES_PER_STORM * (0.5 + self.chance.random())))
            self.daemon.kill()
            self.begin_life()
            print(f"  life {len(self.lives)}, {self.acknowledged:,} acknowledged", flush=True)

    def wait(self, seconds: float) -> None:
        """Live on; now and then the clock jumps, and jumps back a little later."""
        until = time.monotonic() + seconds
        ways = [signal.SIGUSR1, signal.SIGUSR2]
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, 20.0))
            if self.chance.random() < 0.1:
                self.chance.shuffle(ways)
                for way in ways:
                    self.daemon.process.send_signal(way)
                    time.sleep(1.0)
                self.jumps += 1
            assert self.daemon.process.poll() is None, f"the daemon ended by itself\n{self.daemon.last_words()}"

    @property
    def acknowledged(self) -> int:
        return sum(len(one.acknowledged) for one in self.feeds)

    def calm(self) -> None:
        """Everything owed is served, receipts too; then the daemon goes when asked."""
        deadline = time.monotonic() + CALM_SECONDS_MAX
        finishing = [threading.Thread(target=one.finish, daemon=True) for one in self.feeds]
        for thread in finishing:
            thread.start()
        for thread in finishing:
            thread.join(max(0.0, deadline - time.monotonic()))
            assert not thread.is_alive(), f"the daemon answers no more\n{self.daemon.last_words()}"
        while time.monotonic() < deadline:
            with suppress(OSError, http.client.HTTPException):
                numbers = ask(self.home.port, "GET", "/healthz")[1]["numbers"]
                if not numbers["inbox_pending"] and not self.gateway.owed():
                    break
            time.sleep(0.5)
        assert self.daemon.stop(60) == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=20.0, help="requests a second, all clients together")
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--db", default="sqlite", help="sqlite, postgresql (one out of a wheel), or an address of an empty database")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    parser.add_argument("--out", type=Path, help="where the figures, the log and the database stay (default: a new folder)")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # Nobody is left behind.
    folder = options.out or Path(tempfile.mkdtemp(prefix="waybill-soak-"))
    folder.mkdir(parents=True, exist_ok=True)
    print(f"{options.minutes:g} min, seed {options.seed}, {folder}", flush=True)
    with ExitStack() as stack:
        soak = stack.enter_context(all_who_take_part(options, folder, stack))
        return judged(soak, folder, lived(soak, options.minutes * 60, folder))


@contextmanager
def all_who_take_part(options: argparse.Namespace, folder: Path, stack: ExitStack) -> Iterator[Soak]:
    """A gateway, a daemon, feeds, a desk, an editor."""
    os.environ.update(SOAK_SECRET="s3cret-of-soak", SOAK_PUSH_TOKEN="soak-push-token-0123456789")
    address = {"sqlite": "", "postgresql": ""}.get(options.db, options.db)
    if options.db == "postgresql":
        address = stack.enter_context(a_postgres()).make(EMPTY)
    chance, hours = Random(options.seed), Hours(SPEED)
    with sendsms(options.seed) as gateway:
        home = Lodging(folder, folder / "rulebook", hours=hours, address=address)
        rules_for(gateway, home.port, home.rules)
        feeds = [
            Feed(home.port, Random(options.seed + place), hours, _cases=place * 1_000_000, rate=options.rate / options.clients)
            for place in range(options.clients)
        ]
        desk, editor = Desk(home.port, feeds, Random(options.seed)), Editor(home.port, home.rules, Random(options.seed))
        soak = Soak(home, gateway, feeds, desk, editor, Switches(gateway, Random(options.seed)), chance)
        try:
            soak.begin_life()
            yield soak
        finally:
            for life in soak.lives:
                life.end()


def lived(soak: Soak, seconds: float, folder: Path) -> Sampler:
    """Storm, then one long life, then calm."""
    sampler, stop = Sampler(soak.home, folder / "figures.csv", soak.alive), threading.Event()
    threads = [
        threading.Thread(target=one.run, args=[stop], daemon=True) for one in (*soak.feeds, soak.desk, soak.editor, soak.switches, sampler)
    ]
    for thread in threads:
        thread.start()
    try:
        soak.storm(seconds * STORM_SHARE)
        print(f"  the long life, {soak.acknowledged:,} acknowledged", flush=True)
        soak.wait(seconds * (1 - STORM_SHARE))
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)
    soak.calm()
    return sampler


def judged(soak: Soak, folder: Path, sampler: Sampler) -> int:
    """Print what was done and what is wrong; 1 if anything is."""
    acknowledged = {key for one in soak.feeds for key in one.acknowledged}
    file = soak.home.file if not soak.home.address else folder / "moved.db"
    broken = broken_promises(soak.home.db, file, folder, acknowledged, soak.gateway.asked, soak.home.rules)
    broken += [f"refused: {one}" for feed in soak.feeds for one in feed.refused][:20]
    # That the editor's bad files are refused is what the log should say.
    broken += [f"log: {line[:300]}" for line in complaints(soak.home) if not ("rules refused" in line and "Y010" in line)][:20]
    found = rises(sampler.samples)
    broken += [f"{one.name} rises by {one.per_hour:.1f} (± {one.error:.1f}) an hour, allowed {one.most:g}" for one in found if one.too_much]
    said: dict[str, Any] = {
        "lives": len(soak.lives), "clock jumps": soak.jumps, "acknowledged": len(acknowledged),
        "answers": dict(sum((one.said for one in soak.feeds), start=type(soak.desk.said)())), "desk": dict(soak.desk.said),
        "rules saved": f"{soak.editor.good} good, {soak.editor.bad} bad ({soak.editor.refused} seen in /healthz)",
        "gateway": f"{sum(soak.gateway.asked.values())} taken, {soak.gateway.refused} refused, {soak.gateway.reports} receipts, {dict(soak.switches.turned)}",
        "rows": counts(file),
    }  # fmt: skip
    if sampler.samples:
        most = {
            name: max(getattr(one, name) for one in sampler.samples)
            for name in ("inbox_pending", "inbox_oldest_s", "outbox_ready", "wal_bytes")
        }
        said["most"] = most
    for name, value in said.items():
        print(f"{name}: {value}")
    for rise in found:
        print(f"{rise.name}: {rise.per_hour:+.1f} an hour (± {rise.error:.1f})")
    print(f"figures: {folder / 'figures.csv'}")
    for line in broken:
        print(f"BROKEN {line}")
    if broken:
        print(f"{len(broken)} broken promises")
        return 1
    flat = [f"{one.name} flat" if not one.unsure else f"{one.name} measured too short" for one in found]
    print(f"0 lost, 0 double, {', '.join(flat)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
