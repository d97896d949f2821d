"""Which world do several tests of the reports share? The two days, played once."""

from pathlib import Path

import pytest

from adapters.memory import open_memory
from adapters.sql.stores import open_stores
from engine.model.rulebook import Rulebook
from engine.service.simulate import Stores
from tests.unit.reports.two_days import book, play


@pytest.fixture(scope="session")
def two_days(tmp_path_factory: pytest.TempPathFactory) -> tuple[Rulebook, Stores]:
    """Rulebook and stores, as they stand at the end."""
    rulebook, stores = book(tmp_path_factory.mktemp("two_days")), open_memory()
    play(stores, rulebook)
    return rulebook, stores


@pytest.fixture(scope="session")
def two_days_on_disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `desk.db`, the same two days, and `book`, their rulebook."""
    folder = tmp_path_factory.mktemp("desk")
    stores = open_stores(f"sqlite:///{folder / 'desk.db'}", check=False)
    play(stores, book(folder / "book"))
    stores.close()
    return folder
