"""Which counter takes this parcel now? The connections of a channel in order, their breakers, and how often a number may be reached."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from engine.model.connection import Connection
from engine.model.receipt import Receipt, Verdict
from engine.model.rulebook import Rulebook
from engine.ports.attempts import Circuit, CircuitState, ProviderBook
from engine.ports.gateway import Gateway, Listener

ANSWERS_MIN = 20
"""Fewer answers in the window say nothing about a connection."""
WINDOW = timedelta(seconds=60)
NOT_SENT = ("busy", "no_connection", "limited", "account")
"""Reasons that prove nothing left: the next connection may be asked at once."""


@dataclass(slots=True)
class Counters:
    """The providers, as the post room sees them. What is shut is known from the store, so that all daemons agree."""

    gateways: Mapping[str, Gateway]
    """Connection, or channel that needs none -> gateway."""
    book: ProviderBook
    routes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Channel -> its connections, the first one first; a channel without an entry is its own."""

    def route(self, channel: str) -> Sequence[str]:
        """Names of the counters of a channel or of a command's connection, in order."""
        return [name for name in self.routes.get(channel) or (channel,) if name in self.gateways]

    def listener(self, name: str) -> Listener | None:
        """Who reads this provider's pushes."""
        found: object = self.gateways.get(name)
        return found if isinstance(found, Listener) else None

    def shut(self) -> Mapping[str, Circuit]:
        """Counters that are not open for business."""
        return {one.connection: one for one in self.book.circuits() if one.state is not CircuitState.CLOSED}

    def channel_of(self, name: str) -> str:
        """The channel a counter serves."""
        return next((channel for channel, names in self.routes.items() if name in names), name)

    def judge(self, name: str, receipt: Receipt, now: datetime) -> None:
        """Does this answer shut the counter? A refused account does at once, silence when it is half of what is heard."""
        if receipt.verdict is Verdict.REJECTED and receipt.reason == "account":
            self._open(name, f"account {receipt.code}".strip(), now)
        elif (receipt.verdict is Verdict.UNKNOWN and receipt.reason != "crashed") or receipt.reason in ("busy", "no_connection"):
            heard = [one for one in self.book.lately(name, now - WINDOW, 10 * ANSWERS_MIN) if one.verdict is not None]
            bad = 1 + sum(one.verdict in (Verdict.UNKNOWN, Verdict.RETRY) and one.reason != "limited" for one in heard)
            if len(heard) + 1 >= ANSWERS_MIN and 2 * bad >= len(heard) + 1:
                self._open(name, "no_answer", now)

    def gave_up(self, name: str, reason: str, now: datetime) -> None:
        """It was tried for as long as it may be."""
        self._open(name, reason, now)

    def close(self, name: str, now: datetime, *, by: str = "") -> bool:
        """It works again; True if it was shut."""
        return self.book.switch(Circuit(connection=name, state=CircuitState.CLOSED, since=now, by=by))

    def close_if_open(self, name: str, now: datetime) -> bool:
        """Something arrived by it, so it works; what a person paused stays paused."""
        held = self.shut().get(name)
        return held is not None and held.state is CircuitState.OPEN and self.close(name, now)

    def pause(self, name: str, reason: str, by: str, now: datetime) -> bool:
        """A person stops it; True if that changed anything."""
        return self.book.switch(Circuit(connection=name, state=CircuitState.PAUSED, since=now, reason=reason, by=by))

    def free_at(self, connection: Connection | None, recipient: str, now: datetime) -> datetime:
        """When this number may be reached through it: now, or when the fullest window has room again. Attempts count, not successes."""
        free = now
        for cap in connection.per_number if connection is not None else ():
            window = timedelta(seconds=cap.seconds)
            tried = self.book.reached(connection.name if connection else "", recipient, now - window + timedelta(microseconds=1))
            if len(tried) >= cap.count:
                free = max(free, tried[-cap.count] + window)
        return free

    def room_at(self, connection: Connection | None, rooms: int, now: datetime) -> datetime:
        """When it may be asked so many times at once: now, or when every window of its `at_most` has room.

        More than a window holds leave when it is empty: the provider may refuse some, we lose none.
        """
        free = now
        for cap in connection.at_most if connection is not None else ():
            window, others = timedelta(seconds=cap.seconds), max(0, cap.count - rooms)
            asked = self.book.lately(connection.name if connection else "", now - window + timedelta(microseconds=1), others + 1)
            if len(asked) > others:
                free = max(free, asked[others].at + window)
        return free

    def _open(self, name: str, reason: str, now: datetime) -> None:
        held = self.shut().get(name)
        if held is None or held.state is not CircuitState.PAUSED:
            self.book.switch(Circuit(connection=name, state=CircuitState.OPEN, since=now, reason=reason))


def surely_not_sent(receipt: Receipt) -> bool:
    """Nothing left: it may be handed to another counter without a doubt of doubling."""
    return receipt.verdict in (Verdict.RETRY, Verdict.REJECTED) and receipt.reason in NOT_SENT


def routes_of(rulebook: Rulebook) -> dict[str, Sequence[str]]:
    """Channel -> its connections: those that stand in for another come after it, in the order they are written."""
    routes: dict[str, Sequence[str]] = {}
    carriers = [one for one in rulebook.connections.values() if one.carries is not None]
    for channel in dict.fromkeys(one.carries or "" for one in carriers):
        here = [one for one in carriers if one.carries == channel]
        routes[channel] = [name for one in here if one.backup_for is None for name in _with_backups(one.name, here, ())]
    return routes


def _with_backups(name: str, here: Sequence[Connection], seen: tuple[str, ...]) -> list[str]:
    if name in seen:
        return []
    spares = [one.name for one in here if one.backup_for == name]
    return [name, *(found for spare in spares for found in _with_backups(spare, here, (*seen, name)))]
