"""Does every line of the journal still say what it said when it was written? One chain of hashes for each case."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from adapters.sql.codec import EPOCH, MICROSECOND
from adapters.sql.tables import JOURNAL
from engine.model.chained import link

APART = ("vshard", "prev_hash", "hash")
"""Where a line lies may change; what it says may not."""
LINE = tuple(column.name for column in JOURNAL.c if column.name not in APART)


def linked(row: dict[str, Any], previous: str) -> dict[str, Any]:
    """The row with its place in the chain of its case."""
    row["prev_hash"] = previous
    row["hash"] = link(previous, line_of(row))
    return row


def line_of(row: Mapping[str, Any]) -> list[str | int | None]:
    """What a row says, as the database keeps it: instants are microseconds."""
    return [(value - EPOCH) // MICROSECOND if isinstance(value, datetime) else value for value in map(row.__getitem__, LINE)]
