"""Which recorded cases are rehearsed? A history read in as many passes as memory asks for, by window and sample."""

import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from adapters.cli.plan_stored import is_database, stored_history
from adapters.cli.speech import NotFine
from adapters.files.history import Problem, belonging, stream_history
from engine.service.replay import OldCase, OldEvent, group

EVENTS_AT_ONCE = 100_000
"""Events of cases held in memory; a longer history is read again for each further part of its cases."""

SHARES = 10_000
"""A sample is counted in hundredths of a percent."""


@dataclass(slots=True)
class History:
    """Recorded events in files. Which cases belong to a sample follows from their names: the same ones every time."""

    files: Sequence[str]
    timezone: str
    declared: Mapping[str, AbstractSet[str]]
    """Workflow -> its event names."""
    share: float = 1.0
    since: datetime | None = None
    """Only cases whose first report was received then or later."""
    days: int | None = None
    until: datetime | None = None
    """Where time stops; None: at the last event."""
    lines: int = 0
    problems: list[Problem] = field(default_factory=list)
    first: datetime | None = None
    """The earliest receipt."""
    events: int = 0
    """Of the cases rehearsed, counted as they are read."""
    seen: Counter[str] = field(default_factory=Counter)
    """`workflow.event` of the cases rehearsed."""

    def survey(self) -> datetime:
        """Read it once for its length; answers where time stops. Raises NotFine if there is nothing in it."""
        last: datetime | None = None
        for event in self._stream(self.problems):
            self.lines += 1
            last = event.received_at if last is None else max(last, event.received_at)
            self.first = event.received_at if self.first is None else min(self.first, event.received_at)
        if last is None:
            raise NotFine("历史里没有可预演的事件", "there is no event to rehearse")
        self.until = self.until or last
        if self.days is not None:
            self.since = self.until - timedelta(days=self.days)
        return self.until

    def cases(self) -> Iterator[OldCase]:
        """The cases, a part of them in memory at a time."""
        parts = -(-self.lines // EVENTS_AT_ONCE)
        for part in range(parts):
            chosen = [event for event in self._stream([]) if self._belongs(event, part, parts)]
            kept, stray = belonging(chosen, self.declared)
            self.problems += [_strayed(one) for one in stray]
            for case in group(kept, lambda one: one.workflow):
                if self.since is None or case.events[0].received_at >= self.since:
                    self.events += len(case.events)
                    self.seen.update(f"{case.workflow}.{event.event}" for event in case.events)
                    yield case

    def _stream(self, problems: list[Problem]) -> Iterator[OldEvent]:
        for path in self.files:
            yield from stored_history(path) if is_database(path) else stream_history([path], self.timezone, problems)

    def _belongs(self, event: OldEvent, part: int, parts: int) -> bool:
        place, share = divmod(zlib.crc32(event.case.encode()), SHARES)
        return place % parts == part and share < self.share * SHARES


def _strayed(one: OldEvent) -> Problem:
    return (
        "", one.line, f"“{one.workflow}”不是流程,也没有流程登记了事件“{one.event}”",
        f"{one.workflow} is no workflow, and none declares {one.event}",
    )  # fmt: skip
