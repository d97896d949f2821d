"""What is new at a neighbour that has to be asked? Rounds of pages since an instant, each at its time, none lost in a crash."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from adapters.signing.caller import Answer, Caller
from adapters.signing.exchange import Exchange, NotLoggedIn, Resolve
from adapters.signing.request import Unfillable
from adapters.signing.verdict import judge_plainly, tree_of
from adapters.wms_tms.decode import decode
from adapters.wms_tms.loading import Deliver
from engine.model.connection import Connection, Fetch, Outgoing, Poll
from engine.model.documents.tree import Tree, Unreadable, at, text_at
from engine.model.receipt import Verdict
from engine.ports.clock import Clock
from engine.ports.ways_in import WaysIn

log = logging.getLogger("waybill.poll")

PAGES_MAX = 1000
ITEMS_MAX = 10_000
BACKOFF_SECONDS_MAX = 1800
FAILURES_MAX = 5
"""So often one page is asked for again before its round begins anew: a mark for the next page may have run out."""


class PollTrouble(Exception):
    """The neighbour did not answer, or not what can be read: asked again later."""

    def __init__(self, why: str, until: datetime | None = None) -> None:
        super().__init__(why)
        self.until = until


@dataclass(slots=True)
class _Round:
    """From one instant to now, page by page."""

    began: datetime
    since: datetime
    page: int
    next: str = ""
    pages: int = 0
    claims: list[str] = field(default_factory=list)
    """Ids of documents still to be fetched."""
    last_page: bool = False


class PollWay:
    """One neighbour that is asked. Not for several threads. One request per look, so that a stop need not wait."""

    def __init__(
        self, connection: Connection, clock: Clock, resolve: Resolve, book: WaysIn, deliver: Deliver, heard: Callable[[str], None],
        caller: Caller | None = None,
    ) -> None:  # fmt: skip
        assert connection.poll is not None
        self.connection = connection
        self.every_seconds = 1.0
        self._poll: Poll = connection.poll
        self._clock = clock
        self._exchange = Exchange(connection, clock, resolve, caller)
        self._book = book
        self._deliver = deliver
        self._heard = heard
        self._round: _Round | None = None
        self._failures = 0
        self._not_before: datetime | None = None

    def look(self, now: datetime, *, timezone: str) -> int:
        """The next request, if its time has come. Answers how many events came. Raises what a store raises."""
        if self._not_before is not None and now < self._not_before:
            return 0
        if self._round is None:
            since = self._book.cursor(self.connection.name) or now - timedelta(seconds=self._poll.first_seconds)
            self._round = _Round(began=now, since=since, page=self._poll.page_first)
        try:
            count = self._step(self._round, timezone)
        except PollTrouble as trouble:
            self._later(trouble, now)
            return 0
        self._failures = 0
        self._heard(self.connection.name)
        self._go_on(self._round, now)
        return count

    def close(self) -> None:
        """Let go of the connections."""
        self._exchange.close()

    def _step(self, round: _Round, timezone: str) -> int:
        fetch = self._poll.fetch
        if round.claims and fetch is not None:
            # It leaves the list when it is kept, not before.
            count = self._keep(self._ask(fetch.request, {**self._marks(round), "id": round.claims[0]}).body, timezone)
            round.claims.pop(0)
            return count
        answer = self._ask(self._poll.request, self._marks(round))
        tree = tree_of(answer)
        count, items = 0, 0
        if fetch is not None:
            round.claims = _claims(tree, fetch)
            items = len(round.claims)
        else:
            if not self._has_list(tree):
                # An empty list is good news; an answer of another shape is none, and the cursor must not move by it.
                raise PollTrouble("no list where `each` looks")
            count = self._keep(answer.body, timezone)
            items = self._items(tree, count)
        self._turn(round, tree, items)
        return count

    def _turn(self, round: _Round, tree: Tree | None, items: int) -> None:
        """Is there a next page?"""
        round.pages += 1
        poll = self._poll
        if poll.next_at:
            following = (text_at(tree, poll.next_at) or "") if tree is not None else ""
            round.last_page = not following or following == round.next
            round.next = following
        else:
            round.last_page = poll.page_size is None or items < poll.page_size
        round.page += 1
        if not round.last_page and round.pages >= PAGES_MAX:
            log.error("a poll has too many pages", extra={"connection": self.connection.name, "pages": round.pages})
            round.last_page = True

    def _go_on(self, round: _Round, now: datetime) -> None:
        cap = self._poll.at_most
        gap = timedelta(seconds=cap.seconds / cap.count) if cap is not None else timedelta()
        if round.claims or not round.last_page:
            self._not_before = now + gap
            return
        # Only now: a crash before this asks for the whole round again, and what came twice counts once.
        self._book.keep_cursor(self.connection.name, round.began - timedelta(seconds=self._poll.overlap_seconds))
        self._round = None
        self._not_before = max(round.began + timedelta(seconds=self._poll.every_seconds), now + gap)

    def _later(self, trouble: PollTrouble, now: datetime) -> None:
        self._failures += 1
        if self._failures >= FAILURES_MAX:
            self._round = None
        wait = min(self._poll.every_seconds * 2 ** min(self._failures - 1, 12), BACKOFF_SECONDS_MAX)
        self._not_before = max(trouble.until or now, now + timedelta(seconds=wait))
        log.warning("poll failed", extra={"connection": self.connection.name, "why": str(trouble), "failures": self._failures})

    def _ask(self, outgoing: Outgoing, marks: dict[str, str]) -> Answer:
        try:
            answer = self._exchange.ask(outgoing, marks, key=self.connection.name).answer
        except (Unfillable, NotLoggedIn) as problem:
            raise PollTrouble(str(problem)) from None
        found = judge_plainly(answer, outgoing, now=self._clock.now())
        if found.verdict is not Verdict.ACCEPTED:
            raise PollTrouble(f"{found.verdict.value} {found.reason} {answer.status or answer.trouble}", found.until)
        if not answer.whole:
            raise PollTrouble("the answer is larger than 1 MB: ask for smaller pages")
        return answer

    def _keep(self, body: bytes, timezone: str) -> int:
        try:
            decoded = decode(self.connection, body, {}, self._clock.now(), timezone=timezone)
        except Unreadable as problem:
            raise PollTrouble(f"unreadable: {problem}") from None
        if decoded.events:
            self._deliver(self.connection, decoded.events)
        return len(decoded.events)

    def _has_list(self, tree: Tree | None) -> bool:
        inbound = self.connection.inbound
        if tree is None or inbound is None or inbound.each is None or inbound.unwrap:
            return True
        above, _, last = inbound.each.rpartition(".")
        parent = at(tree, above) if above else tree
        return at(tree, inbound.each) is not None or (isinstance(parent, dict) and last in parent)

    def _items(self, tree: Tree | None, count: int) -> int:
        """Items of a page, those that were left out too."""
        inbound = self.connection.inbound
        listed = at(tree, inbound.each) if tree is not None and inbound is not None and inbound.each else None
        return len(listed) if isinstance(listed, list) else count

    def _marks(self, round: _Round) -> dict[str, str]:
        return {"since": _written(round.since, self._poll), "page": str(round.page), "next": round.next}


def _written(since: datetime, poll: Poll) -> str:
    if poll.format == "epoch":
        return str(int(since.timestamp()))
    local = since.astimezone(ZoneInfo(poll.timezone) if poll.timezone else UTC)
    if poll.format:
        return local.strftime(poll.format)
    return local.strftime("%Y-%m-%dT%H:%M:%SZ") if poll.timezone is None else local.isoformat(timespec="seconds")


def _claims(tree: Tree | None, fetch: Fetch) -> list[str]:
    listed = tree if tree is None or not fetch.each else at(tree, fetch.each)
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        raise PollTrouble(f"no list at {fetch.each or 'the top'}")
    found = [text for item in listed if (text := text_at(item, fetch.id_at))]
    return list(dict.fromkeys(found))[:ITEMS_MAX]
