"""What is left for a person to settle? Unknown outcomes and dead events in memory."""

from collections.abc import Sequence

from adapters.memory.outbox import as_row
from adapters.memory.state import State
from engine.ports.doubts import DeadEvent
from engine.ports.outbox import OutboxRow, OutboxStatus


class MemoryDoubts:
    """See Doubts."""

    def __init__(self, state: State) -> None:
        self._state = state

    def unknown(self, limit: int) -> Sequence[OutboxRow]:
        """See Doubts.unknown."""
        rows = sorted(self._state.by_status.get(OutboxStatus.UNKNOWN, {}).values(), key=lambda row: row.seq)
        return [as_row(row) for row in rows[:limit]]

    def dead(self, limit: int) -> Sequence[DeadEvent]:
        """See Doubts.dead."""
        found = [paper for paper in self._state.undecided.values() if paper.status == "dead"]
        return [
            DeadEvent(
                inbox_id=paper.id, case=paper.case_id or "", source=paper.event.source, event_id=paper.event.id, name=paper.event.name,
                received_at=paper.event.received_at, attempts=paper.attempts, error=paper.error,
            )
            for paper in found[:limit]
        ]  # fmt: skip

    def revive(self, inbox_id: int) -> bool:
        """See Doubts.revive."""
        paper = self._state.undecided.get(inbox_id)
        if paper is None or paper.status != "dead":
            return False
        paper.status, paper.attempts, paper.retry_at = "new", 0, None
        return True

    def discard(self, inbox_id: int) -> bool:
        """See Doubts.discard."""
        paper = self._state.undecided.get(inbox_id)
        if paper is None or paper.status != "dead":
            return False
        del self._state.undecided[inbox_id]
        self._state.cases[paper.case_id or ""].undecided.pop(inbox_id, None)
        return True
