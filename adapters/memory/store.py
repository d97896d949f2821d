"""How is a decision kept in memory? The Store and the whole set of ports over one State."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime

from adapters.memory import effects, registry
from adapters.memory.directory import MemoryDirectory
from adapters.memory.doubts import MemoryDoubts
from adapters.memory.feeds import MemoryBells, MemoryFeeds, MemoryShelf
from adapters.memory.finder import MemoryFinder
from adapters.memory.outbox import MemoryOutbox
from adapters.memory.providers import MemoryProviders
from adapters.memory.staff import MemoryStaff, MemoryTrail
from adapters.memory.state import Bell, CaseRecord, Paper, State
from adapters.memory.views import MemoryViews
from adapters.memory.ways_in import MemoryWaysIn
from adapters.memory.worklist import MemoryWorklist
from engine.model.case import Case
from engine.model.decision import Decision, JournalRow
from engine.model.event import Acceptance, Event, Report
from engine.model.timer import Timer
from engine.ports.store import Claimed, Conflict, NotFound, Owed, Pending


class MemoryStore:
    """Store in plain dicts. Not for several threads."""

    def __init__(self, state: State) -> None:
        self._state = state

    def accept(self, reports: Sequence[Report], now: datetime) -> Sequence[Acceptance]:
        """See Store.accept."""
        return registry.accept(self._state, reports, now)

    def together(self) -> AbstractContextManager[None]:
        """See Store.together; here everything is at once as it is."""
        return nullcontext()

    def claim(self, owed: Sequence[Owed]) -> Claimed[Owed]:
        """See Store.claim; there is nobody else."""
        return Claimed(owed)

    def pending(self, now: datetime, limit: int, case_id: str | None = None) -> Sequence[Pending]:
        """See Store.pending; a dead first event holds back its own case only."""
        state = self._state
        if case_id is None:
            papers = state.undecided
        elif case_id in state.cases:
            papers = state.cases[case_id].undecided
        else:
            return []
        found: list[Pending] = []
        seen: set[str] = set()
        for paper in papers.values():
            assert paper.case_id is not None
            if paper.case_id in seen:
                continue
            seen.add(paper.case_id)
            if paper.status == "new" and (paper.retry_at is None or paper.retry_at <= now):
                found.append(Pending(paper.id, paper.case_id, paper.event, paper.attempts))
                if len(found) >= limit:
                    break
        return found

    def load(self, case_id: str) -> Case:
        """See Store.load. Raises NotFound."""
        return self._record(case_id).case

    def commit(self, decision: Decision, *, inbox_id: int | None, now: datetime, mail: Sequence[Report] = ()) -> None:
        """See Store.commit. Everything that can be refused is refused before anything is written."""
        state, after = self._state, decision.after
        record = self._record(after.id)
        if record.case.revision != after.revision - 1:
            raise Conflict(f"{after.id}: revision {record.case.revision}, not {after.revision - 1}")
        paper = self._paper(decision.event, after.id, inbox_id, decision.standing.private)
        paper.status = "done"
        state.undecided.pop(paper.id, None)
        record.undecided.pop(paper.id, None)
        fresh = {field: value for field, value in decision.standing.names.items() if record.names.get(field) != value}
        self._stand(record, decision)
        record.journal.append(journal_row(decision, paper.private, now))
        state.arm(record, {bell(timer): timer for timer in decision.timers})
        effects.write(state, decision, now)
        if fresh:
            registry.expire(state, now)
            registry.learn(state, record, fresh)
        for event in decision.raised:
            if (event.source, event.id) not in state.by_key:
                private = decision.standing.private.intersection(event.data)
                registry.write(state, event, registry.body(event), after.id, private)
        registry.accept(state, mail, now)

    def failed(self, inbox_id: int, error: str, retry_at: datetime | None) -> None:
        """See Store.failed."""
        paper = self._state.undecided.get(inbox_id)
        if paper is None:
            return
        paper.attempts += 1
        paper.error, paper.retry_at = error, retry_at
        paper.status = "new" if retry_at is not None else "dead"

    def _record(self, case_id: str) -> CaseRecord:
        record = self._state.cases.get(case_id)
        if record is None:
            raise NotFound(case_id)
        return record

    def _paper(self, event: Event, case_id: str, inbox_id: int | None, private: frozenset[str]) -> Paper:
        """The decided paper; a bell's is made now. Raises Conflict."""
        state = self._state
        if inbox_id is not None:
            known = state.undecided.get(inbox_id)
            if known is None or known.case_id != case_id:
                raise Conflict(f"inbox {inbox_id} is decided already")
            return known
        if (event.source, event.id) in state.by_key:
            raise Conflict(f"{event.source} {event.id} is decided already")
        return registry.write(state, event, registry.body(event), case_id, private.intersection(event.data))

    def _stand(self, record: CaseRecord, decision: Decision) -> None:
        standing = decision.standing
        after = decision.after
        record.case = after if after.state == standing.state else replace(after, state=standing.state)
        record.standing = standing
        self._state.set_open_key(record, None if standing.final else standing.open_key)
        record.names = dict(standing.names)


def bell(timer: Timer) -> Bell:
    """The timer's place in the order of ringing."""
    return (timer.due_at, timer.case, timer.owner, timer.row, timer.gen, timer.slot)


def journal_row(decision: Decision, private: frozenset[str], now: datetime) -> JournalRow:
    """The line of the Ledger: references and public data only."""
    event, after = decision.event, decision.after
    hidden = private | decision.standing.private
    return JournalRow(
        case=after.id, revision=after.revision, event_id=event.id, source=event.source, kind=event.kind.value, name=event.name,
        occurred_at=event.occurred_at, received_at=event.received_at, decided_at=now, outcome=decision.outcome,
        state_before=decision.state_before, state_after=decision.standing.state, transition=decision.transition,
        span=decision.span, checks=decision.checks, notes=decision.notes, effects=tuple(effect.id for effect in decision.effects),
        data={field: value for field, value in event.data.items() if field not in hidden}, extra=dict(event.extra),
        rulebook=decision.rulebook,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class MemoryStores:
    """All ports over one State."""

    store: MemoryStore
    bells: MemoryBells
    feeds: MemoryFeeds
    shelf: MemoryShelf
    outbox: MemoryOutbox
    worklist: MemoryWorklist
    directory: MemoryDirectory
    providers: MemoryProviders
    ways_in: MemoryWaysIn
    doubts: MemoryDoubts
    staff: MemoryStaff
    trail: MemoryTrail
    views: MemoryViews
    finder: MemoryFinder

    def close(self) -> None:
        """Nothing to give back; here so that both stores are closed alike."""


def open_memory() -> MemoryStores:
    """An empty store."""
    state, staff, trail = State(), MemoryStaff(), MemoryTrail()
    return MemoryStores(
        MemoryStore(state), MemoryBells(state), MemoryFeeds(state), MemoryShelf(state),
        MemoryOutbox(state), MemoryWorklist(state), MemoryDirectory(state),
        MemoryProviders(state.book), MemoryWaysIn(), MemoryDoubts(state), staff, trail, MemoryViews(state, staff, trail), MemoryFinder(state),
    )  # fmt: skip
