"""Does the SQL store on SQLite keep the contract?"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.sql import SqlStores, open_stores
from tests.contract import accept_contract, post_contract, provider_contract, store_contract


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy: making the tables anew for every test is slow."""
    path = tmp_path_factory.mktemp("empty") / "waybill.db"
    open_stores(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def stores(empty_database: Path, tmp_path: Path) -> Iterator[SqlStores]:
    path = tmp_path / "waybill.db"
    shutil.copy(empty_database, path)
    opened = open_stores(f"sqlite:///{path}", check=False)
    yield opened
    opened.close()


class TestAccept(accept_contract.AcceptContract): ...


class TestParking(accept_contract.ParkingContract): ...


class TestSerial(accept_contract.SerialContract): ...


class TestCommit(store_contract.CommitContract): ...


class TestBells(store_contract.BellsContract): ...


class TestFeeds(store_contract.FeedsContract): ...


class TestOutbox(post_contract.OutboxContract): ...


class TestWorklist(post_contract.WorklistContract): ...


class TestDirectory(post_contract.DirectoryContract): ...


class TestAttempts(provider_contract.AttemptsContract): ...


class TestCircuits(provider_contract.CircuitsContract): ...


class TestDoubts(provider_contract.DoubtsContract): ...
