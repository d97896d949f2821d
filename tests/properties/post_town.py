"""In what small town does the post room work? Two of them over one store, a provider that may do anything, people who take calls."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from adapters.memory import open_memory
from engine.model.receipt import Capabilities, Parcel, Push, Pushed, Receipt, Sent, Verdict
from engine.ports.attempts import CircuitState
from engine.ports.outbox import OutboxRow, OutboxStatus
from engine.ports.store import Pending
from engine.ports.worklist import TaskStatus
from engine.service import hands, ingest
from engine.service.advance import Clerk
from engine.service.counters import Counters
from engine.service.desk import Incoming
from engine.service.dispatch import PostRoom
from engine.service.library import Library
from engine.service.pushes import Mailroom
from engine.service.simulate import Stores
from engine.service.stage import StageCallList, StageClock
from tests.time.world import compiled, first, message, messages, when

START = when("11-23 09:00")
AFTER_SECONDS = 300.0
"""How long the rule waits for a receipt."""
RULES = {
    "sla": first("while: new\nlimit: 1 min\ntimeline:\n  - late: 0 min\n    do: [{send: hurry}]"),
    "messages": messages(
        message("hurry", "urgent: yes\nif_not_delivered: {after: 5 min, channel: phone, to: desk, note_why: yes, resend_when_back: yes}"),
        caps="caps: {staff: 5000 per hour}",
    ),
    "main": "kind: connection\nconnection: main\nlabel: 主用\ntype: kannel\ncarries: sms\nurl: http://127.0.0.1:1\nusername: u\npassword: env:P\n",
}


class Killed(BaseException):
    """The daemon died here."""


@dataclass(slots=True)
class Request:
    """One request as the provider saw it."""

    parcel: Parcel
    at: datetime
    told: str
    """What the daemon got to know of it: the verdict with its reason, or `nothing`."""


SURELY_NOT_SENT = ("retry no_connection", "retry busy", "rejected account")


@dataclass(slots=True)
class Town:
    """Everything but the daemons, which may die."""

    stores: Stores = field(default_factory=open_memory)
    clock: StageClock = field(default_factory=lambda: StageClock(START))
    library: Library = field(default_factory=lambda: Library(compiled(**RULES)))
    requests: list[Request] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    """Laws that were broken, in words."""
    mood: str = "accepted"
    is_open: bool = True
    can_be_asked: bool = True
    """Does the provider tell what became of a sending?"""
    truth: dict[str, tuple[Verdict, str]] = field(default_factory=dict)
    """Key -> what really became of it, for whoever asks."""
    orders: int = 0
    pushes: int = 0
    calls: "Calls" = field(init=False)
    clerk: Clerk = field(init=False)
    rooms: list[PostRoom] = field(init=False)

    def __post_init__(self) -> None:
        self.calls = Calls(self)
        self.clerk = Clerk(self.stores.store, self.stores.bells, self.stores.feeds, self.library, on_failure=_fail)
        self.rooms = [self.a_room("a"), self.a_room("b")]

    @property
    def now(self) -> datetime:
        return self.clock.at

    def a_room(self, owner: str) -> PostRoom:
        counters = Counters({"main": Provider(self), "sms": Provider(self), "phone": self.calls}, self.stores.providers, {"sms": ["main"]})
        return PostRoom(self.stores.outbox, self.stores.store, self.library, counters, owner=owner)

    def hear(self, event: str, case: str) -> None:
        one = Incoming(
            source="test", id=f"{case}/{event}", workflow="ticket", event=event, occurred_at=self.now, received_at=self.now, case=case
        )
        ingest.accept(self.stores.store, self.stores.directory, self.library.rulebook, [one], self.now)
        self.decide()

    def decide(self) -> None:
        """The court's work of this instant."""
        while self.clerk.advance(self.now, limit=100) or self._ring():
            pass

    def wait(self, seconds: float) -> None:
        """Bells ring at their instants; nothing is carried."""
        end = self.now + timedelta(seconds=seconds)
        self.decide()
        while due := self.stores.bells.due(end, 1):
            self.clock.at = max(self.now, due[0].due_at)
            self.decide()
        self.clock.at = end

    def _ring(self) -> int:
        due = self.stores.bells.due(self.now, 1)
        for timer in due:
            self.clerk.ring(timer, self.now)
        return len(due)

    def carry(self, room: PostRoom, limit: int = 1) -> None:
        """The room hands over; it may die in the middle, and its rows then wait for their lease."""
        try:
            room.deliver(self.now, limit)
        except Killed:
            self.rooms[self.rooms.index(room)] = self.a_room(room.owner)
        self.decide()

    def tidy(self, room: PostRoom) -> None:
        room.reap(self.now)
        room.probe(self.now)
        room.ask_again(self.now)
        self.stores.worklist.release_expired(self.now)
        self.decide()

    proven: set[str] = field(default_factory=set)
    """Keys of which the provider said that they arrived."""

    def push(
        self, key: str, verdict: Verdict, reason: str = "receipt", *, provider_id: str = "", twice: bool = False, decided: bool = True
    ) -> None:
        """The provider says what became of a sending; read by whoever comes first."""
        for _ in range(2 if twice else 1):
            self.pushes += 1
            body = f"{self.pushes} {key} {verdict.value} {reason} {provider_id}".encode()
            self._mailroom.keep("main", Push(body=body, headers={}, at=self.now))
        self.read(decided=decided)

    def read(self, *, decided: bool = True) -> None:
        """Whichever room comes first reads what was kept."""
        self._mailroom.read_all(self.now)
        if decided:
            self.decide()

    @property
    def _mailroom(self) -> Mailroom:
        return Mailroom(self.stores.outbox, self.stores.store, self.rooms[self.pushes % 2].counters)

    def finish(self, result: str) -> None:
        """Somebody takes the oldest open call."""
        open_calls = [task for task in self.stores.worklist.tasks(status=(TaskStatus.OPEN,)) if task.kind == "call"]
        if open_calls:
            hands.finish(self.stores, self.library.rulebook, open_calls[0].id, "ann", self.now, result=result)
            self.decide()

    def rows(self) -> list[OutboxRow]:
        """Every sending there ever was."""
        found = []
        for number in range(1, self.orders + 1):
            for one in self.stores.store.load(f"ticket:T{number}").ledger.issued:
                row = self.stores.outbox.find(one.id)
                found += [row] if row is not None else []
        return found

    def known_to_have_arrived(self, effect_id: str) -> bool:
        row = self.stores.outbox.find(effect_id)
        return row is not None and row.status is OutboxStatus.DONE

    def check_request(self, parcel: Parcel) -> None:
        """The laws of one request, at the moment it comes."""
        earlier = [one.told for one in self.requests if one.parcel.key == parcel.key]
        if any(told not in SURELY_NOT_SENT for told in earlier):
            self.broken.append(f"blind repetition of {parcel.effect_id}: {earlier}")
        attempts = [one for one in self.stores.providers.of_effect(parcel.effect_id) if one.key == parcel.key]
        if len(attempts) != len(earlier) + 1 + self._lost(parcel.key):
            self.broken.append(f"{len(attempts)} attempts, {len(earlier) + 1} requests of {parcel.effect_id}")
        row = self.stores.outbox.find(parcel.effect_id)
        family = [parcel.effect_id, *([row.effect.resend_of] if row is not None and row.effect.resend_of else [])]
        self.broken += [f"{parcel.effect_id} after {one} had arrived" for one in family if self.known_to_have_arrived(one)]
        if self.stores.providers.circuits() and self.stores.providers.circuits()[0].state is CircuitState.PAUSED:
            self.broken.append(f"{parcel.effect_id} left by a paused provider")

    lost: Counter[str] = field(default_factory=Counter)
    """Key -> attempts written down whose request never left, for the daemon died between."""

    def _lost(self, key: str) -> int:
        return self.lost[key]


