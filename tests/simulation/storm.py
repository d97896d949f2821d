"""What happens in the storm? Two daemons over one real store, every trouble drawn from one seed, the laws asked after every step, calm at the end."""

import hashlib
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from sqlalchemy import select

from adapters.sql.backup import copy_file
from adapters.sql.restore import restore
from adapters.sql.stores import SqlStores, open_stores
from adapters.sql.tables import OUTBOX
from engine.model.receipt import Push, Verdict
from engine.model.rulebook import Rulebook
from engine.ports.outbox import OutboxStatus
from engine.ports.store import Conflict, NotFound, Pending, StoreUnavailable
from engine.service import folder
from engine.service.desk import Incoming
from engine.service.library import Library, shelved_library
from engine.service.publish import Press
from engine.service.running import Running
from tests.simulation import parcels
from tests.simulation.providers import Calls, Line, Sms
from tests.simulation.weather import Faults, SimulatedCrash, watched

T = TypeVar("T")
START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
SKEW_SECONDS_MAX = 120
BEAT_SECONDS = 0.4
LOOK_SECONDS = 0.02
"""So that a beat which does not come to an end is ended by its deadline, as in life."""


class Broken(Exception):
    """A law was broken. `law` names it; the seed and the step bring it back."""

    def __init__(self, law: str, words: str, step: int) -> None:
        super().__init__(f"step {step}: {law}: {words}")
        self.law, self.words, self.step = law, words, step


@dataclass(slots=True)
class SkewedClock:
    """A daemon's clock: beside the true one by so much; its monotonic seconds are right, and looking at it takes a moment."""

    world: "Storm"
    skew: timedelta = timedelta(0)
    looks: int = 0

    def now(self) -> datetime:
        return self.world.true + self.skew

    def monotonic(self) -> float:
        self.looks += 1
        return self.looks * LOOK_SECONDS + (self.world.true - START).total_seconds()


class AtOnce(Executor):
    """The lanes of the post room, one after another in the thread that asks: the same every time."""

    def submit(self, fn: Callable[..., T], /, *words: Any, **named: Any) -> "Future[T]":
        done: Future[T] = Future()
        done.set_result(fn(*words, **named))
        return done


@dataclass(slots=True)
class Daemon:
    """One daemon: what it remembers is in `running`, and is gone when it dies."""

    world: "Storm"
    name: str
    clock: SkewedClock
    running: Running | None = None
    real: SqlStores | None = None
    lives: int = 0
    failures: list[str] = field(default_factory=list)
    """What it reported as a bug: decisions that raised, lanes that failed."""

    def live(self) -> None:
        """Begin anew, with nothing but the store; it may die at that already."""
        while self.running is None:
            try:
                self._begin()
            except SimulatedCrash:
                self.die()
            except StoreUnavailable:
                self.die()

    def _begin(self) -> None:
        world = self.world
        self.lives += 1
        self.real = open_stores(world.url, check=False)
        stores = watched(self.real, world.faults)
        library = shelved_library(stores.shelf)
        assert library is not None
        gateways = {
            "main": Line(world.sms, world.faults, self.clock.now, lambda push: self._early(push)),
            "phone": Calls(world.sms, stores, world.faults, self.clock),
        }
        running = Running(
            stores, library, self.clock, gateways, owner=f"{self.name}{self.lives}", on_failure=self._failed, routes={"sms": ["main"]},
            lanes=AtOnce(), on_trouble=self._troubled,
        )  # fmt: skip
        running.take_over(alone=False)
        self.running = running

    def die(self) -> None:
        """Memory is lost; what was not committed is rolled back."""
        self.running = None
        if self.real is not None:
            self.real.close()
            self.real = None
        self.world.faults.depth = 0

    def ask(self, what: Callable[[Running], T]) -> T | None:
        """Have it do something. None: it died, or the store was not to be had; it goes on, or lives again."""
        self.live()
        assert self.running is not None
        try:
            return what(self.running)
        except SimulatedCrash as crash:
            self.world.say(f"{self.name} died at {crash}")
            self.die()
            self.live()
        except StoreUnavailable as trouble:
            self.world.say(f"{self.name} was refused at {trouble}")
        return None

    def _early(self, push: Push) -> None:
        assert self.running is not None
        self.running.mailroom.keep("main", push)

    def _failed(self, pending: Pending, failure: Exception) -> None:
        self.failures.append(f"{pending.case_id} {pending.event.name}: {type(failure).__name__}: {failure}")

    def _troubled(self, channel: str, trouble: Exception) -> None:
        # Its lease had run out, or the store was not to be had: both are foreseen.
        if not isinstance(trouble, Conflict | NotFound | StoreUnavailable):
            self.failures.append(f"lane {channel}: {type(trouble).__name__}: {trouble}")


@dataclass(slots=True)
class Envelope:
    """An event that somebody owes us: it is sent until it is acknowledged, and sometimes again."""

    incoming: Incoming
    acknowledged: bool = False
    asked: int = 0


@dataclass(slots=True)
class Backup:
    """A copy of the database, and what the world knew when it was taken."""

    path: Path
    acknowledged: frozenset[str]
    edition: int
    commands: tuple[str, ...]
    left_before: frozenset[str] = frozenset()
    """See Sms."""
    deeds: frozenset[tuple[str, str]] = frozenset()


