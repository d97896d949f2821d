"""How is a case found in the database? By what it bears, from indexes; texts are looked through among the newest only."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from adapters.sql.database import Database
from adapters.sql.directory import LISTED, case_row
from adapters.sql.live_clocks import LIVE_CLOCK
from adapters.sql.tables import CASES, NAME, PRIVATE, TASK
from adapters.sql.worklist import HELD, task_of
from engine.model.erased import ERASED
from engine.ports.directory import CaseRow
from engine.ports.finder import Due

LAST = "\U0010ffff"
"""No text sorts behind it: a range up to it is everything that begins alike."""
IDS_MAX = 1_000
"""So many cases of one value are looked at; a great customer has more."""


class SqlFinder:
    """See Finder."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def exactly(self, values: Collection[str], limit: int) -> Sequence[CaseRow]:
        """See Finder.exactly."""
        wanted = sorted({one for one in values if one and one != ERASED})
        return self._bearing(NAME.c.value.in_(wanted), PRIVATE.c.value.in_(wanted), limit, ids=wanted) if wanted else []

    def beginning(self, text: str, limit: int, *, personal: bool) -> Sequence[CaseRow]:
        """See Finder.beginning."""
        if not text:
            return []
        names = NAME.c.value.between(text, text + LAST)
        values = PRIVATE.c.value.between(text, text + LAST) if personal else None
        return self._bearing(names, values, limit)

    def saying(
        self, words: Sequence[str], limit: int, *, among: int, since: datetime | None = None, until: datetime | None = None
    ) -> Sequence[CaseRow]:
        """See Finder.saying. Each word is a part of the row's JSON, then of a value of it. Read from the newest on, until there are enough."""
        within: list[ColumnElement[bool]] = [] if since is None else [CASES.c.opened_at >= since]
        within += [] if until is None else [CASES.c.opened_at < until]
        oldest = select(CASES.c.opened_at).where(*within).order_by(CASES.c.opened_at.desc()).offset(among - 1).limit(1)
        with self._database.read() as connection:
            edge = connection.execute(oldest).scalar()
            if edge is not None:
                within.append(CASES.c.opened_at >= edge)
            rows = LISTED.where(*within, *(CASES.c.fields.contains(_in_json(word), autoescape=True) for word in words))
            found = (case_row(row) for row in connection.execute(_newest_first(rows)).mappings())
            return list(islice((row for row in found if all(any(word in value for value in row.fields.values()) for word in words)), limit))

    def cases(self, ids: Collection[str]) -> Mapping[str, CaseRow]:
        """See Finder.cases."""
        if not ids:
            return {}
        with self._database.read() as connection:
            rows = connection.execute(LISTED.where(CASES.c.id.in_(sorted(ids)))).mappings()
            return {row["id"]: case_row(row) for row in rows}

    def tasks(self, limit: int, *, roles: Sequence[str] = (), workflow: str = "", holder: str = "") -> Sequence[Due]:
        """See Finder.tasks."""
        clock = LIVE_CLOCK.c
        due = select(func.min(clock.due)).where(clock.case_id == TASK.c.case_id).scalar_subquery()
        tier = select(func.max(clock.tier)).where(clock.case_id == TASK.c.case_id).scalar_subquery()
        rows = select(TASK, due.label("due"), tier.label("tier")).where(HELD)
        for column, wanted in ((TASK.c.workflow, workflow), (TASK.c.claimed_by, holder)):
            if wanted:
                rows = rows.where(column == wanted)
        if roles:
            rows = rows.where(TASK.c.role.in_(roles))
        ordered = rows.order_by(due.is_(None), due, TASK.c.created_at, TASK.c.seq).limit(limit)
        with self._database.read() as connection:
            found = [(task_of(row), row["due"], row["tier"] or "") for row in connection.execute(ordered).mappings()]
        cases = self.cases({task.case for task, _, _ in found})
        return [Due(task=task, case=cases.get(task.case), due=at, tier=kind) for task, at, kind in found]

    def _bearing(
        self, names: ColumnElement[bool], values: ColumnElement[bool] | None, limit: int, *, ids: Sequence[str] = ()
    ) -> Sequence[CaseRow]:
        named = select(NAME.c.case_id).where(names).limit(IDS_MAX)
        with self._database.read() as connection:
            found = {*ids, *connection.execute(named).scalars()}
            if values is not None:
                known = select(PRIVATE.c.case_id).where(values, PRIVATE.c.inbox_id > 0, PRIVATE.c.case_id != "").distinct().limit(IDS_MAX)
                found |= set(connection.execute(known).scalars())
            rows = _newest_first(LISTED.where(CASES.c.id.in_(sorted(found)))).limit(limit)
            return [case_row(row) for row in connection.execute(rows).mappings()] if found else []


def _newest_first(rows: "Select[Any]") -> "Select[Any]":
    return rows.order_by(CASES.c.opened_at.desc(), CASES.c.id.desc())


def _in_json(word: str) -> str:
    """As it stands within a text of the row."""
    return json.dumps(word, ensure_ascii=False)[1:-1]
