"""What may be asked of a memory store? Read-only views."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice
from operator import attrgetter

from adapters.memory.state import CaseRecord, Posted, State
from engine.model.case import ClockVerdict
from engine.model.decision import JournalRow, Outcome
from engine.ports.directory import CaseRow, SentRow, Unread
from engine.ports.outbox import OutboxStatus


class MemoryDirectory:
    """See Directory."""

    def __init__(self, state: State) -> None:
        self._state = state

    def cases(
        self, *, workflow: str | None = None, state: str | None = None, late: bool | None = None, final: bool | None = None,
        after: str | None = None, limit: int = 100,
    ) -> Sequence[CaseRow]:  # fmt: skip
        """See Directory.cases."""
        rows = (case_row(self._state.cases[case_id]) for case_id in sorted(self._state.cases) if after is None or case_id > after)
        fitting = (
            row
            for row in rows
            if (workflow is None or row.workflow == workflow)
            and (state is None or row.state == state)
            and (late is None or is_late(row) is late)
            and (final is None or row.final is final)
        )
        return list(islice(fitting, limit))

    def find(self, text: str) -> Sequence[CaseRow]:
        """See Directory.find."""
        found = set(self._state.ids_by_value.get(text, ()))
        if text in self._state.cases:
            found.add(text)
        return [case_row(self._state.cases[case_id]) for case_id in sorted(found)]

    def journal(self, case_id: str) -> Sequence[JournalRow]:
        """In order of revision; empty for a case nobody knows."""
        record = self._state.cases.get(case_id)
        return list(record.journal) if record is not None else []

    def sent(self, case_id: str) -> Sequence[SentRow]:
        """In order of issue, what never left included."""
        record = self._state.cases.get(case_id)
        return [sent_row(row) for row in record.posted] if record is not None else []

    def private(self, case_id: str) -> Mapping[str, str]:
        """Of each personal field the value received last."""
        record = self._state.cases.get(case_id)
        known: dict[str, str] = {}
        for paper in record.papers if record is not None else ():
            known.update({field: value for field, value in paper.event.data.items() if field in paper.private})
        return known

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """See Directory.counts."""
        counted: dict[str, dict[str, int]] = {}
        for record in self._state.cases.values():
            states = counted.setdefault(record.case.workflow, {})
            state = record.standing.state if record.standing is not None else ""
            states[state] = states.get(state, 0) + 1
        return counted

    def backlog(self) -> Mapping[str, float | int]:
        """See Directory.backlog; an oldest of nothing is 0."""
        state = self._state
        new = [paper for paper in state.undecided.values() if paper.status == "new"]
        statuses = Counter({status: len(rows) for status, rows in state.by_status.items()})
        return {
            "inbox_pending": len(new),
            "inbox_oldest_at": min((paper.event.received_at.timestamp() for paper in new), default=0),
            "timers_armed": len(state.bells),
            "timer_oldest_due": state.bells[0][0].timestamp() if state.bells else 0,
            "outbox_ready": len(state.live),
            "outbox_oldest_at": state.queue[0][0].timestamp() if state.queue else 0,
            "dead": len(state.undecided) - len(new) + statuses[OutboxStatus.DEAD],
            "parked": len(state.parked),
            "unknown": statuses[OutboxStatus.UNKNOWN],
        }

    def unread(self, limit: int = 200) -> Sequence[Unread]:
        """Newest first: parked, expired, dead, conflict, unrecognised, alarm."""
        state = self._state
        found = [*state.quarantine, *state.alarms]
        for paper in state.papers.values():
            if paper.status in ("parked", "expired", "dead"):
                event = paper.event
                found.append(
                    Unread(
                        kind=paper.status,
                        source=event.source,
                        event_id=event.id,
                        name=event.name,
                        received_at=event.received_at,
                        detail=paper.error or paper.case_id or "",
                    )
                )
        for record in state.cases.values():
            found.extend(unrecognised(row) for row in record.journal if row.outcome is Outcome.UNKNOWN_EVENT)
        found.sort(key=attrgetter("received_at", "source", "event_id", "kind", "name", "detail"), reverse=True)
        return found[:limit]


def unrecognised(row: JournalRow) -> Unread:
    """An event whose name the workflow does not declare."""
    return Unread(
        kind="unrecognised", source=row.source, event_id=row.event_id, name=row.name, received_at=row.received_at, detail=row.case
    )


def is_late(row: CaseRow) -> bool:
    """Whether any promise of the case was broken."""
    return any(clock.verdict is ClockVerdict.LATE for clock in row.clocks)


def case_row(record: CaseRecord) -> CaseRow:
    """One line of a list; a case nobody decided yet has no state."""
    case, standing = record.case, record.standing
    if standing is None:
        return CaseRow(
            id=case.id,
            workflow=case.workflow,
            state="",
            entered_at=case.opened_at,
            opened_at=case.opened_at,
            revision=0,
            final=False,
            names=dict(record.names),
            fields={},
            clocks=(),
            next_due=None,
        )
    due = (clock.due for clock in standing.clocks if clock.verdict is ClockVerdict.RUNNING and clock.due is not None)
    return CaseRow(
        id=case.id,
        workflow=case.workflow,
        state=standing.state,
        entered_at=standing.entered_at,
        opened_at=case.opened_at,
        revision=case.revision,
        final=standing.final,
        names=dict(record.names),
        fields=dict(standing.fields),
        clocks=standing.clocks,
        next_due=min(due, default=None),
        contradictions=standing.contradictions,
    )


def sent_row(row: Posted) -> SentRow:
    """A message as it left, masked."""
    effect = row.effect
    return SentRow(
        effect_id=effect.id,
        kind=effect.kind.value,
        message=effect.message,
        channel=effect.channel,
        to=effect.to,
        status=row.status.value,
        at=effect.at,
        sent_at=row.sent_at,
        masked=row.masked,
        attempts=row.attempts,
        error=row.error,
        why=row.why,
    )
