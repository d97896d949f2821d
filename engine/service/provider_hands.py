"""What may a person do with providers? Pause, resume, try one out; settle what nobody knows; bring dead events back to life or leave them out; keep numbers out.

Every deed leaves who did it and why: on the case's journal where it concerns a case, else as a finished line of the work list.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from engine.core.words import CHANNELS
from engine.model.escalation import LAST_RESORT
from engine.model.event import Event, EventKind, Report
from engine.model.masks import mask_phone
from engine.model.numbers import one_way
from engine.model.receipt import Parcel, Receipt, Verdict
from engine.model.rulebook import Rulebook
from engine.ports.attempts import Answered, Suppression
from engine.ports.clock import Clock
from engine.ports.doubts import DeadEvent, Doubts
from engine.ports.outbox import OutboxRow, OutboxStatus, Post, Settlement
from engine.ports.store import Store
from engine.ports.worklist import Task, Worklist
from engine.service.brake import ALARM
from engine.service.channel_back import release
from engine.service.counters import Counters
from engine.service.handover import key_for, key_of
from engine.service.papers import report_of

LISTED_MAX = 1000
ARRIVED, NOT_ARRIVED = "arrived", "not_arrived"
_SETTLED = {
    ARRIVED: (Verdict.DELIVERED, "told", OutboxStatus.DONE),
    NOT_ARRIVED: (Verdict.REJECTED, "expired", OutboxStatus.REJECTED),
}
"""What a person found out -> what the case hears: `expired` says certainly not delivered, so that the court may go another way."""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of one deed."""

    item: str
    said: str
    """`done`, or why not: `unknown` (no such thing), `already`, `not_in_doubt`, `not_dead`, `no_template`, `bad_number`."""

    @property
    def fine(self) -> bool:
        """It was done now."""
        return self.said == "done"


@dataclass(frozen=True, slots=True)
class Trial:
    """One marked test message."""

    said: str
    receipt: Receipt | None = None


