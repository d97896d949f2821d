"""What becomes of a dropped file? Its rows read by the connection file and handed on; those that cannot be taken, with line and reason."""

import csv
import io
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from adapters.wms_tms.decode import ReadEvent, decode
from adapters.wms_tms.records import UNREADABLE, Record, lines_of, records, text_of
from engine.model.connection import Connection, Inbound
from engine.model.documents.tree import Unreadable
from engine.model.masks import mask_text

Deliver = Callable[[Connection, Sequence[ReadEvent]], Sequence[str]]
"""Takes events in, durable on return; answers for each why it was not taken, blank if it was. Raises what a store raises."""
BATCH = 200
BAD_ROWS_MAX = 10_000
BY_ROW = ("csv", "json_lines")


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was not taken."""

    line: int
    """0: not known."""
    why: str
    text: str = ""


@dataclass(slots=True)
class Loaded:
    """What became of one file."""

    rows: int = 0
    bad: list[BadRow] = field(default_factory=list)
    problem: str = ""
    """It could not be read at all."""


@dataclass(frozen=True, slots=True)
class _Read:
    line: int
    text: str
    event: ReadEvent


def load(connection: Connection, name: str, raw: bytes, deliver: Deliver, *, now: datetime, timezone: str) -> Loaded:
    """Every row taken once or told why not. Raises what `deliver` raises; then nothing says that the file was loaded."""
    inbound = connection.inbound
    assert inbound is not None  # The compiler refuses a drop folder without it.
    loaded = Loaded()
    batch: list[_Read] = []
    try:
        for one in _read(connection, inbound, name, raw, now, timezone, loaded):
            batch.append(one)
            if len(batch) >= BATCH:
                _hand_on(connection, batch, deliver, loaded)
                batch = []
    except Unreadable as problem:
        loaded.problem = f"{problem} {problem.place}".strip()
    _hand_on(connection, batch, deliver, loaded)
    return loaded


def report(loaded: Loaded) -> bytes:
    """The rows that were not taken, as a table a spreadsheet opens: line, why, the row as it was written."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["行号 line", "原因 why", "原文 row"])
    for row in loaded.bad:
        writer.writerow([row.line or "", row.why, row.text])
    if loaded.problem:
        writer.writerow(["", loaded.problem, ""])
    return ("\ufeff" + table.getvalue()).encode("utf-8")


def _read(connection: Connection, inbound: Inbound, name: str, raw: bytes, now: datetime, timezone: str, loaded: Loaded) -> Iterator[_Read]:
    headers = {"file": name}
    if inbound.body not in BY_ROW:
        decoded = decode(connection, raw, headers, now, timezone=timezone)
        loaded.rows += decoded.ignored
        yield from (_Read(0, event.place, event) for event in decoded.events)
        return
    one_row = replace(connection, inbound=replace(inbound, encoding="utf-8"))
    head, rows = _head(inbound, records(text_of(raw, inbound.encoding), quoted=inbound.body == "csv"))
    waiting = deque[Record]()
    while (row := waiting.popleft() if waiting else next(rows, None)) is not None:
        try:
            if UNREADABLE in row.text:
                raise Unreadable("不是 UTF-8 也不是 GBK", "letters that are neither UTF-8 nor GBK")
            decoded = decode(one_row, (head + row.text).encode("utf-8"), headers, now, timezone=timezone)
        except Unreadable as problem:
            if "\n" in row.text:
                # Two stray quotes, and not one long cell: every line between them stands for itself.
                waiting.extend(lines_of(row))
            else:
                _bad(loaded, row, str(problem))
            continue
        loaded.rows += decoded.ignored
        yield from (_Read(row.line, row.text, replace(event, place=f"line {row.line}")) for event in decoded.events)


def _head(inbound: Inbound, rows: Iterator[Record]) -> tuple[str, Iterator[Record]]:
    """The line of headings that stands before each row of a table that has one."""
    if inbound.body != "csv" or inbound.table.columns:
        return "", rows
    first = next(rows, None)
    if first is None:
        raise Unreadable("文件是空的", "an empty file")
    return first.text + "\n", rows


def _hand_on(connection: Connection, batch: Sequence[_Read], deliver: Deliver, loaded: Loaded) -> None:
    """Also rows nobody recognises are handed on, and listed for a person; here they count as bad."""
    troubles = deliver(connection, [one.event for one in batch]) if batch else ()
    for one, trouble in zip(batch, troubles, strict=True):
        why = trouble or ("" if one.event.recognised else "; ".join(one.event.problems) or "not recognised")
        if why:
            _bad(loaded, Record(one.line, one.text), why)
        else:
            loaded.rows += 1


def _bad(loaded: Loaded, row: Record, why: str) -> None:
    loaded.rows += 1
    if len(loaded.bad) < BAD_ROWS_MAX:
        loaded.bad.append(BadRow(row.line, why, mask_text(row.text)))
