"""May this row leave now? The gates between the last look and the hand-over: told once, caps, the storm brake; each says why not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from engine.model.effect import Effect, EffectKind
from engine.model.message import Cap
from engine.model.rulebook import Rulebook
from engine.ports.outbox import OutboxRow, Post
from engine.service.sending import Recipient, SendingDesk, day_start

DIGEST, HOURS, BRAKE, HOLD = "digest:", "hours:", "brake:", "hold:"
"""What a held row is held for, followed by whom, which group, which rule, which case."""
RULE_CAP = Cap(300, 600, "300 per 10 min")
"""How often one message or chain may be handed over before it counts as a storm, where `caps.rule` says nothing."""
EVER = timedelta(days=3650)
NAMES_MAX = 20
"""So many cases a digest names."""


@dataclass(frozen=True, slots=True)
class Hindrance:
    """Why a row does not leave now. Without a key it never will; with one it is held, `until` None for a person to decide."""

    why: str
    key: str = ""
    until: datetime | None = None


@dataclass(slots=True)
class Manners:
    """The gates of one round of the post room. Every count is the outbox's own, so that restarts and several daemons agree."""

    outbox: Post
    rulebook: Rulebook
    now: datetime
    room: dict[str, int] = field(default_factory=dict)
    """Rule -> hand-overs left in its window, as this round knows it."""

    def look(self, row: OutboxRow, desk: SendingDesk, recipients: Sequence[Recipient]) -> tuple[Sequence[Recipient], Hindrance | None]:
        """Who of them may be sent to now; if nobody, why."""
        if row.sent_at is not None or not recipients:
            # Trying again what was handed over once is no further sending.
            return recipients, None
        left = [one for one in recipients if not self._told(row.effect, one)]
        if not left:
            return (), Hindrance("told_already")
        allowed, hindrance = self._capped(row, left)
        if hindrance is None and not row.held_for.startswith(BRAKE):
            hindrance = self._braked(row.effect)
        return (allowed, None) if hindrance is None else ((), hindrance)

    def counts(self, row: OutboxRow, recipients: Sequence[Recipient]) -> list[str]:
        """What else a hand-over counts under: its rule, and customers who are told of a disruption."""
        told = [_told_key(row.effect, one) for one in recipients if _tells_disruption(row.effect, one)]
        free = is_urgent(self.rulebook, row.effect) or row.held_for.startswith(BRAKE) or row.effect.kind is not EffectKind.MESSAGE
        return told if free else [f"rule:{rule_of(row.effect)}", *told]

    def _told(self, effect: Effect, recipient: Recipient) -> bool:
        """A disruption is told to each customer once, however many of their cases it concerns (time.md section 5)."""
        return _tells_disruption(effect, recipient) and self.outbox.sent_since(_told_key(effect, recipient), self.now - EVER) > 0

    def _capped(self, row: OutboxRow, recipients: Sequence[Recipient]) -> tuple[Sequence[Recipient], Hindrance | None]:
        """`at_most` of the message; `caps` of customers and staff (fallbacks and calls are never held back)."""
        effect, caps = row.effect, self.rulebook.caps
        if effect.fallback_of is not None or effect.channel == "phone":
            return recipients, None
        message = self.rulebook.messages.get(effect.message or "")
        # A person who has it sent again asks for that very text once more: it is no further one.
        at_most = message.at_most if message and effect.again_of is None else None
        left = [one for one in recipients if not self._used(effect, one, at_most, effect.message)]
        if not left:
            return (), Hindrance("at_most")
        digested = row.held_for.startswith(DIGEST) or is_urgent(self.rulebook, effect)
        free = [
            one
            for one in left
            if (digested and not one.customer) or not self._used(effect, one, caps.customer if one.customer else caps.staff)
        ]
        staff = [one.name for one in left if not one.customer]
        if free or not staff:
            return free, None if free else Hindrance("cap")
        return (), Hindrance("cap", f"{DIGEST}{effect.channel}:{'+'.join(staff)}", next_full_hour(self.rulebook.timezone, self.now))

    def _used(self, effect: Effect, recipient: Recipient, cap: Cap | None, message: str | None = None) -> bool:
        if cap is None:
            return False
        since = day_start(self.rulebook.timezone, self.now) if cap.seconds == 86_400 else self.now - timedelta(seconds=cap.seconds)
        return self.outbox.sent_since(f"{effect.channel}:{recipient.known_as}", since, message) >= cap.count

    def _braked(self, effect: Effect) -> Hindrance | None:
        """Far above its usual rate, a rule stops sending until a person has decided; urgent ones pass."""
        if is_urgent(self.rulebook, effect):
            return None
        rule = rule_of(effect)
        if rule not in self.room:
            self.room[rule] = self._room(rule)
        if self.room[rule] <= 0:
            return Hindrance("brake", f"{BRAKE}{rule}")
        self.room[rule] -= 1
        return None

    def _room(self, rule: str) -> int:
        if self.outbox.waiting(f"{BRAKE}{rule}", 1):
            return 0
        cap = rule_cap(self.rulebook)
        return cap.count - self.outbox.sent_since(f"rule:{rule}", self.now - timedelta(seconds=cap.seconds))


