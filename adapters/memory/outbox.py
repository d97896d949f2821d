"""What is to be sent? The outbox in memory."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from adapters.memory import registry
from adapters.memory.state import Posted, State
from engine.ports.attempts import Attempt
from engine.ports.outbox import OutboxRow, OutboxStatus, Pile, Settlement
from engine.ports.store import Conflict, NotFound

FIRST_CASES = 5
"""How many cases a pile names."""


class MemoryOutbox:
    """See Outbox, Holding."""

    def __init__(self, state: State) -> None:
        self._state = state

    def claim(
        self, now: datetime, limit: int, *, owner: str, lease_until: datetime, not_channels: Collection[str] = ()
    ) -> Sequence[OutboxRow]:
        """See Outbox.claim."""
        rows: list[Posted] = []
        for due_at, _, effect_id in self._state.queue:
            if due_at > now or len(rows) >= limit:
                break
            row = self._state.outbox[effect_id]
            if row.channel not in not_channels:
                rows.append(row)
        return [self._take(row, owner, lease_until) for row in rows]

    def companions(self, row: OutboxRow, *, owner: str, lease_until: datetime) -> Sequence[OutboxRow]:
        """See Outbox.companions."""
        group = row.effect.group
        if group is None:
            return []
        rows = [other for other in self._state.groups.get(group, {}).values() if other.status is OutboxStatus.READY]
        rows.sort(key=lambda other: (other.due_at, other.seq))
        return [self._take(other, owner, lease_until) for other in rows]

    def hand_over(
        self, effect_id: str, at: datetime, *, recipient: str, masked: str, carries: Sequence[str] = (), counts: Sequence[str] = (),
        attempt: Attempt | None = None,
    ) -> None:  # fmt: skip
        """See Outbox.hand_over. Raises NotFound."""
        row = self._row(effect_id)
        row.sent_at, row.masked = at, masked
        for one in dict.fromkeys((recipient, *counts)):
            self._state.hand(row, one, at)
        if attempt is not None:
            self._state.book.begin(attempt)
        for carried in carries:
            other = self._row(carried)
            self._state.carry(other, effect_id)
            other.sent_at, other.masked = at, masked

    def settle(self, settlement: Settlement, now: datetime) -> None:
        """See Outbox.settle. Each carried row is settled by itself, so that its own case hears of it. Raises NotFound, Conflict."""
        row = self._row(settlement.effect_id)
        if settlement.attempt is not None and settlement.attempt != row.attempts:
            raise Conflict(f"{settlement.effect_id}: it was claimed again, it is somebody else's now")
        self._settle(row, settlement)
        for answered in settlement.answered:
            self._state.book.answer(answered)
        registry.accept(self._state, settlement.reports, now)

    def crashed(self, now: datetime) -> Sequence[OutboxRow]:
        """See Outbox.crashed."""
        found = [row for row in self._with(OutboxStatus.SENDING) if row.lease_until is not None and row.lease_until <= now]
        for row in found:
            self._state.post(row, OutboxStatus.READY if row.sent_at is None else OutboxStatus.UNKNOWN)
            row.owner, row.lease_until = "", None
        return [as_row(row) for row in found if row.sent_at is not None]

    def doubtful(self, now: datetime, limit: int) -> Sequence[OutboxRow]:
        """See Outbox.doubtful."""
        asked = [(row.ask_at, row.seq, row) for row in self._with(OutboxStatus.UNKNOWN) if row.ask_at is not None and row.ask_at <= now]
        return [as_row(row) for _, _, row in sorted(asked, key=lambda one: one[:2])[:limit]]

    def release(self, channel: str, now: datetime, *, seconds_apart: float = 0, at_once: int = 1) -> int:
        """See Outbox.release."""
        return self._let_go(channel, now, seconds_apart, at_once)

    def held(self, key: str, now: datetime, *, owner: str, lease_until: datetime) -> Sequence[OutboxRow]:
        """See Holding.held."""
        rows = [row for row in self._state.live.values() if row.held_for == key and row.due_at <= now]
        rows.sort(key=lambda row: (row.due_at, row.seq))
        return [self._take(row, owner, lease_until) for row in rows]

    def waiting(self, key: str, limit: int) -> Sequence[OutboxRow]:
        """See Holding.waiting."""
        return [as_row(row) for row in self._waiting(key)[:limit]]

    def piles(self, prefix: str) -> Sequence[Pile]:
        """See Holding.piles."""
        rows = [row for row in self._with(OutboxStatus.WAITING) if row.held_for.startswith(prefix)]
        cases: dict[str, list[str]] = {}
        for row in rows:
            cases.setdefault(row.held_for, []).append(row.effect.case)
        return [Pile(key, len(found), tuple(dict.fromkeys(found))[:FIRST_CASES]) for key, found in sorted(cases.items())]

    def let_go(self, key: str, now: datetime, *, seconds_apart: float) -> int:
        """See Holding.let_go."""
        return self._let_go(key, now, seconds_apart, 1)

    def _let_go(self, key: str, now: datetime, seconds_apart: float, at_once: int) -> int:
        waiting = self._waiting(key)
        for place, row in enumerate(waiting):
            row.due_at = max(row.due_at, now + timedelta(seconds=max(0, place - at_once + 1) * seconds_apart))
            self._state.post(row, OutboxStatus.READY)
        return len(waiting)

    def carried(self, effect_id: str) -> Sequence[OutboxRow]:
        """See Holding.carried."""
        return [as_row(row) for row in sorted(self._state.carried.get(effect_id, {}).values(), key=lambda row: row.seq)]

    def find(self, effect_id: str) -> OutboxRow | None:
        """See Outbox.find."""
        row = self._state.outbox.get(effect_id)
        return as_row(row) if row is not None else None

    def sent_since(self, recipient: str, since: datetime, message: str | None = None) -> int:
        """See Outbox.sent_since."""
        places = self._state.handed_since(recipient, since)
        if message is None:
            return len(places)
        return sum(self._state.outbox[effect_id].effect.message == message for _, _, effect_id in places)

    def _waiting(self, key: str) -> list[Posted]:
        return [row for row in self._with(OutboxStatus.WAITING) if row.held_for == key]

    def _with(self, status: OutboxStatus) -> list[Posted]:
        """Rows of one status, in order of issue."""
        return sorted(self._state.by_status.get(status, {}).values(), key=lambda row: row.seq)

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
        row.held_for = settlement.held_for or row.held_for
        row.ask_at = settlement.next_at if settlement.status is OutboxStatus.UNKNOWN else None
        if settlement.status is OutboxStatus.DROPPED:
            row.why = settlement.error
        if settlement.status is OutboxStatus.RETRY:
            row.due_at = settlement.next_at or row.due_at
            self._state.carry(row, None)  # What is tried again is carried by nobody.
        self._state.post(row, settlement.status)


def as_row(row: Posted) -> OutboxRow:
    """The row as the post room sees it."""
    return OutboxRow(
        effect=row.effect, status=row.status, attempts=row.attempts, provider_id=row.provider_id,
        sent_at=row.sent_at, error=row.error, carried_by=row.carried_by, held_for=row.held_for,
    )  # fmt: skip
