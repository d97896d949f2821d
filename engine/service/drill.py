"""Does a history end the same when everything goes wrong? One case lived twice under its rules: once calmly, once with faults from a seed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any, Protocol, cast

from engine.model.policy import IsSent
from engine.model.receipt import Parcel, Receipt, Sent, Verdict
from engine.model.rulebook import Rulebook
from engine.service.clock_alarm import ClockWatch
from engine.service.desk import Incoming, Said
from engine.service.dispatch import LEASE
from engine.service.replay import CaseOutcome, OldCase, OldEvent, incoming_of_old, outcome_of, replay
from engine.service.simulate import Simulation, Stores
from engine.service.stage import StageCallList, StageClock, StageGateway

BOUNDARIES_BETWEEN = 60
"""A crash comes at most so many calls of the store or of a provider after the one before."""
JUMP_SHARE = 0.05
"""So many events find the clock leapt."""
BELIEVED_SECONDS = 300
"""A leap no longer than this is taken for a correction (E7)."""
IN_TIME = ("met", "met_reported_late")


class Chance(Protocol):
    """A seeded source of chance: the same seed, the same numbers."""

    def random(self) -> float:
        """From 0 up to 1."""
        ...

    def randrange(self, stop: int, /) -> int:
        """A whole number from 0, below `stop`."""
        ...


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is injected."""

    crash: bool = False
    double: float = 0.0
    """Share of events that come a second time."""
    shuffle: timedelta = timedelta(0)
    """Events come up to so much later, and overtake each other."""
    clock_jump: timedelta = timedelta(0)
    """The clock leaps ahead by so much, and is put right again."""


