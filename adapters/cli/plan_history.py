"""Which recorded cases are rehearsed? A history read in as many passes as memory asks for, by window and sample."""

import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from adapters.cli.plan_stored import is_database, stored_history
from adapters.cli.speech import NotFine
from adapters.files.history import Problem, belonging, stream_history
from adapters.files.parquet import SHARES, NotOurs, ParquetHistory, Wanted, parquet_files
from engine.service.replay import OldCase, OldEvent, group

EVENTS_AT_ONCE = 100_000
"""Events of cases held in memory; a longer history is read again for each further part of its cases. Parquet is sorted instead."""


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
    workflow: str | None = None
    """Only cases of this workflow."""
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
        """Look at it once for its length; answers where time stops. Raises NotFine if there is nothing in it."""
        parquet = self._parquet()
        if parquet is None:
            last = self._read_through()
        else:
            with _in_words():
                self.lines, self.first, last = parquet.survey()
        if last is None:
            raise NotFine("历史里没有可预演的事件", "there is no event to rehearse")
        self.until = self.until or last
        if self.days is not None:
            self.since = self.until - timedelta(days=self.days)
        return self.until

    def _read_through(self) -> datetime | None:
        last: datetime | None = None
        for event in self._stream(self.problems):
            self.lines += 1
            last = event.received_at if last is None else max(last, event.received_at)
            self.first = event.received_at if self.first is None else min(self.first, event.received_at)
        return last

    def cases(self) -> Iterator[OldCase]:
        """The cases, part by part as their names fall, in each part as they first appear; a bounded number of events in memory."""
        parts = -(-self.lines // EVENTS_AT_ONCE)
        parquet = self._parquet()
        with _in_words():
            for events in self._in_parts(parts) if parquet is None else parquet.cases(self._wanted(parts)):
                if self.since is not None and min(one.received_at for one in events) < self.since:
                    continue
                kept, stray = belonging(events, self.declared)
                self.problems += [_strayed(one) for one in stray]
                for case in group(kept, lambda one: one.workflow):
                    if self.workflow is None or case.workflow == self.workflow:
                        self.events += len(case.events)
                        self.seen.update(f"{case.workflow}.{event.event}" for event in case.events)
                        yield case

    def _in_parts(self, parts: int) -> Iterator[list[OldEvent]]:
        """The events of one case at a time, of histories that can only be read from the start."""
        for part in range(parts):
            cases: dict[str, list[OldEvent]] = {}
            for event in self._stream([]):
                if self._belongs(event, part, parts):
                    cases.setdefault(event.case, []).append(event)
            yield from cases.values()

    def _parquet(self) -> ParquetHistory | None:
        """The files as Parquet; None: they are lines, or databases. Raises NotFine: some of both."""
        found = [parquet_files(name) for name in self.files]
        if not any(found):
            return None
        if not all(found):
            raise NotFine(
                "Parquet 不能和别的历史混着读,先用 waybill history write 转过去",
                "Parquet and other histories do not mix; turn these into Parquet first (waybill history write)",
            )
        return ParquetHistory([file for files in found for file in files])

    def _wanted(self, parts: int) -> Wanted:
        return Wanted(parts=parts, share=self.share, since=self.since, workflow=self.workflow, declared=frozenset(self.declared))

    def _stream(self, problems: list[Problem]) -> Iterator[OldEvent]:
        for path in self.files:
            yield from stored_history(path) if is_database(path) else stream_history([path], self.timezone, problems)

    def _belongs(self, event: OldEvent, part: int, parts: int) -> bool:
        place, share = divmod(zlib.crc32(event.case.encode()), SHARES)
        return place % parts == part and share < self.share * SHARES


@contextmanager
def _in_words() -> Iterator[None]:
    """What is wrong with a Parquet file, said at the prompt."""
    try:
        yield
    except NotOurs as problem:
        raise NotFine(problem.zh, problem.en) from problem


def _strayed(one: OldEvent) -> Problem:
    return (
        "", one.line, f"“{one.workflow}”不是流程,也没有流程登记了事件“{one.event}”",
        f"{one.workflow} is no workflow, and none declares {one.event}",
    )  # fmt: skip
