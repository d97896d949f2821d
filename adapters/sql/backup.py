"""How is a SQLite store copied while its daemon writes? One look, every block; checked and counted before it bears its name."""

import gzip
import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from adapters.sql.sqlite import BUSY_TIMEOUT_SECONDS, CorruptStore, checked, fold_log
from engine.ports.store import StoreError

BLOCK = 4096
FORM = "waybill-step-1"
STAMP = "%Y%m%dT%H%M%SZ"
BASE, STEP, NEWEST = ".base.db", ".step", "newest.db"
STEP_HEAD_BYTES_MAX = 64 << 20


class BackupFailed(StoreError):
    """No copy was made; whatever was there stays as it was."""


@dataclass(frozen=True, slots=True)
class Copied:
    """One copy that was checked."""

    file: Path
    bytes: int
    rows: int
    step: bool
    """Only what changed since the copy before."""
    new: bool = True
    """False: nothing had changed, and no file was written."""


@dataclass(frozen=True, slots=True)
class Point:
    """An instant to which a folder can bring back the store."""

    at: datetime
    base: Path
    steps: tuple[Path, ...]


def copy_file(source: Path, target: Path) -> Copied:
    """A whole copy under a name that nothing bears yet. Raises BackupFailed, CorruptStore."""
    part = target.with_name(target.name + ".part")
    try:
        rows = _look(source, part)
        _publish(part, target)
    except FileExistsError:
        raise BackupFailed(f"已经有这个文件了,不会覆盖:{target} / it is there already and is not written over: {target}") from None
    except (sqlite3.Error, OSError) as problem:
        raise BackupFailed(f"{problem}") from None
    finally:
        part.unlink(missing_ok=True)
    return Copied(target, target.stat().st_size, rows, step=False)


def _look(source: Path, part: Path) -> int:
    """Copy one snapshot into `part`, and prove it: sound, and every table as long as it was. Answers how many rows."""
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))  # It holds personal data, and the key of the fingerprints.
    address = f"{source.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None)) as reading:
        reading.execute("BEGIN")
        counted = _count(reading)  # Begins the snapshot, which the copy below shares.
        with closing(sqlite3.connect(part, isolation_level=None)) as copy:
            reading.backup(copy)
    must_be_whole(part, counted)
    return sum(counted.values())


def must_be_whole(file: Path, counted: dict[str, int] | None = None) -> dict[str, int]:
    """Read it from end to end; answers table -> rows. Raises CorruptStore."""
    try:
        with closing(sqlite3.connect(file, isolation_level=None)) as copy:
            found = checked(copy)
            rows = _count(copy) if found == "ok" else {}
            fold_log(copy)
    except sqlite3.DatabaseError as problem:
        found, rows = str(problem), {}
    if found != "ok" or (counted is not None and rows != counted):
        raise CorruptStore(f"备份核对不上:{file}({found}) / the copy does not hold what was read: {file} ({found})")
    return rows


