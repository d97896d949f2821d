"""A machine is lost under load and its store is brought back: does anything leave twice, and once when a person lets it go?"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from adapters.files.rules import shipped_rules_dir
from tests.crash.client import ORDER
from tests.crash.living import Home, Living, ask, complaints
from tests.unit.cli.rulebook import waybill

WAIT_SECONDS_MAX = 60.0


def test_nothing_leaves_twice_after_a_restore_and_once_when_let_go(tmp_path: Path) -> None:
    home, backups = Home(tmp_path, shipped_rules_dir()), tmp_path / "backups"
    with a_life(home):
        tell(home, "order_created", "W1")
        tell(home, "order_confirmed", "W1")
        tell(home, "order_created", "W2")
        until(lambda: len(left(home)) == 2 and all_is_decided(home))
        assert waybill("backup", f"{backups}/", "--db", home.file).code == 0
        lost = tell(home, "order_confirmed", "W2")
        until(lambda: len(left(home)) == 4)
    before = left(home)

    restored = waybill("restore", backups, "--db", home.file, "--replace", "--by", "8011")
    with a_life(home):
        post(home, lost)  # The neighbour sends again what it sent since.
        until(lambda: len(held(home)) == 2)
        time.sleep(2)  # Two beats of the post room, in which nothing may leave.
        unsent = left(home)
        freed = held(home)[0]
        assert waybill("fence", "send", freed, "--why", "没有记录", "--by", "8011", "--db", home.file).code == 0
        until(lambda: len(left(home)) > len(before))
        time.sleep(2)
        after = left(home)

    assert restored.code == 0, restored.err
    assert unsent == before
    assert after == [*before, freed]
    assert len(held(home)) == 1
    assert complaints(home) == []


@contextmanager
def a_life(home: Home) -> Iterator[None]:
    """A daemon that is open inside, and killed at the end."""
    daemon = Living(home)
    try:
        daemon.wait_until_open()
        yield
    finally:
        daemon.kill()


def tell(home: Home, event: str, waybill_no: str) -> dict[str, object]:
    """Report it as the neighbour does; answers the paper."""
    paper: dict[str, object] = {"workflow": "shipment", "event": event, "id": f"{waybill_no}/{event}", "source": "tms"}
    paper |= {"data": {**ORDER, "waybill_no": waybill_no}} if event == "order_created" else {"case": waybill_no}
    paper["occurred_at"] = datetime.now(UTC).isoformat()
    post(home, paper)
    return paper


def post(home: Home, paper: dict[str, object]) -> None:
    status, answer = ask(home.port, "POST", "/events", paper)
    assert status == 202, answer


def left(home: Home) -> list[str]:
    """What the recording gateway carried, in all lives."""
    lines = [json.loads(line) for line in home.log.read_text(encoding="utf-8").splitlines() if line.startswith("{")]
    return [line["effect"] for line in lines if line["text"] == "recorded"]


def held(home: Home) -> list[str]:
    return [one["sending"] for one in json.loads(waybill("fence", "list", "--json", "--db", home.file).out)]


def all_is_decided(home: Home) -> bool:
    return ask(home.port, "GET", "/healthz")[1]["numbers"]["inbox_pending"] == 0


def until(true: Callable[[], bool]) -> None:
    """Wait for it. Raises AssertionError if it never comes true."""
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.1)
