"""Does the daemon keep its manners: one at a time, gone when asked, and deaf to broken rules?"""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from shutil import copytree
from typing import Any

import pytest

from adapters.files.rules import shipped_rules_dir
from tests.crash.audit import audit, unsettled
from tests.crash.client import Client
from tests.crash.living import Home, Hours, Living, ask, complaints

STOP_SECONDS_MAX = 12.0
WAIT_SECONDS_MAX = 20.0


@pytest.fixture
def home(tmp_path: Path) -> Home:
    for part in ("workflows", "rules"):
        copytree(shipped_rules_dir() / part, tmp_path / "rulebook" / part)
    return Home(tmp_path, tmp_path / "rulebook", hours=Hours(1.0))


@pytest.fixture
def daemon(home: Home) -> Iterator[Living]:
    one = Living(home)
    try:
        one.wait_until_open()
        yield one
    finally:
        one.end()


def test_a_second_daemon_on_the_same_file_is_refused_with_one_clear_line(home: Home, daemon: Living) -> None:
    second = Living(Home(home.folder, home.rules, hours=home.hours))
    try:
        code = second.process.wait(30)
    finally:
        second.end()

    assert code != 0
    refusal = [line for line in home.log.read_text(encoding="utf-8").splitlines() if "another daemon already uses" in line]
    assert len(refusal) == 1
    assert str(daemon.process.pid) in refusal[0]
    assert ask(home.port, "GET", "/healthz")[0] == 200


def test_a_daemon_asked_to_stop_under_load_goes_within_seconds_and_loses_nothing(home: Home, daemon: Living) -> None:
    assert home.hours is not None
    client, over = Client(home.port, Random(7), home.hours), threading.Event()
    load = threading.Thread(target=client.run, args=[over])
    load.start()
    time.sleep(2)

    asked_at = time.monotonic()
    code = daemon.stop()
    took = time.monotonic() - asked_at
    over.set()
    load.join()

    assert code == 0
    assert took < STOP_SECONDS_MAX
    assert len(client.acknowledged) > 10
    assert audit(home.file, client.acknowledged, home.folder / "audit") == []
    assert complaints(home) == []


def test_what_was_accepted_before_the_stop_is_decided_by_the_next_daemon(home: Home, daemon: Living) -> None:
    assert home.hours is not None
    client = Client(home.port, Random(8), home.hours)
    client.begin()
    code = daemon.stop()

    after = Living(home)
    try:
        after.wait_until_open()
        client.finish()
        until(lambda: ask(home.port, "GET", "/healthz")[1]["numbers"]["inbox_pending"] == 0)
        assert after.stop() == 0
    finally:
        after.end()

    assert code == 0
    assert client.refused == []
    assert audit(home.file, client.acknowledged, home.folder / "audit") == []
    assert unsettled(home.file) == []


def test_broken_rules_leave_the_last_good_ones_in_force_and_mended_ones_are_taken(home: Home, daemon: Living) -> None:
    file = home.rules / "workflows" / "shipment.yaml"
    good = file.read_text(encoding="utf-8")
    first = health(home)["rulebook"]

    file.write_text(good.replace("to: dispatched", "to: nowhere_at_all"), encoding="utf-8")
    until(lambda: health(home)["rulebook_problems"] > 0)
    broken = health(home)
    status, answer = ask(home.port, "POST", "/events", {"workflow": "shipment", "event": "order_cancelled", "case": "W1", "id": "x/1"})
    file.write_text(good.replace("label: 待核单", "label: 等待核单"), encoding="utf-8")
    until(lambda: health(home)["rulebook_problems"] == 0)
    mended = health(home)

    assert (broken["ok"], broken["rulebook"]) == (True, first)
    assert any("the last good rules are in force" in reason for reason in broken["reasons"])
    assert (status, answer["said"]) == (202, "parked")
    assert mended["rulebook"] != first
    assert [line for line in complaints(home) if "the last good ones stay" not in line] == []


def health(home: Home) -> Any:
    return ask(home.port, "GET", "/healthz")[1]


def until(true: Callable[[], bool]) -> None:
    """Waits, and fails when it never comes true."""
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.1)
