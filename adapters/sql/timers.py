"""When is a case to be woken? Its timers, kept as the set the last decision asked for."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Connection, bindparam, cast, delete, func, insert, or_, select, type_coerce, update

from adapters.sql.codec import EPOCH, MICROSECOND
from adapters.sql.database import Database, Row
from adapters.sql.prepared import Prepared, PreparedList, one_of
from adapters.sql.shards import Share, in_share, of_channel, shard_of
from adapters.sql.tables import FEED, INBOX, OUTBOX, TIMER, is_one_of
from engine.model.timer import Timer

ORDER = (TIMER.c.due_at, TIMER.c.case_id, TIMER.c.owner, TIMER.c.row, TIMER.c.gen, TIMER.c.slot)
SAME = (
    TIMER.c.case_id == bindparam("b_case"), TIMER.c.owner == bindparam("b_owner"), TIMER.c.row == bindparam("b_row"),
    TIMER.c.gen == bindparam("b_gen"), TIMER.c.slot == bindparam("b_slot"),
)  # fmt: skip
OF_CASE = Prepared(select(TIMER).where(TIMER.c.case_id == bindparam("case")))
OF_CASES = PreparedList(lambda size: select(TIMER).where(one_of(TIMER.c.case_id, size)))
DISARM, ARM, MOVE = Prepared(delete(TIMER).where(*SAME)), Prepared(insert(TIMER)), Prepared(update(TIMER).where(*SAME))

BACK = type_coerce(FEED.c.back_at, BigInteger)
LAG = cast(TIMER.c.lag_seconds, BigInteger) * 1_000_000
"""In microseconds, which an hour already takes beyond what 32 bits hold."""
DUE = (
    select(TIMER)
    .outerjoin(FEED, FEED.c.connection == TIMER.c.waits_for)
    .where(TIMER.c.due_at <= bindparam("now"))
    .where(or_(TIMER.c.waits_for.is_(None), FEED.c.back_at.is_(None), bindparam("now_us", type_=BigInteger) >= BACK + LAG))
    .order_by(*ORDER)
    .limit(bindparam("most"))
)
DUE_OF_CASE = DUE.where(TIMER.c.case_id == bindparam("case"))
HEARD = or_(TIMER.c.waits_for.is_(None), TIMER.c.waits_for.not_in(bindparam("silent", expanding=True)))
DUE_HEARD, DUE_HEARD_OF_CASE = DUE.where(HEARD), DUE_OF_CASE.where(HEARD)
DUE_NOW, DUE_NOW_OF_CASE = Prepared(DUE), Prepared(DUE_OF_CASE)
OURS = in_share(TIMER.c.vshard, TIMER.c.due_at)
DUE_OURS, DUE_HEARD_OURS = Prepared(DUE.where(OURS)), DUE_HEARD.where(OURS)

UNSTEADY = Prepared(select(FEED).where(or_(FEED.c.silent_since.is_not(None), FEED.c.back_at.is_not(None))))
"""Feeds that are silent, or were."""
READY = Prepared(select(func.min(OUTBOX.c.due_at).label("first")).where(is_one_of(OUTBOX.c.status, "ready", "retry")))
RETRIED = Prepared(select(func.min(INBOX.c.retry_at).label("first")).where(INBOX.c.retry_at.is_not(None), is_one_of(INBOX.c.status, "new")))
FIRST = Prepared(select(TIMER.c.due_at).order_by(TIMER.c.due_at).limit(1))
READY_OURS = Prepared(
    select(func.min(OUTBOX.c.due_at).label("first")).where(is_one_of(OUTBOX.c.status, "ready", "retry"), of_channel(OUTBOX.c.channel))
)
RETRIED_OURS = Prepared(
    select(func.min(INBOX.c.retry_at).label("first")).where(
        INBOX.c.retry_at.is_not(None), is_one_of(INBOX.c.status, "new"), in_share(INBOX.c.vshard, INBOX.c.received_at)
    )
)
FIRST_OURS = Prepared(select(TIMER.c.due_at).where(OURS).order_by(TIMER.c.due_at).limit(1))
WAITING = Prepared(
    select(TIMER.c.due_at, TIMER.c.lag_seconds)
    .where(TIMER.c.waits_for == bindparam("feed"))
    .order_by(TIMER.c.due_at, TIMER.c.lag_seconds)
    .limit(1)
)

Identity = tuple[str, str, int, str]
"""(owner, row, gen, slot) within one case."""


def arm(connection: Connection, changes: Iterable[tuple[Sequence[Timer], Sequence[Timer]]]) -> None:
    """For each case (what is armed, what shall be): make it so, touching only what differs."""
    gone: list[Row] = []
    new: list[Row] = []
    moved: list[Row] = []
    for before, after in changes:
        armed = {identity(timer): timer for timer in before}
        wanted = {identity(timer): timer for timer in after}
        gone += [place(timer) for key, timer in armed.items() if key not in wanted]
        new += [as_row(timer) for key, timer in wanted.items() if key not in armed]
        moved += [_moved(timer) for key, timer in wanted.items() if key in armed and armed[key] != timer]
    DISARM.send_many(connection, gone)
    ARM.send_many(connection, new)
    MOVE.send_many(connection, moved)


def _moved(timer: Timer) -> Row:
    return {"due_at": timer.due_at, "waits_for": timer.waits_for, "lag_seconds": timer.lag_seconds} | place(timer)


def identity(timer: Timer) -> Identity:
    """What makes it this timer, wherever its instant moves."""
    return (timer.owner, timer.row, timer.gen, timer.slot)


def place(timer: Timer) -> Row:
    """The identity as parameters of SAME."""
    return {"b_case": timer.case, "b_owner": timer.owner, "b_row": timer.row, "b_gen": timer.gen, "b_slot": timer.slot}


def as_row(timer: Timer) -> Row:
    """A new row."""
    return {
        "case_id": timer.case, "owner": timer.owner, "row": timer.row, "gen": timer.gen, "slot": timer.slot,
        "due_at": timer.due_at, "waits_for": timer.waits_for, "lag_seconds": timer.lag_seconds, "vshard": shard_of(timer.case),
    }  # fmt: skip


def timer_of(row: Mapping[str, Any]) -> Timer:
    """And back."""
    return Timer(
        case=row["case_id"], owner=row["owner"], row=row["row"], gen=row["gen"], slot=row["slot"], due_at=row["due_at"],
        waits_for=row["waits_for"], lag_seconds=row["lag_seconds"],
    )  # fmt: skip


class SqlBells:
    """See Bells."""

    def __init__(self, database: Database, share: Share | None = None) -> None:
        self._database = database
        self._share = share or Share()

    def due(self, now: datetime, limit: int, *, silent: Collection[str] = (), case_id: str | None = None) -> Sequence[Timer]:
        """See Bells.due."""
        rows = DUE_NOW if case_id is None else DUE_NOW_OF_CASE
        shared = case_id is None and not self._share.whole
        if silent:
            return self._due_heard(now, limit, silent, case_id)
        words = {"now": now, "now_us": (now - EPOCH) // MICROSECOND, "most": limit}
        words |= {"case": case_id} if case_id is not None else {}
        if shared:
            rows, words = DUE_OURS, words | self._share.words(now)
        with self._database.read() as connection:
            return [timer_of(row) for row in rows.rows(connection, words)]

    def _due_heard(self, now: datetime, limit: int, silent: Collection[str], case_id: str | None) -> Sequence[Timer]:
        """While a feed is silent, which is seldom."""
        words = {"now": now, "now_us": (now - EPOCH) // MICROSECOND, "most": limit, "silent": sorted(silent)}
        words |= {"case": case_id} if case_id is not None else {}
        with self._database.read() as connection:
            rows = DUE_HEARD if case_id is None else DUE_HEARD_OF_CASE
            if case_id is None and not self._share.whole:
                rows, words = DUE_HEARD_OURS, words | self._share.words(now)
            found = connection.execute(rows, words).mappings()
            return [timer_of(dict(row)) for row in found]

    def next_due(self) -> datetime | None:
        """See Bells.next_due; a timer of a silent feed has no next instant."""
        share = self._share
        # What is another daemon's is not waited for: it would be due, and not ours, until that one has done it.
        ours = share.words(EPOCH) if not share.whole else None
        with self._database.read() as connection:
            feeds = UNSTEADY.rows(connection)
            if ours is None:
                instants = [READY.value(connection), RETRIED.value(connection)]
            else:
                instants = [READY_OURS.value(connection, ours), RETRIED_OURS.value(connection, ours)]
            if not feeds:
                instants.append(FIRST.value(connection) if ours is None else FIRST_OURS.value(connection, ours))
            else:
                names = [feed["connection"] for feed in feeds]
                steady = select(TIMER.c.due_at).where(or_(TIMER.c.waits_for.is_(None), TIMER.c.waits_for.not_in(names)))
                steady = steady if ours is None else steady.where(OURS)
                instants.append(connection.scalar(steady.order_by(TIMER.c.due_at).limit(1), ours or {}))
            for feed in feeds:
                if feed["silent_since"] is None:
                    first = WAITING.first(connection, {"feed": feed["connection"]})
                    if first is not None:
                        instants.append(max(first["due_at"], feed["back_at"] + timedelta(seconds=first["lag_seconds"])))
        return min((instant for instant in instants if instant is not None), default=None)
