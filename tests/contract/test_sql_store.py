"""Does the SQL store on SQLite keep the contract?"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import text

from adapters.sql import SqlStores, open_stores
from tests.contract import (
    accept_contract,
    directory_contract,
    finder_contract,
    outbox_contract,
    provider_contract,
    staff_contract,
    store_contract,
    views_contract,
    worklist_contract,
)
from tests.contract.builders import a_report


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


class TestCommit(store_contract.CommitContract):
    def test_together_nothing_is_there_before_the_end_and_nothing_stays_if_it_never_comes(self, stores: SqlStores) -> None:
        seen: list[int] = []

        def look() -> None:
            with stores.database.read() as connection:
                seen.append(connection.execute(text("SELECT count(*) FROM inbox")).scalar_one())

        def come_in(number: int) -> None:
            with stores.store.together():
                store_contract.accept(stores, a_report(number, names={"order_no": str(number)}))
                other = Thread(target=look)
                other.start()
                other.join()
                if number == 2:
                    raise OSError("the lamp goes out")

        come_in(1)
        with pytest.raises(OSError, match="lamp"):
            come_in(2)
        look()

        assert seen == [0, 1, 1]


class TestBells(store_contract.BellsContract): ...


class TestFeeds(store_contract.FeedsContract): ...


class TestOutbox(outbox_contract.OutboxContract): ...


class TestWorklist(worklist_contract.WorklistContract): ...


class TestDirectory(directory_contract.DirectoryContract): ...


class TestAttempts(provider_contract.AttemptsContract): ...


class TestCircuits(provider_contract.CircuitsContract): ...


class TestDoubts(provider_contract.DoubtsContract): ...


class TestStaff(staff_contract.StaffContract): ...


class TestTrail(staff_contract.TrailContract): ...


class TestViews(views_contract.ViewsContract): ...


class TestFinder(finder_contract.FinderContract): ...
