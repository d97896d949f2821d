"""What does the console look at? Set-based questions over many cases."""

import threading
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, and_, case, func, or_, select, text, type_coerce

from adapters.sql import postgres, sqlite
from adapters.sql.codec import Instant
from adapters.sql.database import Database, available
from adapters.sql.directory import LISTED, case_row
from adapters.sql.live_clocks import LIVE_CLOCK, clock_of
from adapters.sql.tables import CASES, TASK, TIMER
from adapters.sql.worklist import HELD, task_of
from engine.core.holding import OWNER as HOLD
from engine.ports.directory import CaseRow
from engine.ports.views import Bells, Cut, Flow, LiveClock
from engine.ports.worklist import Task

QUARTER = 15 * 60 * 1_000_000
CLOCK = LIVE_CLOCK.c
FINAL = text("cases.final")
"""As the index has it, word for word: `= 1` would not find it."""


class SqlViews:
    """See Views."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._listening: Connection | None = None

    def pulse(self) -> str:
        """See Views.pulse. SQLite's mark is worth something to one connection only: it is kept."""
        with self._lock, available():
            if self._listening is None or self._listening.closed or self._listening.invalidated:
                self._listening = self._database.reader.connect()
            marks = sqlite.MARK if self._listening.dialect.name == "sqlite" else postgres.MARK
            with self._listening.begin():
                return str(self._listening.execute(text(marks)).scalar_one())

    def clocks(self, cut: Cut, *, since: datetime | None = None, until: datetime, limit: int) -> Sequence[tuple[LiveClock, CaseRow]]:
        """See Views.clocks."""
        rows = select(LIVE_CLOCK).where(CLOCK.due < until, *_within(cut)).order_by(CLOCK.due, CLOCK.case_id, CLOCK.policy).limit(limit)
        if since is not None:
            rows = rows.where(CLOCK.due >= since)
        with self._database.read() as connection:
            found = [clock_of(row) for row in connection.execute(rows).mappings()]
            listed = LISTED.where(CASES.c.id.in_({one.case for one in found}))
            cases = {row["id"]: case_row(row) for row in connection.execute(listed).mappings()}
        return [(one, cases[one.case]) for one in found if one.case in cases]

    def tally(self, cut: Cut, edges: Sequence[datetime]) -> Sequence[int]:
        """See Views.tally."""
        if not edges:
            return []
        before = [func.coalesce(func.sum(case((CLOCK.due < edge, 1), else_=0)), 0) for edge in edges[:-1]]
        counted = select(*before, func.count()).select_from(LIVE_CLOCK).where(CLOCK.due < edges[-1], *_within(cut))
        with self._database.read() as connection:
            return [int(number) for number in connection.execute(counted).one()]

    def facets(self) -> Mapping[str, Sequence[str]]:
        """See Views.facets."""
        kinds = (CLOCK.workflow, CLOCK.policy, CLOCK.area, CLOCK.tier)
        with self._database.read() as connection:
            found = connection.execute(select(*kinds).group_by(*kinds)).all()
        return {kind.name: sorted({row[place] for row in found} - {""}) for place, kind in enumerate(kinds)}

    def bells(self, until: datetime) -> Sequence[Bells]:
        """See Views.bells."""
        # `//` would divide as reals where the database knows no integer quotient of a type it was not told of.
        due = type_coerce(TIMER.c.due_at, BigInteger)
        quarter: ColumnElement[int] = due - due % QUARTER
        rows: Select[Any] = (
            select(type_coerce(quarter, Instant).label("at"), TIMER.c.owner, TIMER.c.row, func.count().label("count"))
            .where(TIMER.c.due_at < until).group_by(quarter, TIMER.c.owner, TIMER.c.row).order_by(quarter, TIMER.c.owner, TIMER.c.row)
        )  # fmt: skip
        with self._database.read() as connection:
            return [Bells(row.at, row.owner, row.row, row[3]) for row in connection.execute(rows)]

    def flow(self, since: datetime, until: datetime) -> Flow:
        """See Views.flow."""
        opened = select(func.count()).select_from(CASES).where(CASES.c.opened_at >= since, CASES.c.opened_at < until)
        late = func.coalesce(func.sum(case((CASES.c.late, 1), else_=0)), 0)
        closed = select(func.count(), late).where(FINAL, CASES.c.entered_at >= since, CASES.c.entered_at < until)
        with self._database.read() as connection:
            number, broken = connection.execute(closed).one()
            return Flow(connection.execute(opened).scalar_one(), int(number), int(broken))

    def on_hold(self, cases: Sequence[str]) -> Collection[str]:
        """See Views.on_hold: each has the bell of its end."""
        rows = select(TIMER.c.case_id).where(TIMER.c.case_id.in_(cases), TIMER.c.owner == HOLD)
        with self._database.read() as connection:
            return set(connection.execute(rows).scalars()) if cases else set()

    def tasks_of(self, cases: Sequence[str]) -> Sequence[Task]:
        """See Views.tasks_of."""
        rows = select(TASK).where(TASK.c.case_id.in_(cases), HELD).order_by(TASK.c.created_at, TASK.c.seq)
        with self._database.read() as connection:
            return [task_of(row) for row in connection.execute(rows).mappings()] if cases else []

    def close(self) -> None:
        """Give the connection back."""
        with self._lock:
            if self._listening is not None:
                self._listening.close()


def _within(cut: Cut) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [
        column == value for column, value in ((CLOCK.workflow, cut.workflow), (CLOCK.area, cut.area), (CLOCK.tier, cut.tier)) if value
    ]
    if cut.policies is not None:
        wanted.append(CLOCK.policy.in_(cut.policies))
    if cut.areas:
        unknown = CLOCK.area == "" if cut.unplaced is None else and_(CLOCK.area == "", CLOCK.workflow.in_(cut.unplaced))
        wanted.append(or_(CLOCK.area.in_(cut.areas), unknown))
    if cut.nowhere:
        wanted.append(CLOCK.area == "")
    return wanted
