"""How does an intention reach the world? Claim, last look, render, hand over, settle; the receipt comes back as an event."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from engine.model.effect import Effect, EffectKind
from engine.model.event import Event, EventKind, Report
from engine.model.message import Cap
from engine.model.receipt import Parcel, Receipt, Verdict
from engine.ports.gateway import Gateway
from engine.ports.outbox import Outbox, OutboxRow, OutboxStatus, Settlement
from engine.ports.store import NotFound, Store
from engine.service.library import Library
from engine.service.sending import Recipient, SendingDesk, day_start

ATTEMPTS_MAX = 8
RETRY_SECONDS = (5, 15, 60, 300, 900, 1800, 3600)
"""Waits after a try that surely did not send (messaging.md: retry)."""
LEASE = timedelta(seconds=60)
"""Longer than any gateway's own deadlines together (11 s)."""
LOOK_AGAIN = timedelta(seconds=30)
SUPPRESSIONS = ("cap", "drop_if", "delivered_meanwhile")
"""Reasons of the last look that the court did not give itself."""

_STATUS = {
    Verdict.ACCEPTED: OutboxStatus.ACCEPTED,
    Verdict.DELIVERED: OutboxStatus.DONE,
    Verdict.REJECTED: OutboxStatus.REJECTED,
    Verdict.UNKNOWN: OutboxStatus.UNKNOWN,
}


