"""What do providers and people do? They live outside every crash, forget nothing, and notice when they are wronged."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from adapters.phone.call_list import CallList
from engine.model.effect import Effect
from engine.model.receipt import Capabilities, Parcel, Push, Pushed, Receipt, Sent, Verdict
from engine.ports.attempts import CircuitState
from engine.ports.clock import Clock
from engine.ports.outbox import OutboxStatus
from engine.service.handover import key_for
from engine.service.simulate import Stores
from tests.simulation.weather import Faults

MOODS = ("accepts", "accepts", "accepts", "delivers", "receipt first", "is slow", "loses the reply", "is down", "is busy", "refuses")
SURELY_NOT_SENT = ("is down", "is busy")


@dataclass(slots=True)
class Request:
    """One request as the provider saw it."""

    parcel: Parcel
    at: datetime
    told: str
    """Under which mood it was answered; `nothing`: the daemon died before it could hear."""


@dataclass(slots=True)
class Sms:
    """The provider of text messages, for all daemons; each daemon speaks through a `Line` of its own."""

    true_now: Callable[[], datetime]
    let_pass: Callable[[timedelta], None]
    stores: Stores
    """As the inspector sees them: no boundaries."""
    chance: Random
    mood: str = "accepts"
    can_be_asked: bool = True
    requests: list[Request] = field(default_factory=list)
    truth: dict[str, Verdict] = field(default_factory=dict)
    """Key -> what really became of it."""
    waiting: list[tuple[str, Verdict, bool]] = field(default_factory=list)
    """Receipts that are not pushed yet: key, verdict, whether it is told by the provider's own number alone."""
    wronged: list[tuple[str, str]] = field(default_factory=list)
    """(law, what happened) as seen from here."""
    restored_at: datetime | None = None
    """When a copy was put back last; None: it never was."""
    let_out: set[str] = field(default_factory=set)
    """Sendings that a person freed since, having asked us."""
    left_before: set[str] = field(default_factory=set)
    """Sendings of which we told a person since that such a text had left."""
    heard_meanwhile: set[str] = field(default_factory=set)
    """Sendings that were heard to have arrived while a daemon stood still in the middle of its post: it cannot know."""
    held_meanwhile: set[str] = field(default_factory=set)
    """Cases that were put on hold while a daemon stood still, having looked at them for its row in hand."""
    pushes: int = 0

    def judge(self, parcel: Parcel) -> None:
        """The laws of one request, at the moment it comes."""
        # After a copy was put back another sending may bear the same number, under another key.
        earlier = [one.told for one in self.requests if one.parcel.key == parcel.key]
        if any(told not in SURELY_NOT_SENT for told in earlier):
            self.wronged.append(("A5", f"{parcel.effect_id} came again, though it may have arrived: {earlier}"))
        row = self.stores.outbox.find(parcel.effect_id)
        if row is None:
            self.wronged.append(("A6", f"{parcel.effect_id} came, and no decision explains it"))
            return
        if self._behind_the_fence(row.effect):
            self.wronged.append(("fence", f"{parcel.effect_id} follows from what happened before the restore, and nobody let it out"))
        if parcel.key != key_for(row.effect):
            self.wronged.append(("I2", f"{parcel.effect_id} came under the key {parcel.key}"))
        if row.status is OutboxStatus.DROPPED:
            self.wronged.append(("A6", f"{parcel.effect_id} came, though it was withdrawn"))
        known = [one for one in self.stores.providers.of_effect(parcel.effect_id) if one.key == parcel.key]
        # What came before a copy was put back need not stand in it.
        since = [
            one
            for one in self.requests
            if one.parcel.effect_id == parcel.effect_id and (self.restored_at is None or one.at > self.restored_at)
        ]
        if len(known) <= len(since):
            self.wronged.append(("E8", f"{parcel.effect_id} came without being written down before"))
        for original in (row.effect.resend_of, row.effect.fallback_of):
            found = self.stores.outbox.find(original) if original else None
            if found is not None and found.status is OutboxStatus.DONE and found.effect.id not in self.heard_meanwhile:
                self.wronged.append(("E9", f"{parcel.effect_id} came, though {original} is known to have arrived"))
        if any(one.connection == "main" and one.state is CircuitState.PAUSED for one in self.stores.providers.circuits()):
            self.wronged.append(("hold", f"{parcel.effect_id} came while a person had paused the provider"))
        self.judge_its_case(row.effect)

    def judge_its_case(self, effect: Effect) -> None:
        """Nothing of a case that is on hold leaves, nor is anybody asked to call."""
        hold = self.stores.store.load(effect.case).ledger.hold
        if hold is not None and effect.case not in self.held_meanwhile:
            self.wronged.append(("on hold", f"{effect.id} came, though its case is on hold since {hold.since}"))

    def _behind_the_fence(self, effect: Effect) -> bool:
        """Whether it may have left before the restore, under whatever number: what it comes of happened until then."""
        if self.restored_at is None or effect.id in self.let_out:
            return False
        revision = int(effect.id.rsplit("/", 2)[1])
        (decided,) = [row for row in self.stores.directory.journal(effect.case) if row.revision == revision]
        return decided.occurred_at <= self.restored_at

    def has_left(self, effect: Effect) -> bool:
        """What our records say to whoever asks: such a text of this case was taken for delivery."""
        return any(
            (one.parcel.case, one.parcel.message) == (effect.case, effect.message) and one.told not in SURELY_NOT_SENT
            for one in self.requests
        )

    def arrived(self, parcel: Parcel) -> None:
        """It is on its way to a telephone now; a receipt will say how that ended."""
        end = Verdict.DELIVERED if self.chance.random() < 0.8 else Verdict.REJECTED
        self.truth[parcel.key] = end
        if self.chance.random() < 0.9:
            self.waiting += [(parcel.key, end, self.chance.random() < 0.3)] * self.chance.choice((1, 1, 1, 2))

    def push(self, which: int) -> Push:
        """One of the receipts that wait, in any order."""
        key, verdict, by_number = self.waiting.pop(which % len(self.waiting))
        return self.said(key, verdict, by_number=by_number)

    def said(self, key: str, verdict: Verdict, *, by_number: bool = False) -> Push:
        self.pushes += 1
        body = f"{self.pushes} {'-' if by_number else key} {verdict.value} p-{key}"
        return Push(body=body.encode(), headers={}, at=self.true_now())


