"""On what stage do stories and replays play? Simulated gateways that behave as told, and send nothing."""

from datetime import datetime

from engine.model.receipt import Capabilities, Parcel, Receipt, Sent, Verdict
from engine.ports.worklist import Task, Worklist


class StageClock:
    """The time of a simulation: stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.at = now

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()


class StageGateway:
    """A channel that delivers, refuses, or is silent, and remembers what it carried."""

    capabilities = Capabilities(receipts=True, dedup_by_key=True, look_up=True)

    def __init__(self, name: str, clock: StageClock) -> None:
        self.name = name
        self.mode = "up"
        self.clock = clock
        self.carried: list[Parcel] = []
        self.carried_at: list[datetime] = []

    def send(self, parcel: Parcel) -> Receipt:
        if self.mode == "refuses":
            return Receipt(verdict=Verdict.REJECTED, reason="account", key=parcel.key, at=self.clock.at)
        if self.mode == "silent":
            return Receipt(verdict=Verdict.UNKNOWN, reason="no_answer", key=parcel.key, at=self.clock.at)
        self.keep(parcel)
        return Receipt(verdict=Verdict.DELIVERED, reason="receipt", key=parcel.key, at=self.clock.at, final=True)

    def keep(self, parcel: Parcel) -> None:
        """Remember what was carried, and when."""
        self.carried.append(parcel)
        self.carried_at.append(self.clock.at)

    def look_up(self, sent: Sent) -> Receipt | None:
        return None

    def cancel(self, key: str) -> None:
        """Nothing is on its way here."""

    def probe(self) -> bool:
        return self.mode == "up"


class StageCallList(StageGateway):
    """The call list of a simulation: a call is offered, and waits for a story to answer it."""

    def __init__(self, clock: StageClock, worklist: Worklist) -> None:
        super().__init__("phone", clock)
        self.worklist = worklist

    def send(self, parcel: Parcel) -> Receipt:
        self.keep(parcel)
        self.worklist.add(
            Task(
                id=parcel.effect_id,
                case=parcel.case,
                workflow=parcel.case.partition(":")[0],
                kind="call",
                role=parcel.role,
                text=parcel.text,
                remark=parcel.remark,
                message=parcel.message,
                key=parcel.key,
                created_at=self.clock.at,
            )
        )
        return Receipt(verdict=Verdict.ACCEPTED, reason="offered", key=parcel.key, at=self.clock.at)
