"""How do personal values leave the store, and nothing else? A mark takes their place; what was decided stays, and who erased is kept.

What keeps its place: states, times, verdicts, reasons; keyed fingerprints on the list of numbers that must not be texted.
"""

import base64
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from adapters.sql.chain import linked
from adapters.sql.codec import dumps, texts
from adapters.sql.database import Database, Row
from adapters.sql.provider_tables import ATTEMPT, PUSH
from adapters.sql.tables import ALARM, CASES, ERASURE, HANDED, INBOX, JOURNAL, NAME, OUTBOX, PARKED_NAME, PRIVATE, TASK
from engine.model.chained import NOTHING
from engine.model.erased import ERASED
from engine.ports.store import StoreError

TYPED = ("note", "remark", "comment")
"""What people type freely into a paper may name anybody."""
PERSONAL = "personal"
PUSHES_AT_ONCE = 500


class StillOpen(StoreError):
    """The case goes on: whoever works on it needs what it knows."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What went of one case."""

    case: str
    values: int
    lines: int
    """Of the journal, whose chain was made anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """Who erases, when, and why."""

    by: str
    why: str
    at: datetime


def erase_case(database: Database, case_id: str, errand: Errand, *, even_open: bool = False) -> Erased:
    """Erase every personal value of one case, in one transaction. Raises StillOpen, StoreUnavailable."""
    with database.write() as connection:
        case = connection.execute(select(CASES).where(CASES.c.id == case_id).with_for_update()).mappings().one()
        if not case["final"] and not even_open:
            raise StillOpen(f"{case_id} 还没结束 / {case_id} is still open")
        known = {row.value for row in connection.execute(select(PRIVATE.c.value).where(PRIVATE.c.case_id == case_id)) if row.value}
        known -= {ERASED}
        values = _private(connection, case_id)
        _names(connection, case, known)
        _papers(connection, case_id)
        lines, head = _journal(connection, case_id, errand.at)
        _sendings(connection, case_id)
        _tasks(connection, case_id)
        _pushes(connection, known)
        if head is not None:
            connection.execute(update(CASES).where(CASES.c.id == case_id).values(head=head[1]))
        connection.execute(update(CASES).where(CASES.c.id == case_id).values(erased_at=errand.at))
        row: Row = {
            "kind": PERSONAL,
            "case_id": case_id,
            "revision": head[0] if head else None,
            "head": head[1] if head else case["head"],
            "rows": values,
        }
        connection.execute(insert(ERASURE).values({**row, "at": errand.at, "author": errand.by, "why": errand.why}))
    return Erased(case_id, values, lines)


def cases_with(database: Database, value: str) -> list[str]:
    """Cases in which this very value stands as a personal one or a name."""
    with database.read() as connection:
        kept = connection.execute(select(PRIVATE.c.case_id).where(PRIVATE.c.value == value, PRIVATE.c.case_id != "")).scalars()
        named = connection.execute(select(NAME.c.case_id).where(NAME.c.value == value)).scalars()
        return sorted({*kept, *named})


def erase_loose(database: Database, value: str, errand: Errand) -> int:
    """The same value where no case has it: parked and quarantined papers, and what providers pushed. Answers how many."""
    with database.write() as connection:
        parked = connection.execute(delete(PARKED_NAME).where(PARKED_NAME.c.value == value)).rowcount
        loose = update(PRIVATE).where(PRIVATE.c.value == value, PRIVATE.c.case_id == "").values(value=ERASED)
        rows = parked + connection.execute(loose).rowcount + _pushes(connection, {value})
        said: Row = {"kind": PERSONAL, "case_id": None, "revision": None, "head": "", "rows": rows}
        if rows:
            connection.execute(insert(ERASURE).values({**said, "at": errand.at, "author": errand.by, "why": errand.why}))
    return rows


def erasures(database: Database, limit: int) -> Sequence[Any]:
    """What was erased on purpose, the latest first."""
    with database.read() as connection:
        return connection.execute(select(ERASURE).order_by(ERASURE.c.seq.desc()).limit(limit)).mappings().all()


def _private(connection: Connection, case_id: str) -> int:
    full = update(PRIVATE).where(PRIVATE.c.case_id == case_id, PRIVATE.c.value.not_in(["", ERASED]))
    return connection.execute(full.values(value=ERASED)).rowcount


def _names(connection: Connection, case: Any, known: Iterable[str]) -> None:
    """A name that is a personal value leads nowhere any more."""
    personal = set(known)
    names = texts(case["names"])
    if personal.intersection(names.values()):
        left = {field: ERASED if value in personal else value for field, value in names.items()}
        connection.execute(update(CASES).where(CASES.c.id == case["id"]).values(names=dumps(left)))
        connection.execute(delete(NAME).where(NAME.c.case_id == case["id"], NAME.c.value.in_(sorted(personal))))


def _without_typed(extra: str) -> str | None:
    """The paper's extra without what somebody typed; None: there was nothing."""
    said = texts(extra)
    typed = [key for key in TYPED if said.get(key) and said[key] != ERASED]
    return dumps({**said, **dict.fromkeys(typed, ERASED)}) if typed else None