def rule_of(effect: Effect) -> str:
    """What sends it: `chain/NAME`, or `message/NAME`."""
    return f"chain/{effect.chain}" if effect.chain else f"message/{effect.message or ''}"


def rule_cap(rulebook: Rulebook) -> Cap:
    """How often one rule may be handed over."""
    return rulebook.caps.rule or RULE_CAP


def is_urgent(rulebook: Rulebook, effect: Effect) -> bool:
    """`urgent: yes` of its message or its chain, or a person asked for it."""
    message, chain = rulebook.messages.get(effect.message or ""), rulebook.chains.get(effect.chain or "")
    return bool((message and message.urgent) or (chain and chain.urgent) or effect.again_of)


def next_full_hour(zone: str, now: datetime) -> datetime:
    """The next full hour by the wall clock of the rulebook's zone."""
    past = timedelta(minutes=(local := now.astimezone(ZoneInfo(zone))).minute, seconds=local.second, microseconds=local.microsecond)
    return now - past + timedelta(hours=1)


def together(row: OutboxRow) -> str:
    """Rows of one such key that are claimed together are looked at together."""
    return row.held_for if row.held_for.startswith((DIGEST, HOURS)) else row.effect.group or row.effect.id


def released_from(row: OutboxRow) -> str:
    """What had held it back: digest, hours, brake or hold; never whom it is for."""
    kind, _, _ = row.held_for.partition(":")
    return kind if f"{kind}:" in (DIGEST, HOURS, BRAKE, HOLD) else ""


def digest_text(names: Sequence[str]) -> str:
    """What staff are told beyond their cap, once an hour."""
    first = "、".join(names[:NAMES_MAX])
    return f"另有{len(names)}条提醒:{first}{'等' if len(names) > NAMES_MAX else ''}。"


def listed(names: Sequence[str]) -> str:
    """The orders one call speaks of."""
    return f"一个电话讲{len(names)}单:{'、'.join(names)}" if len(names) > 1 else ""


def by_people(
    wanted: Sequence[tuple[OutboxRow, SendingDesk, Sequence[Recipient]]],
) -> Mapping[tuple[str, ...], list[tuple[OutboxRow, SendingDesk, Sequence[Recipient]]]]:
    """Rows by who gets them now: people may have changed since they were held."""
    found: dict[tuple[str, ...], list[tuple[OutboxRow, SendingDesk, Sequence[Recipient]]]] = {}
    for one in wanted:
        found.setdefault(tuple(person.address for person in one[2]), []).append(one)
    return found


def _tells_disruption(effect: Effect, recipient: Recipient) -> bool:
    return recipient.customer and effect.cause.startswith("d:")


def _told_key(effect: Effect, recipient: Recipient) -> str:
    return f"told:{effect.cause}:{recipient.known_as}"
