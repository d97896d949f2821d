"""Does the SQL store on PostgreSQL keep the contract?"""

from collections.abc import Iterator

import pytest

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
from tests.contract.builders import MINUTE, NOW
from tests.postgres import Postgres


@pytest.fixture
def stores(postgres: Postgres) -> Iterator[SqlStores]:
    opened = open_stores(postgres.wiped())
    yield opened
    opened.close()


class TestAccept(accept_contract.AcceptContract): ...


class TestParking(accept_contract.ParkingContract): ...


class TestSerial(accept_contract.SerialContract): ...


class TestCommit(store_contract.CommitContract): ...


class TestBells(store_contract.BellsContract):
    def test_a_lag_of_hours_fits(self, stores: SqlStores) -> None:
        self.arm(stores, waits_for="tms", lag_seconds=4 * 3600)
        stores.feeds.fell_silent("tms", NOW)
        stores.feeds.heard("tms", NOW + MINUTE)

        assert stores.bells.due(NOW + 240 * MINUTE, 10) == []
        assert len(stores.bells.due(NOW + 241 * MINUTE, 10)) == 1


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
