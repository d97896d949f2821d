"""Is every promise kept in this database file? Plain sqlite3 over a copy, nothing of ours."""

import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

ENDED = {"accepted", "done", "unknown", "rejected", "dropped", "shadow", "dead"}


def audit(file: Path, acknowledged: Iterable[str], copy_to: Path) -> list[str]:
    """Broken laws, in words; none is the good answer. Reads a copy, so that the daemon itself has to recover the file."""
    copy_to.mkdir(parents=True, exist_ok=True)
    for end in ("", "-wal"):
        source, target = Path(f"{file}{end}"), copy_to / f"copy.db{end}"
        target.unlink(missing_ok=True)
        if source.exists():
            shutil.copyfile(source, target)
    (copy_to / "copy.db-shm").unlink(missing_ok=True)
    with closing(sqlite3.connect(copy_to / "copy.db")) as db:
        broken = [f"integrity: {found}" for (found,) in db.execute("PRAGMA integrity_check") if found != "ok"]
        return broken + _inbox(db, acknowledged) + _journal(db) + _effects(db)


def unsettled(file: Path) -> list[str]:
    """What is still owed after the calm. The daemon must have stopped."""
    with closing(sqlite3.connect(file)) as db:
        papers = db.execute("SELECT status, source, event_id, error FROM inbox WHERE status <> 'done'").fetchall()
        rows = db.execute("SELECT status, effect_id, error FROM outbox WHERE status IN ('sending')").fetchall()
    return [f"inbox {row}" for row in papers] + [f"outbox {row}" for row in rows]


def sending(file: Path) -> int:
    """How many rows are with a provider now. The daemon may live."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=5)) as db:
        return int(db.execute("SELECT count(*) FROM outbox WHERE status = 'sending'").fetchone()[0])


def sent_twice(file: Path, asked: Mapping[str, int], effect_of: Mapping[str, str]) -> list[str]:
    """Requests the provider saw more than once under one key, or for effects nobody decided, or that were only said to be sent."""
    broken = [f"sent {count} times: {key}" for key, count in asked.items() if count > 1]
    broken += [f"sent, never decided: {key}" for key in asked if key not in effect_of]
    with closing(sqlite3.connect(file)) as db:
        said = {
            row[0]
            for row in db.execute(
                "SELECT effect_id FROM outbox WHERE channel = 'sms' AND status IN ('accepted', 'done') AND carried_by IS NULL"
            )
        }
    return broken + [f"said to be sent, never arrived: {effect}" for effect in sorted(said - {effect_of.get(key) for key in asked})]


def effect_ids(file: Path) -> list[str]:
    """Every effect that was ever in the outbox."""
    with closing(sqlite3.connect(file)) as db:
        return [row[0] for row in db.execute("SELECT effect_id FROM outbox")]


def counts(file: Path) -> dict[str, int]:
    """How much was done, to show that the test did something."""
    with closing(sqlite3.connect(file)) as db:
        numbers = {
            name: db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("cases", "inbox", "journal", "outbox", "task")
        }
        numbers["bells"] = db.execute("SELECT count(*) FROM journal WHERE source = 'timer'").fetchone()[0]
        never = "SELECT count(*) FROM outbox WHERE status = 'unknown' AND sent_at IS NULL"
        numbers["unknown, though never handed over"] = db.execute(never).fetchone()[0]
        numbers.update(db.execute("SELECT 'outbox ' || status, count(*) FROM outbox GROUP BY status").fetchall())
    return numbers


def _inbox(db: sqlite3.Connection, acknowledged: Iterable[str]) -> list[str]:
    kept = Counter(row[0] for row in db.execute("SELECT event_id FROM inbox WHERE source = 'tms'"))
    return [f"acknowledged, in the inbox {kept[one]} times: {one}" for one in acknowledged if kept[one] != 1]


def _journal(db: sqlite3.Connection) -> list[str]:
    """Gapless revisions; each event decided once; decided and journalled are the same thing."""
    broken = []
    revisions: dict[str, list[int]] = {}
    for case, revision in db.execute("SELECT case_id, revision FROM journal ORDER BY case_id, revision"):
        revisions.setdefault(case, []).append(revision)
    for case, last in db.execute("SELECT id, revision FROM cases"):
        if revisions.pop(case, []) != list(range(1, last + 1)):
            broken.append(f"journal of {case} is not 1..{last}")
    broken += [f"journal without a case: {case}" for case in revisions]
    decided = Counter(db.execute("SELECT source, event_id FROM journal").fetchall())
    broken += [f"decided {count} times: {key}" for key, count in decided.items() if count > 1]
    done = set(db.execute("SELECT source, event_id FROM inbox WHERE status = 'done'").fetchall())
    return broken + [f"done or journalled, not both: {key}" for key in sorted(done ^ set(decided))]


def _effects(db: sqlite3.Connection) -> list[str]:
    """An effect is decided once, and whatever lies in the outbox or on the work list was decided."""
    issued = Counter(one for (effects,) in db.execute("SELECT effects FROM journal") for one in json.loads(effects))
    broken = [f"issued {count} times: {one}" for one, count in issued.items() if count > 1]
    # An alarm is of no case: a provider that is shut, a clock that leapt, a feed that fell silent.
    for table, column, which in (("outbox", "effect_id", ""), ("task", "id", "WHERE kind <> 'alarm'")):
        rows = Counter(row[0] for row in db.execute(f"SELECT {column} FROM {table} {which}"))
        broken += [f"{table} has {one} {count} times" for one, count in rows.items() if count > 1]
        broken += [f"{table} has {one}, which nobody decided" for one in sorted(rows.keys() - issued.keys())]
    return broken
