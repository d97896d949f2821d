"""How is a decision kept? Cases and their events: the only writer of a case."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, exists, select, update
from sqlalchemy.exc import IntegrityError

from adapters.sql import effects, journal, live_clocks, timers
from adapters.sql.codec import CLOCKS, LEDGER, dumps, merged, texts
from adapters.sql.database import Database, Row
from adapters.sql.fence import is_fenced, marked, told
from adapters.sql.inbox import Registry
from adapters.sql.prepared import Prepared, PreparedList, one_of
from adapters.sql.tables import CASES, INBOX, PRIVATE, is_one_of
from engine.model.case import Case, ClockVerdict
from engine.model.decision import Decision, Standing
from engine.model.event import Acceptance, Event, EventKind, Heard, Report
from engine.ports.store import Conflict, NotFound, Pending

EARLIER = INBOX.alias("earlier")
UNDECIDED = ("new", "dead")

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
STOOD = select(CASES.c.revision, CASES.c.names, CASES.c.head).where(CASES.c.id == bindparam("case"))
VALUES = select(PRIVATE.c.inbox_id, PRIVATE.c.field, PRIVATE.c.value)
VALUES_OF_EVENTS = PreparedList(lambda size: VALUES.where(one_of(PRIVATE.c.inbox_id, size)))
VALUES_OF_CASE = VALUES.where(PRIVATE.c.case_id == bindparam("case"))
STAND = Prepared(update(CASES).where(CASES.c.id == bindparam("b_id"), CASES.c.revision == bindparam("b_revision")))
DONE = Prepared(
    update(INBOX).where(INBOX.c.id == bindparam("b_id"), INBOX.c.case_id == bindparam("b_case"), is_one_of(INBOX.c.status, *UNDECIDED))
)
FIELDS_OF_EVENT = Prepared(select(PRIVATE.c.field).where(PRIVATE.c.inbox_id == bindparam("id")))
NEXT, NEXT_OF_CASE = Prepared(PENDING), Prepared(PENDING_OF_CASE)
LOAD, LOAD_HISTORY, LOAD_VALUES, LOAD_STOOD = Prepared(CASE), Prepared(HISTORY), Prepared(VALUES_OF_CASE), Prepared(STOOD)


class SqlStore:
    """See Store."""

    def __init__(self, database: Database, secret: bytes, fence: datetime | None = None) -> None:
        """`fence`: until when the world knows more than this store, which was brought back from a copy."""
        self._database = database
        self._secret = secret
        self._fence = fence

    def accept(self, reports: Sequence[Report], now: datetime) -> Sequence[Acceptance]:
        """See Store.accept."""
        if not reports:
            return []
        with self._database.write() as connection:
            registry = Registry(connection, self._secret, now)
            answers = registry.accept(reports)
            registry.flush()
        return answers

    def together(self) -> AbstractContextManager[None]:
        """See Store.together."""
        return self._database.together()

    def pending(self, now: datetime, limit: int, case_id: str | None = None) -> Sequence[Pending]:
        """See Store.pending."""
        rows = NEXT if case_id is None else NEXT_OF_CASE
        words = {"now": now, "most": limit} | ({} if case_id is None else {"case": case_id})
        with self._database.read() as connection:
            found = rows.rows(connection, words)
            private = private_of(connection, [row["id"] for row in found])
        return [Pending(row["id"], row["case_id"], event_of(row, private.get(row["id"], {})), row["attempts"]) for row in found]

    def load(self, case_id: str) -> Case:
        """See Store.load. Raises NotFound."""
        with self._database.read() as connection:
            row = LOAD.first(connection, {"case": case_id})
            if row is None:
                raise NotFound(case_id)
            papers = LOAD_HISTORY.rows(connection, {"case": case_id})
            private = grouped(LOAD_VALUES.rows(connection, {"case": case_id}))
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
        try:
            with self._database.write() as connection:
                registry = Registry(connection, self._secret, now)
                known = self._known(connection, decision)
                private = self._decided(connection, registry, decision, inbox_id)
                head = journal.write(connection, decision, private, now, known["head"])
                self._stand(connection, registry, decision, known, head)
                timers.arm(connection, decision.after.id, decision.timers)
                live_clocks.keep(connection, decision.after, decision.standing)
                stopped = effects.write(connection, decision, now, self._fence)
                registry.raised(decision.raised, decision.after.id, decision.standing.private)
                registry.accept(marked(mail) if is_fenced(self._fence, decision.event) else mail)
                registry.accept(told(stopped, now))
                registry.flush()
        except IntegrityError as error:
            raise Conflict(f"{decision.after.id}: {error.orig}") from error

    def failed(self, inbox_id: int, error: str, retry_at: datetime | None) -> None:
        """See Store.failed."""
        changes = {"attempts": INBOX.c.attempts + 1, "error": error, "retry_at": retry_at, "status": "new" if retry_at else "dead"}
        with self._database.write() as connection:
            connection.execute(update(INBOX).where(INBOX.c.id == inbox_id, is_one_of(INBOX.c.status, *UNDECIDED)).values(changes))

    def _known(self, connection: Connection, decision: Decision) -> Row:
        """How the case stands in the database. Raises NotFound; Conflict if it was moved since the decision was made."""
        after = decision.after
        known = LOAD_STOOD.first(connection, {"case": after.id})
        if known is None:
            raise NotFound(after.id)
        if known["revision"] != after.revision - 1:
            raise Conflict(f"{after.id}: revision {known['revision']}, not {after.revision - 1}")
        return known

    def _stand(self, connection: Connection, registry: Registry, decision: Decision, known: Row, head: str) -> None:
        """Compare and swap, and let new names lead to the case."""
        after, standing = decision.after, decision.standing
        place = {"b_id": after.id, "b_revision": after.revision - 1}
        if STAND.run(connection, standing_row(standing, after) | {"head": head} | place) != 1:
            raise Conflict(f"{after.id}: revision {known['revision']}, not {after.revision - 1}")
        before = texts(known["names"])
        fresh = {field: value for field, value in standing.names.items() if before.get(field) != value}
        if fresh:
            registry.learned(after.workflow, after.id, fresh)

    def _decided(self, connection: Connection, registry: Registry, decision: Decision, inbox_id: int | None) -> frozenset[str]:
        """Mark the event decided, and answer which of its data are personal."""
        kept: Row = {"number": None, "version": None}
        if decision.keeps_event:
            heard = decision.after.history[-1]
            kept = {"number": heard.number, "version": heard.version}
        event, case_id = decision.event, decision.after.id
        if inbox_id is None:
            if registry.is_known(event):
                raise Conflict(f"{event.source} {event.id} is decided already")
            registry.decided(event, case_id, decision.standing.private).update(kept)
            return frozenset()
        if DONE.run(connection, {"status": "done", "retry_at": None, **kept, "b_id": inbox_id, "b_case": case_id}) != 1:
            raise Conflict(f"inbox {inbox_id} is decided already")
        if not event.data:
            return frozenset()
        return frozenset(row["field"] for row in FIELDS_OF_EVENT.rows(connection, {"id": inbox_id}))


def standing_row(standing: Standing, after: Case) -> Row:
    """The case's row after a decision."""
    due = [clock.due for clock in standing.clocks if clock.verdict is ClockVerdict.RUNNING and clock.due is not None]
    return {
        "revision": after.revision, "state": standing.state, "entered_at": standing.entered_at, "final": standing.final,
        "late": any(clock.verdict is ClockVerdict.LATE for clock in standing.clocks),
        "open_key": None if standing.final else standing.open_key, "next_due": min(due, default=None),
        "contradictions": standing.contradictions, "names": dumps(dict(standing.names)), "fields": dumps(dict(standing.fields)),
        "private_fields": dumps(sorted(standing.private)), "clocks": CLOCKS.dump_json(standing.clocks).decode(),
        "ledger": LEDGER.dump_json(after.ledger).decode(),
    }  # fmt: skip


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
