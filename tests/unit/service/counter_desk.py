"""Behind which desk do providers break down? One late ticket, a provider that does as told, and its spare."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from engine.model.receipt import Capabilities, Parcel, Push, Pushed, Receipt, Sent, ShortReply, Verdict
from engine.ports.outbox import OutboxRow
from engine.service.pushes import Mailroom
from tests.time.world import ONE_HOUR, World, message, messages, when

FALLBACK = "if_not_delivered: {after: 5 min, channel: phone, to: desk, note_why: yes, resend_when_back: yes}"
LATE = "11-23 10:00"
MAIN = """
kind: connection
connection: main
label: 主用
type: kannel
carries: sms
url: http://127.0.0.1:1
username: u
password: env:P
"""
SPARE = MAIN.replace("connection: main", "connection: spare").replace("主用", "备用") + "backup_for: main\n"
CAPABILITIES = Capabilities(receipts=True, look_up=True, replies=True)


class Crash(BaseException):
    """The daemon dies while the request is on its way."""


@dataclass(slots=True)
class Provider:
    """A provider of the test: answers as scripted, then delivers; remembers every request."""

    name: str
    now: Callable[[], datetime]
    script: list[tuple[Verdict, str]] = field(default_factory=list)
    always: tuple[Verdict, str] = (Verdict.ACCEPTED, "")
    capabilities: Capabilities = CAPABILITIES
    asked: list[Parcel] = field(default_factory=list)
    looked_up: list[Sent] = field(default_factory=list)
    truth: tuple[Verdict, str] | None = None
    is_open: bool = True
    pushed: Pushed | None = None
    crash: bool = False

    def send(self, parcel: Parcel) -> Receipt:
        self.asked.append(parcel)
        if self.crash:
            raise Crash
        verdict, reason = self.script.pop(0) if self.script else self.always
        provider_id = f"{self.name}-{len(self.asked)}" if verdict is Verdict.ACCEPTED else ""
        return Receipt(verdict=verdict, reason=reason, key=parcel.key, at=self.now(), provider_id=provider_id)

    def look_up(self, sent: Sent) -> Receipt | None:
        self.looked_up.append(sent)
        return Receipt(verdict=self.truth[0], reason=self.truth[1], key=sent.key, at=self.now()) if self.truth else None

    def cancel(self, key: str) -> None: ...

    def probe(self) -> bool:
        return self.is_open

    def read(self, push: Push) -> Pushed | None:
        return self.pushed


@dataclass(slots=True)
class Desk:
    """A world whose SMS go to `main`, and to `spare` where there is one."""

    world: World
    main: Provider
    spare: Provider

    @property
    def mailroom(self) -> Mailroom:
        post = self.world.simulation.post
        return Mailroom(self.world.stores.outbox, self.world.stores.store, post.counters)

    def push(self, *receipts: Receipt, replies: tuple[ShortReply, ...] = (), body: bytes = b"1") -> None:
        """The provider pushes; it is read at once."""
        self.main.pushed = Pushed(receipts=receipts, replies=replies, answer="ok")
        self.mailroom.keep("main", Push(body=body, headers={}, at=self.world.simulation.now))
        self.read()

    def read(self) -> None:
        self.mailroom.read_all(self.world.simulation.now)
        self.world.simulation.settle()

    def row(self, case: str = "T1") -> OutboxRow:
        sent = [one for one in self.world.stores.directory.sent(f"ticket:{case}") if one.channel == "sms"]
        found = self.world.stores.outbox.find(sent[0].effect_id)
        assert found is not None
        return found

    def calls(self) -> list[Parcel]:
        return list(self.world.simulation.gateways["phone"].carried)


def a_desk(*, spare: bool = False, text: str = FALLBACK, main: str = MAIN, to: str = "boss", **changed: str) -> Desk:
    more: Mapping[str, str] = {"spare": SPARE} if spare else {}
    world = World(sla=ONE_HOUR, messages=messages(message("hurry", text, to=to)), main=main, **more, **changed)
    clock = world.simulation.clock
    desk = Desk(world, Provider("main", clock.now), Provider("spare", clock.now))
    gateways = {**world.simulation.gateways, "main": desk.main, "spare": desk.spare}
    world.simulation.post.serve(gateways, {"sms": ["main", "spare"] if spare else ["main"]})
    return desk


def late(desk: Desk, at: str = LATE, case: str = "T1", **data: str) -> Desk:
    """The case is late at ten, and the message leaves."""
    desk.world.hear("created", "11-23 09:00", case=case, **data)
    desk.world.until(at)
    return desk


def a_receipt(parcel: Parcel, verdict: Verdict = Verdict.DELIVERED, reason: str = "receipt", **changes: object) -> Receipt:
    return replace(Receipt(verdict=verdict, reason=reason, key=parcel.key, at=when(LATE)), **changes)  # type: ignore[arg-type]  # A builder takes any field by name.
