"""What would happen by then? A whole waybill at simulated time: the production core and services, nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from engine.core.goes_by import court_of
from engine.core.reading import clocks_of, read_case
from engine.core.standing import clock_views
from engine.model.case import ClockView
from engine.model.rulebook import Rulebook
from engine.ports.attempts import ProviderBook
from engine.ports.directory import Directory
from engine.ports.doubts import Doubts
from engine.ports.outbox import Post
from engine.ports.store import Bells, Feeds, Pending, RulebookShelf, Store
from engine.ports.worklist import Worklist
from engine.service import brake, feed_alarm, ingest
from engine.service.advance import Clerk
from engine.service.counters import Counters
from engine.service.desk import Answer, Incoming
from engine.service.dispatch import PostRoom
from engine.service.library import Library
from engine.service.stage import StageCallList, StageClock, StageGateway

CHANNELS = ("sms", "wechat_work", "dingtalk", "feishu", "email", "voice")

ROUNDS_MAX = 100_000
"""Rounds of work at one instant; more is a loop in the rules or in us."""


class Stores(Protocol):
    """One store in all its roles, as adapters provide it."""

    @property
    def store(self) -> Store: ...
    @property
    def bells(self) -> Bells: ...
    @property
    def feeds(self) -> Feeds: ...
    @property
    def shelf(self) -> RulebookShelf: ...
    @property
    def outbox(self) -> Post: ...
    @property
    def worklist(self) -> Worklist: ...
    @property
    def directory(self) -> Directory: ...
    @property
    def providers(self) -> ProviderBook: ...
    @property
    def doubts(self) -> Doubts: ...


@dataclass(slots=True)
class Silence:
    """A feed a story has silenced: `heard_every` later it counts as silent."""

    connection: str
    silent_from: datetime


class Simulation:
    """A daemon without threads: time moves when told, work is done in the order of its instants."""

    def __init__(self, rulebook: Rulebook, stores: Stores, start: datetime, *, texts: bool = True) -> None:
        """`texts` False: nothing is rendered, for nobody reads it."""
        self.clock = StageClock(start)
        self.stores = stores
        self.library = Library(rulebook)
        self.clerk = Clerk(stores.store, stores.bells, stores.feeds, self.library, on_failure=_fail)
        self.gateways: dict[str, StageGateway] = {name: StageGateway(name, self.clock) for name in (*CHANNELS, *rulebook.connections)}
        self.gateways["phone"] = StageCallList(self.clock, stores.worklist)
        self.post = PostRoom(stores.outbox, stores.store, self.library, Counters(self.gateways, stores.providers), texts=texts)
        self._silences: list[Silence] = []

    @property
    def now(self) -> datetime:
        return self.clock.at

    def accept(self, incoming: Sequence[Incoming]) -> list[Answer]:
        """Take events in at the present instant, and do what follows at once."""
        answers = ingest.accept(self.stores.store, self.stores.directory, self.library.rulebook, incoming, self.now)
        self.settle()
        return answers

    def run_until(self, until: datetime, *, inclusive: bool = True) -> None:
        """Move time on, doing all work in the order of its instants; `inclusive` False leaves what is due at `until` itself undone."""
        while True:
            self.settle()
            due = self._next_due()
            if due is None or due > until or (due == until and not inclusive):
                break
            self.clock.at = max(self.now, due)
            self._ring()
        self.clock.at = max(self.now, until)

    def settle(self) -> None:
        """Everything that can be done at this instant without a bell."""
        for _ in range(ROUNDS_MAX):
            decided = self.clerk.advance(self.now, limit=1000)
            carried = self.post.deliver(self.now, limit=1000)
            if not decided and not carried:
                self._watch_brakes()
                return
        raise AssertionError("the work of one instant does not end")

    def _watch_brakes(self) -> None:
        if self.post.braked:
            self.post.braked = brake.watch(self.stores.outbox, self.stores.worklist, self.library.rulebook, self.now) > 0

    def _announce_feeds(self) -> None:
        feed_alarm.announce(self.stores.feeds, self.stores.worklist, self.library.rulebook, self.now)

    def clocks(self, case_id: str) -> Sequence[ClockView]:
        """A case's clocks as they stand at this instant: the last of each policy, in order of policy."""
        rulebook = self.library.rulebook
        case = self.stores.store.load(case_id)
        court = court_of(rulebook, case)
        return clock_views(court, clocks_of(court, read_case(court, case), self.now, case.ledger.floors), self.now)

    def switch(self, channel: str, mode: str) -> None:
        """refuses, silent or up; a connection that is silent is a dead feed."""
        connection = self.library.rulebook.connections.get(channel)
        if connection is not None and connection.heard_every_seconds is not None:
            self._switch_feed(channel, connection.heard_every_seconds, mode)
        self.gateways[channel].mode = mode
        if mode == "up":
            self.post.channel_back(channel, self.now)

    def _switch_feed(self, name: str, heard_every: int, mode: str) -> None:
        if mode == "up":
            self._silences = [one for one in self._silences if one.connection != name]
            self.stores.feeds.heard(name, self.now)
            self._announce_feeds()
        else:
            self.stores.feeds.heard(name, self.now)
            self._silences.append(Silence(name, self.now + timedelta(seconds=heard_every)))

    def _next_due(self) -> datetime | None:
        """The next instant at which a bell, a held row or a feed's silence falls due."""
        bells = self.stores.bells
        candidates = [bells.next_due(), *(one.silent_from for one in self._silences)]
        return min((one for one in candidates if one is not None and (one > self.now or self._rings_now())), default=None)

    def _rings_now(self) -> bool:
        return bool(self.stores.bells.due(self.now, 1, silent=self.clerk.silent(self.now)))

    def _ring(self) -> None:
        for silence in [one for one in self._silences if one.silent_from <= self.now]:
            self.stores.feeds.fell_silent(silence.connection, self.now)
            self._silences.remove(silence)
            self._announce_feeds()
        for timer in self.stores.bells.due(self.now, 1, silent=self.clerk.silent(self.now)):
            self.clerk.ring(timer, self.now)


def _fail(failed: Pending, failure: Exception) -> None:
    """In a simulation a failing decision is a finding, not something to try again."""
    raise failure


def incoming_of(
    *, source: str, workflow: str, event: str, at: datetime, data: Mapping[str, object], case: str | None = None,
    occurred_at: datetime | None = None, id: str | None = None, extra: Mapping[str, str] | None = None, by_person: bool = False,
) -> Incoming:  # fmt: skip
    """An event handed in at a simulated instant."""
    return Incoming(
        source=source,
        id=id,
        workflow=workflow,
        event=event,
        occurred_at=occurred_at or at,
        received_at=at,
        data=data,
        case=case,
        extra=extra or {},
        by_person=by_person,
    )
