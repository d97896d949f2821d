"""Is a person gone from the store after an erasure, and is everything that was decided still so? On a file and on a server."""

from collections.abc import Iterator

import pytest
from sqlalchemy import inspect, text

from adapters.sql.database import Database
from adapters.sql.erase import Errand, StillOpen, cases_with, erase_case, erase_loose, erasures
from adapters.sql.proof import compare, read_anchor, take_anchor, verify
from adapters.sql.stores import SqlStores, open_stores
from engine.core.decide import decide
from engine.model.case import Ledger
from engine.model.effect import Effect, EffectKind
from engine.model.erased import ERASED
from engine.model.event import Event, EventKind, Report
from engine.service.past import _event_of
from engine.service.sending import SendingDesk
from tests.contract.builders import NOW
from tests.ground import Ground
from tests.unit.sql.desk_day import CONSIGNEE, SHIPPER, instant, play, shipped

ERRAND = Errand(by="8011", why="客户来信要求删除", at=NOW)
TYPED = "张先生说打 13700001111"


@pytest.fixture(scope="module")
def day(ground: Ground) -> tuple[str, list[str]]:
    address = ground.new()
    return address, play(address)


@pytest.fixture
def desk(ground: Ground, day: tuple[str, list[str]]) -> Iterator[tuple[SqlStores, str]]:
    address = ground.copy(day[0])
    stores = open_stores(address, check=False)
    yield stores, day[1][0]
    stores.close()
    ground.drop(address)


def note(stores: SqlStores, case_id: str) -> None:
    """Somebody types a note with a name and a number in it, and the court decides it."""
    at = instant("2026-11-20 13:00")
    event = Event(
        id="typed",
        source="hand/8011",
        kind=EventKind.NOTE,
        name="note",
        occurred_at=at,
        received_at=at,
        extra={"by": "8011", "note": TYPED},
    )
    stores.store.accept([Report(event=event, workflow="shipment", names={}, case_id=case_id)], at)
    pending = next(one for one in stores.store.pending(at, 10) if one.case_id == case_id)
    stores.store.commit(decide(shipped(), stores.store.load(case_id), pending.event, at), inbox_id=pending.inbox_id, now=at)


def recomputed(stores: SqlStores, case_id: str) -> list[tuple[object, ...]]:
    """Every line of the journal decided once more from what is kept (law I6), beside what it says."""
    case = stores.store.load(case_id)
    heard = {one.number: one.event for one in case.history}
    then = type(case)(id=case.id, workflow=case.workflow, revision=0, opened_at=case.opened_at, ledger=Ledger())
    told: list[tuple[object, ...]] = []
    for row in stores.directory.journal(case_id):
        decision = decide(shipped(), then, heard.get(row.revision) or _event_of(row), row.received_at)
        then = decision.after
        told.append((decision.outcome, decision.standing.state, decision.checks, decision.notes, tuple(one.id for one in decision.effects)))
        assert told[-1] == (row.outcome, row.state_after, row.checks, row.notes, row.effects), row.revision
    return [*told, (decision.standing.clocks,)]


def everything(database: Database) -> str:
    """All that the tables say."""
    with database.read() as connection:
        tables = inspect(connection).get_table_names()
        return "\n".join(str(tuple(row)) for table in tables for row in connection.execute(text(f'SELECT * FROM "{table}"')))


def test_states_and_verdicts_are_recomputed_the_same_after_erasing(desk: tuple[SqlStores, str]) -> None:
    stores, case_id = desk
    note(stores, case_id)
    before = recomputed(stores, case_id)

    done = erase_case(stores.database, case_id, ERRAND, even_open=True)

    assert done.values >= 3
    assert recomputed(stores, case_id) == before
    assert set(stores.directory.private(case_id).values()) <= {ERASED, ""}


def test_no_table_holds_the_values_any_more(desk: tuple[SqlStores, str]) -> None:
    stores, case_id = desk
    note(stores, case_id)
    phones = [SHIPPER.format(0), CONSIGNEE.format(0)]
    assert cases_with(stores.database, phones[0]) == [case_id]

    before = everything(stores.database)

    erase_case(stores.database, case_id, ERRAND, even_open=True)

    left = everything(stores.database)
    assert [one for one in (*phones, TYPED) if one not in before or one in left] == []
    assert SHIPPER.format(1) in left, "another customer's number went, too"


def test_the_chain_is_whole_afterwards_and_the_anchor_tells_an_erasure_from_a_forgery(desk: tuple[SqlStores, str]) -> None:
    stores, case_id = desk
    note(stores, case_id)
    _, at, heads = read_anchor(take_anchor(stores.database, instant("2026-11-20 14:00"))[1])

    erase_case(stores.database, case_id, ERRAND, even_open=True)

    assert verify(stores.database).faults == ()
    compared = compare(stores.database, heads, at)
    assert compared.faults == ()
    assert [one.case for one in compared.erased] == [case_id]
    assert [(row["author"], row["why"], row["case_id"]) for row in erasures(stores.database, 5)] == [("8011", ERRAND.why, case_id)]


def test_an_open_case_is_left_alone_unless_told(desk: tuple[SqlStores, str]) -> None:
    stores, case_id = desk

    with pytest.raises(StillOpen):
        erase_case(stores.database, case_id, ERRAND)

    assert SHIPPER.format(0) in stores.directory.private(case_id).values()


def test_nothing_is_sent_to_where_a_number_was(desk: tuple[SqlStores, str]) -> None:
    stores, case_id = desk
    erase_case(stores.database, case_id, ERRAND, even_open=True)
    to_customer = Effect(
        id="x", case=case_id, workflow="shipment", kind=EffectKind.MESSAGE, cause="", reason="", at=NOW, to="shipper_phone", to_field=True
    )

    assert SendingDesk(shipped(), stores.store.load(case_id), NOW).recipients(to_customer) == ()


def test_a_value_of_no_case_goes_too(desk: tuple[SqlStores, str]) -> None:
    stores, _ = desk
    at = instant("2026-11-20 13:00")
    event = Event(
        id="lost", source="connection/tms", name="picked_up", occurred_at=at, received_at=at, data={"shipper_phone": "13611112222"}
    )
    stores.store.accept([Report(event=event, workflow="shipment", names={"waybill_no": "77"}, private=frozenset({"shipper_phone"}))], at)

    assert erase_loose(stores.database, "13611112222", ERRAND) == 1
    assert erase_loose(stores.database, "13611112222", ERRAND) == 0
