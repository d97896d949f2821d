"""What may not leave by itself after a backup was restored? Whatever may have left before, and only a person knows better.

A restored copy does not know what was sent after it was taken. So a fence is written into it: every sending that waited in
the copy, and every one that comes of something that happened before the restore, is held, and a person lets it go or not.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from adapters.sql.codec import EPOCH, MICROSECOND, dumps
from adapters.sql.database import Database, Row
from adapters.sql.inbox import Registry
from adapters.sql.outbox import outbox_row
from adapters.sql.provider_tables import ATTEMPT
from adapters.sql.tables import COUNTER, INBOX, JOURNAL, META, OUTBOX, is_one_of
from adapters.sql.ways_in import POLLED
from engine.model.effect import Effect
from engine.model.event import Event, Report
from engine.ports.outbox import OutboxRow, OutboxStatus
from engine.service.papers import held

KEY = "fence"
WHY = "restored"
"""Why a row is in doubt, as `doubts list` shows it; and the mark of what a fenced case writes to another one."""
SERIALS_APART = 1_000
"""So many numbers of each pattern are passed over: those of the time that was lost are on labels already."""


@dataclass(frozen=True, slots=True)
class Fence:
    """One restore."""

    epoch: int
    at: datetime
    """When it was restored: what happened until then may have been answered before."""
    known_until: datetime | None
    """The last thing the copy knows of."""
    by: str


@dataclass(frozen=True, slots=True)
class Fenced:
    """What the fence held at once, and where reports must be asked for again."""

    fence: Fence
    held: int
    polls: tuple[str, ...]


def fence_of(connection: Connection) -> Fence | None:
    """The last restore; None: there never was one."""
    written = connection.scalar(select(META.c.value).where(META.c.key == KEY))
    if written is None:
        return None
    said = json.loads(written)
    known = said["known_until"]
    return Fence(said["epoch"], _instant(said["at"]), None if known is None else _instant(known), said["by"])


def put_up(database: Database, secret: bytes, now: datetime, by: str) -> Fenced:
    """Hold what waits in a copy that was just brought back, in one transaction."""
    with database.write() as connection:
        before = fence_of(connection)
        fence = Fence(before.epoch + 1 if before else 1, now, _known_until(connection), by)
        said = {"epoch": fence.epoch, "at": _micros(now), "known_until": _micros(fence.known_until), "by": by}
        connection.execute(delete(META).where(META.c.key == KEY))
        connection.execute(insert(META).values(key=KEY, value=dumps(said)))
        connection.execute(update(COUNTER).where(COUNTER.c.workflow != "").values(value=COUNTER.c.value + SERIALS_APART))
        rows = _waiting(connection)
        for row in rows:
            # Who may be asked is asked; of the others only a person can know.
            ask_at = now if row.sent_at is not None else None
            changes: Row = {
                "status": OutboxStatus.UNKNOWN.value, "error": WHY, "owner": "", "lease_until": None, "ask_at": ask_at,
            }  # fmt: skip
            connection.execute(update(OUTBOX).where(OUTBOX.c.effect_id == row.effect.id).values(changes))
        registry = Registry(connection, secret, now)
        registry.accept(told([row.effect for row in rows], now))
        registry.flush()
        polls = connection.execute(select(POLLED.c.connection).order_by(POLLED.c.connection)).scalars().all()
    return Fenced(fence, len(rows), tuple(polls))


def _waiting(connection: Connection) -> list[OutboxRow]:
    rows = select(OUTBOX).where(is_one_of(OUTBOX.c.status, "ready", "waiting", "retry", "sending")).order_by(OUTBOX.c.seq)
    return [outbox_row(row) for row in connection.execute(rows).mappings()]


def _known_until(connection: Connection) -> datetime | None:
    found = [connection.scalar(select(func.max(column))) for column in (INBOX.c.received_at, JOURNAL.c.decided_at, ATTEMPT.c.at)]
    return max((one for one in found if one is not None), default=None)


def is_fenced(fence: datetime | None, event: Event) -> bool:
    """Whether what follows from this event may have left before the restore."""
    return fence is not None and (event.occurred_at <= fence or WHY in event.extra)


def behind(row: Row) -> Row:
    """A new row of the outbox, held from the start."""
    return row if row["status"] == OutboxStatus.SHADOW.value else {**row, "status": OutboxStatus.UNKNOWN.value, "error": WHY}


def told(effects: Sequence[Effect], now: datetime) -> list[Report]:
    """Each case hears that its sending is held until a person decides, so that it looks for no other way meanwhile."""
    return [held(effect, WHY, None, now) for effect in effects]


def marked(mail: Sequence[Report]) -> list[Report]:
    """What a fenced case writes to another stands behind the fence, too."""
    return [replace(one, event=replace(one.event, extra={**one.event.extra, WHY: "yes"})) for one in mail]


def held_back(database: Database, limit: int) -> list[OutboxRow]:
    """What the fence holds, oldest first."""
    rows = select(OUTBOX).where(is_one_of(OUTBOX.c.status, "unknown"), OUTBOX.c.error == WHY).order_by(OUTBOX.c.seq).limit(limit)
    with database.read() as connection:
        return [outbox_row(row) for row in connection.execute(rows).mappings()]


def let_out(database: Database, effect_id: str, now: datetime) -> bool:
    """A person says that it may leave; False: the fence does not hold it (any more)."""
    row = update(OUTBOX).where(OUTBOX.c.effect_id == effect_id, is_one_of(OUTBOX.c.status, "unknown"), OUTBOX.c.error == WHY)
    free: Row = {"status": OutboxStatus.READY.value, "due_at": now, "ask_at": None, "waits_for_channel": None, "error": ""}
    with database.write() as connection:
        return connection.execute(row.values(free)).rowcount == 1


def _instant(micros: int) -> datetime:
    return EPOCH + timedelta(microseconds=micros)


def _micros(at: datetime | None) -> int | None:
    return None if at is None else (at - EPOCH) // MICROSECOND