@dataclass(slots=True)
class Provider:
    """Answers as the town's mood is; forgets nothing."""

    town: Town
    name: str = "main"

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(receipts=True, look_up=self.town.can_be_asked)

    def send(self, parcel: Parcel) -> Receipt:
        town, mood = self.town, self.town.mood
        if mood == "killed before":
            town.lost[parcel.key] += 1
            raise Killed
        town.check_request(parcel)
        verdict, _, reason = mood.partition(" ")
        told = mood if verdict in ("accepted", "retry", "rejected", "delivered") else "nothing"
        request = Request(parcel, town.now, told)
        town.requests.append(request)
        if told in SURELY_NOT_SENT:
            return Receipt(verdict=Verdict(verdict), reason=reason, key=parcel.key, at=town.now)
        town.truth[parcel.key] = (Verdict.ACCEPTED, "")
        if mood == "killed after":
            raise Killed
        if mood == "receipt first":
            request.told = "accepted"
            town.push(parcel.key, Verdict.DELIVERED)
            return Receipt(verdict=Verdict.ACCEPTED, key=parcel.key, at=town.now, provider_id=f"p-{parcel.key}")
        provider_id = f"p-{parcel.key}" if verdict == "accepted" else ""
        return Receipt(verdict=Verdict(verdict), reason=reason, key=parcel.key, at=town.now, provider_id=provider_id)

    def look_up(self, sent: Sent) -> Receipt | None:
        if not self.town.is_open or sent.key not in self.town.truth:
            return None
        verdict, reason = self.town.truth[sent.key]
        return Receipt(verdict=verdict, reason=reason, key=sent.key, at=self.town.now)

    def cancel(self, key: str) -> None: ...

    def probe(self) -> bool:
        return self.town.is_open

    def read(self, push: Push) -> Pushed | None:
        _, key, verdict, reason, provider_id = push.body.decode().split(" ")
        receipt = Receipt(verdict=Verdict(verdict), reason=reason, key=key, at=push.at, provider_id=provider_id)
        return Pushed(receipts=(receipt,), answer="ok")


class Calls(StageCallList):
    """People: each call is offered once, and only when the text is not known to have arrived."""

    def __init__(self, town: Town) -> None:
        super().__init__(town.clock, town.stores.worklist)
        self.town = town

    def send(self, parcel: Parcel) -> Receipt:
        row = self.town.stores.outbox.find(parcel.effect_id)
        if row is not None and row.effect.fallback_of and self.town.known_to_have_arrived(row.effect.fallback_of):
            self.town.broken.append(f"a call for {row.effect.fallback_of}, which had arrived")
        return super().send(parcel)


def _fail(failed: Pending, failure: Exception) -> None:
    raise failure
