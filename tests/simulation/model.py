"""Where must a parcel stand? One fold of its events in order of time, written without a line of the engine: the second opinion."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from engine.model.event import EventKind, Heard
from tests.simulation.parcels import DECLARED, PICKUP_SECONDS, TRANSIT_SECONDS, TROUBLE_SECONDS

LINE = ("waiting", "moving", "arrived", "done")
SCANS = {"collected": 1, "reached": 2, "signed": 3}
FINAL = ("done", "cancelled")
LIMITS = {"pickup": PICKUP_SECONDS, "transit": TRANSIT_SECONDS, "trouble_watch": TROUBLE_SECONDS}
WHILE = {"pickup": ("waiting",), "transit": ("moving", "arrived", "trouble"), "trouble_watch": ("trouble",)}
PAUSES = {"transit": ("trouble",)}
SUSPECT = timedelta(minutes=10)


@dataclass(slots=True)
class Stay:
    """From entering a state to leaving it."""

    state: str
    since: datetime
    until: datetime | None = None
    heard: datetime | None = None
    """When the leaving was heard of."""
    jumped: bool = False
    """It was left by a jump: nobody saw the next state."""
    seen: bool = True
    """Entered by a scan of its own."""


@dataclass(frozen=True, slots=True)
class Promise:
    """A clock: when it is due, and how it ended; None: it runs."""

    policy: str
    since: datetime
    due: datetime
    """While it pauses: as if the pause were over now."""
    verdict: str | None
    paused: bool = False


@dataclass(slots=True)
class Told:
    """What the events of one parcel come to."""

    stays: list[Stay] = field(default_factory=list)
    contradictions: int = 0
    city: str = ""

    @property
    def state(self) -> str:
        return self.stays[-1].state

    @property
    def final(self) -> bool:
        return self.state in FINAL


def effective(heard: Heard) -> datetime:
    """When it happened; who claims to come from the future is believed as of the receipt."""
    event = heard.event
    return event.received_at if event.occurred_at - event.received_at > SUSPECT else event.occurred_at


def in_order(history: Sequence[Heard]) -> list[Heard]:
    """Retracted ones left out, the opening first."""
    kept = [one for one in history if one.event.kind is EventKind.HAPPENED]
    for one in list(kept):
        if one.event.name == "retracted":
            named = [other for other in kept if other.number < one.number and other.event.name == one.event.extra["retracts"]]
            if named:
                kept.remove(max(named, key=lambda other: (other.event.occurred_at, other.number)))

    def place(one: Heard) -> tuple[datetime, int, int, datetime, int]:
        name = one.event.name
        declared = DECLARED.index(name) if name in DECLARED else 99
        return (effective(one), SCANS.get(name, 99), declared, one.event.received_at, one.number)

    kept.sort(key=place)
    opening = next((one for one in kept if one.event.name == "ordered"), kept[0])
    return [opening, *(one for one in kept if one is not opening)]


def tell(history: Sequence[Heard]) -> Told:
    """One fold."""
    told = Told()
    ordered = in_order(history)
    for one in ordered:
        event = one.event
        at = effective(one) if not told.stays else max(effective(one), told.stays[0].since)
        if not told.stays:
            told.stays.append(Stay("waiting", at))
            told.city = event.data.get("city", "")
            continue
        if told.final and event.name in SCANS and LINE[SCANS[event.name]] != told.state:
            told.contradictions += 1
            continue
        told.city = event.data.get("city", "") or told.city
        _move(told, event.name, at, event.received_at)
    return told


def _move(told: Told, name: str, at: datetime, heard: datetime) -> None:
    here = told.state
    if told.final:
        return
    if name == "cancelled":
        _enter(told, ["cancelled"], at, heard)
    elif name == "failed" and here in ("moving", "arrived"):
        _enter(told, ["trouble"], at, heard)
    elif name == "found" and here == "trouble":
        _enter(told, [[one.state for one in told.stays if one.state != "trouble"][-1]], at, heard)
    elif name in SCANS:
        target = SCANS[name]
        place = LINE.index(here) if here in LINE else None
        if place is None:
            _enter(told, [LINE[target]], at, heard)
        elif target > place:
            _enter(told, list(LINE[place + 1 : target + 1]), at, heard)


def _enter(told: Told, path: Sequence[str], at: datetime, heard: datetime) -> None:
    for state in path:
        left = told.stays[-1]
        left.until, left.heard, left.jumped = at, heard, len(path) > 1
        told.stays.append(Stay(state, at, seen=state == path[-1]))


def promises(told: Told, now: datetime) -> list[Promise]:
    """Every clock there was: one for each time its states were entered from outside."""
    found = []
    for policy, states in WHILE.items():
        run: list[Stay] = []
        for stay in [*told.stays, None]:
            if stay is not None and stay.state in states:
                run.append(stay)
            elif run:
                found.append(_promise(policy, run, stay, now))
                run = []
    return found


def _promise(policy: str, run: Sequence[Stay], following: Stay | None, now: datetime) -> Promise:
    due = run[0].since + timedelta(seconds=LIMITS[policy])
    pausing = False
    for stay in run:
        if stay.state in PAUSES.get(policy, ()) and stay.since < due:
            pausing = stay.until is None
            due += (stay.until or max(now, stay.since)) - stay.since
    last = run[-1]
    if last.until is None or following is None:
        return Promise(policy, run[0].since, due, None, pausing)
    if last.until <= due:
        return Promise(policy, run[0].since, due, "met_reported_late" if last.heard is not None and last.heard > due else "met")
    unseen = last.jumped or not following.seen
    return Promise(policy, run[0].since, due, "not_seen" if unseen else "late")
