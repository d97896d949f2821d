"""May what waited for a channel leave? It works again, and that was seen: few at once, then one by one, behind live traffic."""

from datetime import datetime, timedelta

from engine.model.receipt import Receipt, Verdict
from engine.ports.outbox import Outbox, Post
from engine.service.counters import Counters

RESENDS_AT_ONCE, RESENDS_APART_SECONDS = 10, 2.0
"""messaging.md section 11."""
QUIET = timedelta(minutes=5)
"""Nothing was heard for so long of a channel that nobody saw fail as a whole: its counters are asked."""


def release(outbox: Outbox, channel: str, now: datetime) -> int:
    """What waited for it becomes ready, oldest first. Answers how many rows."""
    return outbox.release(channel, now, seconds_apart=RESENDS_APART_SECONDS, at_once=RESENDS_AT_ONCE)


def arrived(outbox: Post, counters: Counters, name: str, now: datetime) -> int:
    """Something got through by this counter, so its channel works, whether or not anybody had seen it fail (R20)."""
    counters.close_if_open(name, now)
    channel = counters.channel_of(name)
    if name in counters.shut() or not outbox.waiting(channel, 1):
        return 0
    return release(outbox, channel, now)


def proves_it_works(receipt: Receipt) -> bool:
    """Delivered; or accepted where nothing better is ever said."""
    return receipt.verdict is Verdict.DELIVERED or (receipt.verdict is Verdict.ACCEPTED and receipt.final)


def quiet(outbox: Post, counters: Counters, now: datetime) -> list[str]:
    """Channels for which something waits, though no counter of theirs is shut and nobody else has written by them for a while."""
    shut = {counters.channel_of(name) for name in counters.shut()}
    channels = {counters.channel_of(name) for name in counters.gateways} - shut
    return [channel for channel in sorted(channels) if any(now - row.effect.at >= QUIET for row in outbox.waiting(channel, 1))]
