"""What do all tests share? A real PostgreSQL, started when the first one asks for it, and a ground on either database."""

import pytest

from tests.ground import ground
from tests.postgres import postgres

__all__ = ["ground", "postgres"]

LONG = ("tidy", "crash", "simulation", "acceptance", "proving", "faults")
"""Folders whose tests start real commands and daemons and wait for them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones begin first, so that at the end no worker waits for one of them alone."""
    items.sort(key=lambda item: item.nodeid.split("/")[1] not in LONG)
