"""Do two daemons over one PostgreSQL end like one, when they are killed in turn?"""

import os
import signal
import sys
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random

import psycopg
import pytest
from sqlalchemy.engine import make_url

from adapters.memory import open_memory
from adapters.sql import open_stores
from adapters.sql.move import move
from adapters.wiring.opening import load_rules
from engine.model.case import Heard
from engine.service.handover import key_of
from engine.service.replay import OldCase, OldEvent, replay
from tests.crash.audit import audit, counts, effect_ids, sent_twice, unsettled
from tests.crash.client import SOURCE, Client, Paper
from tests.crash.living import Home, Hours, Living, complaints
from tests.crash.provider import provider, rules_with
from tests.postgres import EMPTY, Postgres

SPEED = 10.0
"""A lease of a minute runs out in six seconds."""
FROZEN_SECONDS = 9.0
CALM_SECONDS_MAX = 60.0
"""Given up when for so long nothing of what is owed became less."""
OWED_MAX = 1_000
"""A feed takes a breath when more is owed: it can post faster than two daemons decide and send that are killed all the time."""
MOVED = "moved.db"
OWED = """
SELECT (SELECT count(*) FROM inbox WHERE status = 'new') + (SELECT count(*) FROM outbox WHERE status IN ('sending', 'ready'))
"""


@dataclass(slots=True)
class Shared(Home):
    """A daemon's home whose database stands elsewhere."""

    address: str = ""

    @property
    def db(self) -> str:
        return self.address


@dataclass(slots=True)
class Wanderer(Client):
    """Knocks at any of the doors; where nobody opens, at another one."""

    ports: tuple[int, ...] = ()

    def _post(self, papers: list[Paper]) -> None:
        self.port = self.chance.choice(self.ports)
        Client._post(self, papers)


def test_two_daemons_killed_in_turn_end_like_one(postgres: Postgres, tmp_path: Path) -> None:
    broken = storm_and_calm(postgres, tmp_path, cases=40, kills=2, seed=1)

    assert broken == []


@pytest.mark.crash
@pytest.mark.timeout(900)
def test_two_daemons_killed_again_and_again_end_like_one(postgres: Postgres, tmp_path: Path) -> None:
    kills = int(os.environ.get("WAYBILL_KILLS", "12"))
    broken = storm_and_calm(postgres, tmp_path, cases=300, kills=kills, seed=int(os.environ.get("WAYBILL_SEED", "7")))

    assert broken == []


@pytest.mark.crash
@pytest.mark.timeout(300)
def test_a_daemon_that_freezes_longer_than_its_leases_and_wakes_up_again_doubles_nothing(postgres: Postgres, tmp_path: Path) -> None:
    broken = storm_and_calm(postgres, tmp_path, cases=100, kills=4, seed=3, frozen_seconds=FROZEN_SECONDS)

    assert broken == []


def storm_and_calm(postgres: Postgres, folder: Path, *, cases: int, kills: int, seed: int, frozen_seconds: float = 0) -> list[str]:
    """Feed both, kill (or freeze) one of them at a time, let the rest be served; then audit, and replay every case alone.

    Answers what is broken.
    """
    began = time.monotonic()
    with provider(seed) as sms:
        hours, rules, address = Hours(SPEED), rules_with(sms, folder / "rulebook"), postgres.make(EMPTY)
        homes = [Shared(folder / name, rules, hours=hours, address=address) for name in ("one", "two")]
        for home in homes:
            home.folder.mkdir()
        clients = [
            Wanderer(0, Random(seed + place), hours, _cases=place * 10_000, ports=tuple(home.port for home in homes)) for place in range(3)
        ]
        storm(homes, clients, cases, kills, Random(seed), address, frozen_seconds)
        broken = audited(address, folder, clients, sms.asked)
        print(f"{kills} kills in {time.monotonic() - began:.0f} s, {counts(folder / MOVED)}")
        broken += [f"{case} ended in {state}, alone in {wanted}" for case, state, wanted in ends_otherwise(address, rules)]
        # Whoever waits for a turn that a frozen daemon holds may say so.
        broken += [] if frozen_seconds else [f"complaint: {one}" for home in homes for one in complaints(home)]
        return broken


