"""Which sendings of scheduled reports are on record? One row per report and slot, written before anything leaves."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Column, Index, Integer, RowMapping, Table, Text, func, select, text, update

from adapters.sql.codec import Instant
from adapters.sql.database import Database, Row, insert_new
from adapters.sql.tables import METADATA, vshard

OPEN, SENT, FAILED, DOUBT, BEFORE = "open", "sent", "failed", "doubt", "before"
"""What a slot came to. `before`: its hour was over when the report was first declared, so nothing is sent."""

REPORT_SLOT = Table(
    "report_slot", METADATA,
    Column("name", Text, primary_key=True),
    Column("slot", Text, primary_key=True),
    Column("due_at", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("letters", Text, nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("revision", Integer, nullable=False),
    vshard(),
    Index("report_slot_open", "next_at", sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'")),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail of a slot."""

    state: str
    """waiting; leaving, written before it leaves; accepted; rejected; unknown: nobody knows whether it arrived."""
    tries: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotRow:
    """One report and slot."""

    name: str
    slot: str
    due_at: datetime
    state: str
    letters: Mapping[str, Letter]
    """Address -> its mail."""
    next_at: datetime
    """Nobody looks at an open one before."""
    revision: int


class ReportSlots:
    """Several daemons may share it: whoever changes a row as it was last seen has it, any other sees that it did not."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, name: str, over: str, slots: Sequence[tuple[str, datetime]]) -> None:
        """Write down what is due, each once. The first time a report is seen with this `over` its past is over."""
        if not slots:
            return
        with self._database.read() as connection:
            ours = (REPORT_SLOT.c.name == name) & REPORT_SLOT.c.slot.startswith(f"{over} ", autoescape=True)
            known = set(connection.scalars(select(REPORT_SLOT.c.slot).where(ours)))
        new = [one for one in slots if one[0] not in known]
        if not new:
            return
        state = OPEN if known else BEFORE
        rows: list[Row] = [
            {"name": name, "slot": slot, "due_at": due, "state": state, "letters": "{}", "next_at": due, "revision": 0} for slot, due in new
        ]
        with self._database.write() as connection:
            insert_new(connection, REPORT_SLOT, rows)

    def ready(self, now: datetime) -> list[SlotRow]:
        """Open ones whose time has come, the oldest first."""
        rows = select(REPORT_SLOT).where(REPORT_SLOT.c.state == OPEN, REPORT_SLOT.c.next_at <= now).order_by(REPORT_SLOT.c.due_at)
        with self._database.read() as connection:
            return [_row(one) for one in connection.execute(rows).mappings()]

    def change(self, row: SlotRow, *, next_at: datetime, state: str = OPEN, letters: Mapping[str, Letter] | None = None) -> SlotRow | None:
        """The row as it is now; None: somebody else changed it meanwhile, and has it."""
        told = row.letters if letters is None else letters
        changed = replace(row, state=state, letters=told, next_at=next_at, revision=row.revision + 1)
        mine = (REPORT_SLOT.c.name == row.name) & (REPORT_SLOT.c.slot == row.slot) & (REPORT_SLOT.c.revision == row.revision)
        values: Row = {"state": state, "letters": _text(told), "next_at": next_at, "revision": changed.revision}
        with self._database.write() as connection:
            return changed if connection.execute(update(REPORT_SLOT).where(mine).values(values)).rowcount == 1 else None

    def last(self) -> list[SlotRow]:
        """Of each report the newest slot, by name."""
        newest = select(REPORT_SLOT.c.name, func.max(REPORT_SLOT.c.due_at).label("due_at")).group_by(REPORT_SLOT.c.name).subquery()
        rows = select(REPORT_SLOT).join(newest, (newest.c.name == REPORT_SLOT.c.name) & (newest.c.due_at == REPORT_SLOT.c.due_at))
        with self._database.read() as connection:
            found = [_row(one) for one in connection.execute(rows.order_by(REPORT_SLOT.c.name, REPORT_SLOT.c.slot)).mappings()]
        return list({one.name: one for one in found}.values())


def _text(letters: Mapping[str, Letter]) -> str:
    return json.dumps({to: [one.state, one.tries, one.why] for to, one in letters.items()}, ensure_ascii=False)


def _row(row: RowMapping) -> SlotRow:
    named = {name: row[name] for name in ("name", "slot", "due_at", "state", "next_at", "revision")}
    letters = {to: Letter(state=state, tries=tries, why=why) for to, (state, tries, why) in json.loads(str(row["letters"])).items()}
    return SlotRow(**named, letters=letters)
