"""What if one case is poison, and what if the desk wakes up to a hundred thousand bells? The others flow, in due order, a batch at a time."""

import os
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from adapters.clock import SettableClock
from adapters.gateways import gateways_of
from adapters.sql import open_stores
from adapters.sql.stores import SqlStores
from adapters.wiring.opening import load_rules
from engine.model.rulebook import Rulebook
from engine.service.advance import BACKOFF_SECONDS
from engine.service.desk import Incoming
from engine.service.library import Library
from engine.service.running import Running
from tests.crash.client import ORDER
from tests.crash.living import MONDAY

STORM = int(os.environ.get("WAYBILL_STORM", "34000"))
"""Orders; each arms three timers: a hundred thousand in all."""
POSTS = 50
"""Rounds of the post room after the storm, each of a batch."""
BEAT_SECONDS_MAX = 10.0
"""A beat of 0.4 s ends with the batch it is in, on a busy machine too."""


@dataclass(slots=True)
class Office:
    """A desk over a file, whose clock the test sets."""

    file: Path
    rulebook: Rulebook
    clock: SettableClock = field(default_factory=lambda: SettableClock(MONDAY))
    desk: Running = field(init=False)
    stores: SqlStores = field(init=False)

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        self.stores = open_stores(f"sqlite:///{self.file}")
        gateways = gateways_of(self.rulebook, self.stores.worklist, self.clock)
        self.desk = Running(self.stores, Library(self.rulebook), self.clock, gateways)

    def close(self) -> None:
        self.stores.close()

    def say(self, event: str, *cases: int) -> None:
        papers = []
        for one in cases:
            data = {**ORDER, "waybill_no": f"W{one}"} if event == "order_created" else {}
            case = None if data else f"W{one}"
            papers.append(
                Incoming(source="tms", id=f"{event}/{one}", workflow="shipment", event=event, occurred_at=None, case=case, data=data)
            )
        self.desk.accept(papers)

    def beats_until_idle(self) -> list[float]:
        """How long each of them took."""
        took = []
        while True:
            began = time.monotonic()
            # The settable clock does not run: its monotonic is the hour, so the budget is counted here.
            done = self.desk.beat(self.clock.monotonic())
            took.append(time.monotonic() - began)
            if not done:
                return took

    def state(self, one: int) -> str:
        return self.desk.directory.find(f"W{one}")[0].state


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load_rules(None)[0]


@pytest.fixture
def office(tmp_path: Path, rulebook: Rulebook) -> Office:
    return Office(tmp_path / "waybill.db", rulebook)


def poison(office: Office, one: int) -> None:
    """Whatever is asked of this case from now on raises."""
    office.beats_until_idle()
    case_id = office.desk.directory.find(f"W{one}")[0].id
    office.close()
    with closing(sqlite3.connect(office.file)) as db:
        db.execute("UPDATE cases SET ledger = '{' WHERE id = ?", (case_id,))
        db.commit()
    office.open()


def test_a_poison_case_is_tried_five_times_then_dead_and_all_others_flow(office: Office) -> None:
    office.say("order_created", 1, 2)
    poison(office, 1)
    office.say("order_confirmed", 1, 2)

    for wait in (0, *BACKOFF_SECONDS, 1):
        office.clock.advance(timedelta(seconds=wait))
        office.beats_until_idle()

    assert office.desk.tally.failed >= len(BACKOFF_SECONDS) + 1
    assert office.desk.directory.backlog()["dead"] == 1
    assert office.state(2) != office.state(1)
    assert [one.kind for one in office.desk.directory.unread() if one.event_id == "order_confirmed/1"] == ["dead"]
    office.close()


def test_a_bell_that_cannot_be_rung_stops_no_other(office: Office) -> None:
    office.say("order_created", 1, 2, 3)
    office.say("order_confirmed", 1, 2, 3)
    poison(office, 1)

    office.clock.advance(timedelta(hours=6))
    office.beats_until_idle()

    assert office.desk.tally.failed > 0
    for one in (2, 3):
        (found,) = office.desk.directory.find(f"W{one}")
        assert any(row.source == "timer" for row in office.desk.directory.journal(found.id))
    office.close()


@pytest.mark.parametrize("size", [60, pytest.param(STORM, marks=[pytest.mark.crash, pytest.mark.timeout(1800)])])
def test_after_six_hours_down_what_fell_due_rings_oldest_first_a_batch_at_a_time_and_sends_no_flood(office: Office, size: int) -> None:
    began = time.monotonic()
    for first in range(0, size, 500):
        office.clock.advance(timedelta(milliseconds=200))
        office.say("order_created", *range(first, min(first + 500, size)))
        office.beats_until_idle()
    rung_before, armed = office.desk.tally.rung, office.desk.directory.backlog()["timers_armed"]

    office.clock.advance(timedelta(hours=6))
    took = []
    for number in range(1_000_000):
        came_in = time.monotonic()
        if number < 5:
            office.say("order_created", size + number)
        took.append(time.monotonic() - came_in)
        if not office.desk.beat(office.clock.monotonic()):
            break
    for _ in range(POSTS):
        office.desk.carry_post(office.clock.monotonic())

    with closing(sqlite3.connect(office.file)) as db:
        rung_now = "SELECT occurred_at FROM inbox WHERE source = 'timer' AND received_at = (SELECT max(received_at) FROM inbox) ORDER BY id"
        rows = db.execute(rung_now).fetchall()
        sent = db.execute("SELECT count(*) FROM outbox WHERE status IN ('accepted', 'done') AND channel <> 'task'").fetchone()[0]
    rung = office.desk.tally.rung - rung_before
    print(
        f"{size} orders, {armed} timers armed, {rung} rung, {sent} sent, {time.monotonic() - began:.0f} s, slowest intake {max(took):.2f} s"
    )
    assert rung >= size
    assert len(rows) >= size
    assert sum(a > b for (a,), (b,) in pairwise(rows)) <= rung // 20  # what a bell begins may be due at once
    assert max(took) < BEAT_SECONDS_MAX
    assert sent <= 2 * 300 + size // 100
    office.close()
