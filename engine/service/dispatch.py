"""How does an intention reach the world? Claim, last look, render, hand over, settle; the receipt comes back as an event."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from engine.model.effect import Effect, EffectKind
from engine.model.receipt import Parcel, Receipt, Sent, Verdict
from engine.ports.gateway import Gateway
from engine.ports.outbox import OutboxRow, OutboxStatus, Post, Settlement
from engine.ports.store import NotFound, Store
from engine.service.library import Library
from engine.service.manners import BRAKE, DIGEST, HOURS, Hindrance, Manners, by_people, digest_text, listed, released_from, together
from engine.service.papers import held, report_of, suppressed
from engine.service.sending import Recipient, SendingDesk, Words

ATTEMPTS_MAX = 8
RETRY_SECONDS = (5, 15, 60, 300, 900, 1800, 3600)
"""Waits after a try that surely did not send (messaging.md: retry)."""
LEASE = timedelta(seconds=60)
"""Longer than any gateway's own deadlines together (11 s)."""
SUPPRESSIONS = ("at_most", "cap", "told_already", "drop_if", "delivered_meanwhile")
"""Reasons of the last look and of the manners that the court did not give itself."""

_STATUS = {
    Verdict.ACCEPTED: OutboxStatus.ACCEPTED,
    Verdict.DELIVERED: OutboxStatus.DONE,
    Verdict.REJECTED: OutboxStatus.REJECTED,
    Verdict.UNKNOWN: OutboxStatus.UNKNOWN,
}


