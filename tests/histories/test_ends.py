"""Does the court lead every real history where the oracle does, however late and shuffled its events arrive?

The service around it is left out: events and bells go straight through `decide`, so that what differs is the court's.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random

import pytest

from engine.core.decide import decide
from engine.language.compile import compile_rulebook
from engine.model.case import Case, ClockVerdict
from engine.model.decision import Decision
from engine.model.doing import Raise
from engine.model.event import Event, EventKind
from engine.model.rulebook import Rulebook
from tests.histories import oracle

SHARED = Path(os.environ.get("WAYBILL_SHARED", Path(__file__).resolve().parents[3] / "shared"))
FOLDER = SHARED / "data" / "histories"
RULEBOOKS = Path(__file__).resolve().parents[1] / "rulebooks"
EVERY = int(os.environ.get("WAYBILL_HISTORIES_EVERY", "12"))
"""One case in so many, and all that are odd; 1 replays them all (a few minutes)."""
HORIZON = datetime(2030, 1, 1, tzinfo=UTC)
"""Years after the last event: whatever still rings has rung by then."""
BELLS_MAX = 60
"""Of one case over all these years; more would be a storm."""
SETS = {"olist_orders": "olist", "olist_orders_no_survey": "olist", "helpdesk_tickets": "helpdesk"}
NAMED = {"shipment": "order_no", "ticket": "ticket_no"}

needs_histories = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no histories at {FOLDER}: set WAYBILL_SHARED")


@cache
def rulebook(name: str) -> Rulebook:
    """One of the rulebooks the histories are replayed under."""
    root = RULEBOOKS / name
    compiled = compile_rulebook({str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in root.rglob("*.yaml")})
    assert compiled.rulebook is not None, compiled.diagnostics
    return compiled.rulebook


@pytest.mark.parametrize("name", ["olist", "helpdesk"])
def test_the_rulebook_compiles_without_a_word(name: str) -> None:
    files = {str(path.relative_to(RULEBOOKS / name)): path.read_text(encoding="utf-8") for path in (RULEBOOKS / name).rglob("*.yaml")}

    assert compile_rulebook(files).diagnostics == ()


@pytest.mark.parametrize("name", ["olist", "helpdesk"])
def test_no_timer_of_these_rulebooks_moves_a_case(name: str) -> None:
    doing = [do for policy in rulebook(name).policies.values() for row in policy.timeline for do in row.do]

    assert doing
    assert [do for do in doing if isinstance(do, Raise)] == []


@needs_histories
@pytest.mark.parametrize("arrival", ["as it happened", "late and shuffled"])
@pytest.mark.parametrize("name", SETS)
def test_every_history_ends_where_its_events_lead(name: str, arrival: str) -> None:
    events, sheet = oracle.read_set(FOLDER, name)
    chosen = [case_id for number, (case_id, answer) in enumerate(sheet.items()) if number % EVERY == 0 or is_odd(answer)]

    differ = []
    for case_id in chosen:
        end, bells = replayed(rulebook(SETS[name]), list(as_events(case_id, events[case_id], shuffled=arrival != "as it happened")))
        wanted = oracle.fold(sheet[case_id]["entity"], events[case_id])
        late = "delivered" in wanted.at and sheet[case_id]["late"]
        if end.standing.state != wanted.state or is_late(end) is not bool(late) or bells > BELLS_MAX:
            differ.append((case_id, end.standing.state, wanted.state, late, bells))

    assert differ == []


def is_odd(answer: oracle.Row) -> bool:
    """Out of order, in contradiction with itself, or ended where hardly any case ends."""
    return answer["final_state"] in {"verified", "waiting", "resolved"} or bool(
        {"out_of_order", "canceled_after_delivery", "delivered_without_delivered_time"} & set(answer["odd"])
    )


def is_late(end: Decision) -> bool:
    """A delivered case that broke its promise; an undelivered one is another question."""
    verdicts = [clock.verdict for clock in end.standing.clocks if clock.policy == "delivery_promise"]
    return end.standing.state == "delivered" and verdicts[-1:] == [ClockVerdict.LATE]


def as_events(case_id: str, rows: list[oracle.Row], *, shuffled: bool) -> Iterator[Event]:
    """The case's events in order of receipt, the first opening one ahead (a report of an unknown case waits for it)."""
    chance = Random(case_id)
    heard = [_as_event(case_id, row, timedelta(hours=chance.choice([0, 1, 30, 200, 1500]) * chance.random() * shuffled)) for row in rows]
    heard.sort(key=lambda event: event.received_at)
    opening = next(event for event in heard if event.name in oracle.STARTS[rows[0]["entity"].replace("survey", "shipment")])
    yield opening
    for event in heard:
        if event is not opening:
            yield replace(event, received_at=max(event.received_at, opening.received_at))


def replayed(rules: Rulebook, events: list[Event]) -> tuple[Decision, int]:
    """Let the court decide all events, and every bell that is due before the next one; answers the last decision and how many rang."""
    workflow = next(iter(rules.workflows))
    opened_at = events[0].received_at
    end = decide(rules, Case(id=f"{workflow}:x", workflow=workflow, revision=0, opened_at=opened_at), events[0], opened_at)
    bells = 0
    for event in [*events[1:], None]:
        until = event.received_at if event else HORIZON
        while end.timers and bells <= BELLS_MAX and (timer := min(end.timers, key=lambda one: one.due_at)).due_at <= until:
            now = max(timer.due_at, opened_at)
            extra = {"owner": timer.owner, "row": timer.row, "gen": str(timer.gen), "slot": timer.slot}
            bell = Event(
                id=timer.key, source="timer", kind=EventKind.BELL, name="bell", occurred_at=timer.due_at, received_at=now, extra=extra
            )
            end, bells = decide(rules, end.after, bell, now), bells + 1
        if event:
            end = decide(rules, end.after, event, event.received_at)
    return end, bells


def _as_event(case_id: str, row: oracle.Row, delay: timedelta) -> Event:
    entity = row["entity"].replace("survey", "shipment")
    at = oracle.instant(entity, row["occurred_at"]).astimezone(UTC)
    data = {
        name: {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
        for name, value in row["attrs"].items()
    }
    return Event(
        id=f"{case_id}/{row['seq']}",
        source="connection/history",
        name=row["event"],
        occurred_at=at,
        received_at=at + delay,
        data={NAMED[entity]: case_id, **data},
        sequence=row["seq"],
    )
