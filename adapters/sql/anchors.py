"""Was the journal anchored today? Once a day where every chain stands goes to a folder, with a line in the list of days."""

import gzip
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from adapters.sql.database import Database
from adapters.sql.keep import NIGHT_FROM
from adapters.sql.proof import Anchored, BadAnchor, Fault, Head, compare, read_anchor, take_anchor

LIST = "anchors.jsonl"
AGAIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Day:
    """A line of the list."""

    day: date
    file: str
    cases: int
    hash: str

    @property
    def in_groups(self) -> str:
        """The hash for a log, which would mask eleven digits in a row."""
        return ":".join(self.hash[at : at + 8] for at in range(0, len(self.hash), 8))


class Anchors:
    """A folder into which the daemon writes `2026-11-23.gz` and a line of `anchors.jsonl` each day.

    Keep it where whoever can write the database cannot write.
    """

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder
        self._done: date | None = None
        self._not_before: datetime | None = None

    def look(self, zone: str, now: datetime) -> Day | None:
        """The anchor of the day, if none was taken yet: from three at night on, or as soon as a daemon runs.

        A line is written when its file is safe; a file without one is written over. After a failure it is tried again in an hour.
        Raises OSError, BadAnchor, StoreUnavailable.
        """
        local = now.astimezone(ZoneInfo(zone))
        today = local.date()
        if local.hour < NIGHT_FROM or self._done == today or (self._not_before and now < self._not_before):
            return None
        self._not_before = now + AGAIN
        self._folder.mkdir(parents=True, exist_ok=True)
        if any(one.day == today for one in days(self._folder)):
            self._done = today
            return None
        whole, lines = take_anchor(self._database, now)
        head = next(lines)
        said = Day(today, f"{today.isoformat()}.gz", int(json.loads(head)["cases"]), whole)
        self._write(said, head, lines)
        self._done = today
        return said

    def _write(self, said: Day, head: str, lines: Iterator[str]) -> None:
        half = self._folder / f"{said.file}.half"
        with half.open("wb") as raw:
            with gzip.open(raw, "wt", encoding="utf-8") as file:
                file.write(f"{head}\n")
                file.writelines(f"{line}\n" for line in lines)
            raw.flush()
            os.fsync(raw.fileno())
        half.replace(self._folder / said.file)
        line = {"day": said.day.isoformat(), "file": said.file, "cases": said.cases, "hash": said.hash}
        with (self._folder / LIST).open("a", encoding="utf-8") as listed:
            listed.write(f"{json.dumps(line)}\n")
            listed.flush()
            os.fsync(listed.fileno())


def days(folder: Path) -> list[Day]:
    """The list, as it was written; none: nothing was anchored here. Raises BadAnchor, OSError."""
    path = folder / LIST
    if not path.exists():
        return []
    try:
        said = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        return [Day(date.fromisoformat(one["day"]), str(one["file"]), int(one["cases"]), str(one["hash"])) for one in said]
    except (ValueError, KeyError, TypeError) as problem:
        raise BadAnchor(f"{LIST}: {problem}") from None


def compare_all(database: Database, folder: Path) -> tuple[list[Day], Anchored]:
    """Whether every chain still passes wherever an anchor saw its end; of each case what is broken first.

    Raises BadAnchor, OSError, StoreUnavailable.
    """
    listed = days(folder)
    seen: set[Head] = set()
    faults: dict[str, Fault] = {}
    erased: dict[str, Fault] = {}
    for day in listed:
        at, heads = _anchor_of(folder, day)
        fresh = [one for one in heads if one not in seen]
        seen.update(fresh)
        found = compare(database, fresh, at)
        for all_, new in ((faults, found.faults), (erased, found.erased)):
            for fault in new:
                all_.setdefault(fault.case, fault)
    return listed, Anchored(len(seen), tuple(faults.values()), tuple(erased.values()))


def _anchor_of(folder: Path, day: Day) -> tuple[datetime, list[Head]]:
    """(when, the heads) of one day, its file being what the list says."""
    try:
        with gzip.open(folder / Path(day.file).name, "rt", encoding="utf-8") as file:
            whole, at, heads = read_anchor(iter(file))
    except (BadAnchor, EOFError, OSError, UnicodeDecodeError) as problem:
        raise BadAnchor(f"{day.file}: {problem}") from None
    if whole != day.hash:
        raise BadAnchor(f"{day.file}: hash")
    return at, heads
