"""Which promises were truly kept? Counted from what truly happened, without the engine's clocks: only its calendars are asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.core import calendars
from engine.model.rulebook import Rulebook
from tests.simulation.town import CLOSED_HUB, CLOSURE, STORM, STORM_CITY, Happened, Shipment, local

REVIEW_SECONDS = 1800
FINAL = ("delivered", "returned", "cancelled")
MOVING = ("picked_up", "departed", "arrived", "out_for_delivery", "delivery_failed", "rejected", "lost", "damaged", "no_news")


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise of one case: when it fell due, and whether it was kept."""

    policy: str
    start: datetime
    due: datetime
    end: datetime | None
    """When it was kept, or left; None: it is open."""
    kept: bool
    """Its end is what was promised, in time."""
    late: bool

    @property
    def left(self) -> bool:
        """Given up before it was due: neither kept nor broken."""
        return self.end is not None and not self.kept and not self.late


@dataclass(frozen=True, slots=True)
class Move:
    at: datetime
    before: str
    after: str


def moves_of(happened: Sequence[Happened]) -> list[Move]:
    """The states a parcel truly went through; what lies after its end moves nothing."""
    state, found = "", []
    for one in sorted(happened, key=lambda event: event.at):
        after = _next(state, one.event)
        if after != state:
            found.append(Move(one.at, state, after))
            state = after
    return found


def _next(state: str, event: str) -> str:
    if event == "order_created" and not state:
        return "intake"
    if state in FINAL:
        return state
    if event == "order_cancelled":
        return "cancelled" if state in ("intake", "dispatched") else state
    if event == "order_confirmed":
        return "dispatched" if state == "intake" else state
    if event == "pickup_failed":
        return "intake" if state == "dispatched" else state
    if event in ("returning", "returned"):
        return event
    if state == "returning":
        return state
    if event == "signed":
        return "delivered"
    return "moving" if event in MOVING else state


def promises(rulebook: Rulebook, parcel: Shipment, happened: Sequence[Happened], told: Sequence[datetime], now: datetime) -> list[Promise]:
    """Every promise of the three policies that matter most, in order of policy and start.

    `told`: when the order was handed to the driver (by message or call), oldest first.
    """
    moves = moves_of(happened)
    return [*_reviews(rulebook, moves, now), *_pickups(moves, told, now), *_deliveries(parcel, happened, moves, now)]


def _reviews(rulebook: Rulebook, moves: Sequence[Move], now: datetime) -> list[Promise]:
    """review_order: half an hour of desk time for each stay in intake."""
    found = []
    for place, move in enumerate(moves):
        if move.after == "intake":
            end = moves[place + 1].at if place + 1 < len(moves) else None
            due = calendars.add(rulebook.calendars["service_desk"], move.at, REVIEW_SECONDS)
            assert due is not None
            found.append(_judged("review_order", move.at, due, end, True, now))
    return found


def _pickups(moves: Sequence[Move], told: Sequence[datetime], now: datetime) -> list[Promise]:
    """pickup_deadline: by the hour at which the driver was told; a failed collection or a cancellation is no kept promise."""
    found = []
    for place, move in enumerate(moves):
        if move.after != "dispatched":
            continue
        following = moves[place + 1] if place + 1 < len(moves) else None
        start = next((at for at in sorted(told) if move.at <= at and (following is None or at < following.at)), None)
        if start is not None:
            kept = following is not None and following.after in ("moving", "delivered")
            found.append(_judged("pickup_deadline", start, pickup_due(start), following.at if following else None, kept, now))
    return found


def pickup_due(start: datetime) -> datetime:
    """P3 to P5: told before 11:00, by 15:00; before 16:00, by 18:00; else by 10:00 of the next day."""
    if start < local(start, 11):
        return local(start, 15)
    return local(start, 18) if start < local(start, 16) else local(start, 10, 1)


def _deliveries(parcel: Shipment, happened: Sequence[Happened], moves: Sequence[Move], now: datetime) -> list[Promise]:
    """delivery_deadline: the promised instant, moved by every disruption that lay before it."""
    place = next((number for number, move in enumerate(moves) if move.after == "moving"), None)
    if place is None:
        return []
    start = moves[place].at
    last = moves[place + 1] if place + 1 < len(moves) else None
    due = None
    for one in sorted(happened, key=lambda event: event.at):
        if one.data.get("due_delivery") and (last is None or one.at <= last.at):
            due = datetime.fromisoformat(one.data["due_delivery"])
    if due is None:
        return []
    due = moved_by_disruptions(parcel, start, due)
    return [_judged("delivery_deadline", start, due, last.at if last else None, last is not None and last.after == "delivered", now)]


def moved_by_disruptions(parcel: Shipment, start: datetime, due: datetime) -> datetime:
    """A promise stands still while the storm is over its city or its hub is closed."""
    for concerned, (since, until) in ((parcel.destination == CLOSED_HUB, CLOSURE), (parcel.city == STORM_CITY, STORM)):
        if concerned and since < due and until > start:
            due += until - max(since, start)
    return due


def _judged(policy: str, start: datetime, due: datetime, end: datetime | None, kept: bool, now: datetime) -> Promise:
    late = (end or now) > due
    return Promise(policy, start, due, end, kept and end is not None and not late, late)
