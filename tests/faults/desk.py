"""What do the tests of faults share? A desk with the shipped rules, one event more, and patience."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from adapters.files.rules import shipped_rules_dir
from tests.crash.client import ORDER
from tests.crash.living import ROOT, Home, Living, ask, free_port

WAIT_SECONDS_MAX = 60.0


def a_home(folder: Path, **words: Any) -> Home:
    """The shipped rules, at the pace of the world."""
    rules = folder / "rulebook"
    if not rules.exists():
        for part in ("workflows", "rules"):
            copytree(shipped_rules_dir() / part, rules / part)
    return Home(folder, rules, **words)


@contextmanager
def lives(home: Home) -> Iterator[Living]:
    """Open for the length of a block, and gone after it."""
    one = Living(home)
    try:
        one.wait_until_open()
        yield one
    finally:
        one.end()


def order(home: Home, number: int, *, more: str = "") -> tuple[int, Any]:
    """One order comes in; answers status and body."""
    data = {**ORDER, "waybill_no": f"W{number}"} | ({"remark": more} if more else {})
    return ask(
        home.port, "POST", "/events", {"workflow": "shipment", "event": "order_created", "id": f"{number}", "source": "tms", "data": data}
    )


def health(home: Home) -> tuple[int, Any]:
    return ask(home.port, "GET", "/healthz")


def until(true: Callable[[], object], seconds: float = WAIT_SECONDS_MAX) -> None:
    """Waits, and fails when it never comes true."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.1)


def tried(home: Home) -> subprocess.CompletedProcess[str]:
    """`waybill run`, as a person types it, where it should refuse."""
    words = ["run", "--db", home.db, "--rules", str(home.rules), "--port", str(free_port())]
    return subprocess.run(
        [sys.executable, "-m", "adapters.cli.main", "--lang", "en", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@contextmanager
def a_small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A file system of its own. Skips where one may not be made."""
    disk = folder / "disk"
    disk.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", disk], check=False).returncode:
        pytest.skip("a file system of its own can only be mounted by root")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)
