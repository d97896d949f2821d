"""How is a decision kept? Cases and their events: the only writer of a case."""

import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, exists, select, update

from adapters.sql.codec import LEDGER, merged, texts
from adapters.sql.database import Database
from adapters.sql.inbox import UNDECIDED
from adapters.sql.prepared import Prepared, PreparedList, one_of, one_trip
from adapters.sql.shards import Share, in_share
from adapters.sql.sheaf import Sheaf, Stood, Verdict
from adapters.sql.tables import CASES, INBOX, PRIVATE, is_one_of
from engine.model.case import Case
from engine.model.decision import Decision
from engine.model.event import Acceptance, Event, EventKind, Heard, Report
from engine.ports.store import Claimed, NotFound, Owed, Pending

EARLIER = INBOX.alias("earlier")

FIRST_UNDECIDED = ~exists().where(EARLIER.c.case_id == INBOX.c.case_id, EARLIER.c.id < INBOX.c.id, is_one_of(EARLIER.c.status, *UNDECIDED))
"""No earlier event of the same case is undecided: a dead one holds back its own case, and no other."""

PENDING = (
    select(INBOX)
    .where(is_one_of(INBOX.c.status, "new"), (INBOX.c.retry_at.is_(None)) | (INBOX.c.retry_at <= bindparam("now")), FIRST_UNDECIDED)
    .order_by(INBOX.c.id)
    .limit(bindparam("most"))
)
PENDING_OF_CASE = PENDING.where(INBOX.c.case_id == bindparam("case"))
HISTORY = select(INBOX).where(INBOX.c.case_id == bindparam("case"), INBOX.c.number.is_not(None)).order_by(INBOX.c.number)
CASE = select(CASES.c.id, CASES.c.workflow, CASES.c.revision, CASES.c.opened_at, CASES.c.state, CASES.c.ledger).where(
    CASES.c.id == bindparam("case")
)
VALUES = select(PRIVATE.c.inbox_id, PRIVATE.c.field, PRIVATE.c.value)
VALUES_OF_EVENTS = PreparedList(lambda size: VALUES.where(one_of(PRIVATE.c.inbox_id, size)))
VALUES_OF_CASE = VALUES.where(PRIVATE.c.case_id == bindparam("case"))
NEXT, NEXT_OF_CASE = Prepared(PENDING), Prepared(PENDING_OF_CASE)
NEXT_OURS = Prepared(PENDING.where(in_share(INBOX.c.vshard, INBOX.c.received_at)))
LOAD, LOAD_HISTORY, LOAD_VALUES = Prepared(CASE), Prepared(HISTORY), Prepared(VALUES_OF_CASE)
STOOD_MAX = 5_000
"""So many cases are remembered as they were written last."""


