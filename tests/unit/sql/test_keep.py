"""Does what is too old go, what is not stay, and does counting change nothing? On a file and on a server."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from adapters.sql.erase import erasures
from adapters.sql.keep import Nightly, due, let_go
from adapters.sql.proof import compare, read_anchor, take_anchor, verify
from adapters.sql.stores import SqlStores, open_stores
from adapters.sql.tables import CASES
from engine.language.compile import compile_rulebook
from engine.model.erased import ERASED
from engine.model.keeping import Keeping
from tests.ground import Ground
from tests.unit.sql.desk_day import instant, play

ENDED = instant("2026-11-20 12:00")
ALL = Keeping(personal=180, texts=90, raw=30, history=1095)


@pytest.fixture(scope="module")
def day(ground: Ground) -> tuple[str, list[str]]:
    address = ground.new()
    return address, play(address)


@pytest.fixture
def desk(ground: Ground, day: tuple[str, list[str]]) -> Iterator[tuple[SqlStores, list[str]]]:
    """Three cases, of which the first two have ended."""
    address = ground.copy(day[0])
    stores = open_stores(address, check=False)
    with stores.database.write() as connection:
        ended = update(CASES).where(CASES.c.id.in_(day[1][:2]))
        connection.execute(ended.values(final=True, entered_at=ENDED))
    yield stores, day[1]
    stores.close()
    ground.drop(address)


@pytest.mark.parametrize(
    ("days", "expected"),
    [(0, (0, 0)), (179, (0, 0)), (181, (2, 0)), (1096, (2, 2))],
)
def test_each_class_goes_at_its_age_and_not_before(desk: tuple[SqlStores, list[str]], days: int, expected: tuple[int, int]) -> None:
    stores, _ = desk

    counted = due(stores.database, ALL, ENDED + timedelta(days=days))

    assert (counted["personal"], counted["history"]) == expected


def test_counting_changes_nothing_and_applying_does_what_was_counted(desk: tuple[SqlStores, list[str]]) -> None:
    stores, cases = desk
    now = ENDED + timedelta(days=181)
    counted = due(stores.database, ALL, now)
    assert counted == due(stores.database, ALL, now)

    gone = let_go(stores.database, ALL, now, by="keep")

    assert gone == counted
    assert due(stores.database, ALL, now) == dict.fromkeys(counted, 0)
    assert set(stores.directory.private(cases[0]).values()) <= {ERASED, ""}
    assert ERASED not in stores.directory.private(cases[2]).values(), "an open case was touched"
    assert {row["kind"] for row in erasures(stores.database, 10)} >= {"personal", "texts"}
    assert verify(stores.database).faults == ()


def test_a_whole_case_goes_and_the_anchor_says_that_it_went_on_purpose(desk: tuple[SqlStores, list[str]]) -> None:
    stores, cases = desk
    _, at, heads = read_anchor(take_anchor(stores.database, ENDED)[1])

    let_go(stores.database, Keeping(history=1095), ENDED + timedelta(days=1100), by="keep")

    with stores.database.read() as connection:
        assert connection.execute(select(CASES.c.id)).scalars().all() == [cases[2]]
    compared = compare(stores.database, heads, at)
    assert compared.faults == ()
    assert sorted(one.case for one in compared.erased) == cases[:2]
    assert verify(stores.database).faults == ()


def test_it_stops_between_batches_when_told(desk: tuple[SqlStores, list[str]]) -> None:
    stores, _ = desk

    gone = let_go(stores.database, ALL, ENDED + timedelta(days=2000), by="keep", go_on=lambda: False)

    assert set(gone.values()) == {0}


def test_history_shorter_than_personal_is_refused_in_the_file() -> None:
    compiled = compile_rulebook({"rules/keeping.yaml": "kind: keeping\nkeep: {personal: 180 days, history: 90 days}\n"})

    assert [one.span.file for one in compiled.diagnostics if "personal" in one.en] == ["rules/keeping.yaml"]


def test_a_rulebook_that_says_nothing_of_keeping_has_the_fingerprint_it_always_had() -> None:
    silent = compile_rulebook({}).rulebook
    told = compile_rulebook({"rules/keeping.yaml": "kind: keeping\nkeep: {raw: 30 days}\n"}).rulebook

    assert silent is not None
    assert told is not None
    assert told.keeping == Keeping(raw=30)
    assert silent.fingerprint != told.fingerprint


def test_the_daemon_lets_go_once_a_night_and_never_by_day(desk: tuple[SqlStores, list[str]]) -> None:
    stores, _ = desk
    nightly, noon, night = Nightly(stores.database), instant("2027-06-20 12:00"), instant("2027-06-21 03:10")
    keeping = Keeping(personal=180)

    assert nightly.look(keeping, "Asia/Shanghai", noon, lambda: True) == {}
    assert nightly.look(keeping, "Asia/Shanghai", night, lambda: False) == {"personal": 0}
    assert nightly.look(keeping, "Asia/Shanghai", night, lambda: True) == {"personal": 2}
    assert nightly.look(keeping, "Asia/Shanghai", night, lambda: True) == {}
    assert nightly.look(None, "Asia/Shanghai", night, lambda: True) == {}
