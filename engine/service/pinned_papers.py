"""What do a case's papers hold? Its journal, and those of the cases it opened, in one order, each with the instant it counts from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.model.decision import JournalRow
from engine.model.event import Event, EventKind
from engine.ports.directory import CaseRow, SentRow
from engine.ports.worklist import Task
from engine.service.pinned_deeds import Deed, OnHold, deeds_of, holds_of
from engine.service.simulate import Stores

SOON = timedelta(minutes=1)
"""A linked case is opened, and a message handed over, within this of what began it; later means that it was held."""
UNDELIVERED = ("rejected", "unknown", "dead", "dropped", "ready", "waiting", "retry", "shadow")
WITHIN = ("case", "clock", "timer", "rules", "gateway")
"""Sources of papers that the engine writes to itself."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a journal: the instant at which a simulation does the same."""

    case: CaseRow
    entry: JournalRow
    at: datetime
    external: bool
    deed: Deed | None = None
    """What a person did with the case itself."""


@dataclass(frozen=True, slots=True)
class Papers:
    """All that is known of a case and of those it opened."""

    case: CaseRow
    linked: tuple[CaseRow, ...]
    rows: tuple[Row, ...]
    events: Mapping[str, Event]
    """Event id -> the event with its personal values."""
    sent: tuple[SentRow, ...]
    tasks: Mapping[str, Task]
    opened_by: str
    """The case that opened this one; empty: an event did."""


def papers_of(stores: Stores, case: CaseRow) -> Papers:
    """Read everything about a case from a store."""
    cases = (case, *_opened_by(stores, case))
    journals = {one.id: stores.directory.journal(one.id) for one in cases}
    rows = [(place, one, entry) for place, one in enumerate(cases) for entry in journals[one.id]]
    rows.sort(key=lambda row: (row[2].decided_at, row[0], row[2].revision))
    holds = {name: holds_of(journal) for name, journal in journals.items()}
    deeds = {name: deeds_of(journal) for name, journal in journals.items()}
    sent = tuple(row for one in cases for row in stores.directory.sent(one.id))
    histories = {one.id: stores.store.load(one.id) for one in cases}
    first = histories[case.id].history[0].event.source if histories[case.id].history else ""
    sent_at = {row.effect_id: row.sent_at or row.at for row in sent}
    return Papers(
        case=case,
        linked=cases[1:],
        rows=tuple(_row(one, entry, _instant(entry, sent_at, holds[one.id]), deeds[one.id].get(entry.revision)) for _, one, entry in rows),
        events={heard.event.id: heard.event for loaded in histories.values() for heard in loaded.history},
        sent=sent,
        tasks={task.id: task for one in cases for task in stores.worklist.tasks(case=one.id, limit=10_000)},
        opened_by=first.removeprefix("case/") if first.startswith("case/") else "",
    )


def _opened_by(stores: Stores, case: CaseRow) -> Iterator[CaseRow]:
    """Cases whose first paper came from this one: looked for among those opened when it wrote."""
    written = [one for one in stores.store.load(case.id).ledger.issued if one.kind == "mail"]
    if not written:
        return
    after: str | None = None
    while page := stores.directory.cases(after=after, limit=1000):
        after = page[-1].id
        for row in page:
            near = any(abs(row.opened_at - one.at) <= SOON for one in written)
            if near and row.id != case.id and any(one.source == f"case/{case.id}" for one in stores.directory.journal(row.id)[:1]):
                yield row


def _row(case: CaseRow, entry: JournalRow, at: datetime, deed: Deed | None) -> Row:
    return Row(case, entry, at, deed is not None or (_external(entry) and entry.kind != EventKind.HAND), deed)


def _external(entry: JournalRow) -> bool:
    return entry.source.partition("/")[0] not in WITHIN


def _instant(entry: JournalRow, sent_at: Mapping[str, datetime], holds: Sequence[OnHold]) -> datetime:
    """When a simulation does it: a bell at its due time or after the hold, a receipt at the hand-over, everything else when it was received."""
    if entry.kind == "bell":
        waited = (one.end for one in holds if one.since <= entry.occurred_at < one.end <= entry.received_at)
        return max(waited, default=entry.occurred_at)
    if entry.kind == "receipt" and not _external(entry):
        return min(entry.received_at, sent_at.get(entry.extra.get("effect", ""), entry.received_at))
    return entry.occurred_at if entry.source in ("case", "clock") else entry.received_at


def sendings_of(papers: Papers) -> Sequence[tuple[SentRow, datetime]]:
    """What was really handed over, with the instant at which a simulation hands it over."""
    begun = {effect: row for row in papers.rows for effect in row.entry.effects}
    found = []
    for one in papers.sent:
        row = begun.get(one.effect_id)
        if one.sent_at is None or one.status in UNDELIVERED or row is None:
            continue
        found.append((one, row.at if one.sent_at - one.at <= SOON else one.sent_at))
    return found
