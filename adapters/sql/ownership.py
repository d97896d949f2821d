"""Who may decide here? One daemon per SQLite file; readers and the command line need no leave."""

import fcntl
import os
import socket
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from sqlalchemy import Connection, delete, insert

from adapters.sql.database import Database
from adapters.sql.migrate import migrate
from adapters.sql.sqlite import file_of
from adapters.sql.tables import META
from engine.ports.store import StoreError, StoreUnavailable

OWNER = "owner"


class AlreadyRunning(StoreError):
    """Another daemon decides in this database."""


class Ownership:
    """Held until released, or until the process ends, however it ends."""

    def __init__(self, let_go: Callable[[], None]) -> None:
        self._let_go: Callable[[], None] | None = let_go

    def release(self) -> None:
        """Give it back; a second time does nothing."""
        if self._let_go is not None:
            self._let_go()
            self._let_go = None

    def __enter__(self) -> "Ownership":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.release()


def acquire_ownership(url: str) -> Ownership:
    """Become the one daemon of this file; on PostgreSQL there may be several (see lead). Raises AlreadyRunning, StoreUnavailable."""
    path = file_of(url)
    if path is not None:
        return _by_file(url, path)
    return Ownership(lambda: None)


def hold_file(path: Path) -> Ownership:
    """A lock file beside the database: the kernel gives it back when the process dies. Raises AlreadyRunning, StoreUnavailable."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreUnavailable(
            f"数据库旁边写不了文件：{path}（{error.strerror}） / nothing can be written beside {path}: {error.strerror}"
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(lock, 200).decode(errors="replace").strip()
        os.close(lock)
        raise refusal(str(path), holder) from None
    os.ftruncate(lock, 0)
    os.pwrite(lock, me().encode(), 0)
    return Ownership(lambda: os.close(lock))


def _by_file(url: str, path: Path) -> Ownership:
    held = hold_file(path)
    database = Database(url)
    try:
        database.check()
        migrate(database)
        with database.write() as connection:
            sign(connection)
    except BaseException:
        held.release()
        raise
    finally:
        database.close()
    return held


def refusal(where: str, holder: str) -> AlreadyRunning:
    """One line that says who is in the way."""
    return AlreadyRunning(f"已有一个守护进程在使用 {where}（{holder}） / another daemon already uses {where} ({holder})")


def sign(connection: Connection) -> None:
    """Write down who decides, for people to read; the lock is what counts."""
    connection.execute(delete(META).where(META.c.key == OWNER))
    connection.execute(insert(META).values(key=OWNER, value=me()))


def me() -> str:
    """`pid@host`."""
    return f"{os.getpid()}@{socket.gethostname()}"
