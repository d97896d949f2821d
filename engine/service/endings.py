"""What is written down when a sending ended, waits, or is dropped? The row and what its case hears of it, in one transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from engine.model.effect import Effect
from engine.model.receipt import Receipt, Verdict
from engine.ports.attempts import Answered
from engine.ports.outbox import OutboxRow, OutboxStatus, Post, Settlement
from engine.service.commanding import told, tries_of
from engine.service.counters import NOT_SENT, Counters
from engine.service.handover import key_for
from engine.service.library import Library
from engine.service.manners import BRAKE, Hindrance, released_from
from engine.service.papers import held, report_of, suppressed

ATTEMPTS_MAX = 8
RETRY_SECONDS = (5, 15, 60, 300, 900, 1800, 3600)
"""Waits after a try that surely did not send (messaging.md: retry)."""
LOOK_AFTER, LOOK_EVERY, LOOKS_END = timedelta(seconds=30), timedelta(seconds=60), timedelta(minutes=30)
"""When the provider is asked what became of a sending whose answer was lost."""
SUPPRESSIONS = ("at_most", "cap", "told_already", "drop_if", "delivered_meanwhile", "opted_out")
"""Reasons of the last look and of the manners that the court did not give itself."""

_STATUS = {
    Verdict.ACCEPTED: OutboxStatus.ACCEPTED,
    Verdict.DELIVERED: OutboxStatus.DONE,
    Verdict.REJECTED: OutboxStatus.REJECTED,
    Verdict.UNKNOWN: OutboxStatus.UNKNOWN,
}


class Endings:
    """Writes the outcome of outbox rows; reads nothing but how often a row was tried."""

    def __init__(self, post: Post, library: Library, counters: Counters) -> None:
        self._post = post
        self._library = library
        self._counters = counters

    def settle(
        self, row: OutboxRow, receipt: Receipt, carried: Sequence[OutboxRow], now: datetime, *, answered: Sequence[Answered] = ()
    ) -> None:
        """Write the outcome with the receipts' events in one transaction; a retry is nobody's business but ours."""
        if receipt.verdict is Verdict.RETRY:
            tries = len({one.nth for one in self._counters.book.of_effect(row.effect.id)})
            waits, times = tries_of(self._library.rulebook, row.effect, RETRY_SECONDS, ATTEMPTS_MAX)
            if receipt.reason == "limited" or tries < times:
                wait = timedelta(seconds=waits[min(max(tries, 1) - 1, len(waits) - 1)])
                for one in (row, *carried):
                    self.retry(one, receipt.until or now + wait, now, receipt.reason, answered if one is row else ())
                return
            if answered:
                self._counters.gave_up(answered[-1].attempt.connection, receipt.reason, now)
            sure = not receipt.reason or receipt.reason in NOT_SENT
            # A command tried again under its key may have been heard the first time: giving up does not make it undone.
            receipt = our_word(row.effect, Verdict.REJECTED if sure else Verdict.UNKNOWN, receipt.reason or "no_connection", now)
        for one in (row, *carried):
            status = _status(receipt)
            settlement = Settlement(
                effect_id=one.effect.id,
                attempt=one.attempts,
                status=status,
                next_at=now + LOOK_AFTER if status is OutboxStatus.UNKNOWN and one is row else None,
                provider_id=receipt.provider_id,
                error=f"{receipt.reason} {receipt.detail}".strip(),
                reports=(
                    report_of(one.effect, receipt, now, grouped=row.effect.id if one is not row else "", released=released_from(one)),
                    *told(self._library.rulebook, one.effect, receipt, now),
                ),
                answered=answered if one is row else (),
            )
            self._post.settle(settlement, now)

    def retry(self, row: OutboxRow, at: datetime, now: datetime, error: str = "", answered: Sequence[Answered] = ()) -> None:
        """Nothing left: it is claimed again at that instant."""
        settlement = Settlement(
            effect_id=row.effect.id, attempt=row.attempts, status=OutboxStatus.RETRY, next_at=at, error=error, answered=answered
        )  # fmt: skip
        self._post.settle(settlement, now)

    def keep_for(self, row: OutboxRow, channel: str, now: datetime) -> None:
        """No counter of its channel is open: it waits until one is."""
        note = held(row.effect, "channel", None, now)
        settlement = Settlement(
            effect_id=row.effect.id, attempt=row.attempts, status=OutboxStatus.WAITING, held_for=channel, reports=(note,)
        )  # fmt: skip
        self._post.settle(settlement, now)

    def still_unknown(self, row: OutboxRow, now: datetime) -> None:
        """The provider was asked and could not tell: when it is asked again."""
        self._post.settle(
            Settlement(
                effect_id=row.effect.id, attempt=row.attempts, status=OutboxStatus.UNKNOWN, error=row.error, next_at=_next_look(row, now)
            ),
            now,
        )  # fmt: skip

    def hold(self, rows: Sequence[OutboxRow], hindrance: Hindrance, now: datetime) -> None:
        """Not yet: until its hour, or until a person decides; the journal says why."""
        status = OutboxStatus.WAITING if hindrance.until is None else OutboxStatus.RETRY
        for row in rows:
            # A rule's rows that a person released stay released while they wait for an hour.
            key = "" if row.held_for.startswith(BRAKE) and hindrance.until is not None else hindrance.key
            note = held(row.effect, hindrance.why, hindrance.until, now)
            self._post.settle(
                Settlement(
                    effect_id=row.effect.id, attempt=row.attempts, status=status, next_at=hindrance.until, held_for=key, reports=(note,)
                ),
                now,
            )  # fmt: skip

    def drop(self, row: OutboxRow, why: str, now: datetime) -> None:
        """Not sent, with its reason: what the case does not know yet, it is told, so that the journal says it."""
        reports = (suppressed(row.effect, why, now),) if why in SUPPRESSIONS else ()
        settlement = Settlement(effect_id=row.effect.id, attempt=row.attempts, status=OutboxStatus.DROPPED, error=why, reports=reports)
        self._post.settle(settlement, now)


def our_word(effect: Effect, verdict: Verdict, reason: str, now: datetime) -> Receipt:
    """What the house itself says of a sending, where no provider did."""
    return Receipt(verdict=verdict, reason=reason, key=key_for(effect), at=now)


def _status(receipt: Receipt) -> OutboxStatus:
    if receipt.verdict is Verdict.ACCEPTED and receipt.final:
        return OutboxStatus.DONE
    return _STATUS[receipt.verdict]


def _next_look(row: OutboxRow, now: datetime) -> datetime | None:
    """30 s after the sending, 60 s, then every minute while it may matter; afterwards only a receipt or a person can tell."""
    sent_at = row.sent_at or now
    if now - sent_at >= LOOKS_END:
        return None
    return max(now, sent_at + LOOK_AFTER) + LOOK_AFTER if now - sent_at < 2 * LOOK_AFTER else now + LOOK_EVERY
