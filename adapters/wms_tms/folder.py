"""What lies in a drop folder? Listing, reading, moving and writing, on this machine."""

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

FILE_BYTES_MAX = 64 * 1024 * 1024
ENTRIES_MAX = 10_000


class FolderTrouble(OSError):
    """The folder cannot be reached, or a file in it not read or moved: looked at again later."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file that lies there."""

    name: str
    size: int
    changed: float
    """Of its own clock; only compared with itself."""


class Folder(Protocol):
    """Where files are dropped. Every method raises FolderTrouble."""

    def listing(self) -> Sequence[Entry]:
        """Plain files, by name; links and folders left out."""
        ...

    def read(self, name: str) -> bytes:
        """At most FILE_BYTES_MAX and one byte."""
        ...

    def move(self, name: str, into: str, new_name: str) -> None:
        """Into a subfolder, which is made if it is not there. What lies there under the new name is replaced."""
        ...

    def holds(self, into: str, name: str) -> bool:
        """Is there such a file in the subfolder?"""
        ...

    def write(self, into: str, name: str, body: bytes) -> None:
        """Whole or not at all."""
        ...

    def close(self) -> None: ...


class LocalFolder:
    """A folder of this machine."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def listing(self) -> Sequence[Entry]:
        """See Folder.listing."""
        try:
            with os.scandir(self._path) as found:
                looked = [(one.name, one.stat(follow_symlinks=False)) for one in found]
        except OSError as problem:
            raise FolderTrouble(f"the folder cannot be listed: {problem.strerror}") from None
        files = [Entry(name, seen.st_size, seen.st_mtime) for name, seen in looked if stat.S_ISREG(seen.st_mode)]
        return sorted(files, key=lambda one: one.name)[:ENTRIES_MAX]

    def read(self, name: str) -> bytes:
        """See Folder.read. A link put in its place meanwhile is not followed."""
        try:
            with os.fdopen(os.open(self._path / name, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
                return file.read(FILE_BYTES_MAX + 1)
        except OSError as problem:
            raise FolderTrouble(f"{name} cannot be read: {problem.strerror}") from None

    def move(self, name: str, into: str, new_name: str) -> None:
        """See Folder.move."""
        try:
            self._sub(into)
            os.replace(self._path / name, self._path / into / new_name)
        except OSError as problem:
            raise FolderTrouble(f"{name} cannot be moved: {problem.strerror}") from None

    def holds(self, into: str, name: str) -> bool:
        """See Folder.holds."""
        return (self._path / into / name).exists()

    def write(self, into: str, name: str, body: bytes) -> None:
        """See Folder.write."""
        try:
            self._sub(into)
            unfinished = self._path / into / f".{name}.part"
            unfinished.write_bytes(body)
            os.replace(unfinished, self._path / into / name)
        except OSError as problem:
            raise FolderTrouble(f"{name} cannot be written: {problem.strerror}") from None

    def close(self) -> None:
        """Nothing is held open."""

    def _sub(self, into: str) -> None:
        (self._path / into).mkdir(exist_ok=True)
