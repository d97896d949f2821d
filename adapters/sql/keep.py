"""What is kept no longer? By class and age: counted first, then let go in bounded batches, each written down."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Select, delete, func, insert, or_, select, update

from adapters.sql.database import Database, Row
from adapters.sql.erase import Errand, erase_case
from adapters.sql.provider_tables import ATTEMPT, PUSH
from adapters.sql.tables import (
    ALARM,
    CASES,
    ERASURE,
    HANDED,
    INBOX,
    JOURNAL,
    NAME,
    OUTBOX,
    PARKED_NAME,
    PRIVATE,
    QUARANTINE,
    TASK,
    TIMER,
    is_one_of,
)
from engine.model.erased import ERASED
from engine.model.keeping import Keeping

BATCH = 200
CLASSES = ("raw", "texts", "personal", "history")
NIGHT_FROM, NIGHT_UNTIL = 3, 5
"""Hours of the desk's wall clock in which the daemon lets go."""
OF_CASE = (NAME, INBOX, PRIVATE, JOURNAL, TIMER, OUTBOX, TASK, ALARM)


def due(database: Database, keeping: Keeping, now: datetime) -> dict[str, int]:
    """Class -> how many would go now; classes without an end are left out. Changes nothing."""
    counted: dict[str, int] = {}
    with database.read() as connection:
        for name, until in _ends(keeping, now).items():
            tables = (_raw_pushes(until), _raw_papers(until), _raw_conflicts(until)) if name == "raw" else (_old(name, until),)
            counted[name] = sum(connection.scalar(select(func.count()).select_from(one.subquery())) or 0 for one in tables)
    return counted


def let_go(database: Database, keeping: Keeping, now: datetime, *, by: str, go_on: Callable[[], bool] = lambda: True) -> dict[str, int]:
    """Let it go, a batch in each transaction, until nothing is left or `go_on` says no. Class -> how many went."""
    gone: dict[str, int] = {}
    for name, until in _ends(keeping, now).items():
        gone[name] = 0
        while go_on():
            done = _DEEDS[name](database, until, Errand(by=by, why=f"{name}: {getattr(keeping, name)} days", at=now))
            gone[name] += done
            if not done:
                break
    return gone


