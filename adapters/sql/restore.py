"""How does a copy become the store again? Proved first, fenced before it bears the name, and what was there is kept beside it."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from adapters.sql.backup import STAMP, BackupFailed, Point, bring_back, must_be_whole, point_at
from adapters.sql.database import Database
from adapters.sql.fence import Fenced, put_up
from adapters.sql.migrate import migrate
from adapters.sql.ownership import hold_file
from adapters.sql.stores import secret_of
from engine.ports.store import StoreError

BESIDE = ("", "-wal", "-shm")


class NotRestored(StoreError):
    """Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of it."""

    rows: int
    fenced: Fenced
    kept: Path | None
    """Where what was there before lies now."""
    point: datetime | None
    """The point of the folder that was taken; None: a single file."""


def restore(source: Path, target: Path, *, at: datetime | None, now: Callable[[], datetime], by: str, replace: bool = False) -> Restored:
    """Bring back a copy, or the last point of a folder not after `at`.

    Raises AlreadyRunning: a daemon uses the target; NotRestored: there is a store already; CorruptStore; BackupFailed.
    """
    with hold_file(target):
        if target.exists() and not replace:
            raise NotRestored(f"已经有库了:{target};要换掉它就写 --replace / there is a store already: {target}; say --replace")
        part = target.with_name(f"{target.name}.restoring")
        try:
            point, rows = _bring(source, at, part)
            fenced = _fence(part, now(), by)
            kept = _put_aside(target, fenced.fence.at)
            os.replace(part, target)
            opened = os.open(target.parent, os.O_RDONLY)
            os.fsync(opened)
            os.close(opened)
        except OSError as problem:
            raise BackupFailed(str(problem)) from None
        finally:
            for ending in BESIDE:
                part.with_name(part.name + ending).unlink(missing_ok=True)
    return Restored(sum(rows.values()), fenced, kept, point.at if point else None)


def _bring(source: Path, at: datetime | None, part: Path) -> tuple[Point | None, dict[str, int]]:
    if source.is_dir():
        point = point_at(source, at)
        return point, bring_back(point, part)
    if at is not None:
        raise NotRestored("--at 要配一个备份文件夹 / --at needs a folder of backups")
    return None, bring_back(Point(datetime.max.replace(tzinfo=UTC), source, ()), part)


def _fence(part: Path, now: datetime, by: str) -> Fenced:
    database = Database(f"sqlite:///{part}")
    try:
        migrate(database)
        fenced = put_up(database, secret_of(database), now, by)
    finally:
        database.close()
    must_be_whole(part)
    opened = os.open(part, os.O_RDONLY)
    os.fsync(opened)
    os.close(opened)
    return fenced


def _put_aside(target: Path, now: datetime) -> Path | None:
    """The old store, with what belongs to it, under a name of its own: nothing is ever thrown away here."""
    if not target.exists():
        return None
    kept = target.with_name(f"{target.name}.before-{now.strftime(STAMP)}")
    for ending in reversed(BESIDE):
        old = target.with_name(target.name + ending)
        if old.exists():
            os.replace(old, kept.with_name(kept.name + ending))
    return kept