@dataclass(slots=True)
class Injected:
    """What really was."""

    crashes: int = 0
    doubled: int = 0
    delayed: int = 0
    leaps: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that came out otherwise."""

    what: str
    """`state`, `verdict`, `effects`, `twice`, `conflict`."""
    about: str
    calm: str
    stormy: str


@dataclass(frozen=True, slots=True)
class Drilled:
    """One case after its drill."""

    case: str
    workflow: str
    injected: Injected
    differences: tuple[Difference, ...]


class Died(BaseException):
    """The daemon dies here: no `except Exception` stops it."""


@dataclass(slots=True)
class _Boundaries:
    """Counts calls until the next crash."""

    chance: Chance
    crash: bool
    injected: Injected
    left: int = -1

    def arm(self) -> None:
        self.left = self.chance.randrange(BOUNDARIES_BETWEEN) if self.crash else -1

    def point(self) -> None:
        if self.left < 0:
            return
        self.left -= 1
        if self.left < 0:
            self.injected.crashes += 1
            raise Died


class _Port:
    """A port whose every call is a place to die, before and after."""

    def __init__(self, real: object, boundaries: _Boundaries) -> None:
        self._real, self._boundaries = real, boundaries

    def __getattr__(self, name: str) -> Any:
        real, boundaries = getattr(self._real, name), self._boundaries
        if name == "together" or not callable(real):
            return real

        def call(*words: Any, **named: Any) -> Any:
            boundaries.point()
            answer = real(*words, **named)
            boundaries.point()
            return answer

        return call


class _Asked(StageGateway):
    """A provider beyond the crash: it repeats no key, and can say what became of it."""

    def __init__(self, name: str, clock: StageClock, boundaries: _Boundaries) -> None:
        super().__init__(name, clock)
        self.boundaries = boundaries
        self.requests: list[str] = []

    def send(self, parcel: Parcel) -> Receipt:
        self.boundaries.point()
        self.requests.append(parcel.key)
        receipt = super().send(parcel)
        self.boundaries.point()
        return receipt

    def look_up(self, sent: Sent) -> Receipt | None:
        now = self.clock.at
        if sent.key in self.requests:
            return Receipt(verdict=Verdict.DELIVERED, reason="receipt", key=sent.key, at=now, final=True)
        return Receipt(verdict=Verdict.RETRY, reason="no_connection", key=sent.key, at=now, until=now)


class _AskedCalls(StageCallList):
    """The call list: an offer found again is the same offer."""

    def look_up(self, sent: Sent) -> Receipt | None:
        return Receipt(verdict=Verdict.ACCEPTED, reason="offered", key=sent.key, at=self.clock.at)


@dataclass(slots=True)
class _Leap:
    """A guard that sees how far the wall clock is from the steady one."""

    ahead: timedelta = timedelta(0)

    def leap(self) -> float:
        seconds = self.ahead.total_seconds()
        return seconds if seconds > BELIEVED_SECONDS else 0.0

    def believe(self) -> None:
        self.ahead = timedelta(0)


@dataclass(slots=True)
class _Storm:
    """A daemon that dies and lives again over one store."""

    rulebook: Rulebook
    stores: Stores
    trouble: Trouble
    chance: Chance
    injected: Injected
    now: datetime
    boundaries: _Boundaries = field(init=False)
    simulation: Simulation = field(init=False)
    gateways: dict[str, StageGateway] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.boundaries = _Boundaries(self.chance, self.trouble.crash, self.injected)
        self._begin()
        self.boundaries.arm()

    def _begin(self) -> None:
        """With nothing but the store, as after `kill -9`."""
        behind = cast(Stores, _Behind(self.stores, self.boundaries))
        self.simulation = Simulation(self.rulebook, behind, self.now, texts=False)
        for name, gateway in self.simulation.gateways.items():
            known = self.gateways.get(name)
            if known is None:
                calls = isinstance(gateway, StageCallList)
                clock = self.simulation.clock
                known = _AskedCalls(clock, self.stores.worklist) if calls else _Asked(name, clock, self.boundaries)
                self.gateways[name] = known
            known.clock = self.simulation.clock
        self.simulation.gateways.update(self.gateways)

    def survive(self, deed: Callable[[], Any]) -> Any:
        """Do it; who dies lives again, looks after what was under way, and does it once more."""
        while True:
            try:
                return deed()
            except Died:
                self.now = self.simulation.now
                self._begin()
                self.simulation.post.reap(self.now + 2 * LEASE)
                self.boundaries.arm()

    def until(self, instant: datetime, *, inclusive: bool) -> None:
        self.survive(lambda: self.simulation.run_until(instant, inclusive=inclusive))

    def accept(self, incoming: Incoming) -> Said:
        answer = self.survive(lambda: self.simulation.accept([incoming])[0])
        return cast(Said, answer.said)

    def leap(self) -> None:
        """The clock is ahead for a moment: whoever believes it would ring and send what is not due."""
        self.injected.leaps += 1
        guard, clock = _Leap(self.trouble.clock_jump), self.simulation.clock
        watch = ClockWatch(self.stores.worklist, clock.now, guard, "drill")
        right, ahead = clock.at, clock.at + self.trouble.clock_jump
        if not watch.holds():
            self.until(ahead, inclusive=True)
        guard.believe()
        watch.holds()
        self.simulation.clock.at = right


class _Behind:
    """The ports of a store behind boundaries."""

    def __init__(self, stores: Stores, boundaries: _Boundaries) -> None:
        names = [one.name for one in fields(cast(Any, stores))]
        self.__dict__.update({name: _Port(getattr(stores, name), boundaries) for name in names})


def drill(
    rulebook: Rulebook,
    case: OldCase,
    until: datetime,
    new_stores: Callable[[], Stores],
    trouble: Trouble,
    chance_of: Callable[[str], Chance],
) -> Drilled:
    """The case to `until`, calmly and with trouble, and what differs. `chance_of`: a source for each case, so that cases may be dealt out."""
    calm = replay(rulebook, case, until, new_stores)
    injected, chance = Injected(), chance_of(f"{case.workflow}:{case.case}")
    arrivals = _arrivals(case, trouble, chance, injected)
    stores = new_stores()
    storm = _Storm(rulebook, stores, trouble, chance, injected, arrivals[0][0])
    conflicts = 0
    for received, event in arrivals:
        storm.until(received, inclusive=False)
        if trouble.clock_jump and chance.random() < JUMP_SHARE:
            storm.leap()
        said = storm.accept(replace(incoming_of_old(event, case.case, rulebook), received_at=received))
        conflicts += said is Said.CONFLICT
    end = max(until, arrivals[-1][0])
    if end > until:
        calm = replay(rulebook, case, end, new_stores)
    storm.until(end, inclusive=True)
    storm.boundaries.left = -1
    stormy = outcome_of(case, stores, storm.simulation, parked=0)
    found = [*_compared(rulebook, calm, stormy, trouble), *_twice(storm.gateways)]
    if conflicts:
        found.append(Difference("conflict", case.case, "0", str(conflicts)))
    return Drilled(case.case, case.workflow, injected, tuple(found))


def _arrivals(case: OldCase, trouble: Trouble, chance: Chance, injected: Injected) -> list[tuple[datetime, OldEvent]]:
    """What comes in when: late by chance, some of it twice, in order of arrival."""
    arrivals = []
    for event in case.events:
        received = event.received_at
        if trouble.shuffle:
            injected.delayed += 1
            received += trouble.shuffle * chance.random()
        arrivals.append((received, event))
        if chance.random() < trouble.double:
            injected.doubled += 1
            arrivals.append((received + trouble.shuffle * chance.random() + timedelta(seconds=chance.randrange(600)), event))
    return sorted(arrivals, key=lambda one: one[0])


def _compared(rulebook: Rulebook, calm: CaseOutcome, stormy: CaseOutcome, trouble: Trouble) -> list[Difference]:
    """State and verdicts always; keys of effects where events came in the order in which they came before."""
    found = [Difference("state", calm.case, calm.state, stormy.state)] if calm.state != stormy.state else []
    late = bool(trouble.shuffle)
    skip = {name for name, one in rulebook.policies.items() if late and any(isinstance(mark, IsSent) for mark in (*one.starts, *one.stops))}
    ends, stormy_ends = (_ends(one, skip, coarse=late) for one in (calm, stormy))
    found += [
        Difference("verdict", name, ends.get(name, "-"), stormy_ends.get(name, "-"))
        for name in sorted({*ends, *stormy_ends})
        if ends.get(name) != stormy_ends.get(name)
    ]
    if not late and calm.effects != stormy.effects:
        missing = ",".join(one for one in calm.effects if one not in stormy.effects) or "-"
        more = ",".join(one for one in stormy.effects if one not in calm.effects) or "-"
        found.append(Difference("effects", calm.case, missing, more))
    return found


def _ends(outcome: CaseOutcome, skip: set[str], *, coarse: bool) -> Mapping[str, str]:
    """Policy -> verdict; `coarse`: in time is in time, whenever it was heard."""
    verdicts = {name: view.verdict.value for name, view in outcome.policies.items() if name not in skip}
    return {name: "met" if coarse and verdict in IN_TIME else verdict for name, verdict in verdicts.items()}


def _twice(gateways: Mapping[str, StageGateway]) -> Sequence[Difference]:
    """Keys under which a provider was asked to send more than once."""
    asked = [(name, key, one.requests) for name, one in gateways.items() if isinstance(one, _Asked) for key in dict.fromkeys(one.requests)]
    return [Difference("twice", f"{name} {key}", "1", str(keys.count(key))) for name, key, keys in asked if keys.count(key) > 1]
