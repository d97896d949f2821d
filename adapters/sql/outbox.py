"""What is to be sent? The outbox: claimed with a lease, handed over once, settled."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, Select, bindparam, func, select, update

from adapters.sql.codec import EFFECT
from adapters.sql.database import Database, Row, insert_new
from adapters.sql.inbox import Registry
from adapters.sql.prepared import Prepared
from adapters.sql.providers import answer, begin, fingerprint
from adapters.sql.shards import Share, of_channel
from adapters.sql.tables import HANDED, OUTBOX, is_one_of
from engine.ports.attempts import Attempt
from engine.ports.outbox import OutboxRow, OutboxStatus, Pile, Settlement
from engine.ports.store import Conflict, NotFound

FIRST_CASES = 5
"""How many cases a pile names."""
ORDER = (OUTBOX.c.due_at, OUTBOX.c.seq)
ANY_READY = Prepared(select(OUTBOX.c.seq).where(is_one_of(OUTBOX.c.status, "ready", "retry"), OUTBOX.c.due_at <= bindparam("now")).limit(1))
"""Asked for on every beat: mostly there is nothing."""


class SqlOutbox:
    """See Outbox, Holding."""

    def __init__(self, database: Database, secret: bytes, share: Share | None = None) -> None:
        self._database = database
        self._share = share or Share()
        self._secret = secret
        self._held: dict[str, int] = {}
        """Effect -> which attempt of it was claimed here: who was away longer than its lease finds another number."""

    def claim(
        self, now: datetime, limit: int, *, owner: str, lease_until: datetime, not_channels: Collection[str] = ()
    ) -> Sequence[OutboxRow]:
        """See Outbox.claim."""
        with self._database.read() as connection:
            if ANY_READY.first(connection, {"now": now}) is None:
                return []
        rows = select(OUTBOX).where(is_one_of(OUTBOX.c.status, "ready", "retry"), OUTBOX.c.due_at <= now)
        if not_channels:
            rows = rows.where(OUTBOX.c.channel.is_(None) | OUTBOX.c.channel.not_in(sorted(not_channels)))
        if not self._share.whole:
            rows = rows.where(of_channel(OUTBOX.c.channel)).params(**self._share.words(now))
        return self._take(rows.order_by(*ORDER).limit(limit), owner, lease_until)

    def companions(self, row: OutboxRow, *, owner: str, lease_until: datetime) -> Sequence[OutboxRow]:
        """See Outbox.companions."""
        if row.effect.group is None:
            return []
        rows = select(OUTBOX).where(is_one_of(OUTBOX.c.status, "ready"), OUTBOX.c.group_key == row.effect.group)
        return self._take(rows.order_by(*ORDER), owner, lease_until)

    def hand_over(
        self, effect_id: str, at: datetime, *, recipient: str, masked: str, carries: Sequence[str] = (), counts: Sequence[str] = (),
        attempt: Attempt | None = None,
    ) -> None:  # fmt: skip
        """See Outbox.hand_over. Raises NotFound; Conflict if the lease ran out and the row is somebody else's."""
        with self._database.write_aside() as connection:
            self._still_ours(connection, effect_id)
            change(connection, effect_id, {"sent_at": at, "masked": masked})
            message = connection.scalar(select(OUTBOX.c.message).where(OUTBOX.c.effect_id == effect_id))
            known = [self._fingerprint(one) for one in (recipient, *counts)]
            rows: list[Row] = [{"effect_id": effect_id, "recipient": one, "message": message, "at": at} for one in known]
            if insert_new(connection, HANDED, rows) != len(rows):
                again = update(HANDED).where(HANDED.c.effect_id == effect_id, HANDED.c.recipient.in_(known))
                connection.execute(again.values(at=at))
            if attempt is not None:
                begin(connection, self._secret, attempt)
            if carries:
                carried = update(OUTBOX).where(OUTBOX.c.effect_id.in_(carries))
                connection.execute(carried.values(carried_by=effect_id, sent_at=at, masked=masked))

    def settle(self, settlement: Settlement, now: datetime) -> None:
        """See Outbox.settle. Each carried row is settled by itself, so that its own case hears of it. Raises NotFound, Conflict."""
        with self._database.write_shared() as connection:
            registry = Registry(connection, self._secret, now)
            # Names before rows: whoever waits for a name holds no row that others wait for.
            registry.accept(settlement.reports, wait=True)
            if settlement.attempt is not None:
                _not_claimed_since(connection, settlement.effect_id, settlement.attempt)
            change(connection, settlement.effect_id, settled(settlement))
            for answered in settlement.answered:
                answer(connection, answered)
            registry.flush()
        self._held.pop(settlement.effect_id, None)

    def crashed(self, now: datetime) -> Sequence[OutboxRow]:
        """See Outbox.crashed."""
        lost = select(OUTBOX).where(is_one_of(OUTBOX.c.status, "sending"), OUTBOX.c.lease_until <= now)
        free: Row = {"owner": "", "lease_until": None}
        with self._database.read() as connection:
            if connection.execute(lost.limit(1)).first() is None:
                return []
        # The hand-over is committed before the request: without one, nothing can have left.
        self._update(lost.where(OUTBOX.c.sent_at.is_(None)), free | {"status": OutboxStatus.READY.value})
        return self._update(lost.order_by(OUTBOX.c.seq), free | {"status": OutboxStatus.UNKNOWN.value})

    def doubtful(self, now: datetime, limit: int) -> Sequence[OutboxRow]:
        """See Outbox.doubtful."""
        rows = select(OUTBOX).where(is_one_of(OUTBOX.c.status, "unknown"), OUTBOX.c.ask_at <= now).order_by(OUTBOX.c.ask_at).limit(limit)
        with self._database.read() as connection:
            return [outbox_row(row) for row in connection.execute(rows).mappings()]

    def release(self, channel: str, now: datetime, *, seconds_apart: float = 0, at_once: int = 1) -> int:
        """See Outbox.release."""
        return self._let_go(channel, now, seconds_apart, at_once)

    def held(self, key: str, now: datetime, *, owner: str, lease_until: datetime) -> Sequence[OutboxRow]:
        """See Holding.held."""
        rows = select(OUTBOX).where(is_one_of(OUTBOX.c.status, "ready", "retry"), OUTBOX.c.due_at <= now, OUTBOX.c.waits_for_channel == key)
        return self._take(rows.order_by(*ORDER), owner, lease_until)

    def waiting(self, key: str, limit: int) -> Sequence[OutboxRow]:
        """See Holding.waiting."""
        rows = select(OUTBOX).where(is_one_of(OUTBOX.c.status, "waiting"), OUTBOX.c.waits_for_channel == key)
        with self._database.read() as connection:
            return [outbox_row(row) for row in connection.execute(rows.order_by(OUTBOX.c.seq).limit(limit)).mappings()]

    def piles(self, prefix: str) -> Sequence[Pile]:
        """See Holding.piles. Between the prefix and its successor, so that the index is used."""
        key = OUTBOX.c.waits_for_channel
        counted = select(key, func.count()).where(
            is_one_of(OUTBOX.c.status, "waiting"), key >= prefix, key < prefix[:-1] + chr(ord(prefix[-1]) + 1)
        )
        with self._database.read() as connection:
            found = connection.execute(counted.group_by(key).order_by(key)).all()
        return [Pile(str(name), count, self._first_cases(str(name))) for name, count in found]

    def _first_cases(self, key: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(row.effect.case for row in self.waiting(key, FIRST_CASES)))

    def let_go(self, key: str, now: datetime, *, seconds_apart: float) -> int:
        """See Holding.let_go."""
        return self._let_go(key, now, seconds_apart, 1)

    def _let_go(self, key: str, now: datetime, seconds_apart: float, at_once: int) -> int:
        rows = select(OUTBOX.c.seq, OUTBOX.c.due_at).where(is_one_of(OUTBOX.c.status, "waiting"), OUTBOX.c.waits_for_channel == key)
        with self._database.write() as connection:
            found = connection.execute(rows.order_by(OUTBOX.c.seq)).all()
            for place, (seq, due_at) in enumerate(found):
                at = max(due_at, now + timedelta(seconds=max(0, place - at_once + 1) * seconds_apart))
                connection.execute(update(OUTBOX).where(OUTBOX.c.seq == seq).values(status=OutboxStatus.READY.value, due_at=at))
        return len(found)

    def carried(self, effect_id: str) -> Sequence[OutboxRow]:
        """See Holding.carried."""
        rows = select(OUTBOX).where(OUTBOX.c.carried_by == effect_id).order_by(OUTBOX.c.seq)
        with self._database.read() as connection:
            return [outbox_row(row) for row in connection.execute(rows).mappings()]

    def find(self, effect_id: str) -> OutboxRow | None:
        """See Outbox.find."""
        with self._database.read() as connection:
            row = connection.execute(select(OUTBOX).where(OUTBOX.c.effect_id == effect_id)).mappings().one_or_none()
        return outbox_row(row) if row is not None else None

    def sent_since(self, recipient: str, since: datetime, message: str | None = None) -> int:
        """See Outbox.sent_since."""
        handed = select(func.count()).select_from(HANDED)
        handed = handed.where(HANDED.c.recipient == self._fingerprint(recipient), HANDED.c.at >= since)
        if message is not None:
            handed = handed.where(HANDED.c.message == message)
        with self._database.read() as connection:
            return connection.scalar(handed) or 0

    def _take(self, rows: "Select[tuple[object, ...]]", owner: str, lease_until: datetime) -> list[OutboxRow]:
        """Claim them, if there are any: an idle heartbeat takes no write lock."""
        with self._database.read() as connection:
            if connection.execute(rows.limit(1)).first() is None:
                return []
        changes = {"status": OutboxStatus.SENDING.value, "owner": owner, "lease_until": lease_until}
        taken = self._update(rows, changes | {"attempts": OUTBOX.c.attempts + 1})
        self._held.update({row.effect.id: row.attempts for row in taken})
        return taken

    def _still_ours(self, connection: Connection, effect_id: str) -> None:
        held = self._held.get(effect_id)
        if held is None:
            return
        row = select(OUTBOX.c.attempts, OUTBOX.c.status).where(OUTBOX.c.effect_id == effect_id).with_for_update()
        found = connection.execute(row).first()
        if found is not None and tuple(found) != (held, OutboxStatus.SENDING.value):
            raise Conflict(f"{effect_id}: the lease ran out, it is somebody else's now")

    def _update(self, rows: "Select[tuple[object, ...]]", changes: Row) -> list[OutboxRow]:
        """Lock, change, and read again. Who else holds a row is passed over."""
        with self._database.write_aside() as connection:
            found = connection.execute(rows.with_for_update(skip_locked=True)).mappings().all()
            ids = [row["seq"] for row in found]
            if not ids:
                return []
            connection.execute(update(OUTBOX).where(OUTBOX.c.seq.in_(ids)).values(changes))
            now = {row["seq"]: row for row in connection.execute(select(OUTBOX).where(OUTBOX.c.seq.in_(ids))).mappings()}
        return [outbox_row(now[seq]) for seq in ids]

    def _fingerprint(self, recipient: str) -> str:
        return fingerprint(self._secret, recipient)


