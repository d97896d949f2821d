"""What became of a sending whose answer was lost? The provider is asked, by the key; nothing is sent."""

from datetime import datetime

from engine.model.effect import Effect, EffectKind
from engine.model.receipt import Receipt, Sent, Verdict
from engine.model.rulebook import Rulebook
from engine.ports.attempts import Answered, Attempt
from engine.ports.outbox import OutboxRow, OutboxStatus
from engine.ports.store import NotFound, Store
from engine.service.counters import Counters
from engine.service.handover import key_for
from engine.service.sending import SendingDesk

UNSURE = (OutboxStatus.ACCEPTED, OutboxStatus.UNKNOWN, OutboxStatus.DONE)


def ask(row: OutboxRow, counters: Counters, store: Store, rulebook: Rulebook, now: datetime) -> Answered | None:
    """What the provider of the last request says of it; None if it cannot tell, or was never asked."""
    attempts = counters.book.of_effect(row.carried_by or row.effect.id)
    if not attempts:
        return None
    last = attempts[-1]
    gateway = counters.gateways.get(last.connection)
    if gateway is None or not gateway.capabilities.look_up:
        return None
    effect = row.effect
    sent = Sent(
        key=last.key, provider_id=last.provider_id, address=_address(effect, last, store, rulebook, now), handed_at=last.at,
        command=effect.command or "", fields=_fields(effect, store, rulebook, now) if effect.kind is EffectKind.COMMAND else (),
    )  # fmt: skip
    found = gateway.look_up(sent)
    return Answered(last, found) if found is not None else None


def original(row: OutboxRow, counters: Counters, store: Store, rulebook: Rulebook, now: datetime) -> Answered | None:
    """How the original of a resend stands now, if anybody can tell more than we know."""
    return arrival(row, counters, now) or (ask(row, counters, store, rulebook, now) if row.status in UNSURE else None)


def arrival(row: OutboxRow, counters: Counters, now: datetime) -> Answered | None:
    """The proof that it arrived, if the store has one, whether or not its case has heard of it."""
    attempts = counters.book.of_effect(row.carried_by or row.effect.id) if row.status is OutboxStatus.DONE else ()
    if not attempts or Verdict.DELIVERED not in (attempts[-1].verdict, attempts[-1].receipt):
        return None
    return Answered(attempts[-1], Receipt(verdict=Verdict.DELIVERED, reason="receipt", key=attempts[-1].key, at=now))


def _fields(effect: Effect, store: Store, rulebook: Rulebook, now: datetime) -> tuple[tuple[str, str], ...]:
    """What a command may be asked after by: the case's fields."""
    try:
        return tuple(SendingDesk(rulebook, store.load(effect.case), now).texts.items())
    except NotFound:
        return ()


def _address(effect: Effect, attempt: Attempt, store: Store, rulebook: Rulebook, now: datetime) -> str:
    """Whom it went to, as far as the case and today's roster still say; numbers are not kept with attempts."""
    try:
        desk = SendingDesk(rulebook, store.load(effect.case), now)
    except NotFound:
        return ""
    people = desk.recipients(effect)
    return next((one.address for number, one in enumerate(people) if key_for(effect, number) == attempt.key), "")
