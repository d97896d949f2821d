"""When is a dropped file taken up? When it is whole, once for its bytes; then it goes to the archive or into quarantine."""

import fnmatch
import hashlib
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from adapters.wms_tms.answer997 import answer_to
from adapters.wms_tms.folder import FILE_BYTES_MAX, Entry, Folder, FolderTrouble, LocalFolder
from adapters.wms_tms.loading import Deliver, Loaded, load, report
from adapters.wms_tms.sftp import SftpFolder
from engine.model.connection import Connection, Drop, Secret
from engine.ports.ways_in import TakenFile, WaysIn

log = logging.getLogger("waybill.files")

READY = ".ready"
UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload", ".swp")
LOOK_SECONDS = 5.0
LOOK_FAR_SECONDS = 30.0
"""Over SFTP every look is a conversation."""
Resolve = Callable[[str], str]


class DropWay:
    """One drop folder. Not for several threads."""

    def __init__(self, connection: Connection, resolve: Resolve, book: WaysIn, deliver: Deliver) -> None:
        assert connection.drop is not None
        self.connection = connection
        self._drop: Drop = connection.drop
        self._resolve = resolve
        self._book = book
        self._deliver = deliver
        self._resting: dict[str, tuple[Entry, datetime]] = {}
        """Name -> how it looked, and since when it looks so."""
        self.every_seconds = LOOK_FAR_SECONDS if self._drop.sftp is not None else LOOK_SECONDS

    def look(self, now: datetime, *, timezone: str) -> int:
        """Take up what is whole. Answers how many files were loaded. Raises FolderTrouble, and what a store raises."""
        folder = self._open()
        try:
            ready = self._whole(folder.listing(), now)
            return sum(self._take_up(folder, entry, now, timezone) for entry in ready)
        finally:
            folder.close()

    def close(self) -> None:
        """Nothing is held open between two looks."""

    def _open(self) -> Folder:
        where = self._drop.folder
        try:
            path = self._resolve(where.reference) if isinstance(where, Secret) else where
        except (LookupError, ValueError) as problem:
            raise FolderTrouble(f"setting: {problem}") from None
        if self._drop.sftp is None:
            return LocalFolder(Path(path))
        private = self.connection.options.get("private_network") == "yes"
        return SftpFolder(self._drop.sftp, path, self._resolve, private=private)

    def _whole(self, listed: Sequence[Entry], now: datetime) -> list[Entry]:
        """Files that are complete: marked so, or unchanged for long enough."""
        wanted = [one for one in listed if self._is_wanted(one.name)]
        before, self._resting = self._resting, {}
        for entry in wanted:
            seen, since = before.get(entry.name, (entry, now))
            self._resting[entry.name] = (entry, since if seen == entry else now)
        rest = self._drop.rest_seconds
        return [one for one in wanted if one.name.endswith(READY) or (now - self._resting[one.name][1]).total_seconds() >= rest]

    def _is_wanted(self, name: str) -> bool:
        if name.startswith((".", "~")) or name.lower().endswith(UNFINISHED):
            return False
        return any(fnmatch.fnmatchcase(name.lower(), pattern.lower()) for pattern in self._drop.take)

    def _take_up(self, folder: Folder, entry: Entry, now: datetime, timezone: str) -> int:
        """1: loaded now. What is written before the ledger may be written again after a crash, and is then the same."""
        raw = folder.read(entry.name)
        if len(raw) != entry.size and len(raw) <= FILE_BYTES_MAX:
            self._resting.pop(entry.name, None)
            return 0
        name, digest = self.connection.name, hashlib.sha256(raw).hexdigest()
        known = self._book.taken(name, digest)
        if known is not None:
            log.info("the same file again", extra={"connection": name, "file": entry.name, "was": known.name})
            self._put_away(folder, entry.name, digest, bool(known.problem))
            return 0
        loaded = self._load(entry.name, raw, now, timezone)
        if loaded.bad or loaded.problem:
            folder.write(self._drop.quarantine, f"{entry.name}.errors.csv", report(loaded))
        if self._drop.answers and self.connection.inbound is not None and self.connection.inbound.body == "x12":
            answer = answer_to(raw, accepted=not loaded.problem, now=now)
            if answer is not None:
                folder.write(self._drop.answers, f"{entry.name}.997", answer)
        self._book.take(
            TakenFile(
                connection=name, digest=digest, name=entry.name, at=now, rows=loaded.rows, bad=len(loaded.bad), problem=loaded.problem
            )
        )
        log.info("file loaded", extra={"connection": name, "file": entry.name, "rows": loaded.rows, "bad": len(loaded.bad),
                                       "problem": loaded.problem})  # fmt: skip
        self._put_away(folder, entry.name, digest, bool(loaded.problem))
        return 1

    def _load(self, name: str, raw: bytes, now: datetime, timezone: str) -> Loaded:
        if len(raw) > FILE_BYTES_MAX:
            return Loaded(problem=f"larger than {FILE_BYTES_MAX} bytes")
        return load(self.connection, name, raw, self._deliver, now=now, timezone=timezone)

    def _put_away(self, folder: Folder, name: str, digest: str, unreadable: bool) -> None:
        into = self._drop.quarantine if unreadable else self._drop.archive
        new_name = f"{name}.{digest[:12]}" if folder.holds(into, name) else name
        folder.move(name, into, new_name)
        self._resting.pop(name, None)
