"""How does a case move on? Its events in order of receipt, its bells before them, one decision a transaction."""

import traceback
from collections import OrderedDict
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from engine.core.decide import decide
from engine.model.case import Case
from engine.model.decision import Decision
from engine.model.event import Event, EventKind
from engine.model.timer import Timer
from engine.ports.store import Bells, Conflict, Feeds, NotFound, Owed, Pending, Store, StoreUnavailable
from engine.service.library import Library
from engine.service.mail import mail_of

BACKOFF_SECONDS = (1, 5, 30, 300)
"""Waits before a poison event is tried again; after them it is dead and listed (E13)."""

TRIES_AFTER_CONFLICT = 3
LONG_AHEAD = datetime.max.replace(tzinfo=UTC)
LONG_AGO = datetime.min.replace(tzinfo=UTC)
MANY = 4
TOGETHER = 32
"""So many decisions are written in one transaction: others wait for its end no longer than they would notice."""
RECENT_MAX = 2_000
"""So many cases are kept as their last decision left them."""


@dataclass(slots=True)
class Tally:
    """What was done since the daemon started, for health and metrics."""

    decided: int = 0
    rung: int = 0
    failed: int = 0
    conflicts: int = 0


def _nobody(failed: Pending, failure: Exception) -> None:
    """Who listens to failures when nobody was appointed."""