class Nightly:
    """Once a night, what the rules keep no longer goes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._done: date | None = None

    def look(self, keeping: Keeping | None, zone: str, now: datetime, go_on: Callable[[], bool]) -> dict[str, int]:
        """Class -> how many went in this look. Broken off in the middle of a night, it goes on at the next look."""
        local = now.astimezone(ZoneInfo(zone))
        if not keeping or not NIGHT_FROM <= local.hour < NIGHT_UNTIL or self._done == local.date():
            return {}
        gone = let_go(self._database, keeping, now, by="daemon", go_on=go_on)
        if go_on():
            self._done = local.date()
        return gone


def _ends(keeping: Keeping, now: datetime) -> dict[str, datetime]:
    """Class -> what is older goes; `history` last, so that nothing is erased that goes anyway."""
    days: Mapping[str, int | None] = {name: getattr(keeping, name) for name in CLASSES}
    return {name: now - timedelta(days=many) for name, many in days.items() if many is not None}


def _ended(until: datetime) -> "ColumnElement[bool]":
    return CASES.c.final.is_(True) & (CASES.c.entered_at <= until)


def _old(name: str, until: datetime) -> "Select[Any]":
    if name == "personal":
        return select(CASES.c.id).where(_ended(until), CASES.c.erased_at.is_(None))
    if name == "history":
        return select(CASES.c.id, CASES.c.revision, CASES.c.head).where(_ended(until))
    return select(OUTBOX.c.seq).where(OUTBOX.c.sent_at <= until, OUTBOX.c.masked.not_in(["", ERASED]))


def _raw_pushes(until: datetime) -> "Select[Any]":
    return select(PUSH.c.id).where(PUSH.c.received_at <= until, PUSH.c.due_at.is_(None), PUSH.c.body != "")


def _raw_papers(until: datetime) -> "Select[Any]":
    return select(INBOX.c.id).where(is_one_of(INBOX.c.status, "expired"), INBOX.c.received_at <= until)


def _raw_conflicts(until: datetime) -> "Select[Any]":
    return select(QUARANTINE.c.id).where(QUARANTINE.c.received_at <= until)


def _let_raw_go(database: Database, until: datetime, errand: Errand) -> int:
    with database.write() as connection:
        pushes = connection.execute(_raw_pushes(until).limit(BATCH)).scalars().all()
        papers = connection.execute(_raw_papers(until).limit(BATCH)).scalars().all()
        conflicts = connection.execute(_raw_conflicts(until).limit(BATCH)).scalars().all()
        connection.execute(update(PUSH).where(PUSH.c.id.in_(pushes)).values(body="", headers="{}", query="[]", url=""))
        connection.execute(delete(PRIVATE).where(or_(PRIVATE.c.inbox_id.in_(papers), PRIVATE.c.inbox_id.in_([-one for one in conflicts]))))
        connection.execute(delete(PARKED_NAME).where(PARKED_NAME.c.inbox_id.in_(papers)))
        connection.execute(delete(INBOX).where(INBOX.c.id.in_(papers)))
        connection.execute(delete(QUARANTINE).where(QUARANTINE.c.id.in_(conflicts)))
        done = len(pushes) + len(papers) + len(conflicts)
        _write_down(connection, "raw", done, errand)
    return done


def _let_texts_go(database: Database, until: datetime, errand: Errand) -> int:
    with database.write() as connection:
        rows = connection.execute(_old("texts", until).limit(BATCH)).scalars().all()
        connection.execute(update(OUTBOX).where(OUTBOX.c.seq.in_(rows)).values(masked=ERASED))
        _write_down(connection, "texts", len(rows), errand)
    return len(rows)


def _let_personal_go(database: Database, until: datetime, errand: Errand) -> int:
    with database.read() as connection:
        cases = connection.execute(_old("personal", until).limit(BATCH)).scalars().all()
    for case_id in cases:
        erase_case(database, case_id, errand)
    return len(cases)


def _let_history_go(database: Database, until: datetime, errand: Errand) -> int:
    """Whole cases; that there was one, and how its journal ended, stays written down."""
    with database.write() as connection:
        cases = connection.execute(_old("history", until).limit(BATCH)).mappings().all()
        ids = [one["id"] for one in cases]
        sendings = select(OUTBOX.c.effect_id).where(OUTBOX.c.case_id.in_(ids))
        connection.execute(delete(HANDED).where(HANDED.c.effect_id.in_(sendings)))
        connection.execute(delete(ATTEMPT).where(ATTEMPT.c.effect_id.in_(sendings)))
        for table in OF_CASE:
            connection.execute(delete(table).where(table.c.case_id.in_(ids)))
        connection.execute(delete(CASES).where(CASES.c.id.in_(ids)))
        said: list[Row] = [
            {
                "at": errand.at, "author": errand.by, "why": errand.why, "kind": "history", "case_id": one["id"],
                "revision": one["revision"], "head": one["head"], "rows": one["revision"],
            }
            for one in cases
        ]  # fmt: skip
        if said:
            connection.execute(insert(ERASURE), said)
    return len(ids)


def _write_down(connection: Connection, kind: str, rows: int, errand: Errand) -> None:
    if rows:
        said: Row = {"at": errand.at, "author": errand.by, "why": errand.why, "kind": kind, "head": "", "rows": rows}
        connection.execute(insert(ERASURE).values(said))


_DEEDS: dict[str, Callable[[Database, datetime, Errand], int]] = {
    "raw": _let_raw_go, "texts": _let_texts_go, "personal": _let_personal_go, "history": _let_history_go,
}  # fmt: skip