class SqlStore:
    """See Store."""

    def __init__(self, database: Database, secret: bytes, fence: datetime | None = None, share: Share | None = None) -> None:
        """`fence`: until when the world knows more than this store, which was brought back from a copy."""
        self._database = database
        self._secret = secret
        self._fence = fence
        self._share = share or Share()
        self._mine = threading.local()
        self._stood: dict[str, Stood] = {}
        self._one_at_a_time = threading.Lock()

    def accept(self, reports: Sequence[Report], now: datetime) -> Sequence[Acceptance]:
        """See Store.accept."""
        if not reports:
            return []
        with self._sheaf() as sheaf:
            return sheaf.accept(reports, now)

    @contextmanager
    def together(self) -> Generator[None]:
        """See Store.together."""
        with self._sheaf():
            yield

    def claim(self, owed: Sequence[Owed]) -> Claimed[Owed]:
        """See Store.claim."""
        if not (self._database.shared and owed):
            return Claimed(owed)
        with self._sheaf() as sheaf:  # Joined: locks are those of the whole.
            return sheaf.claim(owed)

    def pending(self, now: datetime, limit: int, case_id: str | None = None) -> Sequence[Pending]:
        """See Store.pending."""
        own = None if case_id is None else self._filed_now(case_id)
        if own is not None:
            return [own]
        rows = NEXT if case_id is None else NEXT_OF_CASE
        words = {"now": now, "most": limit} | ({} if case_id is None else {"case": case_id})
        if case_id is None and not self._share.whole:
            rows, words = NEXT_OURS, words | self._share.words(now)
        with self._database.read() as connection:
            found = rows.rows(connection, words)
            # A value that is kept apart left a null in its place.
            private = private_of(connection, [row["id"] for row in found if "null" in row["data"]])
        return [Pending(row["id"], row["case_id"], event_of(row, private.get(row["id"], {})), row["attempts"]) for row in found]

    def _filed_now(self, case_id: str) -> Pending | None:
        """What was taken in within this transaction is decided before it is written: it is written once."""
        joined = self._joined
        if joined is None:
            return None
        with self._database.available():
            filed = joined.next_of(case_id)
        return None if filed is None else Pending(filed[0], case_id, filed[1], 0)

    def load(self, case_id: str) -> Case:
        """See Store.load. Raises NotFound."""
        with self._database.read() as connection:
            with one_trip(connection):
                found, heard, values = (one.send(connection, {"case": case_id}) for one in (LOAD, LOAD_HISTORY, LOAD_VALUES))
            rows, papers, private = found.rows(), heard.rows(), grouped(values.rows())
            if not rows:
                raise NotFound(case_id)
            row = rows[0]
        return Case(
            id=row["id"],
            workflow=row["workflow"],
            revision=row["revision"],
            opened_at=row["opened_at"],
            state=row["state"],
            history=tuple(Heard(event_of(paper, private.get(paper["id"], {})), paper["number"], paper["version"]) for paper in papers),
            ledger=LEDGER.validate_json(row["ledger"]),
        )

    def commit(self, decision: Decision, *, inbox_id: int | None, now: datetime, mail: Sequence[Report] = ()) -> None:
        """See Store.commit. Raises NotFound, Conflict, StoreUnavailable."""
        with self._sheaf() as sheaf:
            sheaf.commit(Verdict(decision, inbox_id, now), mail)

    def failed(self, inbox_id: int, error: str, retry_at: datetime | None) -> None:
        """See Store.failed."""
        changes = {"attempts": INBOX.c.attempts + 1, "error": error, "retry_at": retry_at, "status": "new" if retry_at else "dead"}
        with self._database.write_shared() as connection:
            connection.execute(update(INBOX).where(INBOX.c.id == inbox_id, is_one_of(INBOX.c.status, *UNDECIDED)).values(changes))

    @property
    def _joined(self) -> Sheaf | None:
        """What this thread gathers at the moment."""
        joined: Sheaf | None = getattr(self._mine, "sheaf", None)
        return joined

    @contextmanager
    def _sheaf(self) -> Generator[Sheaf]:
        """The one of this thread's transaction; a transaction of its own, if there is none."""
        joined = self._joined
        if joined is not None:
            with self._database.available():
                yield joined
            return
        sheaf: Sheaf | None = None
        try:
            with self._database.together(lambda: sheaf.flush() if sheaf else None) as connection:
                sheaf = self._mine.sheaf = Sheaf(connection, self._secret, self._stood.get, self._fence)
                yield sheaf
        finally:
            self._mine.sheaf = None
        self._remember(sheaf.stands)

    def _remember(self, stands: Mapping[str, Stood]) -> None:
        """What is in the database now; of each case the newest, whichever thread wrote it."""
        with self._one_at_a_time:
            for case_id, stood in stands.items():
                before = self._stood.pop(case_id, None)
                self._stood[case_id] = before if before is not None and before.revision > stood.revision else stood
            while len(self._stood) > STOOD_MAX:
                self._stood.pop(next(iter(self._stood)))


def event_of(row: Mapping[str, Any], private: dict[str, str]) -> Event:
    """An inbox row as the event it was."""
    return Event(
        id=row["event_id"], source=row["source"], kind=EventKind(row["kind"]), name=row["name"], occurred_at=row["occurred_at"],
        received_at=row["received_at"], data=merged(row["data"], private), extra=texts(row["extra"]), sequence=row["sequence"],
    )  # fmt: skip


def private_of(connection: Connection, inbox_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """Personal values of some events."""
    if not inbox_ids:
        return {}
    return grouped(VALUES_OF_EVENTS.rows(connection, list(inbox_ids)))


def grouped(rows: Sequence[Any]) -> dict[int, dict[str, str]]:
    """(inbox id, field, value) rows by event."""
    values: dict[int, dict[str, str]] = {}
    for row in rows:
        values.setdefault(row["inbox_id"], {})[row["field"]] = row["value"]
    return values
