"""On which database does a test stand? On a SQLite file and on a real PostgreSQL: what is promised of a store is promised of both."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from adapters.sql.stores import open_stores
from tests.postgres import EMPTY, Postgres


@dataclass(slots=True)
class Ground:
    """Where stores stand."""

    folder: Path
    server: Postgres | None = None
    """None: each store is a file."""
    _numbers: Iterator[int] = field(default_factory=count)

    def new(self) -> str:
        """The address of an empty store of this version."""
        if self.server is not None:
            return self.server.make(EMPTY)
        address = f"sqlite:///{self._file()}"
        open_stores(address).close()
        return address

    def copy(self, address: str) -> str:
        """The address of a copy, all of it; nobody may be using what is copied."""
        name = make_url(address).database or ""
        if self.server is not None:
            return self.server.make(name)
        return f"sqlite:///{shutil.copy(name, self._file())}"

    def drop(self, address: str) -> None:
        """Away with a store that nobody uses any more."""
        name = make_url(address).database or ""
        if self.server is not None:
            self.server.command(f"DROP DATABASE {name} WITH (FORCE)")
        else:
            Path(name).unlink()

    def _file(self) -> Path:
        return self.folder / f"store-{next(self._numbers)}.db"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def ground(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """One after the other: all tests of a module on the one, then all on the other."""
    server: Postgres | None = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    return Ground(tmp_path_factory.mktemp("ground"), server)
