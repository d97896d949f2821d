"""What may be asked of the database? Read-only views for pages, lists and reports."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Executable, RowMapping, Select, func, or_, select

from adapters.sql import journal
from adapters.sql.codec import CLOCKS, EFFECT, texts
from adapters.sql.database import Database
from adapters.sql.tables import ALARM, CASES, INBOX, JOURNAL, NAME, OUTBOX, PRIVATE, QUARANTINE, TIMER, is_one_of
from engine.model.decision import JournalRow
from engine.ports.directory import CaseRow, SentRow, Unread

LISTED = select(*(column for column in CASES.c if column.name not in ("ledger", "vshard", "private_fields")))


class SqlDirectory:
    """See Directory."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def cases(
        self, *, workflow: str | None = None, state: str | None = None, late: bool | None = None, final: bool | None = None,
        after: str | None = None, limit: int = 100,
    ) -> Sequence[CaseRow]:  # fmt: skip
        """See Directory.cases."""
        rows = LISTED.order_by(CASES.c.id).limit(limit)
        wanted = ((CASES.c.workflow, workflow), (CASES.c.state, state), (CASES.c.late, late), (CASES.c.final, final))
        for column, value in wanted:
            if value is not None:
                rows = rows.where(column == value)
        if after is not None:
            rows = rows.where(CASES.c.id > after)
        with self._database.read() as connection:
            return [case_row(row) for row in connection.execute(rows).mappings()]

    def find(self, text: str) -> Sequence[CaseRow]:
        """See Directory.find."""
        named = select(NAME.c.case_id).where(NAME.c.value == text)
        with self._database.read() as connection:
            rows = connection.execute(LISTED.where(or_(CASES.c.id == text, CASES.c.id.in_(named))).order_by(CASES.c.id))
            return [case_row(row) for row in rows.mappings()]

    def journal(self, case_id: str) -> Sequence[JournalRow]:
        """In order of revision; empty for a case nobody knows."""
        with self._database.read() as connection:
            return journal.read(connection, case_id)

    def sent(self, case_id: str) -> Sequence[SentRow]:
        """In order of issue, what never left included."""
        with self._database.read() as connection:
            rows = connection.execute(select(OUTBOX).where(OUTBOX.c.case_id == case_id).order_by(OUTBOX.c.seq))
            return [sent_row(row) for row in rows.mappings()]

    def private(self, case_id: str) -> Mapping[str, str]:
        """Of each personal field the value received last."""
        known = select(PRIVATE.c.field, PRIVATE.c.value).where(PRIVATE.c.case_id == case_id, PRIVATE.c.inbox_id > 0)
        with self._database.read() as connection:
            return {row.field: row.value for row in connection.execute(known.order_by(PRIVATE.c.inbox_id))}

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """See Directory.counts."""
        rows = select(CASES.c.workflow, CASES.c.state, func.count()).group_by(CASES.c.workflow, CASES.c.state)
        counted: dict[str, dict[str, int]] = {}
        with self._database.read() as connection:
            for workflow, state, number in connection.execute(rows):
                counted.setdefault(workflow, {})[state] = number
        return counted

    def backlog(self) -> Mapping[str, float | int]:
        """See Directory.backlog; an oldest of nothing is 0."""
        new, ready = is_one_of(INBOX.c.status, "new"), is_one_of(OUTBOX.c.status, "ready", "retry")
        unread, doubt = is_one_of(INBOX.c.status, "parked", "expired", "dead"), is_one_of(OUTBOX.c.status, "unknown", "dead")
        with self._database.read() as connection:
            pending, pending_since = one(connection, select(func.count(), func.min(INBOX.c.received_at)).where(new))
            armed, due = one(connection, select(func.count(), func.min(TIMER.c.due_at)))
            outgoing, outgoing_since = one(connection, select(func.count(), func.min(OUTBOX.c.due_at)).where(ready))
            papers = by_status(connection, select(INBOX.c.status, func.count()).where(unread).group_by(INBOX.c.status))
            sendings = by_status(connection, select(OUTBOX.c.status, func.count()).where(doubt).group_by(OUTBOX.c.status))
        return {
            "inbox_pending": pending,
            "inbox_oldest_at": epoch(pending_since),
            "timers_armed": armed,
            "timer_oldest_due": epoch(due),
            "outbox_ready": outgoing,
            "outbox_oldest_at": epoch(outgoing_since),
            "dead": papers.get("dead", 0) + sendings.get("dead", 0),
            "parked": papers.get("parked", 0),
            "unknown": sendings.get("unknown", 0),
        }

    def unread(self, limit: int = 200) -> Sequence[Unread]:
        """Newest first: parked, expired, dead, conflict, unrecognised, alarm."""
        papers = select(INBOX).where(is_one_of(INBOX.c.status, "parked", "expired", "dead"))
        apart = select(QUARANTINE)
        strange = select(JOURNAL).where(is_one_of(JOURNAL.c.outcome, "unknown_event"))
        with self._database.read() as connection:
            found = [
                unread_of(row, row["status"], row["error"] or row["case_id"] or "")
                for row in newest(connection, papers.order_by(INBOX.c.received_at.desc()), limit)
            ]
            found += [
                unread_of(row, "conflict", row["case_id"] or "")
                for row in newest(connection, apart.order_by(QUARANTINE.c.received_at.desc()), limit)
            ]
            found += [
                unread_of(row, "unrecognised", row["case_id"])
                for row in newest(connection, strange.order_by(JOURNAL.c.received_at.desc()), limit)
            ]
            found += [alarm(row) for row in newest(connection, select(ALARM).order_by(ALARM.c.at.desc()), limit)]
        found.sort(key=attrgetter("received_at", "source", "event_id", "kind", "name", "detail"), reverse=True)
        return found[:limit]