def _count(connection: sqlite3.Connection) -> dict[str, int]:
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    return {name: connection.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608  # Names of tables.


def _publish(part: Path, target: Path) -> None:
    """On the disk first, then under its name; a name that is taken is refused."""
    _sync(part)
    os.link(part, target)
    part.unlink()
    _sync(target.parent)


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def copy_into(source: Path, folder: Path, now: datetime, *, base: bool = False) -> Copied:
    """One more point in a folder: what changed since the last one, or a whole copy where there is none.

    A whole copy is made again when the steps since the last one are larger than it. Raises BackupFailed, CorruptStore.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known, newest = points(folder), folder / NEWEST
    stamp = now.astimezone(UTC).strftime(STAMP)
    if known and known[-1].at.strftime(STAMP) >= stamp:
        raise BackupFailed(f"这一刻已经有备份了:{stamp} / there is a copy of this very second: {stamp}")
    if base or not known or not newest.exists() or _heavy(known[-1]):
        made = copy_file(source, folder / f"{stamp}{BASE}")
        _follow(made.file, newest)
        return made
    part, step = folder / f"{NEWEST}.part", folder / f"{stamp}{STEP}"
    try:
        rows = _look(source, part)
        changed = _changed(newest, part)
        if changed:
            _write_step(newest, part, changed, step)
            os.replace(part, newest)
            _sync(folder)
    except (sqlite3.Error, OSError) as problem:
        raise BackupFailed(f"{problem}") from None
    finally:
        part.unlink(missing_ok=True)
    return Copied(step, step.stat().st_size if changed else 0, rows, step=True, new=bool(changed))


def _heavy(point: Point) -> bool:
    return sum(step.stat().st_size for step in point.steps) > point.base.stat().st_size


def _follow(base: Path, newest: Path) -> None:
    part = newest.with_name(newest.name + ".part")
    part.write_bytes(b"")
    part.chmod(0o600)
    with base.open("rb") as reading, part.open("wb") as writing:
        for block in _blocks(reading):
            writing.write(block)
    os.replace(part, newest)


def _blocks(file: object) -> Iterator[bytes]:
    while block := file.read(BLOCK):  # type: ignore[attr-defined]  # Any binary file.
        yield block


def _changed(old: Path, new: Path) -> list[int]:
    """Numbers of the blocks that differ, or are new."""
    with old.open("rb") as before, new.open("rb") as after:
        return [number for number, block in enumerate(_blocks(after)) if before.read(BLOCK) != block] or (
            [0] if old.stat().st_size != new.stat().st_size else []
        )


def _write_step(old: Path, new: Path, changed: list[int], step: Path) -> None:
    part = step.with_name(step.name + ".part")
    head = {"form": FORM, "from": digest(old), "to": digest(new), "bytes": new.stat().st_size, "blocks": changed}
    try:
        os.close(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
        with gzip.open(part, "wb", compresslevel=6) as writing, new.open("rb") as reading:
            writing.write(json.dumps(head).encode() + b"\n")
            for number in changed:
                reading.seek(number * BLOCK)
                writing.write(reading.read(BLOCK))
        _publish(part, step)
    finally:
        part.unlink(missing_ok=True)


def digest(file: Path) -> str:
    """sha256 of a whole file."""
    with file.open("rb") as reading:
        return hashlib.file_digest(reading, "sha256").hexdigest()


def points(folder: Path) -> list[Point]:
    """Every instant the folder can bring back, oldest first; a step that follows no base is left out."""
    found: list[Point] = []
    for file in sorted(folder.iterdir(), key=lambda one: one.name) if folder.is_dir() else []:
        stamp, base = file.name.partition(".")[0], file.name.endswith(BASE)
        try:
            at = datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)
        except ValueError:
            continue
        if base:
            found.append(Point(at, file, ()))
        elif file.name.endswith(STEP) and found:
            found.append(Point(at, found[-1].base, (*found[-1].steps, file)))
    return found


def bring_back(point: Point, target: Path) -> dict[str, int]:
    """The store as it was at this point, in a file of its own; answers table -> rows. Raises CorruptStore, BackupFailed."""
    try:
        _follow(point.base, target)
        for step in point.steps:
            _apply(step, target)
    except (OSError, EOFError, ValueError, KeyError) as problem:
        raise CorruptStore(f"备份坏了:{problem} / the backup is damaged: {problem}") from None
    return must_be_whole(target)


def _apply(step: Path, target: Path) -> None:
    with gzip.open(step, "rb") as reading, target.open("r+b") as writing:
        head = json.loads(reading.readline(STEP_HEAD_BYTES_MAX))
        if head["form"] != FORM or head["from"] != digest(target):
            raise ValueError(f"{step.name} does not follow what stands before it")
        for number in head["blocks"]:
            writing.seek(number * BLOCK)
            writing.write(reading.read(BLOCK))
        writing.truncate(head["bytes"])
    if head["to"] != digest(target):
        raise ValueError(f"{step.name} does not come to what it promised")


def let_go(folder: Path, before: datetime) -> int:
    """Take away whole chains of which nobody needs a point later than this. Answers how many files."""
    bases = sorted({(point.base.name, point.base) for point in points(folder)})
    gone = 0
    for (_, base), (follower, _) in pairwise(bases):
        if datetime.strptime(follower.partition(".")[0], STAMP).replace(tzinfo=UTC) <= before:
            steps = {step for point in points(folder) if point.base == base for step in point.steps}
            for file in (*steps, base):
                file.unlink()
                gone += 1
    return gone


def point_at(folder: Path, at: datetime | None) -> Point:
    """The last point not after the instant; None: the newest. Raises BackupFailed."""
    known = [point for point in points(folder) if at is None or point.at <= at]
    if not known:
        first = points(folder)[:1]
        since = f"{first[0].at:{STAMP}}" if first else "—"
        raise BackupFailed(f"没有那时以前的备份(最早 {since}) / no copy from before then (the first is of {since})")
    return known[-1]