@dataclass(slots=True)
class ProviderHands:
    """The deeds, over any store; `counters` knows the gateways where there are any."""

    store: Store
    outbox: Post
    worklist: Worklist
    unsettled: Doubts
    rulebook: Callable[[], Rulebook]
    counters: Counters
    clock: Clock
    wake: Callable[[], None]

    def pause(self, name: str, *, by: str, why: str) -> Done:
        """From now on nothing leaves by it: the next connection of its channel takes over, else what has no fallback waits."""
        now = self.clock.now()
        if not self._is_known(name):
            return Done(name, "unknown")
        if not self.counters.pause(name, why, by, now):
            return Done(name, "already")
        self._note(f"adapter/{name}", f"“{self._label(name)}”暂停。原因:{why}", "paused", by, why, now)
        return Done(name, "done")

    def resume(self, name: str, *, by: str, why: str) -> Done:
        """It is open again; what waited for its channel leaves, a few at once, then one by one."""
        now = self.clock.now()
        if not self._is_known(name):
            return Done(name, "unknown")
        if not self.counters.close(name, now, by=by):
            return Done(name, "already")
        release(self.outbox, self._channel(name), now)
        self._note(f"adapter/{name}", f"“{self._label(name)}”恢复。原因:{why}", "resumed", by, why, now)
        self.wake()
        return Done(name, "done")

    def trial(self, name: str, number: str, *, by: str) -> Trial:
        """One marked message to a number of one's own, past the outbox: it belongs to no case and counts nowhere."""
        now = self.clock.now()
        gateway = self.counters.gateways.get(name)
        if gateway is None or not self._is_known(name):
            return Trial("unknown")
        if "*" in number or sum(one.isdigit() for one in number) < 5:
            return Trial("bad_number")
        key = key_of(f"trial/{name}/{now.isoformat()}")
        text = f"waybill 通道测试,{now.astimezone(ZoneInfo(self.rulebook().timezone)):%m-%d %H:%M},请勿理会。"
        parcel = Parcel(key=key, effect_id=f"trial/{name}", case="", message="", address=number, text=text, spoken=text)
        if gateway.capabilities.templates:
            approved = next(iter(self.rulebook().connections[name].templates.values()), None)
            if approved is None:
                return Trial("no_template")
            parcel = replace(parcel, template=approved.code, values=tuple((variable, "测试") for variable, _ in approved.fill))
        receipt = gateway.send(parcel)
        told = f"{receipt.verdict.value} {receipt.reason} {receipt.code}".strip()
        text = f"“{self._label(name)}”试发一条到 {mask_phone(number)}:{told}"
        self._note(f"adapter/{name}", text, told, by, "试发", now)
        return Trial("done", receipt)

    def doubts(self, limit: int = LISTED_MAX) -> Sequence[OutboxRow]:
        """Sendings of which nobody knows whether they arrived, oldest first."""
        return self.unsettled.unknown(limit)

    def settle(self, effect_id: str, found: str, *, by: str, why: str) -> Done:
        """A person found out: `arrived` or `not_arrived`. The case hears of it, with who says so."""
        now = self.clock.now()
        row = self.outbox.find(effect_id)
        if row is None:
            return Done(effect_id, "unknown")
        if row.status is not OutboxStatus.UNKNOWN:
            return Done(effect_id, "not_in_doubt")
        verdict, reason, status = _SETTLED[found]
        attempts = self.counters.book.of_effect(effect_id)
        receipt = Receipt(verdict=verdict, reason=reason, key=attempts[-1].key if attempts else key_for(row.effect), at=now)
        for one in (row, *self.outbox.carried(effect_id)):
            if one.status is OutboxStatus.UNKNOWN:
                answered = (Answered(attempts[-1], receipt),) if attempts and one is row else ()
                report = _by_hand(report_of(one.effect, receipt, now, grouped=effect_id if one is not row else ""), by, why)
                settlement = Settlement(effect_id=one.effect.id, status=status, error=reason, reports=(report,), answered=answered)
                self.outbox.settle(settlement, now)
        self.wake()
        return Done(effect_id, "done")

    def dead(self, limit: int = LISTED_MAX) -> Sequence[DeadEvent]:
        """Events that could not be decided, oldest first."""
        return self.unsettled.dead(limit)

    def retry(self, dead: Sequence[DeadEvent], *, by: str, why: str) -> list[Done]:
        """Each is tried again as if it had just come; what waits behind it in its case follows. One result per event."""
        now = self.clock.now()
        done = []
        for one in dead:
            revived = self.unsettled.revive(one.inbox_id)
            done.append(Done(str(one.inbox_id), "done" if revived else "not_dead"))
            if revived:
                self.store.accept([_told_of(one, "revived", by, why, now)], now)
        self.wake()
        return done

    def discard(self, dead: Sequence[DeadEvent], *, by: str, why: str) -> list[Done]:
        """Each is never decided; its case's journal says who left it out and why, and what waits behind it follows. One result per event."""
        now = self.clock.now()
        done = []
        for one in dead:
            gone = self.unsettled.discard(one.inbox_id)
            done.append(Done(str(one.inbox_id), "done" if gone else "not_dead"))
            if gone:
                self.store.accept([_told_of(one, "discarded", by, why, now)], now)
        self.wake()
        return done

    def suppressions(self, limit: int = LISTED_MAX) -> Sequence[Suppression]:
        """Numbers that get no more messages, masked, the latest first."""
        return self.counters.book.suppressions(limit)

    def suppress(self, number: str, *, by: str, why: str) -> Done:
        """No customer's message goes to it any more."""
        if "*" in number or sum(one.isdigit() for one in number) < 5:
            return Done(mask_phone(number), "bad_number")
        now = self.clock.now()
        if not self.counters.book.suppress(one_way(number), why, by, now):
            return Done(mask_phone(number), "already")
        self._note("suppression", f"{mask_phone(number)} 列入不发名单。原因:{why}", "suppressed", by, why, now)
        return Done(mask_phone(number), "done")

    def lift(self, number: str, *, by: str, why: str) -> Done:
        """Messages may go to it again."""
        if not self.counters.book.lift(one_way(number)):
            return Done(mask_phone(number), "unknown")
        self._note("suppression", f"{mask_phone(number)} 移出不发名单。原因:{why}", "lifted", by, why, self.clock.now())
        return Done(mask_phone(number), "done")

    def _is_known(self, name: str) -> bool:
        declared = self.rulebook().connections.get(name)
        return (declared is not None and (declared.carries is not None or bool(declared.commands))) or name in self.counters.gateways

    def _channel(self, name: str) -> str:
        declared = self.rulebook().connections.get(name)
        return (declared.carries if declared is not None else None) or self.counters.channel_of(name)

    def _label(self, name: str) -> str:
        declared = self.rulebook().connections.get(name)
        return declared.label if declared is not None else CHANNELS.get(name, name)

    def _note(self, about: str, text: str, result: str, by: str, why: str, now: datetime) -> None:
        """A line of the work list that is finished as it is written: `tasks list --all` shows who did what, and why."""
        task = Task(id=f"{about}/{result}/{now.isoformat()}", case="", workflow="", kind=ALARM, role=LAST_RESORT, text=text, created_at=now)
        self.worklist.add(task)
        self.worklist.finish(task.id, by, now, result=result, note=why, report=None)


def group_of(dead: DeadEvent) -> str:
    """Events that died alike: the event's name, and the kind of failure."""
    return f"{dead.name}: {dead.error.partition(':')[0].strip()[:80]}"


def _by_hand(report: Report, by: str, why: str) -> Report:
    event = report.event
    return replace(report, event=replace(event, source=f"hand/{by}", extra={**event.extra, "by": by, "note": why}))


def _told_of(dead: DeadEvent, deed: str, by: str, why: str, now: datetime) -> Report:
    event = Event(
        id=f"{deed}/{dead.inbox_id}/{now.isoformat()}", source=f"hand/{by}", kind=EventKind.NOTE, name="note", occurred_at=now,
        received_at=now, extra={"by": by, "note": why, deed: dead.name},
    )  # fmt: skip
    return Report(event=event, workflow=dead.case.partition(":")[0], names={}, case_id=dead.case)
