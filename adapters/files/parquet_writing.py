"""How does a history become Parquet? Written down once as plain lines, sorted into days or months by DuckDB, added to what is there.

Nothing that was written is touched: a run adds files of its own, each put in its place whole, with what no earlier run wrote.
"""

import hashlib
import json
import shutil
import tempfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from adapters.files.parquet import COLUMNS, connected, parquet_files
from engine.service.replay import OldEvent

WHOLE = {"day": "%Y-%m-%d", "month": "%Y-%m"}
"""Partition -> how its instant of receipt is written, in UTC."""
ROW_GROUP = 50_000
TYPES = (
    "{'case_id': 'VARCHAR', 'entity': 'VARCHAR', 'event': 'VARCHAR', 'occurred_at': 'TIMESTAMPTZ', 'received_at': 'TIMESTAMPTZ', "
    "'seq': 'BIGINT', 'id': 'VARCHAR', 'attrs': 'VARCHAR', 'place': 'UINTEGER', 'line': 'BIGINT', 'key': 'VARCHAR'}"
)
FRESH = """
CREATE TEMP TABLE fresh AS
WITH told AS (
  SELECT * REPLACE (key || '#' || row_number() OVER (PARTITION BY entity, case_id, key ORDER BY line) AS key)
  FROM read_json($lines, format = 'newline_delimited', columns = {types})
)
SELECT * FROM told WHERE NOT EXISTS (
  SELECT 1 FROM known WHERE known.case_id = told.case_id AND known.entity = told.entity AND known.key = told.key
)
"""
BEGUN = """
CREATE TEMP TABLE begun AS
SELECT case_id, min(heard) AS begun_at FROM (
  SELECT case_id, min(received_at) AS heard FROM fresh GROUP BY case_id
  UNION ALL SELECT case_id, min(begun_at) AS heard FROM known GROUP BY case_id
) GROUP BY case_id
"""
COPY = """
COPY (
  SELECT {columns}, strftime(received_at AT TIME ZONE 'UTC', '{format}') AS {by}
  FROM fresh JOIN begun USING (case_id) ORDER BY {by}, line
) TO '{folder}' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY ({by}), ROW_GROUP_SIZE {group})
"""


@dataclass(frozen=True, slots=True)
class Added:
    """What one run did."""

    told: int
    """Events it was given."""
    added: int
    files: tuple[str, ...]


def write_parquet(events: Iterable[OldEvent], folder: Path, by: str = "month") -> Added:
    """Add these events to the folder, partitioned by the `day` or `month` of their receipt. An event it holds already is left out.

    An event is known by its case and its `id`; one without an id by what it says, so that the same line twice in one run is two events,
    and the same file in a second run is none. Raises OSError, NotOurs.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".run-", dir=folder) as name, connected(name) as db:
        scratch = Path(name)
        told = _lines(events, scratch / "told.jsonl")
        there = parquet_files(str(folder))
        if there:
            db.from_parquet(there, union_by_name=True, hive_partitioning=False).create_view("known")
        else:
            db.execute("CREATE VIEW known AS SELECT '' AS case_id, '' AS entity, '' AS key, 0 AS line, now() AS begun_at WHERE false")
        db.execute(FRESH.format(types=TYPES), {"lines": str(scratch / "told.jsonl")})
        found = db.execute("SELECT (SELECT count(*) FROM fresh), (SELECT coalesce(max(line), 0) FROM known)").fetchone()
        assert found is not None
        added, last = int(found[0]), int(found[1])
        if not added:
            return Added(told, 0, ())
        db.execute(BEGUN)
        columns = ", ".join(f"line + {last} AS line" if one == "line" else one for one in COLUMNS)
        target = str(scratch / "out").replace("'", "''")
        db.execute(COPY.format(columns=columns, format=WHOLE[by], by=by, folder=target, group=ROW_GROUP))
        return Added(told, added, tuple(_put_in_place(scratch / "out", folder, len(there))))


def _lines(events: Iterable[OldEvent], file: Path) -> int:
    """Plain lines on disk, however many there are; answers their number."""
    number = 0
    with file.open("w", encoding="utf-8") as out:
        for number, one in enumerate(events, start=1):
            attrs = json.dumps(dict(one.data), ensure_ascii=False, separators=(",", ":"))
            row = {
                "case_id": one.case, "entity": one.workflow, "event": one.event, "occurred_at": one.occurred_at.isoformat(),
                "received_at": one.received_at.isoformat(), "seq": one.sequence, "id": one.id, "attrs": attrs,
                "place": zlib.crc32(one.case.encode()), "line": number,
            }  # fmt: skip
            said = json.dumps([row[name] for name in ("event", "occurred_at", "received_at", "seq", "attrs")], ensure_ascii=False)
            row["key"] = one.id or hashlib.blake2b(said.encode(), digest_size=12).hexdigest()
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    return number


def _put_in_place(written: Path, folder: Path, before: int) -> list[str]:
    """Each file into its partition under a name nobody has, whole or not at all; a run that breaks off is made good by the next one."""
    names = []
    for file in sorted(written.rglob("*.parquet")):
        partition = folder / file.parent.relative_to(written)
        partition.mkdir(parents=True, exist_ok=True)
        number = before + 1
        while (target := partition / f"run-{number:06}-{file.stem}.parquet").exists():
            number += 1
        shutil.move(file, target)
        names.append(str(target))
    return names