@dataclass(slots=True)
class Clerk:
    """Loads, asks the court, files the verdict; holds no opinion."""

    store: Store
    bells: Bells
    feeds: Feeds
    library: Library
    tally: Tally = field(default_factory=Tally)
    on_failure: Callable[[Pending, Exception], None] = _nobody
    _earliest: datetime = LONG_AHEAD
    """No armed timer is due before: asked once per batch, and kept with what each decision arms."""
    _silent: tuple[str, ...] | None = None
    """Feeds that are silent, asked for once in a batch, when it matters."""
    _recent: OrderedDict[str, tuple[Case, datetime]] = field(default_factory=OrderedDict)
    """As decided last, and when its first timer is due; the store refuses a decision made from an older one."""
    held: dict[str, datetime] = field(default_factory=dict)
    """Bells whose decision failed: not rung again before."""

    def advance(self, now: datetime, limit: int = 100, case_id: str | None = None) -> int:
        """Decide pending events; of each case the timers due before an event's receipt come first. Answers how many were decided."""
        pending = self.store.pending(now, limit, case_id)
        if not pending:
            return 0
        # For a few events their own cases' timers are asked for; for many, the earliest of all says it for each.
        self._earliest = LONG_AGO if len(pending) < MANY else self.bells.next_due() or LONG_AHEAD
        self._silent = None
        decided = 0
        for first in range(0, len(pending), TOGETHER):
            decided += self._batch(pending[first : first + TOGETHER], now)
        return decided

    def _batch(self, pending: Sequence[Pending], now: datetime) -> int:
        """Each decided by itself, all written at once; one by one if another daemon was quicker with one of them."""
        try:
            return self._advance_ours(pending, now)
        except Conflict:
            return sum(self._alone(partial(self._advance_ours, [one], now)) for one in pending)

    def _advance_ours(self, pending: Sequence[Pending], now: datetime) -> int:
        """What another daemon is deciding at this moment waits for the next look."""
        with self.together():
            return sum(self._advance_one(one, now) for one in self._claim(pending))

    def _claim(self, owed: Sequence[Owed]) -> Sequence[Owed]:
        """What is ours to decide; a case that somebody else moved is not remembered any more."""
        claimed = self.store.claim(owed)
        for case_id, revision in claimed.revisions.items():
            recent = self._recent.get(case_id)
            if recent is not None and recent[0].revision != revision:
                del self._recent[case_id]
        return claimed.owed

    def _alone(self, work: Callable[[], int]) -> int:
        """One transaction; one that meets a conflict again is left for the next look."""
        try:
            return work()
        except Conflict:
            return 0

    @contextmanager
    def together(self) -> Generator[None]:
        """See Store.together. If nothing of it was written, what we remember of cases never was: it is forgotten."""
        before = replace(self.tally)
        try:
            with self.store.together():
                yield
        except BaseException as failure:
            self._recent.clear()
            self.tally.decided, self.tally.rung = before.decided, before.rung
            self.tally.conflicts += isinstance(failure, Conflict)
            raise

    def ring(self, timer: Timer, now: datetime) -> Decision:
        """Ring one bell: decide and file it in one transaction."""
        decision = self._decide(timer.case, bell_of(timer, now), None, now)
        self.tally.rung += 1
        return decision

    def ring_all(self, timers: Sequence[Timer], now: Callable[[], datetime]) -> int:
        """Ring each, and decide what it raises before the next one rings; all written at once, one by one if that meets a conflict.

        Answers how many rang.
        """
        try:
            return self._ring_ours(timers, now)
        except Conflict:
            return sum(self._alone(partial(self._ring_ours, [timer], now)) for timer in timers)

    def _ring_ours(self, timers: Sequence[Timer], now: Callable[[], datetime]) -> int:
        with self.together():
            return self._ring_each(self._claim(timers), now)

    def _ring_each(self, timers: Sequence[Timer], now: Callable[[], datetime]) -> int:
        rung = 0
        for timer in timers:
            decision = self.ring_safely(timer, now())
            if decision is not None:
                rung += 1
                if decision.raised:
                    self.advance(now(), case_id=timer.case)
        return rung

    def ring_safely(self, timer: Timer, now: datetime) -> Decision | None:
        """Ring; a bell that fails is counted and held, and stops no other case."""
        if timer.due_at > now:
            return None  # The clock was set back since it was looked at: too early would be decided as obsolete, and never again.
        held = self.held.get(timer.key)
        if held is not None and held > now:
            return None
        try:
            decision = self.ring(timer, now)
        except (Conflict, NotFound):
            self.tally.conflicts += 1
            return None
        except StoreUnavailable:
            raise
        except Exception as failure:  # noqa: BLE001  # the same boundary as for events: one poison rule must not stop other cases
            self.tally.failed += 1
            self.held[timer.key] = now + timedelta(seconds=BACKOFF_SECONDS[-1])
            self.on_failure(Pending(0, timer.case, bell_of(timer, now), 1), failure)
            return None
        self.held.pop(timer.key, None)
        return decision

    def silent(self, now: datetime) -> tuple[str, ...]:
        """Connections that are silent beyond their `heard_every`."""
        return tuple(feed.connection for feed in self.feeds.feeds() if feed.silent_since is not None)

    def _advance_one(self, one: Pending, now: datetime) -> bool:
        try:
            self._ring_before(one, now)
            self._decide(one.case_id, one.event, one.inbox_id, now)
        except (Conflict, NotFound):
            self.tally.conflicts += 1
            return False
        except StoreUnavailable:
            raise
        except Exception as failure:  # noqa: BLE001  # the clerk's one boundary: a poison event must not stop other cases
            self._failed(one, failure, now)
            return False
        self.tally.decided += 1
        return True

    def _ring_before(self, one: Pending, now: datetime) -> None:
        """Timers of the case due before the event's receipt are decided first, so live, restart and replay agree."""
        # What is remembered of a case says whether any can be; if it is out of date, the decision itself meets a conflict.
        while self._first_due(one.case_id) < one.event.received_at:
            if self._silent is None:
                self._silent = self.silent(now)
            due = [
                timer
                for timer in self.bells.due(one.event.received_at, 1, silent=self._silent, case_id=one.case_id)
                if timer.due_at < one.event.received_at
            ]
            if not due or one.event.kind is EventKind.REFRESH:
                return
            self.ring(due[0], max(due[0].due_at, min(now, one.event.received_at)))

    def _first_due(self, case_id: str) -> datetime:
        """No timer of the case is due before."""
        recent = self._recent.get(case_id)
        return self._earliest if recent is None else recent[1]

    def _decide(self, case_id: str, event: Event, inbox_id: int | None, now: datetime) -> Decision:
        rulebook = self.library.rulebook
        at = event.received_at
        for attempt in range(TRIES_AFTER_CONFLICT):
            recent = self._recent.pop(case_id, None)
            case = self.store.load(case_id) if recent is None else recent[0]
            decision = decide(rulebook, case, event, at)
            try:
                self.store.commit(decision, inbox_id=inbox_id, now=now, mail=mail_of(rulebook, decision))
            except Conflict:
                if attempt == TRIES_AFTER_CONFLICT - 1:
                    raise
                continue
            first_due = min((timer.due_at for timer in decision.timers), default=LONG_AHEAD)
            self._recent[case_id] = decision.after, first_due
            if len(self._recent) > RECENT_MAX:
                self._recent.popitem(last=False)
            self._earliest = min(self._earliest, first_due)
            return decision
        raise AssertionError("unreachable")

    def _failed(self, one: Pending, failure: Exception, now: datetime) -> None:
        self.tally.failed += 1
        retry_at = now + timedelta(seconds=BACKOFF_SECONDS[one.attempts]) if one.attempts < len(BACKOFF_SECONDS) else None
        self.on_failure(one, failure)
        self.store.failed(one.inbox_id, "".join(traceback.format_exception_only(failure)).strip()[:500], retry_at)


def bell_of(timer: Timer, now: datetime) -> Event:
    """The paper a bell puts before the court; its id is the timer's identity and instant, so that it is decided once."""
    return Event(
        id=f"{timer.key}@{timer.due_at.isoformat()}",
        source="timer",
        kind=EventKind.BELL,
        name="bell",
        occurred_at=timer.due_at,
        received_at=now,
        extra={"owner": timer.owner, "row": timer.row, "gen": str(timer.gen), "slot": timer.slot},
    )