def _papers(connection: Connection, case_id: str) -> None:
    for row in connection.execute(select(INBOX.c.id, INBOX.c.extra).where(INBOX.c.case_id == case_id)).all():
        left = _without_typed(row.extra)
        if left is not None:
            connection.execute(update(INBOX).where(INBOX.c.id == row.id).values(extra=left))


def _journal(connection: Connection, case_id: str, at: datetime) -> tuple[int, tuple[int, str] | None]:
    """Take out what was typed; from the first changed line on the chain is made anew. Answers (lines made anew, first line and new head)."""
    rows = connection.execute(select(JOURNAL).where(JOURNAL.c.case_id == case_id).order_by(JOURNAL.c.revision)).mappings().all()
    previous, first, lines = NOTHING, None, 0
    for found in rows:
        row = dict(found)
        left = _without_typed(row["extra"])
        if left is not None:
            row["extra"] = left
            first = first or row["revision"]
        if first is not None:
            linked(row, previous)
            place = (JOURNAL.c.case_id == case_id, JOURNAL.c.revision == row["revision"])
            connection.execute(update(JOURNAL).where(*place).values(extra=row["extra"], prev_hash=row["prev_hash"], hash=row["hash"]))
            lines += 1
        previous = row["hash"]
    return lines, (first, previous) if first is not None else None


def _sendings(connection: Connection, case_id: str) -> None:
    mine = select(OUTBOX.c.effect_id).where(OUTBOX.c.case_id == case_id)
    connection.execute(delete(HANDED).where(HANDED.c.effect_id.in_(mine)))
    connection.execute(update(ATTEMPT).where(ATTEMPT.c.effect_id.in_(mine)).values(recipient=""))
    connection.execute(update(OUTBOX).where(OUTBOX.c.case_id == case_id, OUTBOX.c.masked != "").values(masked=ERASED))


def _tasks(connection: Connection, case_id: str) -> None:
    for column in (TASK.c.text, TASK.c.remark, TASK.c.address, TASK.c.note):
        connection.execute(update(TASK).where(TASK.c.case_id == case_id, column != "").values({column: ERASED}))
    connection.execute(update(ALARM).where(ALARM.c.case_id == case_id).values(text=ERASED))


def _pushes(connection: Connection, known: Iterable[str]) -> int:
    """What providers pushed and was read already, where one of the values stands in it."""
    needles = [value.encode() for value in known if len(value) >= 5]
    emptied, last = 0, 0
    while needles:
        rows = connection.execute(
            select(PUSH.c.id, PUSH.c.body, PUSH.c.query)
            .where(PUSH.c.id > last, PUSH.c.due_at.is_(None), PUSH.c.body != "")
            .order_by(PUSH.c.id)
            .limit(PUSHES_AT_ONCE)
        ).all()
        if not rows:
            break
        last = rows[-1].id
        ids = [row.id for row in rows if any(one in base64.b64decode(row.body) or one in row.query.encode() for one in needles)]
        if ids:
            gone: Row = {"body": "", "headers": "{}", "query": json.dumps([]), "url": ""}
            emptied += connection.execute(update(PUSH).where(PUSH.c.id.in_(ids)).values(gone)).rowcount
    return emptied
