"""What does a running waybill do on each beat? The desk that is open: events in, decisions, bells, the post, health."""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from engine.core.explain import explain_case
from engine.core.goes_by import court_of
from engine.core.moment import Moment, look
from engine.core.why import explain
from engine.model.diagnostic import Diagnostic
from engine.model.event import Acceptance, Report
from engine.model.explanation import Explanation
from engine.model.receipt import Push, Pushed
from engine.model.rulebook import Rulebook
from engine.model.timer import Timer
from engine.ports.clock import Clock, Guard
from engine.ports.directory import Directory
from engine.ports.gateway import Gateway
from engine.ports.store import Conflict, Pending
from engine.ports.worklist import Task, TaskStatus
from engine.service import brake, circuit_alarm, feed_alarm, folder, hands, health, ingest
from engine.service.advance import TOGETHER, Clerk, Tally
from engine.service.almanac import Almanac
from engine.service.case_hands import CaseHands
from engine.service.clock_alarm import ClockWatch, Steady
from engine.service.counters import Counters
from engine.service.desk import Answer, FinishAnswer, Health, Incoming, Problem, Reason, Said
from engine.service.dispatch import LEASE, PostRoom
from engine.service.editions import Editions
from engine.service.gate import Gate
from engine.service.library import Library
from engine.service.past import not_on_the_shelf, stood
from engine.service.provider_hands import ProviderHands
from engine.service.publish import Press, Publication, Told
from engine.service.pushes import Mailroom
from engine.service.refresh import Refresher
from engine.service.simulate import Stores

T = TypeVar("T")
BATCH = 100
AT_ONCE_MAX = 2 * TOGETHER
"""So many events that come in together are decided at once; more are left to the beat, so that no caller waits for them."""
HAND_WAITS_SECONDS = 1.0
"""So long a deed of a person waits for the beat under way, to be decided before it is answered."""
LOOK_AHEAD = timedelta(days=3660)
HEARD_AGAIN = timedelta(seconds=30)
"""A feed's hearing is written down at most this often."""


def _unknown() -> float | None:
    """How much room there is where nobody can tell."""
    return None


def _nobody(*_: object) -> None:
    """Who is woken when nobody listens."""


