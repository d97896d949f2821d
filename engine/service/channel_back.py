"""May what waited for a channel leave? It works again, and that was seen: few at once, then one by one, behind live traffic."""

from datetime import datetime, timedelta

from engine.model.receipt import Receipt, Verdict
from engine.ports.outbox import Outbox, Post
from engine.service.counters import Counters

RESENDS_AT_ONCE, RESENDS_APART_SECONDS = 10, 2.0
"""messaging.md section 11."""
QUIET = timedelta(minutes=5)
"""So long a resend waits where nobody saw the channel fail as a whole: for its call, and for a sign that the channel works."""


def release(outbox: Outbox, channel: str, now: datetime) -> int:
    """What waited for it becomes ready, oldest first. Answers how many rows."""
    return outbox.release(channel, now, seconds_apart=RESENDS_APART_SECONDS, at_once=RESENDS_AT_ONCE)


def arrived(outbox: Post, counters: Counters, name: str, now: datetime) -> int:
    """Something got through by this counter: what waits leaves, at once if it had been shut, else once it has waited a while (R20).

    Where nobody saw the channel fail, one text may have failed for its own sake, and its call is to be made first.
    """
    was_shut = counters.close_if_open(name, now)
    channel = counters.channel_of(name)
    if name in counters.shut() or not (was_shut or _has_waited(outbox, channel, now)):
        return 0
    return release(outbox, channel, now)


def proves_it_works(receipt: Receipt) -> bool:
    """Delivered; or accepted where nothing better is ever said."""
    return receipt.verdict is Verdict.DELIVERED or (receipt.verdict is Verdict.ACCEPTED and receipt.final)


def quiet(outbox: Post, counters: Counters, now: datetime) -> list[str]:
    """Channels for which something waits, though no counter of theirs is shut and nobody else has written by them for a while."""
    shut = {counters.channel_of(name) for name in counters.shut()}
    channels = {counters.channel_of(name) for name in counters.gateways} - shut
    return [channel for channel in sorted(channels) if _has_waited(outbox, channel, now)]


def _has_waited(outbox: Post, channel: str, now: datetime) -> bool:
    return any(now - row.effect.at >= QUIET for row in outbox.waiting(channel, 1))