def storm(
    homes: list[Shared], clients: list[Wanderer], cases: int, kills: int, chance: Random, address: str, frozen_seconds: float
) -> None:  # fmt: skip
    over = threading.Event()
    feeding = [threading.Thread(target=client.run, args=[over]) for client in clients]
    daemons = [Living(home) for home in homes]
    try:
        for daemon in daemons:
            daemon.wait_until_open()
        for thread in feeding:
            thread.start()
        for life in range(kills):
            time.sleep(0.5 + chance.random())
            breathe(clients, address)
            if frozen_seconds:
                freeze(daemons[life % 2], frozen_seconds)
                continue
            daemons[life % 2].kill()
            daemons[life % 2] = Living(homes[life % 2])
            daemons[life % 2].wait_until_open()
        while sum(client._cases % 10_000 for client in clients) < cases:
            time.sleep(0.1)
            breathe(clients, address)
        over.set()
        for thread in feeding:
            thread.join()
        for client in clients:
            client.finish()
        wait_for_calm(address)
        assert [daemon.stop() for daemon in daemons] == [0, 0]
    finally:
        over.set()
        for daemon in daemons:
            daemon.end()


def freeze(daemon: Living, seconds: float) -> None:
    """As a machine does that swaps, or is moved: it wakes up in the middle of what it was doing."""
    daemon.process.send_signal(signal.SIGSTOP)
    time.sleep(seconds)
    daemon.process.send_signal(signal.SIGCONT)


def breathe(clients: list[Wanderer], address: str) -> None:
    """Let them go on, or not."""
    with asked(address) as db:
        too_much = owed(db) > OWED_MAX
    for client in clients:
        client.resting.set() if too_much else client.resting.clear()


def wait_for_calm(address: str) -> None:
    least, deadline = sys.maxsize, time.monotonic() + CALM_SECONDS_MAX
    with asked(address) as db:
        while least and time.monotonic() < deadline:
            now = owed(db)
            if now < least:
                least, deadline = now, time.monotonic() + CALM_SECONDS_MAX
            time.sleep(0.2)


def asked(address: str) -> psycopg.Connection:
    """A look from outside."""
    return psycopg.connect(make_url(address).set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True)


def owed(db: psycopg.Connection) -> int:
    """What is not decided, and not sent."""
    row = db.execute(OWED).fetchone()
    assert row is not None
    return int(row[0])


def audited(address: str, folder: Path, clients: list[Wanderer], asked: dict[str, int]) -> list[str]:
    """The same audit as for a file, over a file: all of it is carried there."""
    file = folder / MOVED
    move(address, f"sqlite:///{file}")
    acknowledged = {key: case for client in clients for key, case in client.acknowledged.items()}
    return [
        *(f"refused: {one}" for client in clients for one in client.refused),
        *audit(file, acknowledged, folder / "audit"),
        *unsettled(file),
        *sent_twice(file, asked, {key_of(one): one for one in effect_ids(file)}),
    ]


def ends_otherwise(address: str, rules: Path) -> list[tuple[str, str, str]]:
    """Cases that one engine alone, told the same events at the same hours, would have left in another state."""
    rulebook = load_rules(str(rules))[0]
    with closing(open_stores(address)) as stores:
        rows = [row for row in stores.directory.cases(limit=10_000) if row.workflow == "shipment"]
        cases = {row.id: stores.store.load(row.id) for row in rows}
    ends = []
    for row in rows:
        told = [heard for heard in cases[row.id].history if heard.event.source == SOURCE]
        old = OldCase(
            case=row.names["waybill_no"], workflow="shipment", events=tuple(an_old_event(row.names["waybill_no"], one) for one in told)
        )
        until = max(one.received_at for one in old.events) + timedelta(seconds=1)
        ends.append((row.id, row.state, replay(rulebook, old, until, open_memory).state))
    assert len(ends) > 0
    return [one for one in ends if one[1] != one[2]]


def an_old_event(case: str, heard: Heard) -> OldEvent:
    event = heard.event
    return OldEvent(
        line=heard.number, case=case, workflow="shipment", event=event.name, occurred_at=event.occurred_at, received_at=event.received_at,
        data=event.data, id=event.id,
    )  # fmt: skip
