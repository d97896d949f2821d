"""How does a whole store come into another database? Read in one look, written in one transaction, counted, and only into an empty one."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Select, Table, func, select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DataError

from adapters.sql.database import Database
from adapters.sql.lead import KEY as LEADER
from adapters.sql.lead import leader_of
from adapters.sql.members import KEY as DAEMON
from adapters.sql.migrate import HEAD, migrate, version
from adapters.sql.numbers import INBOX_COUNTER
from adapters.sql.ownership import OWNER, acquire_ownership, refusal
from adapters.sql.tables import COUNTER, INBOX, META, METADATA
from engine.ports.store import StoreError

BATCH = 1_000
BELONGS_HERE = (OWNER, LEADER)
NUMBERS = "inbox_number"
"""The sequence of inbox ids on PostgreSQL; in a file they are counted in a row of `counter`."""
"""What the notes say of daemons is true of their own database only."""


class NotEmpty(StoreError):
    """The target holds a store already: nothing was written."""


class NotWhole(StoreError):
    """The source is of another version, or more or less arrived than was read: nothing was written."""


def move(source: str, target: str) -> dict[str, int]:
    """Carry every row over; answers table -> rows. The source keeps them. Raises AlreadyRunning, NotEmpty, NotWhole, StoreUnavailable."""
    with acquire_ownership(source):
        old, new = Database(source), Database(target)
        try:
            with old.read() as reading:
                _nobody_works(reading, source)
                migrate(new)
                with new.write() as writing:
                    return _carry(reading, writing)
        except DataError as error:
            raise NotWhole(f"目标库存不下这个值 / the target cannot keep a value: {error.orig}") from error
        finally:
            old.close()
            new.close()


def _nobody_works(reading: Connection, source: str) -> None:
    """What a daemon writes after our look would be left behind."""
    if version(reading) != HEAD:
        raise NotWhole(f"来源不是这个版本的库,先用 waybill run 打开一次 / the source is of version {version(reading)}, not {HEAD}")
    holder = leader_of(reading) if reading.dialect.name == "postgresql" else None
    if holder:
        raise refusal(make_url(source).render_as_string(), holder)


def _carry(reading: Connection, writing: Connection) -> dict[str, int]:
    tables = sorted(METADATA.tables.values(), key=lambda table: table.name)
    for table in tables:
        if writing.execute(_of(table).limit(1)).first() is not None:
            raise NotEmpty(f"目标库不是空的:表 {table.name} 里有数据 / the target is not empty: table {table.name} has rows")
    rows = {}
    for table in tables:
        for batch in _batches(reading, table):
            writing.execute(table.insert(), batch)
        rows[table.name] = _count(reading, table)
        if _count(writing, table) != rows[table.name]:
            raise NotWhole(f"{table.name}: {rows[table.name]} read, {_count(writing, table)} written")
        if writing.dialect.name == "postgresql":
            _go_on_counting(writing, table)
    _go_on_numbering(reading, writing)
    return rows


def _go_on_numbering(reading: Connection, writing: Connection) -> None:
    """Inbox ids grow in order of receipt, whichever way they are drawn."""
    last = writing.scalar(select(func.max(INBOX.c.id))) or 0
    row = {"workflow": INBOX_COUNTER[0], "field": INBOX_COUNTER[1], "prefix": INBOX_COUNTER[2]}
    if writing.dialect.name == "postgresql":
        writing.execute(text("SELECT setval(:sequence, :last)"), {"sequence": NUMBERS, "last": max(last, 1)})
    elif reading.dialect.name == "postgresql" and last:
        here = update(COUNTER).where(*(COUNTER.c[name] == value for name, value in row.items())).values(value=last)
        if writing.execute(here).rowcount == 0:
            writing.execute(COUNTER.insert(), [{**row, "value": last}])


def _of(table: Table) -> "Select[Any]":
    rows = select(table)
    return rows.where(META.c.key.not_in(BELONGS_HERE), META.c.key.not_like(f"{DAEMON}%")) if table is META else rows


def _count(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(_of(table).subquery())) or 0


def _batches(reading: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    found = reading.execution_options(yield_per=BATCH).execute(_of(table).order_by(*table.primary_key)).mappings()
    for part in found.partitions(BATCH):
        yield [dict(row) for row in part]


def _go_on_counting(writing: Connection, table: Table) -> None:
    """Rows came with their numbers; the next one drawn must be beyond them."""
    column = table.autoincrement_column
    if column is not None:
        name = {"table": f'"{table.name}"', "column": column.name}
        found = writing.scalar(text("SELECT pg_get_serial_sequence(:table, :column)"), name)
        last = writing.scalar(select(func.max(column)))
        if found is not None and last is not None:
            writing.execute(text("SELECT setval(:sequence, :last)"), {"sequence": found, "last": last})
