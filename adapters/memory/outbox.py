"""What is to be sent? The outbox in memory."""

from collections.abc import Collection, Sequence
from datetime import datetime

from adapters.memory import registry
from adapters.memory.state import Posted, State
from engine.ports.outbox import OutboxRow, OutboxStatus, Settlement
from engine.ports.store import NotFound


class MemoryOutbox:
    """See Outbox."""

    def __init__(self, state: State) -> None:
        self._state = state

    def claim(
        self, now: datetime, limit: int, *, owner: str, lease_until: datetime, not_channels: Collection[str] = ()
    ) -> Sequence[OutboxRow]:
        """See Outbox.claim."""
        rows = [row for row in self._state.live.values() if row.due_at <= now and row.channel not in not_channels]
        rows.sort(key=lambda row: (row.due_at, row.seq))
        return [self._take(row, owner, lease_until) for row in rows[:limit]]

    def companions(self, row: OutboxRow, *, owner: str, lease_until: datetime) -> Sequence[OutboxRow]:
        """See Outbox.companions."""
        group = row.effect.group
        if group is None:
            return []
        rows = [other for other in self._state.live.values() if other.effect.group == group and other.status is OutboxStatus.READY]
        rows.sort(key=lambda other: (other.due_at, other.seq))
        return [self._take(other, owner, lease_until) for other in rows]

    def hand_over(self, effect_id: str, at: datetime, *, recipient: str, masked: str, carries: Sequence[str] = ()) -> None:
        """See Outbox.hand_over. Raises NotFound."""
        row = self._row(effect_id)
        row.sent_at, row.masked = at, masked
        row.recipients[recipient] = at
        for carried in carries:
            other = self._row(carried)
            other.carried_by, other.sent_at, other.masked = effect_id, at, masked

    def settle(self, settlement: Settlement, now: datetime) -> None:
        """See Outbox.settle. Each carried row is settled by itself, so that its own case hears of it. Raises NotFound."""
        self._settle(self._row(settlement.effect_id), settlement)
        registry.accept(self._state, settlement.reports, now)

    def crashed(self, now: datetime) -> Sequence[OutboxRow]:
        """See Outbox.crashed."""
        found = [
            row
            for row in self._state.outbox.values()
            if row.status is OutboxStatus.SENDING and row.lease_until is not None and row.lease_until <= now
        ]
        for row in found:
            self._state.post(row, OutboxStatus.READY if row.sent_at is None else OutboxStatus.UNKNOWN)
            row.owner, row.lease_until = "", None
        return [as_row(row) for row in found if row.sent_at is not None]

    def release(self, channel: str, now: datetime) -> int:
        """See Outbox.release."""
        waiting = [
            row for row in self._state.outbox.values() if row.status is OutboxStatus.WAITING and row.effect.waits_for_channel == channel
        ]
        for row in waiting:
            row.due_at = max(row.due_at, now)
            self._state.post(row, OutboxStatus.READY)
        return len(waiting)

    def find(self, effect_id: str) -> OutboxRow | None:
        """See Outbox.find."""
        row = self._state.outbox.get(effect_id)
        return as_row(row) if row is not None else None

    def sent_since(self, recipient: str, since: datetime, message: str | None = None) -> int:
        """See Outbox.sent_since."""
        rows = (row for row in self._state.outbox.values() if message is None or row.effect.message == message)
        return sum(1 for row in rows if recipient in row.recipients and row.recipients[recipient] >= since)

    def _row(self, effect_id: str) -> Posted:
        row = self._state.outbox.get(effect_id)
        if row is None:
            raise NotFound(effect_id)
        return row

    def _take(self, row: Posted, owner: str, lease_until: datetime) -> OutboxRow:
        row.attempts += 1
        row.owner, row.lease_until = owner, lease_until
        self._state.post(row, OutboxStatus.SENDING)
        return as_row(row)

    def _settle(self, row: Posted, settlement: Settlement) -> None:
        row.owner, row.lease_until = "", None
        row.provider_id = settlement.provider_id or row.provider_id
        row.error = settlement.error
        if settlement.status is OutboxStatus.DROPPED:
            row.why = settlement.error
        if settlement.status is OutboxStatus.RETRY:
            row.due_at = settlement.next_at or row.due_at
            row.carried_by = None  # What is tried again is carried by nobody.
        self._state.post(row, settlement.status)


def as_row(row: Posted) -> OutboxRow:
    """The row as the post room sees it."""
    return OutboxRow(
        effect=row.effect, status=row.status, attempts=row.attempts, provider_id=row.provider_id,
        sent_at=row.sent_at, error=row.error, carried_by=row.carried_by,
    )  # fmt: skip
