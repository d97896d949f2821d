"""Is the journal whole? Every chain is walked from its first line; an anchor taken earlier says where each stood then."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, select, text

from adapters.sql.chain import LINE
from adapters.sql.codec import EPOCH, MICROSECOND
from adapters.sql.database import Database
from adapters.sql.tables import CASES, ERASURE
from engine.model.chained import NOTHING, link

FAULTS_MAX = 100
"""So many broken cases are named; whoever broke more needs no longer list."""
BATCH = 1_000
FORM = "waybill-anchor-1"

LINES = text(
    f"SELECT {', '.join(f'journal.{name}' for name in LINE)}, journal.prev_hash, journal.hash,"  # noqa: S608  # Our own names.
    " cases.revision AS stands, cases.head FROM journal LEFT JOIN cases ON cases.id = journal.case_id"
    " ORDER BY journal.case_id, journal.revision"
)
"""As the database keeps them: a value of another type is a fault, not a failure."""
WITHOUT = text(
    "SELECT id FROM cases WHERE revision > 0 AND NOT EXISTS (SELECT 1 FROM journal WHERE journal.case_id = cases.id) ORDER BY id"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """Where a chain is broken first."""

    case: str
    revision: int
    what: str
    """`changed`, `missing`, `cut` (its last lines are gone), `head` (the case says another end), `stray` (of no case),
    `anchor` (not what the anchor saw), `gone` (the anchor saw the case)."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What was walked, and what is broken."""

    cases: int
    lines: int
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """Where one chain stood."""

    case: str
    revision: int
    hash: str


@dataclass(frozen=True, slots=True)
class Anchored:
    """How the journal compares with an anchor."""

    heads: int
    faults: tuple[Fault, ...]
    erased: tuple[Fault, ...]
    """Chains that were made anew since, or taken away, by an erasure that is written down."""


class BadAnchor(ValueError):
    """The file is no anchor, or was changed itself."""


def verify(database: Database) -> Verified:
    """Walk every chain. Raises StoreUnavailable."""
    faults: dict[str, Fault] = {}
    cases = lines = 0
    before: RowMapping | None = None
    with database.read() as connection:
        for row in _lines(connection):
            lines += 1
            new = before is None or before["case_id"] != row["case_id"]
            cases += new
            if new and before is not None:
                _end(before, faults)
            fault = _fault(row, None if new else before)
            if fault is not None:
                faults.setdefault(fault.case, fault)
            before = row
        if before is not None:
            _end(before, faults)
        for (case_id,) in connection.execute(WITHOUT):
            faults[str(case_id)] = Fault(str(case_id), 1, "cut")
            cases += 1
    return Verified(cases, lines, tuple(list(faults.values())[:FAULTS_MAX]))


def _fault(row: RowMapping, before: RowMapping | None) -> Fault | None:
    expected = 1 if before is None else before["revision"] + 1
    if row["revision"] != expected:
        return Fault(str(row["case_id"]), expected, "missing")
    previous = NOTHING if before is None else before["hash"]
    if row["prev_hash"] != previous or row["hash"] != _hash(row):
        return Fault(str(row["case_id"]), row["revision"], "changed")
    return None


def _hash(row: RowMapping) -> str:
    try:
        return link(row["prev_hash"], [row[name] for name in LINE])
    except (TypeError, ValueError):  # What no line of ours can hold.
        return ""


def _end(last: RowMapping, faults: dict[str, Fault]) -> None:
    case_id, revision = str(last["case_id"]), last["revision"]
    if last["stands"] is None:
        faults.setdefault(case_id, Fault(case_id, revision, "stray"))
    elif last["stands"] != revision:
        faults.setdefault(case_id, Fault(case_id, revision + 1, "cut"))
    elif last["head"] != last["hash"]:
        faults.setdefault(case_id, Fault(case_id, revision, "head"))


def _lines(connection: Connection) -> Iterator[RowMapping]:
    yield from connection.execution_options(yield_per=BATCH).execute(LINES).mappings()


def take_anchor(database: Database, now: datetime) -> tuple[str, Iterator[str]]:
    """(the one hash, the lines of the file). The hash alone, kept elsewhere, proves the file; the file proves the journal."""
    heads = _heads(database)
    whole = _whole(heads)
    first = json.dumps({"form": FORM, "at": (now - EPOCH) // MICROSECOND, "cases": len(heads), "hash": whole})
    return whole, iter([first, *(json.dumps([one.case, one.revision, one.hash], ensure_ascii=False) for one in heads)])


def _heads(database: Database) -> list[Head]:
    rows = select(CASES.c.id, CASES.c.revision, CASES.c.head).where(CASES.c.revision > 0).order_by(CASES.c.id)
    with database.read() as connection:
        return [Head(*row) for row in connection.execute(rows)]


def _whole(heads: Sequence[Head]) -> str:
    said = hashlib.sha256()
    for one in heads:
        said.update(f"{one.case}\n{one.revision}\n{one.hash}\n".encode())
    return said.hexdigest()


def read_anchor(lines: Iterator[str]) -> tuple[str, datetime, list[Head]]:
    """(the one hash, when, the heads). Raises BadAnchor."""
    try:
        first = json.loads(next(lines))
        if first["form"] != FORM:
            raise BadAnchor("form")
        heads = [Head(*json.loads(line)) for line in lines if line.strip()]
        at, whole = EPOCH + first["at"] * MICROSECOND, str(first["hash"])
    except (StopIteration, ValueError, KeyError, TypeError) as problem:
        raise BadAnchor(str(problem)) from None
    if _whole(heads) != whole or len(heads) != first["cases"]:
        raise BadAnchor("hash")
    return whole, at, heads


def compare(database: Database, heads: Sequence[Head], at: datetime) -> Anchored:
    """Whether every chain still passes where the anchor saw its end. Raises StoreUnavailable."""
    faults: list[Fault] = []
    erased: list[Fault] = []
    since = select(ERASURE.c.case_id).where(ERASURE.c.case_id.is_not(None), ERASURE.c.at >= at)
    with database.read() as connection:
        known = {str(case_id) for (case_id,) in connection.execute(since)}
        seen = text("SELECT hash FROM journal WHERE case_id = :case AND revision = :revision")
        for one in heads:
            found = connection.scalar(seen, {"case": one.case, "revision": one.revision})
            if found != one.hash:
                fault = Fault(one.case, one.revision, "anchor" if found is not None else "gone")
                (erased if one.case in known else faults).append(fault)
    return Anchored(len(heads), tuple(faults[:FAULTS_MAX]), tuple(erased))
