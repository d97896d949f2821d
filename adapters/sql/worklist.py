"""What have people to do? Tasks and calls, claimed with an expiry, finished once."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, and_, or_, select, update

from adapters.sql.codec import dumps
from adapters.sql.database import Database, Row, insert_new
from adapters.sql.inbox import Registry
from adapters.sql.tables import TASK, is_one_of
from engine.model.event import Report
from engine.ports.store import NotFound
from engine.ports.worklist import Finished, Task, TaskStatus

HELD = is_one_of(TASK.c.status, "open", "claimed")


class SqlWorklist:
    """See Worklist."""

    def __init__(self, database: Database, secret: bytes) -> None:
        self._database = database
        self._secret = secret

    def add(self, task: Task) -> bool:
        """See Worklist.add."""
        with self._database.write() as connection:
            return insert_new(connection, TASK, [as_row(task)]) == 1

    def tasks(
        self, *, status: Sequence[TaskStatus] = (), role: str | None = None, case: str | None = None, limit: int = 200
    ) -> Sequence[Task]:
        """See Worklist.tasks; oldest first."""
        rows = select(TASK)
        if status:
            rows = rows.where(is_one_of(TASK.c.status, *(one.value for one in status)))
        if role is not None:
            rows = rows.where(TASK.c.role == role)
        if case is not None:
            rows = rows.where(TASK.c.case_id == case)
        with self._database.read() as connection:
            found = connection.execute(rows.order_by(TASK.c.created_at, TASK.c.seq).limit(limit)).mappings()
            return [task_of(row) for row in found]

    def get(self, task_id: str) -> Task | None:
        """See Worklist.get."""
        with self._database.read() as connection:
            return read(connection, task_id)

    def claim(self, task_id: str, by: str, now: datetime, until: datetime) -> Task | None:
        """See Worklist.claim; an expired claim holds nobody back."""
        free = or_(is_one_of(TASK.c.status, "open"), and_(HELD, or_(TASK.c.claimed_by == by, TASK.c.claim_until <= now)))
        with self._database.write() as connection:
            changes = {"status": TaskStatus.CLAIMED.value, "claimed_by": by, "claim_until": until}
            taken = connection.execute(update(TASK).where(TASK.c.id == task_id, free).values(changes)).rowcount
            return read(connection, task_id) if taken == 1 else None

    def finish(
        self, task_id: str, by: str, now: datetime, *, result: str, note: str, report: Report | None, also: Sequence[Report] = ()
    ) -> Finished:
        """See Worklist.finish. Raises NotFound."""
        done = {
            "status": TaskStatus.DONE.value, "claimed_by": by, "claim_until": None, "result": result, "note": note, "finished_at": now,
        }  # fmt: skip
        with self._database.write() as connection:
            first = connection.execute(update(TASK).where(TASK.c.id == task_id, HELD).values(done)).rowcount == 1
            task = read(connection, task_id)
            if task is None:
                raise NotFound(task_id)
            if first:
                registry = Registry(connection, self._secret, now)
                registry.accept([*([report] if report else []), *also])
                registry.flush()
        return Finished(first, task)

    def withdraw(self, task_id: str, why: str, now: datetime) -> bool:
        """See Worklist.withdraw."""
        changes = {"status": TaskStatus.WITHDRAWN.value, "withdrawn_why": why, "finished_at": now}
        unclaimed = update(TASK).where(TASK.c.id == task_id, is_one_of(TASK.c.status, "open"))
        with self._database.write() as connection:
            return connection.execute(unclaimed.values(changes)).rowcount == 1

    def reword(self, task_id: str, text: str) -> None:
        """See Worklist.reword."""
        with self._database.write() as connection:
            connection.execute(update(TASK).where(TASK.c.id == task_id, HELD).values(text=text))

    def release_expired(self, now: datetime) -> int:
        """See Worklist.release_expired."""
        expired = (is_one_of(TASK.c.status, "claimed"), TASK.c.claim_until <= now)
        with self._database.read() as connection:
            if connection.execute(select(TASK.c.seq).where(HELD, *expired).limit(1)).first() is None:
                return 0
        free: Row = {"claimed_by": "", "claim_until": None}
        wanted, unwanted = TASK.c.withdrawn_why == "", TASK.c.withdrawn_why != ""
        gone = free | {"status": TaskStatus.WITHDRAWN.value, "finished_at": now}
        with self._database.write() as connection:
            closed = connection.execute(update(TASK).where(HELD, *expired, unwanted).values(gone)).rowcount
            again = update(TASK).where(HELD, *expired, wanted).values(free | {"status": TaskStatus.OPEN.value})
            return closed + connection.execute(again).rowcount


def read(connection: Connection, task_id: str) -> Task | None:
    """One task."""
    row = connection.execute(select(TASK).where(TASK.c.id == task_id)).mappings().one_or_none()
    return task_of(row) if row is not None else None


def as_row(task: Task) -> Row:
    """A new row."""
    return {
        "id": task.id, "case_id": task.case, "workflow": task.workflow, "kind": task.kind, "role": task.role, "text": task.text,
        "remark": task.remark, "address": task.address, "asks": dumps(list(task.asks)), "message": task.message, "key": task.key,
        "status": task.status.value, "created_at": task.created_at, "claimed_by": task.claimed_by, "claim_until": task.claim_until,
        "result": task.result, "note": task.note, "finished_at": task.finished_at, "withdrawn_why": task.withdrawn_why,
    }  # fmt: skip


def task_of(row: RowMapping) -> Task:
    """And back."""
    return Task(
        id=row["id"], case=row["case_id"], workflow=row["workflow"], kind=row["kind"], role=row["role"], text=row["text"],
        remark=row["remark"], address=row["address"], asks=tuple(json.loads(row["asks"])), message=row["message"], key=row["key"],
        status=TaskStatus(row["status"]), created_at=row["created_at"], claimed_by=row["claimed_by"],
        claim_until=row["claim_until"], result=row["result"], note=row["note"], finished_at=row["finished_at"],
        withdrawn_why=row["withdrawn_why"],
    )  # fmt: skip
