"""What did a provider push? Receipts find the sending they belong to, line by line; people's answers find their case."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.model.effect import EffectKind
from engine.model.event import Event, EventKind, Report
from engine.model.masks import mask_text
from engine.model.numbers import one_way
from engine.model.receipt import RANK, Push, Pushed, Receipt, ShortReply, Verdict
from engine.ports.attempts import Answered, Attempt, KeptPush
from engine.ports.outbox import OutboxRow, OutboxStatus, Post, Settlement
from engine.ports.store import Store, StoreError
from engine.service.channel_back import arrived
from engine.service.counters import Counters
from engine.service.papers import report_of

AGAIN_AFTER, AGAIN_UNTIL = timedelta(seconds=10), timedelta(minutes=10)
"""A receipt may come before the answer it belongs to: it is tried again for so long."""
OPT_OUT = ("td", "t", "r", "n", "退订", "拒收")
"""Words that say: no more (messaging.md section 7.2)."""
REPLIED = "sms_reply"
"""The event of a workflow that listens to what people answer."""

_STATUS = {
    Verdict.RETRY: OutboxStatus.UNKNOWN,  # No provider says so of what it took; if one did, nobody knows what it means.
    Verdict.DELIVERED: OutboxStatus.DONE,
    Verdict.REJECTED: OutboxStatus.REJECTED,
    Verdict.ACCEPTED: OutboxStatus.ACCEPTED,
    Verdict.UNKNOWN: OutboxStatus.UNKNOWN,
}


@dataclass(slots=True)
class Mailroom:
    """Keeps a push before it is answered, and reads it afterwards."""

    post: Post
    store: Store
    counters: Counters

    def read(self, connection: str, push: Push) -> Pushed | None:
        """What a push says, without believing it yet: for the answer the provider wants. None: not proven, or nobody listens."""
        listener = self.counters.listener(connection)
        return listener.read(push) if listener is not None else None

    def keep(self, connection: str, push: Push) -> bool:
        """Durable on return; False: it came before."""
        return self.counters.book.keep(connection, push)

    def read_all(self, now: datetime, limit: int = 50) -> int:
        """Read what was kept. Answers how many pushes were looked at."""
        kept = self.counters.book.unread(now, limit)
        for one in kept:
            try:
                self._read_one(one, now)
            except StoreError:
                raise
            except Exception as failure:  # noqa: BLE001  # One push that breaks us must not stop every decision: it is listed.
                self.counters.book.read(one.id, now, problem=f"failed: {type(failure).__name__} {failure}"[:1000])
        return len(kept)

    def _read_one(self, kept: KeptPush, now: datetime) -> None:
        pushed = self.read(kept.connection, kept.push)
        if pushed is None:
            return self.counters.book.read(kept.id, now, problem="nobody reads it")
        strangers = [one for one in pushed.receipts if not self._take(kept.connection, one, now)]
        for reply in pushed.replies:
            self._hear(kept.connection, reply, now)
        problems = [f"line {one.number}: {one.why}" for one in pushed.bad]
        if strangers and now - kept.push.at < AGAIN_UNTIL:
            return self.counters.book.read(kept.id, now, again_at=now + AGAIN_AFTER, problem="; ".join(problems))
        problems += [f"no sending for {one.provider_id or one.key}" for one in strangers]
        return self.counters.book.read(kept.id, now, problem="; ".join(problems)[:1000])

    def _take(self, connection: str, receipt: Receipt, now: datetime) -> bool:
        """True: it belongs to a sending of ours. By the key, then by the provider's id; never by a number and a time alone."""
        book = self.counters.book
        attempt = book.of_key(receipt.key) if receipt.key else None
        attempt = attempt or book.of_provider_id(connection, receipt.provider_id)
        row = self.post.find(attempt.effect_id) if attempt is not None else None
        if attempt is None or row is None or (attempt.verdict is None and row.status is OutboxStatus.SENDING):
            return False
        self._settle(row, attempt, receipt, now)
        if receipt.verdict is Verdict.REJECTED and receipt.reason == "account":
            self.counters.judge(connection, receipt, now)
        elif receipt.verdict is Verdict.DELIVERED:
            arrived(self.post, self.counters, connection, now)
        return True

    def _settle(self, row: OutboxRow, attempt: Attempt, receipt: Receipt, now: datetime) -> None:
        """A late "delivered" always wins; what is known better already stays."""
        for one in (row, *self.post.carried(row.effect.id)):
            stays = _known(one) is not None and RANK[receipt.verdict] <= RANK[_known(one) or Verdict.UNKNOWN]
            grouped = row.effect.id if one is not row else ""
            self.post.settle(
                Settlement(
                    effect_id=one.effect.id,
                    status=one.status if stays else _STATUS[receipt.verdict],
                    provider_id=receipt.provider_id,
                    error=one.error if stays else f"{receipt.reason} {receipt.code}".strip(),
                    reports=(report_of(one.effect, receipt, now, grouped=grouped),),
                    answered=(Answered(attempt, receipt),) if one is row else (),
                ),
                now,
            )

    def _hear(self, connection: str, reply: ShortReply, now: datetime) -> None:
        """退订 is heeded for good; any other answer goes to the case that wrote last to this number."""
        book = self.counters.book
        words = unicodedata.normalize("NFKC", reply.text).strip().lower()
        number = one_way(reply.number)
        last = book.last_to(f"sms:{number}")
        row = self.post.find(last.effect_id) if last is not None else None
        if words in OPT_OUT and (row is None or row.effect.to_field):
            # A driver's order is never suppressed: the desk hears of his answer instead.
            book.suppress(number, "opted_out", f"sms {connection}", reply.at)
        if row is not None and row.effect.kind is EffectKind.MESSAGE:
            self.store.accept([_replied(connection, reply, row)], now)


def _known(row: OutboxRow) -> Verdict | None:
    known: Mapping[OutboxStatus, Verdict] = {status: verdict for verdict, status in _STATUS.items() if verdict is not Verdict.RETRY}
    return known.get(row.status)


def _replied(connection: str, reply: ShortReply, row: OutboxRow) -> Report:
    event = Event(
        id=reply.id,
        source=f"gateway/{connection}",
        kind=EventKind.HAPPENED,
        name=REPLIED,
        occurred_at=reply.at,
        received_at=reply.at,
        extra={"text": mask_text(reply.text)[:500], "effect": row.effect.id},
    )
    return Report(event=event, workflow=row.effect.workflow, names={}, case_id=row.effect.case)