def newest(connection: Connection, rows: "Select[Any]", limit: int) -> Sequence[RowMapping]:
    """The first rows of an ordered list."""
    return connection.execute(rows.limit(limit)).mappings().all()


def one(connection: Connection, counted: Executable) -> tuple[int, datetime | None]:
    """How many, and the oldest."""
    number, oldest = connection.execute(counted).one()
    return number, oldest


def by_status(connection: Connection, counted: "Select[Any]") -> dict[str, int]:
    """Status -> how many."""
    return {row[0]: row[1] for row in connection.execute(counted)}


def epoch(instant: datetime | None) -> float:
    """Seconds since 1970, as monitoring wants them."""
    return instant.timestamp() if instant is not None else 0


def unread_of(row: RowMapping, kind: str, detail: str) -> Unread:
    """An event that changed nothing yet."""
    return Unread(
        kind=kind, source=row["source"], event_id=row["event_id"], name=row["name"], received_at=row["received_at"], detail=detail
    )


def alarm(row: RowMapping) -> Unread:
    """An alarm as it is listed."""
    return Unread(
        kind="alarm", source=row["case_id"], event_id=row["effect_id"], name=row["cause"], received_at=row["at"], detail=row["text"]
    )


def case_row(row: RowMapping) -> CaseRow:
    """One line of a list; a case nobody decided yet has no state."""
    return CaseRow(
        id=row["id"], workflow=row["workflow"], state=row["state"], entered_at=row["entered_at"], opened_at=row["opened_at"],
        revision=row["revision"], final=row["final"], names=texts(row["names"]), fields=texts(row["fields"]),
        clocks=CLOCKS.validate_json(row["clocks"]), next_due=row["next_due"], contradictions=row["contradictions"],
    )  # fmt: skip


def sent_row(row: RowMapping) -> SentRow:
    """A message as it left, masked."""
    effect = EFFECT.validate_json(row["effect"])
    return SentRow(
        effect_id=effect.id, kind=effect.kind.value, message=effect.message, channel=effect.channel, to=effect.to,
        status=row["status"], at=effect.at, sent_at=row["sent_at"], masked=row["masked"], attempts=row["attempts"],
        error=row["error"], why=row["why"],
    )  # fmt: skip
