"""What happened in years? Histories in Parquet, scanned by DuckDB: only the cases that are wanted, one after the other, in bounded memory.

One row for each event: case_id, entity, event, occurred_at, received_at, seq, id, attrs (JSON), and what makes looking cheap:
`begun_at` (the first receipt of its case), `place` (crc32 of the case's name: a sample takes the same ones every time), `line`
(the order it was written in), `key` (what it is known by: a second writing adds nothing).
"""

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from engine.service.replay import OldEvent

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MAGIC = b"PAR1"
SHARES = 10_000
"""A sample is counted in hundredths of a percent."""
MEMORY = "512MB"
"""What DuckDB may hold; what it sorts beyond that goes to a scratch folder."""
ROWS_AT_ONCE = 2_000
COLUMNS = ("case_id", "entity", "event", "occurred_at", "received_at", "seq", "id", "attrs", "begun_at", "place", "line", "key")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

CHOSEN = """
CREATE TEMP TABLE chosen AS
SELECT case_id, min(line) AS first, any_value(place) // {shares} % $parts AS part
FROM history
WHERE place % {shares} < $share {since}
GROUP BY case_id {workflow}
"""
ROWS = """
SELECT h.case_id, h.entity, h.event, epoch_us(h.occurred_at), epoch_us(h.received_at), h.seq, h.id, h.attrs, h.line
FROM history AS h JOIN chosen AS c ON h.case_id = c.case_id
WHERE h.place % {shares} < $share {since}
ORDER BY c.part, c.first, h.case_id, h.line
"""


class NotOurs(Exception):
    """A Parquet file that lacks our columns, or that cannot be read. `zh` and `en` say which."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which cases are read, and in how many parts they are told apart."""

    parts: int = 1
    share: float = 1.0
    since: datetime | None = None
    """Only cases whose first report was received then or later."""
    workflow: str | None = None
    declared: AbstractSet[str] = frozenset()
    """The workflows there are: an entity that is none of them may belong to any."""


def parquet_files(name: str) -> list[str]:
    """The Parquet files behind a name: a file, a folder with partitions, or a pattern; empty if there are none."""
    path = Path(name)
    if path.is_file():
        with path.open("rb") as file:
            return [name] if file.read(len(MAGIC)) == MAGIC else []
    if path.is_dir():
        return sorted(str(one) for one in path.rglob("*.parquet") if not any(part.startswith(".") for part in one.relative_to(path).parts))
    fixed = Path(*[part for part in path.parts if not any(sign in part for sign in "*?[")][: _plain(path)])
    pattern = str(path.relative_to(fixed)) if path != fixed else ""
    return sorted(str(one) for one in fixed.glob(pattern) if one.suffix == ".parquet") if pattern else []


@dataclass(frozen=True, slots=True)
class ParquetHistory:
    """Parquet files as one history."""

    files: Sequence[str]

    def survey(self) -> tuple[int, datetime | None, datetime | None]:
        """(events, first receipt, last receipt), from the files' own statistics. Raises NotOurs."""
        with opened(self.files) as db:
            row = db.execute("SELECT count(*), epoch_us(min(received_at)), epoch_us(max(received_at)) FROM history").fetchone()
        assert row is not None
        return int(row[0]), _instant(row[1]), _instant(row[2])

    def cases(self, wanted: Wanted) -> Iterator[list[OldEvent]]:
        """The events of one case at a time, part by part, cases as they were first written. Raises NotOurs."""
        words: dict[str, object] = {"share": wanted.share * SHARES}
        since = workflow = ""
        if wanted.since is not None:
            # Every row knows when its case began, so files from before are not opened further than their statistics.
            since, words["since"] = "AND begun_at >= make_timestamptz($since)", _micros(wanted.since)
        asked = dict(words, parts=wanted.parts)
        if wanted.workflow is not None:
            workflow = "HAVING bool_or(entity = $workflow OR NOT list_contains($declared, entity))"
            asked |= {"workflow": wanted.workflow, "declared": sorted(wanted.declared)}
        with opened(self.files) as db:
            db.execute(CHOSEN.format(shares=SHARES, since=since, workflow=workflow), asked)
            db.execute(ROWS.format(shares=SHARES, since=since.replace("begun_at", "h.begun_at")), words)
            for _, rows in groupby(_rows(db), key=lambda one: one.case):
                yield list(rows)


@contextmanager
def opened(files: Sequence[str]) -> "Iterator[DuckDBPyConnection]":
    """A scan of these files under the name `history`, within bounds. Raises NotOurs."""
    with tempfile.TemporaryDirectory(prefix="waybill-scan-") as scratch, connected(scratch) as db:
        import duckdb

        try:
            db.from_parquet(list(files), union_by_name=True, hive_partitioning=False).create_view("history")
            found = {str(row[0]) for row in db.execute("DESCRIBE history").fetchall()}
            lacking = [one for one in COLUMNS if one not in found]
            if lacking:
                raise NotOurs(
                    f"Parquet 里没有这些列:{'、'.join(lacking)}(用 waybill history write 写的才有)",
                    f"the Parquet lacks {', '.join(lacking)} (`waybill history write` writes them)",
                )
            yield db
        except duckdb.Error as problem:
            words = " ".join(str(problem).split())[:200]
            raise NotOurs(f"Parquet 读不了:{words}", f"the Parquet cannot be read: {words}") from problem


@contextmanager
def connected(scratch: str) -> "Iterator[DuckDBPyConnection]":
    """DuckDB in memory: one thread (processes are forked beside it), bounded, and nothing fetched from anywhere."""
    import duckdb

    settings: dict[str, str | bool | int | float | list[str]] = {
        "threads": 1, "memory_limit": MEMORY, "temp_directory": scratch, "autoinstall_known_extensions": False,
        "preserve_insertion_order": False,
    }  # fmt: skip
    db = duckdb.connect(":memory:", config=settings)
    try:
        yield db
    finally:
        db.close()


def _rows(db: "DuckDBPyConnection") -> Iterator[OldEvent]:
    while rows := db.fetchmany(ROWS_AT_ONCE):
        for case, entity, event, occurred, received, seq, id, attrs, line in rows:
            data: Mapping[str, object] = json.loads(attrs) if attrs else {}
            yield OldEvent(
                line=line, case=case, workflow=entity, event=event, occurred_at=_EPOCH + timedelta(microseconds=occurred),
                received_at=_EPOCH + timedelta(microseconds=received), data=data, sequence=seq, id=id,
            )  # fmt: skip


def _plain(path: Path) -> int:
    """How many leading parts of a pattern are no pattern."""
    return next((place for place, part in enumerate(path.parts) if any(sign in part for sign in "*?[")), len(path.parts))


def _instant(micros: int | None) -> datetime | None:
    return None if micros is None else _EPOCH + timedelta(microseconds=micros)


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)
