"""Does a whole waybill, replaying real histories, end where the oracle and the answer sheet say, in whatever way they arrive?

`test_ends.py` asks the court alone; here everything but the world takes part: registry, clerk, bells, post room.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random

import pytest

from adapters.files.history import belonging, read_history
from adapters.memory import open_memory
from adapters.wiring.opening import load_rules
from engine.model.case import ClockVerdict
from engine.model.rulebook import Rulebook
from engine.service.replay import CaseOutcome, OldCase, OldEvent, group, replay
from tests.histories import oracle

SHARED = Path(os.environ.get("WAYBILL_SHARED", Path(__file__).resolve().parents[3] / "shared"))
FOLDER = SHARED / "data" / "histories"
RULEBOOKS = Path(__file__).resolve().parents[1] / "rulebooks"
EVERY = int(os.environ.get("WAYBILL_HISTORIES_EVERY", "40"))
"""One case in so many, and the oddest; 1 replays them all."""
SEED = int(os.environ.get("WAYBILL_SEED", "1"))
HORIZON = datetime(2020, 1, 1, tzinfo=UTC)
"""Longer after the last event than any promise, and any chain."""
SETS = {"olist_orders": "olist", "olist_orders_no_survey": "olist", "helpdesk_tickets": "helpdesk"}
ODDEST = {"out_of_order", "canceled_after_delivery", "delivered_without_delivered_time"}

pytestmark = [
    pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no histories at {FOLDER}: set WAYBILL_SHARED"),
    pytest.mark.timeout(120 if EVERY > 1 else 3600),
]

Arrival = Callable[[Sequence[OldEvent], Random], list[OldEvent]]


@pytest.mark.parametrize("name", SETS)
def test_every_history_ends_as_its_answer_sheet_says(name: str) -> None:
    sheet, rows = answers(name), histories(name)

    wrong = []
    for case in chosen(name):
        came = outcome(name, case)
        wanted = oracle.fold(sheet[case]["entity"], rows[case])
        late = sheet[case]["late"] if "delivered" in wanted.at else None
        if (came.state, promise_broken(came)) != (wanted.state, late):
            differs = (case, came.state, promise_broken(came), "wanted", wanted.state, late)
            wrong.append(differs)

    assert wrong == []


def as_written(events: Sequence[OldEvent], chance: Random) -> list[OldEvent]:
    """Received when it happened; only the lines are in disorder."""
    return chance.sample(list(events), len(events))


def up_to_three_days_late(events: Sequence[OldEvent], chance: Random) -> list[OldEvent]:
    """Each received by its own delay, so that order of receipt is not order of time."""
    return [replace(one, received_at=one.occurred_at + timedelta(days=3) * chance.random()) for one in events]


def every_one_twice(events: Sequence[OldEvent], chance: Random) -> list[OldEvent]:
    """Again within a day."""
    return [*events, *(replace(one, received_at=one.received_at + timedelta(days=1) * chance.random()) for one in events)]


@pytest.mark.parametrize("arrival", [as_written, up_to_three_days_late, every_one_twice])
@pytest.mark.parametrize("name", SETS)
def test_state_and_verdicts_do_not_depend_on_how_events_arrive(name: str, arrival: Arrival) -> None:
    differ = []
    for case in chosen(name):
        straight = outcome(name, case)
        again = played(name, arrival(events_of(name)[case], Random(f"{SEED}/{case}")))
        if (again.state, verdicts(again)) != (straight.state, verdicts(straight)):
            seen = (case, straight.state, verdicts(straight), "now", again.state, verdicts(again))
            differ.append(seen)

    assert differ == []


def verdicts(came: CaseOutcome) -> dict[str, str]:
    """Policy -> verdict; kept is kept, whenever that was known."""
    return {
        name: (ClockVerdict.MET if view.verdict is ClockVerdict.MET_REPORTED_LATE else view.verdict).value
        for name, view in came.policies.items()
    }


def promise_broken(came: CaseOutcome) -> bool | None:
    """Of a delivered shipment; None: nothing was delivered."""
    if came.state != "delivered":
        return None
    return came.policies["delivery_promise"].verdict is ClockVerdict.LATE


def chosen(name: str) -> Iterator[str]:
    """Some of all, and the oddest of all."""
    for number, (case, answer) in enumerate(answers(name).items()):
        if number % EVERY == 0 or (ODDEST & set(answer["odd"]) and number % max(1, EVERY // 10) == 0):
            yield case


@cache
def outcome(name: str, case: str) -> CaseOutcome:
    """The case replayed as it happened."""
    return played(name, events_of(name)[case])


def played(name: str, events: Sequence[OldEvent]) -> CaseOutcome:
    (case,) = group(list(events), lambda one: one.workflow)
    return replay(rulebook(name), case, HORIZON, open_memory)


@cache
def rulebook(name: str) -> Rulebook:
    return load_rules(str(RULEBOOKS / SETS[name]))[0]


@cache
def events_of(name: str) -> dict[str, tuple[OldEvent, ...]]:
    """Case -> its events, read by the very reader operations use."""
    rules = rulebook(name)
    read, problems = read_history([FOLDER / f"{name}.events.jsonl.gz"], rules.timezone)
    kept, stray = belonging(read, {one.name: one.events.keys() for one in rules.workflows.values()})
    assert (problems, stray) == ([], [])
    cases: list[OldCase] = group(kept, lambda one: one.workflow)
    return {case.case: case.events for case in cases}


@cache
def histories(name: str) -> dict[str, list[oracle.Row]]:
    return oracle.read_set(FOLDER, name)[0]


@cache
def answers(name: str) -> dict[str, oracle.Row]:
    return oracle.read_set(FOLDER, name)[1]
