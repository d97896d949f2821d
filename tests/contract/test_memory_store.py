"""Does the memory store keep the contract?"""

import pytest

from adapters.memory import MemoryStores, open_memory
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


@pytest.fixture
def stores() -> MemoryStores:
    return open_memory()


class TestAccept(accept_contract.AcceptContract): ...


class TestParking(accept_contract.ParkingContract): ...


class TestSerial(accept_contract.SerialContract): ...


class TestCommit(store_contract.CommitContract): ...


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