@dataclass(slots=True)
class PostRoom:
    """Carries what was decided; owns retries, caps and grouping, and never the decision."""

    outbox: Post
    store: Store
    library: Library
    gateways: Mapping[str, Gateway]
    """Channel, or connection of a command -> gateway."""
    owner: str = "post"
    down: set[str] = field(default_factory=set)
    """Channels that refused as a whole; probed until they are back."""
    sent: int = 0
    braked: bool = False
    """A rule is held back since the last look at the brakes."""
    texts: bool = True
    """False: a replay, in which nobody reads what is not sent."""

    def deliver(self, now: datetime, limit: int = 50) -> int:
        """Carry what is ready, oldest first. Answers how many rows were handled."""
        rows = self.outbox.claim(now, limit, owner=self.owner, lease_until=now + LEASE)
        groups: dict[str, list[OutboxRow]] = {}
        for row in rows:
            groups.setdefault(together(row), []).append(row)
        manners = Manners(self.outbox, self.library.rulebook, now)
        for first, *others in groups.values():
            if first.held_for.startswith(DIGEST):
                self._digest([first, *others, *self._held_with(first, now)], manners)
            else:
                self._carry(first, others, manners)
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
        sent = Sent(key=key_of(row.effect.id), provider_id=row.provider_id, address="", handed_at=row.sent_at or now)
        found = gateway.look_up(sent) if gateway else None
        return found or Receipt(verdict=Verdict.UNKNOWN, reason="crashed", key=key_of(row.effect.id), at=now)

    def _gateway(self, effect: Effect) -> Gateway | None:
        return self.gateways.get(effect.channel or "")

    def _held_with(self, row: OutboxRow, now: datetime) -> Sequence[OutboxRow]:
        return self.outbox.held(row.held_for, now, owner=self.owner, lease_until=now + LEASE)

    def _companions(self, row: OutboxRow, others: Sequence[OutboxRow], now: datetime) -> list[OutboxRow]:
        """Whoever else of its group is ready, or was held with it."""
        along = self.outbox.companions(row, owner=self.owner, lease_until=now + LEASE) if row.effect.group else ()
        return [*others, *along, *(self._held_with(row, now) if row.held_for.startswith(HOURS) else ())]

    def _carry(self, row: OutboxRow, others: Sequence[OutboxRow], manners: Manners) -> None:
        effect, now = row.effect, manners.now
        desk = self._desk(row, now)
        if desk is None:
            return self._pass_on(row, "no_case", others, manners)
        look = desk.look(effect)
        if look.drop is not None:
            return self._pass_on(row, look.drop, others, manners)
        if look.wait_until is not None:
            return self._hold(
                (row, *others), Hindrance("send_hours", f"{HOURS}{effect.group}" if effect.group else "", look.wait_until), now
            )
        gateway = self._gateway(effect)
        refused = _refused(row, gateway, now)
        if gateway is None or refused:
            return self._settle(row, _receipt(effect, Verdict.REJECTED, refused, now), others, now)
        if effect.kind is EffectKind.COMMAND:
            return self._hand_over(row, gateway, desk, (), (Recipient(effect.target or "", "", False),), manners)
        recipients = desk.recipients(effect)
        if not recipients:
            return self._settle(row, _receipt(effect, Verdict.REJECTED, "bad_number", now), others, now)
        allowed, hindrance = manners.look(row, desk, recipients)
        if hindrance is not None and not hindrance.key:
            return self._pass_on(row, hindrance.why, others, manners)
        if hindrance is not None:
            return self._hold((row, *others), hindrance, now)
        return self._hand_over(row, gateway, desk, self._companions(row, others, now), allowed, manners)

    def _desk(self, row: OutboxRow, now: datetime) -> SendingDesk | None:
        try:
            return SendingDesk(self.library.rulebook, self.store.load(row.effect.case), now)
        except NotFound:
            return None

    def _pass_on(self, row: OutboxRow, why: str, others: Sequence[OutboxRow], manners: Manners) -> None:
        """Drop the first of a group; the next one leads it."""
        self._drop(row, why, manners.now)
        if others:
            self._carry(others[0], others[1:], manners)

    def _digest(self, rows: Sequence[OutboxRow], manners: Manners) -> None:
        """What was held beyond a cap and still stands, as one sending for those who get it now; a single one leaves as itself."""
        now, wanted = manners.now, []
        for row in rows:
            desk = self._desk(row, now)
            look = desk.look(row.effect) if desk else None
            recipients = desk.recipients(row.effect) if desk else ()
            if (
                desk is None
                or look is None
                or look.drop
                or look.wait_until
                or not recipients
                or _refused(row, self._gateway(row.effect), now)
            ):
                self._carry(row, (), manners)
            else:
                wanted.append((row, desk, recipients))
        for (row, desk, recipients), *others in by_people(wanted).values():
            gateway = self.gateways[row.effect.channel or ""]
            if not others:
                self._hand_over(row, gateway, desk, (), recipients, manners)
                continue
            text = digest_text([desk.shown_name, *(other.shown_name for _, other, _ in others)])
            carried = [(other, other_desk.first_name) for other, other_desk, _ in others]
            self._send(row, gateway, desk, carried, recipients, Words(text, text), manners)

    def _hand_over(
        self, row: OutboxRow, gateway: Gateway, desk: SendingDesk, companions: Sequence[OutboxRow],
        recipients: Sequence[Recipient], manners: Manners,
    ) -> None:  # fmt: skip
        carried = self._still_wanted(companions, manners.now)
        names = _names(desk, carried)
        command = row.effect.kind is EffectKind.COMMAND
        words = None if command or not self.texts else desk.words(row.effect, names if len(names) > 1 else ())
        self._send(row, gateway, desk, carried, recipients, words, manners)

    def _send(
        self, row: OutboxRow, gateway: Gateway, desk: SendingDesk, carried: Sequence[tuple[OutboxRow, str]],
        recipients: Sequence[Recipient], words: Words | None, manners: Manners,
    ) -> None:  # fmt: skip
        """One parcel per recipient; the best answer stands for the row and for those it carries."""
        effect, now = row.effect, manners.now
        also = tuple(other.effect.to or "" for other, _ in carried if other.effect.case == effect.case)
        command = effect.kind is EffectKind.COMMAND
        counts = manners.counts(row, recipients)
        remark = " ".join(one for one in (desk.remark(effect), listed(_names(desk, carried)) if effect.channel == "phone" else "") if one)
        receipts = []
        for number, recipient in enumerate(recipients):
            kept = words.masked if words else effect.command or ""
            self.outbox.hand_over(
                effect.id,
                now,
                recipient=f"{effect.channel}:{recipient.address or recipient.name}",
                masked=kept,
                carries=[other.effect.id for other, _ in carried],
                counts=counts,
            )
            parcel = Parcel(
                key=key_of(effect.id, number),
                effect_id=effect.id,
                case=effect.case,
                message=effect.message or "",
                address=recipient.address,
                text=words.text if words else "",
                valid_until=_valid_until(row, now),
                role=effect.to or "",
                also=also,
                remark=remark,
                command=effect.command or "",
                fields=tuple(desk.texts.items()) if command else (),
            )
            receipts.append(gateway.send(parcel))
        self.sent += 1
        self._settle(row, max(receipts, key=_proof), [other for other, _ in carried], now)

    def _still_wanted(self, companions: Sequence[OutboxRow], now: datetime) -> list[tuple[OutboxRow, str]]:
        """Rows of the group whose reason still stands, with the name of their case; the others are dropped."""
        wanted = []
        for other in companions:
            desk = self._desk(other, now)
            drop = desk.look(other.effect).drop if desk else "no_case"
            if desk is None or drop is not None:
                self._drop(other, drop or "", now)
            else:
                wanted.append((other, desk.first_name))
        return wanted

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
                effect_id=one.effect.id,
                status=_status(receipt),
                provider_id=receipt.provider_id,
                error=f"{receipt.reason} {receipt.detail}".strip(),
                reports=(
                    report_of(one.effect, receipt, now, grouped=row.effect.id if one is not row else "", released=released_from(one)),
                ),
            )
            self.outbox.settle(settlement, now)

    def _later(self, row: OutboxRow, at: datetime, now: datetime, error: str = "") -> None:
        self.outbox.settle(Settlement(effect_id=row.effect.id, status=OutboxStatus.RETRY, next_at=at, error=error), now)

    def _hold(self, rows: Sequence[OutboxRow], hindrance: Hindrance, now: datetime) -> None:
        """Not yet: until its hour, or until a person decides; the journal says why."""
        status = OutboxStatus.WAITING if hindrance.until is None else OutboxStatus.RETRY
        self.braked |= hindrance.until is None
        for row in rows:
            # A rule's rows that a person released stay released while they wait for an hour.
            key = "" if row.held_for.startswith(BRAKE) else hindrance.key
            note = held(row.effect, hindrance.why, hindrance.until, now)
            self.outbox.settle(
                Settlement(effect_id=row.effect.id, status=status, next_at=hindrance.until, held_for=key, reports=(note,)), now
            )

    def _drop(self, row: OutboxRow, why: str, now: datetime) -> None:
        """Not sent, with its reason: what the case does not know yet, it is told, so that the journal says it."""
        reports = (suppressed(row.effect, why, now),) if why in SUPPRESSIONS else ()
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


def _names(desk: SendingDesk, carried: Sequence[tuple[OutboxRow, str]]) -> list[str]:
    """The cases one sending speaks of, each once."""
    return list(dict.fromkeys([desk.first_name, *(name for _, name in carried)]))


def _refused(row: OutboxRow, gateway: Gateway | None, now: datetime) -> str:
    """Why it cannot leave at all; empty: it can."""
    valid_until = _valid_until(row, now)
    if valid_until is not None and now >= valid_until:
        return "expired"
    return "" if gateway else "account"


def _valid_until(row: OutboxRow, now: datetime) -> datetime | None:
    """What manners held back is as valid when it leaves as it was when it was issued."""
    effect = row.effect
    if effect.valid_until is None or not released_from(row):
        return effect.valid_until
    return now + (effect.valid_until - effect.at)


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
