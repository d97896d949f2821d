"""Does the daemon keep its manners: one at a time, gone when asked, and deaf to broken rules?"""

import subprocess
import sys
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
from tests.crash.living import ROOT, Home, Hours, Living, ask, complaints, free_port

STOP_SECONDS_MAX = 12.0
WAIT_SECONDS_MAX = 20.0


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return settled(tmp_path_factory.mktemp("waybill"))


@pytest.fixture(scope="module")
def daemon(home: Home) -> Iterator[Living]:
    one = Living(home)
    try:
        one.wait_until_open()
        yield one
    finally:
        one.end()


def test_a_second_daemon_on_the_same_file_is_refused_with_one_clear_line(home: Home, daemon: Living) -> None:
    words = ["run", "--db", home.db, "--rules", str(home.rules), "--port", str(free_port())]
    second = subprocess.run(
        [sys.executable, "-m", "adapters.cli.main", "--lang", "en", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert second.returncode not in (0, -9)
    assert len(said := second.stderr.strip().splitlines()) == 1, second.stderr
    assert "another daemon already uses" in said[0]
    assert str(daemon.process.pid) in said[0]
    assert ask(home.port, "GET", "/healthz")[0] == 200


def test_a_daemon_asked_to_stop_under_load_goes_within_seconds_and_the_next_one_finishes_its_work(tmp_path: Path) -> None:
    home = settled(tmp_path)
    client, over = Client(home.port, Random(7), home.hours or Hours(1.0)), threading.Event()
    load = threading.Thread(target=client.run, args=[over])
    first, second = Living(home), None
    try:
        first.wait_until_open()
        load.start()
        time.sleep(2)
        asked_at = time.monotonic()
        code = first.stop()
        took = time.monotonic() - asked_at
        over.set()
        load.join()
        after_stop = audit(home.file, client.acknowledged, home.folder / "audit")

        second = Living(home)
        second.wait_until_open()
        client.finish()
        until(lambda: health(home)["numbers"]["inbox_pending"] == 0)
        assert second.stop() == 0
    finally:
        over.set()
        first.end()
        if second is not None:
            second.end()

    assert code == 0
    assert took < STOP_SECONDS_MAX
    assert len(client.acknowledged) > 10
    assert client.refused == []
    assert after_stop == []
    assert audit(home.file, client.acknowledged, home.folder / "audit") == []
    assert unsettled(home.file) == []
    assert complaints(home) == []


def test_broken_rules_leave_the_last_good_ones_in_force_and_mended_ones_are_taken(home: Home, daemon: Living) -> None:
    file = home.rules / "workflows" / "shipment.yaml"
    good = file.read_text(encoding="utf-8")
    first = health(home)["rulebook"]

    file.write_text(good.replace("to: dispatched", "to: nowhere_at_all"), encoding="utf-8")
    until(lambda: health(home)["rulebook_problems"] > 0)
    broken = health(home)
    status, answer = ask(home.port, "POST", "/events", {"workflow": "shipment", "event": "order_cancelled", "case": "W1", "id": "x/1"})
    file.write_text(good.replace("label: 待核单", "label: 等待核单"), encoding="utf-8")
    until(lambda: health(home)["rulebook_problems"] == 0 and health(home)["rulebook"] != first)
    mended = health(home)

    assert (broken["ok"], broken["rulebook"]) == (True, first)
    assert any("the last good rules are in force" in reason for reason in broken["reasons"])
    assert (status, answer["said"]) == (202, "parked")
    assert mended["ok"]
    assert [line for line in complaints(home) if "the last good ones stay" not in line] == []


def settled(folder: Path) -> Home:
    """A home with the shipped rulebook, at the pace of the world."""
    for part in ("workflows", "rules"):
        copytree(shipped_rules_dir() / part, folder / "rulebook" / part)
    return Home(folder, folder / "rulebook", hours=Hours(1.0))


def health(home: Home) -> Any:
    return ask(home.port, "GET", "/healthz")[1]


def until(true: Callable[[], bool]) -> None:
    """Waits, and fails when it never comes true."""
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.1)