@dataclass(slots=True)
class PostRoom:
    """Carries what was decided; owns retries, caps and grouping, and never the decision."""

    outbox: Outbox
    store: Store
    library: Library
    gateways: Mapping[str, Gateway]
    """Channel, or connection of a command -> gateway."""
    owner: str = "post"
    down: set[str] = field(default_factory=set)
    """Channels that refused as a whole; probed until they are back."""
    sent: int = 0
    texts: bool = True
    """False: a replay, in which nobody reads what is not sent."""

    def deliver(self, now: datetime, limit: int = 50) -> int:
        """Carry what is ready, oldest first. Answers how many rows were handled."""
        rows = self.outbox.claim(now, limit, owner=self.owner, lease_until=now + LEASE)
        groups: dict[str, list[OutboxRow]] = {}
        for row in rows:
            groups.setdefault(row.effect.group or row.effect.id, []).append(row)
        for first, *others in groups.values():
            self._carry(first, others, now)
        return len(rows)

    def reap(self, now: datetime) -> int:
        """Rows found sending after a crash: unknown; looked up where the gateway can tell, never sent again blindly."""
        crashed = self.outbox.crashed(now)
        for row in crashed:
            self._settle(row, self._looked_up(row, now), (), now)
        return len(crashed)

    def probe(self, now: datetime) -> Sequence[str]:
        """Ask channels that were down; those that are back release their resends (R20)."""
        back = [channel for channel in sorted(self.down) if self.gateways[channel].probe()]
        for channel in back:
            self.channel_back(channel, now)
        return back

    def channel_back(self, channel: str, now: datetime) -> int:
        """The channel works again: what waited for it may go."""
        self.down.discard(channel)
        return self.outbox.release(channel, now)

    def _looked_up(self, row: OutboxRow, now: datetime) -> Receipt:
        gateway = self._gateway(row.effect)
        found = gateway.look_up(key_of(row.effect.id), row.provider_id) if gateway else None
        return found or Receipt(verdict=Verdict.UNKNOWN, reason="crashed", key=key_of(row.effect.id), at=now)

    def _gateway(self, effect: Effect) -> Gateway | None:
        return self.gateways.get(effect.channel or "")

    def _carry(self, row: OutboxRow, others: Sequence[OutboxRow], now: datetime) -> None:
        effect = row.effect
        gateway = self._gateway(effect)
        try:
            desk = SendingDesk(self.library.rulebook, self.store.load(effect.case), now)
        except NotFound:
            return self._pass_on(row, "no_case", others, now)
        look = desk.look(effect)
        if look.drop is not None:
            return self._pass_on(row, look.drop, others, now)
        if look.wait_until is not None:
            for one in (row, *others):
                self._later(one, look.wait_until, now)
            return None
        if effect.valid_until is not None and now >= effect.valid_until:
            return self._settle(row, _receipt(effect, Verdict.REJECTED, "expired", now), others, now)
        if gateway is None:
            return self._settle(row, _receipt(effect, Verdict.REJECTED, "account", now), others, now)
        if effect.kind is EffectKind.COMMAND:
            return self._hand_over(row, gateway, desk, (), (Recipient(effect.target or "", "", False),), now)
        recipients = desk.recipients(effect)
        allowed = [one for one in recipients if not self._over_cap(desk, effect, one, now)]
        if recipients and not allowed:
            return self._pass_on(row, "cap", others, now)
        if not allowed:
            return self._settle(row, _receipt(effect, Verdict.REJECTED, "bad_number", now), others, now)
        companions = [*others, *(self.outbox.companions(row, owner=self.owner, lease_until=now + LEASE) if effect.group else ())]
        return self._hand_over(row, gateway, desk, companions, allowed, now)

    def _pass_on(self, row: OutboxRow, why: str, others: Sequence[OutboxRow], now: datetime) -> None:
        """Drop the first of a group; the next one leads it."""
        self._drop(row, why, now)
        if others:
            self._carry(others[0], others[1:], now)

    def _hand_over(
        self, row: OutboxRow, gateway: Gateway, desk: SendingDesk, companions: Sequence[OutboxRow],
        recipients: Sequence[Recipient], now: datetime,
    ) -> None:  # fmt: skip
        """One parcel per recipient; the best answer stands for the row and for those it carries."""
        carried = self._still_wanted(companions, now)
        names = list(dict.fromkeys([desk.first_name, *(name for _, name in carried)]))
        also = tuple(other.effect.to or "" for other, _ in carried if other.effect.case == row.effect.case)
        command = row.effect.kind is EffectKind.COMMAND
        words = None if command or not self.texts else desk.words(row.effect, names if len(names) > 1 else ())
        receipts = []
        for number, recipient in enumerate(recipients):
            kept = words.masked if words else row.effect.command or ""
            self.outbox.hand_over(
                row.effect.id, now, recipient=f"{row.effect.channel}:{recipient.address or recipient.name}", masked=kept,
                carries=[other.effect.id for other, _ in carried],
            )
            parcel = Parcel(
                key=key_of(row.effect.id, number), effect_id=row.effect.id, case=row.effect.case, message=row.effect.message or "",
                address=recipient.address, text=words.text if words else "", valid_until=row.effect.valid_until,
                role=row.effect.to or "", also=also, remark=desk.remark(row.effect), command=row.effect.command or "",
                fields=tuple(desk.texts.items()) if command else (),
            )
            receipts.append(gateway.send(parcel))
        self.sent += 1
        self._settle(row, max(receipts, key=_proof), [other for other, _ in carried], now)

    def _still_wanted(self, companions: Sequence[OutboxRow], now: datetime) -> list[tuple[OutboxRow, str]]:
        """Rows of the group whose reason still stands, with the name of their case; the others are dropped."""
        wanted = []
        for other in companions:
            desk = SendingDesk(self.library.rulebook, self.store.load(other.effect.case), now)
            look = desk.look(other.effect)
            if look.drop is not None:
                self._drop(other, look.drop, now)
            else:
                wanted.append((other, desk.first_name))
        return wanted

    def _over_cap(self, desk: SendingDesk, effect: Effect, recipient: Recipient, now: datetime) -> bool:
        """`at_most` of the message; `caps` of customers and staff (fallbacks and calls are never held back)."""
        if effect.fallback_of is not None or effect.channel == "phone":
            return False
        rulebook = desk.rulebook
        message = rulebook.messages.get(effect.message or "")
        key = f"{effect.channel}:{recipient.address}"
        if message is not None and message.at_most is not None and self._used(key, message.at_most, rulebook.timezone, message.name, now):
            return True
        cap = rulebook.caps.customer if recipient.customer else rulebook.caps.staff
        return cap is not None and self._used(key, cap, rulebook.timezone, None, now)

    def _used(self, recipient: str, cap: Cap, zone: str, message: str | None, now: datetime) -> bool:
        since = day_start(zone, now) if cap.seconds == 86_400 else now - timedelta(seconds=cap.seconds)
        return self.outbox.sent_since(recipient, since, message) >= cap.count

    def _settle(self, row: OutboxRow, receipt: Receipt, carried: Sequence[OutboxRow], now: datetime) -> None:
        """Write the outcome with the receipts' events in one transaction; a retry is nobody's business but ours."""
        if receipt.verdict is Verdict.RETRY:
            if row.attempts < ATTEMPTS_MAX:
                wait = timedelta(seconds=RETRY_SECONDS[min(row.attempts - 1, len(RETRY_SECONDS) - 1)])
                for one in (row, *carried):
                    self._later(one, receipt.until or now + wait, now, receipt.reason)
                return
            receipt = _receipt(row.effect, Verdict.REJECTED, receipt.reason or "no_connection", now)
        if receipt.verdict is Verdict.REJECTED and receipt.reason in ("account", "no_connection") and row.effect.channel in self.gateways:
            self.down.add(row.effect.channel or "")
        for one in (row, *carried):
            settlement = Settlement(
                effect_id=one.effect.id, status=_status(receipt), provider_id=receipt.provider_id,
                error=f"{receipt.reason} {receipt.detail}".strip(), reports=(report_of(one.effect, receipt, now),),
                next_at=now + LOOK_AGAIN if receipt.verdict is Verdict.UNKNOWN else None,
            )
            self.outbox.settle(settlement, now)

    def _later(self, row: OutboxRow, at: datetime, now: datetime, error: str = "") -> None:
        self.outbox.settle(Settlement(effect_id=row.effect.id, status=OutboxStatus.RETRY, next_at=at, error=error), now)

    def _drop(self, row: OutboxRow, why: str, now: datetime) -> None:
        """Not sent, with its reason: what the case does not know yet, it is told, so that the journal says it."""
        reports = (_suppressed(row.effect, why, now),) if why in SUPPRESSIONS else ()
        self.outbox.settle(Settlement(effect_id=row.effect.id, status=OutboxStatus.DROPPED, error=why, reports=reports), now)