@dataclass(slots=True)
class Line:
    """One daemon's way to the provider: what it hears passes the boundaries of its own weather."""

    sms: Sms
    faults: Faults
    now: Callable[[], datetime]
    early: Callable[[Push], None]
    """A receipt that comes before the answer goes in by this door."""
    name: str = "main"

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(receipts=True, look_up=self.sms.can_be_asked)

    def send(self, parcel: Parcel) -> Receipt:
        self.faults.point("gateway.send before")
        sms, mood = self.sms, self.sms.mood
        sms.judge(parcel)
        request = Request(parcel, sms.true_now(), "nothing")
        sms.requests.append(request)
        answer = self._answer(parcel, mood)
        self.faults.point("gateway.send after")
        request.told = mood
        return answer

    def _answer(self, parcel: Parcel, mood: str) -> Receipt:
        sms, key = self.sms, parcel.key
        match mood:
            case "is down":
                return Receipt(verdict=Verdict.RETRY, reason="no_connection", key=key, at=self.now())
            case "is busy":
                return Receipt(verdict=Verdict.RETRY, reason="busy", key=key, at=self.now())
            case "refuses":
                sms.truth[key] = Verdict.REJECTED
                return Receipt(verdict=Verdict.REJECTED, reason="bad_number", key=key, at=self.now())
        sms.arrived(parcel)
        match mood:
            case "is slow":
                sms.let_pass(timedelta(seconds=sms.chance.choice((5, 20, 45))))
            case "loses the reply":
                return Receipt(verdict=Verdict.UNKNOWN, reason="no_answer", key=key, at=self.now())
            case "delivers":
                sms.truth[key] = Verdict.DELIVERED
                sms.waiting = [one for one in sms.waiting if one[0] != key]
                return Receipt(verdict=Verdict.DELIVERED, reason="receipt", key=key, at=self.now(), provider_id=f"p-{key}")
            case "receipt first":
                sms.truth[key] = Verdict.DELIVERED
                sms.waiting = [one for one in sms.waiting if one[0] != key]
                self.early(sms.said(key, Verdict.DELIVERED))
        return Receipt(verdict=Verdict.ACCEPTED, key=key, at=self.now(), provider_id=f"p-{key}")

    def look_up(self, sent: Sent) -> Receipt | None:
        self.faults.point("gateway.look_up before")
        found = self.sms.truth.get(sent.key) if self.sms.mood not in SURELY_NOT_SENT else None
        self.faults.point("gateway.look_up after")
        if found is None:
            return None
        return Receipt(verdict=found, reason="receipt" if found is Verdict.DELIVERED else "away", key=sent.key, at=self.now())

    def cancel(self, key: str) -> None:
        """Nothing waits here."""

    def probe(self) -> bool:
        return self.sms.mood not in SURELY_NOT_SENT

    def read(self, push: Push) -> Pushed | None:
        _, key, verdict, number = push.body.decode().split(" ")
        receipt = Receipt(
            verdict=Verdict(verdict), reason="receipt" if verdict == "delivered" else "away", key="" if key == "-" else key, at=push.at,
            provider_id=number,
        )  # fmt: skip
        return Pushed(receipts=(receipt,), answer="ok")


class Calls(CallList):
    """The real call list, with boundaries around each offer: people take calls from the work list."""

    def __init__(self, sms: Sms, stores: Stores, faults: Faults, clock: Clock) -> None:
        super().__init__(stores.worklist, clock, name="phone")
        self._sms, self._faults = sms, faults

    def send(self, parcel: Parcel) -> Receipt:
        self._faults.point("gateway.call before")
        row = self._sms.stores.outbox.find(parcel.effect_id)
        original = self._sms.stores.outbox.find(row.effect.fallback_of) if row is not None and row.effect.fallback_of else None
        if original is not None and original.status is OutboxStatus.DONE and original.effect.id not in self._sms.heard_meanwhile:
            self._sms.wronged.append(("E9", f"a call for {original.effect.id}, which is known to have arrived"))
        if row is not None:
            self._sms.judge_its_case(row.effect)
        receipt = super().send(parcel)
        self._faults.point("gateway.call after")
        return receipt
