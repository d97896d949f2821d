"""Does a store arrive whole in another database, and only where there is none yet?"""

from contextlib import closing
from pathlib import Path

import pytest

from adapters.cli.main import main
from adapters.sql import AlreadyRunning, SqlStores, acquire_ownership, open_stores
from adapters.sql.lead import Lead
from adapters.sql.move import NotEmpty, move
from engine.ports.outbox import OutboxStatus, Settlement
from tests.contract.builders import MINUTE, NOW, PHONE, a_report, a_scan, a_timer, an_effect
from tests.contract.store_contract import CASE, an_edition, decide_next, opened
from tests.contract.test_stores_agree import everything
from tests.postgres import Postgres


@pytest.fixture
def file(tmp_path: Path) -> str:
    """A store with a little of everything: its address."""
    address = f"sqlite:///{tmp_path / 'waybill.db'}"
    with closing(open_stores(address)) as stores:
        fill(stores)
    return address


@pytest.fixture
def empty(postgres: Postgres) -> str:
    return postgres.make()


def fill(stores: SqlStores) -> None:
    stores.shelf.publish(an_edition("aaaaaa1", "one"), base=None)
    stores.feeds.heard("tms", NOW)
    opened(stores, data={"goods": "茶叶 100%", "phone": PHONE}, private=frozenset({"phone"}))
    (effect,) = decide_next(stores, effects=lambda case: [an_effect(case)], timers=[a_timer(CASE)]).effects
    stores.outbox.claim(NOW, 1, owner="a", lease_until=NOW + MINUTE)
    stores.outbox.hand_over(effect.id, NOW, recipient=PHONE, masked="138****8000")
    stores.outbox.settle(Settlement(effect_id=effect.id, status=OutboxStatus.ACCEPTED), NOW)
    stores.store.accept([a_scan(7, "nobody"), a_report("c", names={"waybill_no": "2002"}), a_report("c", "else", names={})], NOW)


def test_what_was_in_a_file_is_on_the_server_and_comes_back(file: str, empty: str, tmp_path: Path) -> None:
    back = f"sqlite:///{tmp_path / 'back.db'}"
    with closing(open_stores(file)) as stores:
        before = everything(stores)

    there = move(file, empty)
    again = move(empty, back)

    assert there == again
    assert there["journal"] == 1
    assert there["quarantine"] == 1
    for address in (empty, back):
        with closing(open_stores(address)) as stores:
            assert everything(stores) == before
            assert stores.outbox.sent_since(PHONE, NOW) == 1  # The key of fingerprints came along.


def test_numbers_go_on_where_they_stood(file: str, empty: str) -> None:
    move(file, empty)

    with closing(open_stores(empty)) as stores:
        stores.store.accept([a_scan(8), a_report("c", "another", names={})], NOW)
        decide_next(stores, effects=lambda case: [an_effect(case)])

        assert len(stores.directory.sent(CASE)) == 2
        assert stores.store.load(CASE).revision == 2


def test_a_store_that_is_there_already_is_never_written_into(file: str, empty: str) -> None:
    with closing(open_stores(empty)) as stores:
        opened(stores)

        with pytest.raises(NotEmpty):
            move(file, empty)

        assert len(stores.directory.cases()) == 1


@pytest.mark.parametrize("working", ["on the file", "on the server"])
def test_nothing_is_moved_while_a_daemon_works(file: str, empty: str, tmp_path: Path, working: str) -> None:
    if working == "on the file":
        with acquire_ownership(file), pytest.raises(AlreadyRunning):
            move(file, empty)
        return
    with closing(open_stores(empty)) as stores:
        assert Lead(stores.database, "somebody", lambda: 0.0).mine()

        with pytest.raises(AlreadyRunning, match="somebody"):
            move(empty, f"sqlite:///{tmp_path / 'other.db'}")


def test_the_command_counts_what_it_carried(
    file: str, empty: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    said = [main(["db", "move", "waybill.db", empty]), main(["db", "move", "waybill.db", empty]), main(["db", "move", "none.db", empty])]

    told = capsys.readouterr()
    assert said == [0, 1, 2]
    assert "journal" in told.out
    assert "目标库不是空的" in told.err