def key_of(effect_id: str, number: int = 0) -> str:
    """What a gateway gets as key: opaque, the same on every repetition, [0-9a-z]{26} (messaging.md section 7)."""
    name = effect_id if number == 0 else f"{effect_id}#{number}"
    value = int.from_bytes(hashlib.sha256(name.encode()).digest()[:17], "big")
    digits = []
    for _ in range(26):
        value, rest = divmod(value, 36)
        digits.append("0123456789abcdefghijklmnopqrstuvwxyz"[rest])
    return "".join(digits)


def report_of(effect: Effect, receipt: Receipt, now: datetime) -> Report:
    """A receipt as the event it is: one door, one kind of paper. It happened at the hand-over (D2), which is `now`."""
    event = Event(
        id=f"{effect.id}/{receipt.verdict.value}/{receipt.reason}", source=f"gateway/{effect.channel}", kind=EventKind.RECEIPT,
        name="receipt", occurred_at=now, received_at=now,
        extra={
            "effect": effect.id, "verdict": receipt.verdict.value, "reason": receipt.reason, "message": effect.message or "",
            "final": "yes" if receipt.final else "",
        },
    )
    return Report(event=event, workflow=effect.workflow, names={}, case_id=effect.case)


def _suppressed(effect: Effect, why: str, now: datetime) -> Report:
    """The note that a message was held back by a rule of manners."""
    event = Event(
        id=f"{effect.id}/suppressed", source=f"gateway/{effect.channel}", kind=EventKind.NOTE, name="suppressed", occurred_at=now,
        received_at=now, extra={"effect": effect.id, "why": why},
    )
    return Report(event=event, workflow=effect.workflow, names={}, case_id=effect.case)


def _receipt(effect: Effect, verdict: Verdict, reason: str, now: datetime) -> Receipt:
    return Receipt(verdict=verdict, reason=reason, key=key_of(effect.id), at=now)


def _status(receipt: Receipt) -> OutboxStatus:
    if receipt.verdict is Verdict.ACCEPTED and receipt.final:
        return OutboxStatus.DONE
    return _STATUS[receipt.verdict]


_PROOF = (Verdict.RETRY, Verdict.REJECTED, Verdict.UNKNOWN, Verdict.ACCEPTED, Verdict.DELIVERED)


def _proof(receipt: Receipt) -> int:
    """Of several recipients, the best answer counts for the row."""
    return _PROOF.index(receipt.verdict)