def _not_claimed_since(connection: Connection, effect_id: str, attempt: int) -> None:
    """Raises Conflict: whoever was away longer than its lease has nothing more to say of the row."""
    row = select(OUTBOX.c.attempts).where(OUTBOX.c.effect_id == effect_id).with_for_update()
    found = connection.scalar(row)
    if found is not None and found != attempt:
        raise Conflict(f"{effect_id}: it was claimed again, it is somebody else's now")


def settled(settlement: Settlement) -> Row:
    """The columns a settlement writes."""
    changes: Row = {"status": settlement.status.value, "owner": "", "lease_until": None, "error": settlement.error}
    if settlement.held_for:
        changes["waits_for_channel"] = settlement.held_for
    if settlement.provider_id:
        changes["provider_id"] = settlement.provider_id
    if settlement.status is OutboxStatus.DROPPED:
        changes["why"] = settlement.error
    changes["ask_at"] = settlement.next_at if settlement.status is OutboxStatus.UNKNOWN else None
    if settlement.status is OutboxStatus.RETRY:
        changes["carried_by"] = None  # What is tried again is carried by nobody.
        if settlement.next_at is not None:
            changes["due_at"] = settlement.next_at
    return changes


def change(connection: Connection, effect_id: str, changes: Row) -> None:
    """Change one row. Raises NotFound."""
    if connection.execute(update(OUTBOX).where(OUTBOX.c.effect_id == effect_id).values(changes)).rowcount != 1:
        raise NotFound(effect_id)


def outbox_row(row: RowMapping) -> OutboxRow:
    """The row as the post room sees it."""
    return OutboxRow(
        effect=EFFECT.validate_json(row["effect"]), status=OutboxStatus(row["status"]), attempts=row["attempts"],
        provider_id=row["provider_id"], sent_at=row["sent_at"], error=row["error"], carried_by=row["carried_by"],
        held_for=row["waits_for_channel"] or "",
    )  # fmt: skip
