"""Do four daemons that decide at the same time end like one? Over one PostgreSQL, nobody leading, each thinking all of it is its own."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from random import Random

import psycopg
import pytest
from sqlalchemy.engine import make_url

from adapters.clock import SettableClock
from adapters.sql import SqlStores, open_stores
from adapters.sql.move import move
from adapters.sql.shards import SHARDS, shard_of
from adapters.wiring.opening import load_rules
from engine.service.advance import Clerk
from engine.service.desk import Answer, Incoming, Said
from engine.service.library import Library
from engine.service.running import Running
from tests.contract.builders import NOW
from tests.crash.audit import audit, unsettled
from tests.crash.client import MAIN, ORDER
from tests.postgres import EMPTY, Postgres

LATER = NOW + timedelta(minutes=21)
CASES = 4
"""Each is fed by a client of its own, one event after another, each event at two doors at once."""


@pytest.fixture
def address(postgres: Postgres) -> str:
    return postgres.make(EMPTY)


@pytest.fixture
def four(address: str) -> Iterator[list[Running]]:
    rulebook = load_rules(None)[0]
    stores = [open_stores(address) for _ in range(4)]
    yield [Running(one, Library(rulebook), SettableClock(NOW), {}, owner=f"daemon {place}") for place, one in enumerate(stores)]
    for one in stores:
        one.close()


def feed(case: str, desks: list[Running], doors: ThreadPoolExecutor) -> dict[str, str]:
    """Tell a case its whole journey; the beats of two daemons go on meanwhile. Answers event -> case, for all that was acknowledged."""
    chance, acknowledged = Random(case), {}
    for step, name in enumerate(MAIN):
        data = {**ORDER, "waybill_no": case} if step == 0 else {}
        event = Incoming(
            source="tms",
            id=f"{case}/{step}",
            workflow="shipment",
            event=name,
            occurred_at=None,
            case=None if step == 0 else case,
            data=data,
        )
        # A few are left to the beat, as a batch is.
        batch = [event, *(noise(event, one) for one in range(chance.choice([0, 5])))]
        first, second, *beating = chance.sample(desks, 4)
        answers = [doors.submit(one.accept, batch) for one in (first, second)]
        beats = [doors.submit(one.beat, 0.0) for one in beating]
        said: list[list[Answer]] = [list(one.result()) for one in answers]
        _ = [one.result() for one in beats]
        assert sorted(one[0].said for one in said) == sorted([Said.ACCEPTED, Said.DUPLICATE])
        acknowledged[f"{case}/{step}"] = said[0][0].case_id or ""
    return acknowledged


def noise(event: Incoming, number: int) -> Incoming:
    """Something nobody declared: kept with its case, and listed."""
    return Incoming(
        source="tms", id=f"{event.id}.{number}", workflow="shipment", event="hiccup", occurred_at=None, case=event.id.partition("/")[0]
    )  # fmt: skip


def test_four_that_decide_at_once_lose_nothing_double_nothing_and_keep_each_case_in_order(
    four: list[Running], address: str, tmp_path: Path
) -> None:
    cases = [f"W{one}" for one in range(CASES)]

    with ThreadPoolExecutor(CASES) as clients, ThreadPoolExecutor(4 * CASES) as doors:
        told = list(clients.map(lambda case: feed(case, four, doors), cases))
    while sum(one.beat(0.0) for one in four):
        pass

    acknowledged = {event: case for one in told for event, case in one.items()}
    file = tmp_path / "moved.db"
    move(address, f"sqlite:///{file}")
    assert audit(file, acknowledged, tmp_path / "copy") == []
    assert unsettled(file) == []
    assert decided_in_order(address) == {case: [f"{case}/{step}" for step in range(len(MAIN))] for case in cases}
    assert {row.state for row in four[0].directory.cases() if row.workflow == "shipment"} == {"delivered"}


def decided_in_order(address: str) -> dict[str, list[str]]:
    """Each client's events as the journal has them."""
    found: dict[str, list[str]] = {}
    with psycopg.connect(make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)) as db:
        for (event,) in db.execute("SELECT event_id FROM journal WHERE source = 'tms' ORDER BY case_id, revision"):
            if "." not in event:
                found.setdefault(event.partition("/")[0], []).append(event)
    return found


def test_what_one_is_deciding_another_passes_over(address: str) -> None:
    with closing(open_stores(address)) as one, closing(open_stores(address)) as other:
        first, second = opened(one, "W1", "W2")

        with one.store.together(), other.store.together():
            of_first, of_second = (one.store.pending(NOW, 1, case)[0] for case in (first, second))
            taken = one.store.claim([of_first])
            left = other.store.claim([of_first, of_second])

        assert (taken.owed, left.owed) == ([of_first], [of_second])


def test_what_another_has_decided_or_rung_since_it_was_looked_up_is_passed_over(address: str) -> None:
    rulebook = load_rules(None)[0]
    with closing(open_stores(address)) as one, closing(open_stores(address)) as other:
        opened(one, "W1", "W2")
        quick, slow = (Clerk(stores.store, stores.bells, stores.feeds, Library(rulebook)) for stores in (one, other))
        events = other.store.pending(NOW, 10)
        decided = quick.advance(NOW)
        bells = other.bells.due(LATER, 10)
        rung = quick.ring_all(bells, lambda: LATER)

        too_late = [slow._batch(events, NOW), slow.ring_all(bells, lambda: LATER)]

    assert (decided, rung) == (len(events), len(bells)) != (0, 0)
    assert too_late == [0, 0]
    assert slow.tally.conflicts == 0


def test_the_work_is_divided_and_what_waits_too_long_is_anybodys(address: str) -> None:
    with closing(open_stores(address)) as one, closing(open_stores(address)) as other:
        cases = opened(one, *(f"W{number}" for number in range(20)))
        for place, stores in enumerate((one, other)):
            stores.share.place, stores.share.number = place, 2

        at_once = [[pending.case_id for pending in stores.store.pending(NOW, 100)] for stores in (one, other)]
        later = [len(stores.store.pending(NOW.replace(second=3), 100)) for stores in (one, other)]

        assert sorted(at_once[0] + at_once[1]) == sorted(cases)
        assert all({shard_of(case) % 2 for case in mine} == {place} for place, mine in enumerate(at_once))
        assert later == [20, 20]


def opened(stores: SqlStores, *cases: str) -> list[str]:
    desk = Running(stores, Library(load_rules(None)[0]), SettableClock(NOW), {}, decides=False)
    answers = desk.accept(
        [
            Incoming(
                source="tms", id=case, workflow="shipment", event="order_created", occurred_at=None, case=None,
                data={**ORDER, "waybill_no": case},
            )
            for case in cases
        ]
    )  # fmt: skip
    return [one.case_id or "" for one in answers]


def test_a_shard_is_the_same_in_every_process() -> None:
    assert [shard_of(case) for case in (None, "shipment:W1", "ticket:261123001")] == [0, 305, 608]
    assert {shard_of(f"shipment:{number}") for number in range(20_000)} == set(range(SHARDS))