@dataclass(slots=True)
class Running:
    """Implements engine.service.desk.Desk over any store. One at a time decides (`deciding`); the post room has its own thread."""

    stores: Stores
    library: Library
    clock: Clock
    gateways: Mapping[str, Gateway]
    owner: str = "daemon"
    on_failure: Callable[[Pending, Exception], None] = _nobody
    routes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Channel -> connections that carry it, in order; see Counters."""
    lanes: Executor | None = None
    """See PostRoom."""
    on_trouble: Callable[[str, Exception], None] = _nobody
    guard: Guard = field(default_factory=Steady)
    """Of the machine's clock."""
    machine: str = ""
    room: Callable[[], float | None] = _unknown
    """Per cent of the disk that are free; None: the database stands elsewhere."""
    wake: Callable[[], None] = _nobody
    """Called after something new was accepted, so that the next beat need not be waited for."""
    clerk: Clerk = field(init=False)
    post: PostRoom = field(init=False)
    mailroom: Mailroom = field(init=False)
    refresher: Refresher = field(init=False)
    editions: Editions = field(init=False)
    deciding: threading.Lock = field(default_factory=threading.Lock)
    almanac: Almanac = field(default_factory=Almanac)
    last_beat: float = 0.0
    """Monotonic instant of the last finished beat."""
    stopping: bool = False
    decides: bool = True
    """False: a desk beside the daemon takes in and leaves deciding to it."""
    gate: Gate = field(init=False)
    watch: ClockWatch = field(init=False)
    _at_once: int = 0
    """Decided as it came in, since the last beat."""
    _greeted: bool = False
    _heard: dict[str, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clerk = Clerk(self.stores.store, self.stores.bells, self.stores.feeds, self.library, on_failure=self._failed)
        counters = Counters(self.gateways, self.stores.providers, self.routes)
        self.post = PostRoom(
            self.stores.outbox, self.stores.store, self.library, counters, owner=self.owner, clock=self.clock, lanes=self.lanes,
            on_trouble=self.on_trouble, done=lambda: self.wake(),
        )  # fmt: skip
        self.library.shelve(self.stores.shelf)
        self.mailroom = Mailroom(self.stores.outbox, self.stores.store, counters)
        self.gate = Gate(self._take)
        self.watch = ClockWatch(self.stores.worklist, self.now, self.guard, self.machine)
        self.refresher = Refresher(self.stores.store, self.stores.directory, self.stores.shelf)
        self.editions = Editions(self.library, self.stores.shelf)
        self.last_beat = self.clock.monotonic()

    def _failed(self, pending: Pending, failure: Exception) -> None:
        self.on_failure(pending, failure)

    @property
    def directory(self) -> Directory:
        return self.stores.directory

    @property
    def tally(self) -> Tally:
        return self.clerk.tally

    def rulebook(self) -> Rulebook:
        return self.library.rulebook

    def refused_rules(self) -> Sequence[Diagnostic]:
        return self.library.refused

    def now(self) -> datetime:
        return self.clock.now()

    def accept(self, incoming: Sequence[Incoming]) -> Sequence[Answer]:
        answers = self.gate.enter(incoming) if incoming else []
        self.wake()
        return answers

    def _take(self, incoming: Sequence[Incoming]) -> Sequence[Answer]:
        """Keep them; a few are decided in the same transaction if nobody else is deciding, for one commit costs more than all the rest."""
        now = self.now()

        def keep() -> Sequence[Answer]:
            return ingest.accept(self.stores.store, self.stores.directory, self.library.rulebook, incoming, now)

        def decide(answers: Sequence[Answer]) -> None:
            for case_id in dict.fromkeys(one.case_id for one in answers if one.case_id is not None and one.said is Said.ACCEPTED):
                self._at_once += self.clerk.advance(now, 1, case_id)

        answers = self._in_one(keep, decide) if len(incoming) <= AT_ONCE_MAX else keep()
        self._hear_feeds(incoming, now)
        return answers

    def _in_one(self, keep: Callable[[], T], decide: Callable[[T], None], wait_seconds: float = 0.0) -> T:
        """Kept and decided in one transaction, or only kept where the beat under way takes longer than that."""
        if self.stopping or not self.decides or not self.deciding.acquire(timeout=wait_seconds):
            return keep()
        try:
            with self.clerk.together():
                kept = keep()
                decide(kept)
            return kept
        except Conflict:  # Another daemon was quicker with one of the cases: the next beat decides.
            return keep()
        finally:
            self.deciding.release()

    def tasks(self, *, role: str | None = None, case: str | None = None, all_states: bool = False) -> Sequence[Task]:
        status = () if all_states else (TaskStatus.OPEN, TaskStatus.CLAIMED)
        return self.stores.worklist.tasks(status=status, role=role, case=case)

    def claim(self, task_id: str, by: str) -> Task | None:
        return hands.claim(self.stores, task_id, by, self.now())

    def finish(
        self, task_id: str, by: str, *, result: str, note: str = "", data: Mapping[str, object] | None = None, at: datetime | None = None
    ) -> FinishAnswer:
        done = hands.finish(self.stores, self.library.rulebook, task_id, by, self.now(), result=result, note=note, data=data, at=at)
        self.wake()
        return done

    def acknowledge(self, case_id: str, chain: str, by: str) -> Answer:
        if chain not in self.library.rulebook.chains:
            return Answer(Said.REFUSED, case_id, problems=(Problem("chain", f"没有升级链“{chain}”", f"no chain {chain!r}"),))
        taken = self.stores.store.accept([hands.acknowledge(self.stores, case_id, chain, by, self.now())], self.now())[0]
        self.wake()
        return Answer(Said(taken.verdict.value), taken.case_id)

    def explain(self, case_id: str, *, rule: str | None = None, lang: str = "zh", at: datetime | None = None) -> Sequence[Reason]:
        moment, _ = self._moment(case_id, at, lang)
        return [Reason(line.at, line.what, line.why, str(line.span) if line.span else "") for line in explain_case(moment, rule=rule)]

    def why(self, case_id: str, *, rule: str | None = None, lang: str = "zh", at: datetime | None = None) -> Explanation:
        moment, missing = self._moment(case_id, at, lang)
        return explain(moment, rule, tuple(not_on_the_shelf(one, lang) for one in missing))

    def _moment(self, case_id: str, at: datetime | None, lang: str) -> tuple[Moment, Sequence[str]]:
        """The case as it stood then, under the rules of then, and the rulebooks that are not on the shelf."""
        case = self.stores.store.load(case_id)
        journal = self.stores.directory.journal(case_id)
        heard = max((row.received_at for row in journal), default=case.opened_at)
        now = at or max(self.now(), heard)  # Another daemon's clock may be a little ahead: what was received has happened.
        past = stood(self.editions, self.stores.bells, case, journal, now)
        return look(court_of(past.rulebook, past.case), past.case, past.journal, past.timers, now, lang), past.missing

    def push(self, connection: str, push: Push) -> Pushed | None:
        pushed = self.mailroom.read(connection, push)
        if pushed is not None and self.mailroom.keep(connection, push):
            self.wake()
        return pushed

    @property
    def case_hands(self) -> CaseHands:
        return CaseHands(self.stores, self.rulebook, self.clock, self._take_hand)

    def _take_hand(self, report: Report) -> Acceptance:
        """Keep it; whoever asked shall see what came of it, so it is decided at once if a beat ends soon."""
        now = self.now()

        def decide(_: Acceptance) -> None:
            self._at_once += self.clerk.advance(now, AT_ONCE_MAX, report.case_id)

        taken = self._in_one(lambda: self.stores.store.accept([report], now)[0], decide, HAND_WAITS_SECONDS)
        self.wake()
        return taken

    @property
    def providers(self) -> ProviderHands:
        stores = self.stores
        return ProviderHands(
            stores.store, stores.outbox, stores.worklist, stores.doubts, self.rulebook, self.post.counters, self.clock, lambda: self.wake()
        )

    def waiting(self, case_id: str) -> Sequence[Timer]:
        return self.stores.bells.due(self.now() + LOOK_AHEAD, BATCH, case_id=case_id)

    def health(self) -> Health:
        numbers = {**self.stores.directory.backlog(), "decided": self.tally.decided, "rung": self.tally.rung,
                   "failed": self.tally.failed, "sent": self.post.sent}  # fmt: skip
        leapt, room = self.guard.leap(), self.room()
        numbers |= {"clock_leap_seconds": round(leapt)} | ({} if room is None else {"disk_free_percent": round(room, 1)})
        age, problems = max(0.0, self.clock.monotonic() - self.last_beat), len(self.library.refused)
        rulebook, silent, down = self.library.rulebook, self.clerk.silent(self.now()), sorted(self.post.down)
        failures = tuple(health.failures(age, stopping=self.stopping))
        return Health(
            ok=not failures,
            ailments=(
                *failures,
                *health.of_rules(problems, self.outlook()),
                *health.of_neighbours(rulebook, silent, down, tuple(self.post.counters.shut().values())),
                *health.of_machine(numbers, room, leapt=self.watch.holding),
            ),
            last_beat_age_seconds=age,
            numbers=numbers,
            rulebook=rulebook.fingerprint,
            rulebook_problems=problems,
            silent_feeds=tuple(silent),
            channels_down=tuple(down),
        )

    def outlook(self) -> Sequence[Diagnostic]:
        """What should be arranged in time: next year's holidays, hours of the coming weeks with nobody on duty. Never an error."""
        return self.almanac.today(self.library.rulebook, self.now())

    def beat(self, deadline: float, *, leads: bool = True) -> int:
        """Decide what is pending and ring what is due until the monotonic deadline; bounded, then yields (E17).

        `leads` False: another daemon reads what was pushed, and reads cases again.
        """
        done, self._at_once = self._at_once, 0
        held = self.watch.holds()
        with self.deciding:
            while not self.stopping:
                worked = self.mailroom.read_all(self.now()) if leads else 0
                worked += self.clerk.advance(self.now(), limit=BATCH)
                worked += 0 if held else self._ring_due()
                # Cases to be read again come after what is owed, a batch at a time.
                worked = worked or (self.refresher.step(self.now()) if leads else 0)
                done += worked
                if not worked or self.clock.monotonic() >= deadline:
                    break
        self.last_beat = self.clock.monotonic()
        return done

    def _ring_due(self) -> int:
        now = self.now()
        timers, rung = self.stores.bells.due(now, BATCH, silent=self.clerk.silent(now)), 0
        for first in range(0, len(timers), TOGETHER):
            rung += self.clerk.ring_all(timers[first : first + TOGETHER], self.now)
        return rung

    def carry_post(self, deadline: float) -> int:
        """Send what is ready until the monotonic deadline."""
        done = 0
        while not (self.stopping or self.watch.holds()):
            carried = self.post.deliver(self.now(), limit=20)
            done += carried
            if carried:
                self.wake()
            if self.post.braked:
                self._watch_brakes(self.now())
            if not carried or self.clock.monotonic() >= deadline:
                break
        return done

    def tidy(self) -> None:
        """Leases that ran out, claims that expired, channels that may be back, feeds that fell silent."""
        now = self.now()
        self.post.holding = True  # Another daemon may have put rows by.
        if self.post.reap(now) or self.post.probe(now) or self.post.ask_again(now) or self._greet_channels(now):
            self.wake()
        self.stores.worklist.release_expired(now)
        for feed in self.stores.feeds.feeds():
            connection = self.library.rulebook.connections.get(feed.connection)
            every = connection.heard_every_seconds if connection else None
            if every and feed.heard_at and feed.silent_since is None and now - feed.heard_at > timedelta(seconds=every):
                self.stores.feeds.fell_silent(feed.connection, now)
        circuit_alarm.announce(self.post.counters, self.stores.worklist, self.library.rulebook, now)
        feed_alarm.announce(self.stores.feeds, self.stores.worklist, self.library.rulebook, now)
        self._watch_brakes(now)

    def _watch_brakes(self, now: datetime) -> None:
        """Storms and their incidents, as they stand."""
        self.post.braked = False
        brake.watch(self.stores.outbox, self.stores.worklist, self.library.rulebook, now)

    def _greet_channels(self, now: datetime) -> int:
        """Once after the start: channels that are open release what waited for them before."""
        if self._greeted:
            return 0
        self._greeted = True
        return self.post.greet(now)

    def take_over(self, *, alone: bool = True) -> None:
        """At the start. `alone`: the one daemon of a store; whatever was being sent when the last one died is nobody's any more."""
        if alone:
            self.post.reap(self.now() + 2 * LEASE)
        self.refresher.catch_up()

    def rest(self) -> None:
        """A beat on which another daemon leads."""
        self.last_beat = self.clock.monotonic()

    @property
    def press(self) -> Press:
        """Whoever wants rules in force goes through here."""
        return Press(self.stores.shelf, self.stores.directory, self.library.rulebook, self.library.steps())

    def offer_rules(
        self, files: Mapping[str, str], *, by: str = "folder", why: str = "", second_person: bool = False
    ) -> Publication | None:
        """What the watched folder says now: published, proposed, or refused as a whole; None: nothing new."""
        found = folder.look(self.press, files, by=by, why=why, second_person=second_person, now=self.now())
        if found is not None:
            self.library.refused = found.diagnostics if found.told is Told.REFUSED else ()
        self.follow_rules()
        return found

    def follow_rules(self) -> bool:
        """Take what was published, by whomever; open cases are read again under it, in batches by the inbox. True if rules changed."""
        changed = self.library.follow()
        self.refresher.catch_up(swapped=changed)
        if changed:
            self.wake()
        return changed

    def next_due(self) -> datetime | None:
        """When the next beat has something to do; None: nothing is armed, or nothing may ring."""
        return None if self.watch.holds() else self.stores.bells.next_due()

    def _hear_feeds(self, incoming: Sequence[Incoming], now: datetime) -> None:
        for name in {one.source.removeprefix("connection/") for one in incoming if one.source.startswith("connection/")}:
            last = self._heard.get(name)
            if name in self.library.rulebook.connections and (last is None or now - last >= HEARD_AGAIN):
                self._heard[name] = now
                self.stores.feeds.heard(name, now)