class Storm:
    """The whole world of one seed."""

    def __init__(self, seed: int, url: str, *, restores: bool = False, holds: bool = False) -> None:
        self.seed, self.url, self.restores, self.holds = seed, url, restores, holds
        self.chance = Random(seed)
        self.true = START
        self.step = 0
        self.trace = hashlib.sha256()
        self.lines: list[str] = []
        self.faults = Faults()
        self.inspector = open_stores(url, check=False)
        self.sms = Sms(lambda: self.true, self.let_pass, self.inspector, Random(f"{seed}/provider"))
        self.edition = self.edits = 0
        self.books: dict[str, Rulebook] = {}
        self.envelopes: dict[str, Envelope] = {}
        self.parcels = 0
        self.commands: list[str] = []
        self.deeds: set[tuple[str, str]] = set()
        """What people did with cases themselves and were answered: source and id."""
        self.backups: list[Backup] = []
        self.counts: dict[str, int] = {}
        self.heard_problems: list[str] = []
        self._first_rules()
        self.daemons = [Daemon(self, name, SkewedClock(self)) for name in "ab"]
        for one in self.daemons:
            one.live()

    def _first_rules(self) -> None:
        """A store in which nothing was ever published begins with its folder."""
        press = Press(self.inspector.shelf, self.inspector.directory, None)
        folder.look(press, parcels.written(0, raising=self.holds), by="ops", why="", second_person=False, now=START)
        library = Library(parcels.the_rulebook(0, raising=self.holds), self.inspector.shelf)
        library.follow()
        self.know(library.rulebook)

    def close(self) -> None:
        for one in self.daemons:
            one.die()
        self.inspector.close()

    def know(self, book: Rulebook) -> None:
        """Every rulebook that was ever in force, for recomputing what was decided under it."""
        self.books[book.fingerprint] = book

    def say(self, line: str) -> None:
        """One line of the trace."""
        whole = f"{self.step} {(self.true - START).total_seconds():.0f} {line}"
        self.lines.append(whole)
        self.trace.update(whole.encode() + b"\n")

    def count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1

    def let_pass(self, span: timedelta) -> None:
        self.true += span

    def a_daemon(self) -> Daemon:
        return self.chance.choice(self.daemons)

    def other(self, one: Daemon) -> Daemon:
        return self.daemons[1 - self.daemons.index(one)]

    # What is sent to us

    def write(self, no: str, event: str, occurred: datetime, **more: Any) -> Envelope:
        """Somebody writes an event down; from now on we are owed it."""
        number = len(self.envelopes) + 1
        data: dict[str, object] = {"no": no}
        if event == "ordered":
            data |= {"phone": f"139{self.chance.randrange(10**8):08d}", "city": self.chance.choice(["深圳", "杭州"])}
        elif self.chance.random() < 0.2:
            data["city"] = self.chance.choice(["深圳", "杭州", "成都"])
        one = Envelope(
            Incoming(
                source="connection/tms", id=f"e{number}", workflow="parcel", event=event, occurred_at=occurred, case=None, data=data, **more,
            )
        )  # fmt: skip
        self.envelopes[f"e{number}"] = one
        return one

    def hand_in(self, envelopes: Iterable[Envelope], to: Daemon) -> None:
        """Hand them in together; what is answered is acknowledged."""
        batch = list(envelopes)
        for one in batch:
            one.asked += 1
        answers = to.ask(lambda running: running.accept([one.incoming for one in batch]))
        names = " ".join(f"{one.incoming.id}:{one.incoming.event}:{one.incoming.data['no']}" for one in batch)
        self.say(f"{to.name} gets {names} -> {[one.said.value for one in answers] if answers else 'nothing'}")
        for one, answer in zip(batch, answers or (), strict=False):
            if answer.said.value == "refused":
                self.heard_problems.append(f"{one.incoming.event} refused: {answer.problems}")
            one.acknowledged = True

    def push(self, which: int, to: Daemon) -> None:
        """The provider tells us what became of a sending; it does so again until we answer."""
        push = self.sms.push(which)
        kept = to.ask(lambda running: running.push("main", push))
        self.say(f"{to.name} is pushed {push.body.decode()} -> {'kept' if kept else 'nothing'}")
        if not kept:
            _, key, verdict, number = push.body.decode().split(" ")
            self.sms.waiting.append((number.removeprefix("p-"), Verdict(verdict), key == "-"))

    def arrived(self) -> set[str]:
        """Sendings that are known to have arrived."""
        with self.inspector.database.read() as connection:
            return set(connection.execute(select(OUTBOX.c.effect_id).where(OUTBOX.c.status == OutboxStatus.DONE.value)).scalars())

    def on_hold(self) -> set[str]:
        """Cases that a person put on hold."""
        known = [row.id for row in self.inspector.directory.cases(limit=100) if row.revision]
        return {case for case in known if self.inspector.store.load(case).ledger.hold is not None}

    # Copies of the database

    def back_up(self) -> None:
        """Take a copy, as `waybill backup` does."""
        path = self.file.with_name(f"{self.file.stem}.{len(self.backups)}.copy")
        copy_file(self.file, path)
        known = frozenset(name for name, one in self.envelopes.items() if one.acknowledged)
        self.backups.append(Backup(path, known, self.edition, tuple(self.commands), frozenset(self.sms.left_before), frozenset(self.deeds)))
        self.say("a backup is taken")

    def put_back(self, backup: Backup) -> None:
        """The machine is lost; a copy is put back behind its fence, and everybody who was answered after it sends again."""
        for one in self.daemons:
            one.die()
        self.inspector.close()
        restore(backup.path, self.file, at=None, now=lambda: self.true, by="ann", replace=True)
        reopened = open_stores(self.url, check=False)
        self.inspector = self.sms.stores = reopened
        for name, one in self.envelopes.items():
            one.acknowledged = name in backup.acknowledged
        self.edition, self.commands, self.deeds = backup.edition, list(backup.commands), set(backup.deeds)
        self.sms.restored_at = self.true
        self.sms.let_out.clear()
        self.sms.left_before = set(backup.left_before)
        self.say("a backup is put back")

    @property
    def file(self) -> Path:
        return Path(self.url.removeprefix("sqlite:///"))
