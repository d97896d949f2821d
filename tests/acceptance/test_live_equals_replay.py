"""Does a live daemon on a real database end exactly as a replay of the same events does?

The daemon is told the hour by its feed (`recordedtime`); the replay plays each case in a world of its own. Same states, same
effects under the same ids: one engine, two doors.
"""

import os
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.files.history import belonging, read_history
from adapters.memory import open_memory
from adapters.sql.stores import SqlStores, open_stores
from adapters.wiring.opening import load_rules
from engine.service.replay import OldCase, OldEvent, group, replay
from tests.crash.living import Home, Living, ask, complaints

SHARED = Path(os.environ.get("WAYBILL_SHARED", Path(__file__).resolve().parents[3] / "shared"))
HISTORY = SHARED / "data" / "histories" / "olist_orders.events.jsonl.gz"
RULES = Path(__file__).resolve().parents[1] / "rulebooks" / "olist"
EVERY = int(os.environ.get("WAYBILL_ACCEPTANCE_EVERY", "27"))
"""One case in so many: about 150 of them."""

pytestmark = [
    pytest.mark.skipif(not HISTORY.is_file(), reason=f"no histories at {HISTORY.parent}: set WAYBILL_SHARED"),
    pytest.mark.timeout(600),
]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path, RULES, simulated=True)


@pytest.fixture
def daemon(home: Home) -> Iterator[Living]:
    one = Living(home)
    try:
        one.wait_until_open()
        yield one
    finally:
        one.end()


def test_a_live_daemon_ends_as_a_replay_of_the_same_events(home: Home, daemon: Living) -> None:
    cases = some_cases()
    feed = sorted((one for case in cases for one in case.events), key=lambda one: (one.received_at, one.line))
    until = feed[-1].received_at

    for one in feed:
        status, answer = ask(home.port, "POST", "/events", envelope(one))
        assert status == 202, (envelope(one), answer)
    status, answer = ask(home.port, "POST", "/events", hour(until))
    assert status == 202, answer
    assert daemon.stop() == 0

    differ = []
    rules = load_rules(str(RULES))[0]
    with closing(open_stores(home.db)) as stores:
        live = {case.case: ends(stores, f"shipment:{case.case}") for case in cases}
    for case in cases:
        came = replay(rules, case, until, open_memory)
        if live[case.case] != (came.state, came.effects):
            seen = (case.case, "live", live[case.case], "replay", (came.state, came.effects))
            differ.append(seen)
    assert differ == []
    assert sum(len(effects) for _, effects in live.values()) > len(cases) // 2
    assert complaints(home) == []


def some_cases() -> list[OldCase]:
    rules = load_rules(str(RULES))[0]
    read, problems = read_history([HISTORY], rules.timezone)
    kept, stray = belonging(read, {one.name: one.events.keys() for one in rules.workflows.values()})
    assert (problems, stray) == ([], [])
    return group(kept, lambda one: one.workflow)[::EVERY]


def envelope(one: OldEvent) -> dict[str, Any]:
    """A CloudEvent of a feed that says when it was received."""
    stated = {"sequence": one.sequence} if one.sequence is not None else {}
    return {
        "specversion": "1.0", "id": f"{one.case}/{one.line}", "source": "connection/history", "type": f"shipment.{one.event}", "subject": one.case,
        "time": one.occurred_at.isoformat(), "recordedtime": one.received_at.isoformat(), "data": dict(one.data), **stated,
    }  # fmt: skip


def hour(until: Any) -> dict[str, Any]:
    """A paper of no known case, an instant later: it moves the daemon's hour, so that bells at the last event's instant ring too."""
    later = until.astimezone(UTC) + timedelta(microseconds=1)
    return {
        "specversion": "1.0", "id": "the/hour", "source": "connection/history", "type": "shipment.survey_sent", "subject": "nobody",
        "time": until.isoformat(), "recordedtime": later.isoformat(),
    }  # fmt: skip


def ends(stores: SqlStores, case: str) -> tuple[str, tuple[str, ...]]:
    """State, and the ids of everything issued, in order."""
    loaded = stores.store.load(case)
    (row,) = [row for row in stores.directory.find(case) if row.id == case]
    return row.state, tuple(one.id for one in loaded.ledger.issued)
