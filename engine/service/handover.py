"""How does one sending leave the house? One parcel per recipient, at the first counter that is open; every request is written down first."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.core.aloud import aloud
from engine.model.effect import Effect, EffectKind
from engine.model.receipt import Parcel, Receipt, Verdict
from engine.ports.attempts import Answered, Attempt
from engine.ports.gateway import Gateway
from engine.ports.outbox import OutboxRow, Post
from engine.service.counters import Counters, surely_not_sent
from engine.service.sending import Recipient, SendingDesk, Words

PROOF = (Verdict.RETRY, Verdict.REJECTED, Verdict.UNKNOWN, Verdict.ACCEPTED, Verdict.DELIVERED)
"""Of several recipients, the best answer counts for the row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One sending, ready to go."""

    row: OutboxRow
    desk: SendingDesk
    words: Words | None
    carried: Sequence[OutboxRow]
    counts: Sequence[str]
    """What else the hand-over counts under."""
    remark: str
    valid_until: datetime | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it, and every request that was made."""

    receipt: Receipt
    answered: Sequence[Answered]


def hand_over(letter: Letter, recipients: Sequence[Recipient], open_counters: Sequence[str], counters: Counters, post: Post) -> Outcome:
    """One parcel per recipient; what surely did not leave by one counter is offered to the next."""
    answered: list[Answered] = []
    declared = letter.desk.rulebook.connections
    room = {name: counters.room_at(declared.get(name), len(recipients), letter.now) for name in open_counters}
    roomy = [name for name in open_counters if room[name] <= letter.now]
    if not roomy:
        return Outcome(_limited(letter, key_for(letter.row.effect), list(room.values())), answered)
    receipts = [_to_one(letter, number, one, roomy, counters, post, answered) for number, one in enumerate(recipients)]
    return Outcome(max(receipts, key=lambda one: PROOF.index(one.verdict)), answered)


def _to_one(
    letter: Letter, number: int, recipient: Recipient, names: Sequence[str], counters: Counters, post: Post, answered: list[Answered]
) -> Receipt:
    effect, now = letter.row.effect, letter.now
    address = f"{effect.channel or effect.target}:{recipient.known_as or recipient.name}"
    key = key_for(effect, number)
    free_from: list[datetime] = []
    last: Receipt | None = None
    for name in names:
        connection = letter.desk.rulebook.connections.get(name)
        free_at = counters.free_at(connection, address, now)
        if free_at > now:
            free_from.append(free_at)
            continue
        gateway = counters.gateways[name]
        parcel = _parcel(letter, gateway, name, recipient, key)
        if parcel is None:
            last = last or Receipt(verdict=Verdict.REJECTED, reason="text_refused", key=key, at=now, detail=f"no template at {name}")
            continue
        attempt = Attempt(
            effect_id=effect.id, key=key, nth=letter.row.attempts, connection=name, channel=effect.channel or effect.target or "",
            recipient=address, at=now,
        )  # fmt: skip
        kept = letter.words.masked if letter.words else effect.command or ""
        carried = [other.effect.id for other in letter.carried]
        post.hand_over(effect.id, now, recipient=address, masked=kept, carries=carried, counts=letter.counts, attempt=attempt)
        last = gateway.send(parcel)
        answered.append(Answered(attempt, last))
        counters.judge(name, last, now)
        if not surely_not_sent(last):
            return last
    return last or _limited(letter, key, free_from)


def _parcel(letter: Letter, gateway: Gateway, name: str, recipient: Recipient, key: str) -> Parcel | None:
    """None: this counter takes approved templates only, and has none for this message."""
    row, desk, words = letter.row, letter.desk, letter.words
    effect = row.effect
    command = effect.kind is EffectKind.COMMAND
    code, values = desk.template(effect, name) if gateway.capabilities.templates else ("", ())
    if gateway.capabilities.templates and not code:
        return None
    text = words.text if words else ""
    return Parcel(
        key=key,
        effect_id=effect.id,
        case=effect.case,
        message=effect.message or "",
        address=recipient.address,
        text=text,
        valid_until=letter.valid_until,
        role=effect.to or "",
        also=tuple(other.effect.to or "" for other in letter.carried if other.effect.case == effect.case),
        remark=letter.remark,
        command=effect.command or "",
        fields=tuple(desk.texts.items()) if command else (),
        template=code,
        values=values,
        spoken=aloud(text) if effect.channel == "phone" else "",
    )


def _limited(letter: Letter, key: str, free_from: Sequence[datetime]) -> Receipt:
    """The number was reached too often: later, or never if later is too late."""
    if not free_from:
        return Receipt(verdict=Verdict.REJECTED, reason="account", key=key, at=letter.now)
    until = min(free_from)
    if letter.valid_until is not None and until >= letter.valid_until:
        return Receipt(verdict=Verdict.REJECTED, reason="limited", key=key, at=letter.now)
    return Receipt(verdict=Verdict.RETRY, reason="limited", key=key, at=letter.now, until=until)


def key_for(effect: Effect, number: int = 0) -> str:
    """The key of a sending, to its recipient of this number.

    After a restore a case may count its revisions anew, so that an id of the lost time comes back for another text: what is
    decided then has a key of its own. What stood in the copy keeps its key.
    """
    since = effect.restored_at
    return key_of(effect.id if since is None else f"{effect.id}@{since.isoformat()}", number)


def key_of(effect_id: str, number: int = 0) -> str:
    """What a gateway gets as key: opaque, the same on every repetition, [0-9a-z]{26} (messaging.md section 7)."""
    name = effect_id if number == 0 else f"{effect_id}#{number}"
    value = int.from_bytes(hashlib.sha256(name.encode()).digest()[:17], "big")
    digits = []
    for _ in range(26):
        value, rest = divmod(value, 36)
        digits.append("0123456789abcdefghijklmnopqrstuvwxyz"[rest])
    return "".join(digits)
