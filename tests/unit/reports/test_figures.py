"""Is every figure of a report what a plain recount of the same history says? Real histories, and small worlds made by hand."""

import os
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from adapters.files.history import belonging, read_history
from adapters.files.rules import read_rules
from adapters.memory import open_memory
from engine.language.compile import compile_rulebook
from engine.model.rulebook import Rulebook
from engine.reports.report_dossiers import dossiers
from engine.reports.report_fold import filled
from engine.reports.report_registry import SHEETS, papers_of
from engine.reports.report_shape import Cell, Dossier, FilledSheet, Period, Scope
from engine.service import hands
from engine.service.replay import group, played
from engine.service.simulate import Stores
from tests.histories import oracle
from tests.time.world import World, first, message, messages, when
from tests.unit.reports.two_days import at

SHARED = Path(os.environ.get("WAYBILL_SHARED", Path(__file__).resolve().parents[4] / "shared"))
FOLDER = SHARED / "data" / "histories"
EVERY = int(os.environ.get("WAYBILL_HISTORIES_EVERY", "40"))
"""One case in so many; 1 counts them all."""
SETS = {"olist_orders": "olist", "olist_orders_no_survey": "olist", "helpdesk_tickets": "helpdesk"}
needs_histories = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no histories at {FOLDER}: set WAYBILL_SHARED")


def sheet(name: str, rulebook: Rulebook, cases: "list[Dossier] | Stores", **asked: object) -> FilledSheet:
    """A report as asked, with its own way to sort if nothing is said."""
    one = SHEETS[name]
    scope = Scope(**{"rulebook": rulebook, "by": one.by, "period": one.period, **asked})  # type: ignore[arg-type]  # as the test says
    return filled(one, scope, cases if isinstance(cases, list) else dossiers(cases, papers_of(one, scope)))


def values(found: FilledSheet, *keys: str) -> dict[tuple[str, ...], tuple[Cell, ...]]:
    """(period, group ...) -> the cells of these columns."""
    places = [[column.key for column in found.sheet.columns].index(key) for key in keys]
    return {
        (*([row.period] if row.period else []), *(one.key for one in row.group)): tuple(row.cells[place] for place in places)
        for row in found.rows
    }


# --- real histories ---------------------------------------------------------------------------------------------------------


@cache
def rules(name: str) -> Rulebook:
    found = compile_rulebook(read_rules(Path(__file__).resolve().parents[2] / "rulebooks" / SETS[name])).rulebook
    assert found is not None
    return found


@cache
def told(name: str) -> tuple[dict[str, list[oracle.Row]], dict[str, oracle.Row]]:
    """Raw lines and answer sheet of the sampled cases."""
    events, answers = oracle.read_set(FOLDER, name)
    chosen = [case for number, case in enumerate(answers) if number % EVERY == 0]
    return {case: events[case] for case in chosen}, {case: answers[case] for case in chosen}


@cache
def replayed(name: str) -> list[Dossier]:
    """The sampled cases, each lived again under its rulebook, with all its papers."""
    rulebook, wanted = rules(name), told(name)[0]
    read, _ = read_history([FOLDER / f"{name}.events.jsonl.gz"], rulebook.timezone)
    last = max(event.received_at for event in read)
    kept, _ = belonging(read, {one.name: one.events.keys() for one in rulebook.workflows.values()})
    return [one for case in group(kept, lambda event: event.workflow) if case.case in wanted for one in _lived(rulebook, case, last)]


def _lived(rulebook: Rulebook, case: object, last: datetime) -> Iterator[Dossier]:
    stores = open_memory()
    played(rulebook, case, last, stores, texts=False)  # type: ignore[arg-type]  # an OldCase
    everything = frozenset().union(*(one.needs for one in SHEETS.values()))
    yield from dossiers(stores, everything)


@needs_histories
@pytest.mark.parametrize("name", ["olist_orders", "olist_orders_no_survey"])
def test_deliveries_are_late_and_scored_as_the_answer_sheet_says(name: str) -> None:
    events, answers = told(name)
    outcome = {
        case: "not_delivered" if "delivered" not in (fold := oracle.fold("shipment", events[case])).at
        else "late" if oracle.is_late(fold, answers[case]["promised_at"]) else "on_time"
        for case in answers
    }  # fmt: skip
    scores: dict[str, list[int]] = {}
    for case, rows in events.items():
        opened = next(oracle.instant("shipment", row["occurred_at"]) for row in rows if row["event"] == "intake")
        given = [
            (at, row["seq"], row["attrs"]["score"])
            for row in rows
            if "score" in row["attrs"]
            and (at := oracle.instant("shipment", row["occurred_at"])) > opened - timedelta(days=7)  # Parked so long.
        ]
        if given:
            scores.setdefault(outcome[case], []).append(max(given)[2])

    satisfaction = values(sheet("satisfaction", rules(name), replayed(name)), "answered", "mean_score", "score_1", "score_5")
    promise = values(sheet("sla", rules(name), replayed(name)), "met", "met_reported_late", "late")["delivery_promise",]

    assert satisfaction == {
        (kind,): (len(given), Decimal(sum(given)) / len(given), given.count(1), given.count(5)) for kind, given in scores.items()
    }
    overdue = sum(
        kind == "not_delivered" and oracle.instant("shipment", answers[case]["promised_at"]) + timedelta(days=1) < _end(name)
        for case, kind in outcome.items()
    )
    assert (sum(Counter(outcome.values())[kind] for kind in ("on_time",)), Counter(outcome.values())["late"] + overdue) == (
        promise[0],
        promise[2],
    )


@cache
def _end(name: str) -> datetime:
    return max(event.received_at for event in read_history([FOLDER / f"{name}.events.jsonl.gz"], rules(name).timezone)[0])


@needs_histories
@pytest.mark.parametrize("period", Period)
def test_orders_are_counted_in_the_period_of_their_first_event(period: Period) -> None:
    events, _ = told("olist_orders")
    opened = [min(oracle.instant("shipment", row["occurred_at"]) for row in rows if row["event"] == "intake") for rows in events.values()]
    wall = [one.astimezone(oracle.ZONES["shipment"]) for one in opened]
    names = {
        Period.DAY: [f"{one:%Y-%m-%d}" for one in wall],
        Period.WEEK: ["{}-W{:02}".format(*one.isocalendar()) for one in wall],
        Period.MONTH: [f"{one:%Y-%m}" for one in wall],
        Period.QUARTER: [f"{one.year}-Q{(one.month + 2) // 3}" for one in wall],
    }[period]

    found = sheet("trends", rules("olist_orders"), replayed("olist_orders"), period=period)

    assert values(found, "opened") == {(name, "shipment"): (number,) for name, number in Counter(names).items()}
    assert found.total[0] == len(events)


@needs_histories
def test_origin_counts_what_left_and_what_never_did() -> None:
    events, _ = told("olist_orders")
    shipped = sum(any(row["event"] in ("picked_up", "delivered") for row in rows) for rows in events.values())

    found = values(sheet("origin", rules("olist_orders"), replayed("olist_orders")), "orders", "shipped", "void", "open")

    assert found == {("",): (len(events), shipped, 0, len(events) - shipped)}


@needs_histories
def test_tickets_are_solved_and_reopened_as_their_lines_say() -> None:
    events, _ = told("helpdesk_tickets")
    solved, taken, reopened = 0, 0, 0
    for rows in events.values():
        fold, instants = oracle.fold("ticket", rows), [oracle.instant("ticket", row["occurred_at"]) for row in rows]
        ends = [oracle.instant("ticket", row["occurred_at"]) for row in rows if row["event"] in ("resolved", "closed", "verified")]
        solved += bool(ends)
        taken += round((min(ends) - min(instants)).total_seconds()) if ends else 0
        reopened += "reopened" in fold.at

    found = sheet("efficiency", rules("helpdesk_tickets"), replayed("helpdesk_tickets"), by=())

    assert values(found, "tickets", "solved", "mean_resolution", "reopened") == {
        (): (len(events), solved, Decimal(taken) / solved, reopened)
    }


# --- small worlds -----------------------------------------------------------------------------------------------------------

TWO_HOURS = "while: new\nlimit: 2 h\ntimeline:\n  - late: 0 min\n    do: [{escalate: ladder}]"


def test_an_answer_heard_late_is_kept_and_its_escalation_was_for_nothing() -> None:
    world = World("11-23 09:00", sla=first(TWO_HOURS))
    world.hear("created", "11-23 09:00", case="T1")
    world.hear("created", "11-23 09:00", case="T2")
    world.acknowledge("11-23 11:20", case="T2")
    world.hear("replied", "11-23 12:00", happened="11-23 10:00", case="T1")
    world.until("11-23 12:30")

    kept = sheet("sla", world.simulation.library.rulebook, world.stores)
    begun = sheet("escalations", world.simulation.library.rulebook, world.stores)

    assert values(kept, "clocks", "kept", "met", "met_reported_late", "late") == {("first",): (2, Decimal("0.5"), 0, 1, 1)}
    assert values(begun, "begun", "acknowledged", "mean_wait", "regretted") == {("ladder",): (2, 1, Decimal(1200), 1)}


def test_what_has_no_verdict_stands_beside_the_rate_and_not_in_it() -> None:
    world = World("11-23 09:00", sla=first("while: [new, waiting]\nstops: {event: replied}\npauses: [waiting]\nlimit: 2 h"))
    for case in ("T1", "T2", "T3", "T4"):
        world.hear("created", "11-23 09:00", case=case)
    world.hear("replied", "11-23 09:30", case="T1")
    world.hear("taken", "11-23 09:30", case="T2")
    world.hear("asked", "11-23 09:30", case="T3")

    found = sheet("sla", world.simulation.library.rulebook, world.stores)

    assert values(found, "clocks", "kept", "met", "none", "paused", "running") == {("first",): (4, Decimal(1), 1, 1, 1, 1)}


def test_a_promise_broken_in_an_earlier_round_is_told_beside_the_last_one() -> None:
    world = World("11-23 09:00", sla=first("while: new\nlimit: 2 h"))
    world.hear("created", "11-23 09:00")
    world.hear("solved", "11-23 12:00")
    world.hear("back_again", "11-23 13:00")
    world.hear("replied", "11-23 13:30")

    found = sheet("sla", world.simulation.library.rulebook, world.stores)

    assert values(found, "clocks", "met", "late", "earlier_late") == {("first",): (1, 1, 0, 1)}


def test_a_clock_whose_bell_rang_at_its_due_time_is_late_before_anything_else_happens() -> None:
    world = World("11-23 09:00", sla=first("while: new\nlimit: 2 h"))
    world.hear("created", "11-23 09:00")
    world.until("11-23 11:00")

    found = sheet("sla", world.simulation.library.rulebook, world.stores)

    assert values(found, "late", "running", "earlier_late") == {("first",): (1, 0, 0)}


def test_a_group_is_paid_once_and_a_call_when_somebody_was_reached() -> None:
    calls = message("ring", channel="phone", to="boss")
    sends = message("hurry", "group_wait: 5 min")
    both = "while: new\nlimit: 2 h\ntimeline:\n  - late: 0 min\n    do: [{send: hurry}, {send: ring}]"
    world = World("11-23 09:00", sla=first(both), messages=messages(sends, calls, caps="costs: {sms: 0.05 元, phone: 0.3 元}"))
    world.hear("created", "11-23 09:00", case="T1")
    world.hear("created", "11-23 09:00", case="T2")
    world.until("11-23 11:30")
    rulebook = world.simulation.library.rulebook
    before = values(sheet("messages", rulebook, world.stores), "issued", "delivered", "taken", "requests", "cost")

    task = next(one for one in world.stores.worklist.tasks() if one.kind == "call")
    hands.claim(world.stores, task.id, "ann", when("11-23 11:30"))
    hands.finish(world.stores, world.simulation.library.rulebook, task.id, "ann", when("11-23 11:30"), result="told")
    world.until("11-23 11:40")
    after = values(sheet("messages", world.simulation.library.rulebook, world.stores), "delivered", "cost")

    assert before["sms", "hurry"] == (
        2,
        2,
        0,
        len(world.simulation.gateways["sms"].carried),
        Decimal("0.05") * len(world.simulation.gateways["sms"].carried),
    )
    assert before["phone", "ring"][4] is None
    assert after["phone", "ring"][1] == Decimal("0.3")


# --- two days on the shipped rulebook, counted by hand from their story -----------------------------------------------------


HAND_COUNTS: list[tuple[str, dict[str, object], tuple[str, ...], dict[tuple[str, ...], tuple[object, ...]]]] = [
    # Four of five collected by 15:00; one at 15:40, one of the second day never.
    ("pickup", {}, ("clocks", "met", "late", "mean_late"), {("深圳", "李强"): (4, 4, 0, None), ("杭州", "孙洁"): (2, 0, 2, Decimal(2400))}),
    ("pickup", {"since": at("11-20 00:00"), "by": ()}, ("clocks", "met", "late"), {(): (3, 2, 1)}),
    ("origin", {}, ("orders", "shipped", "delivered", "void", "open"), {("深圳",): (4, 4, 1, 0, 0), ("杭州",): (3, 1, 1, 1, 1)}),
    ("complaints", {}, ("problems", "complaints", "severe", "solved", "reopened"), {("2026-11", "货物破损"): (2, 1, 1, 1, 1), ("2026-11", "物流延误"): (1, 1, 1, 1, 0)}),
    ("feedback", {}, ("orders", "troubled", "damaged", "complaints"), {("深圳",): (4, 1, 1, 1), ("杭州",): (3, 0, 0, 0), ("",): (0, 0, 0, 1)}),
    ("accounts", {}, ("orders", "kept", "delivered", "exceptions", "tickets"), {("2026-11", "138******01"): (2, 1, 1, 0, 1)}),
    ("workload", {}, ("received", "events", "finished", "solved"), {("system",): (8, 0, 0, 0), ("8011",): (2, 10, 3, 1), ("8012",): (1, 8, 3, 2)}),
    ("quality", {}, ("tickets", "solved", "at_once", "passed_on", "complaints", "orders"), {("2026-11",): (4, 3, 2, 1, 2, 7)}),
    ("efficiency", {"by": ()}, ("answered", "mean_response", "mean_resolution", "slowest_solved"), {(): (3, Decimal((4 + 20 + 5) * 60) / 3, Decimal((10 + 45 + 50) * 60) / 3, 3000)}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "asked", "columns", "counted"), HAND_COUNTS, ids=[f"{one[0]}{'-' if one[1] else ''}{'-'.join(one[1])}" for one in HAND_COUNTS]
)
def test_two_days_are_counted_as_by_hand(
    two_days: tuple[Rulebook, Stores], name: str, asked: dict[str, object], columns: tuple[str, ...], counted: object
) -> None:
    assert values(sheet(name, *two_days, **asked), *columns) == counted


@pytest.mark.parametrize("name", SHEETS)
def test_two_halves_of_a_time_add_up_to_the_whole(two_days: tuple[Rulebook, Stores], name: str) -> None:
    counts = [
        place
        for place, column in enumerate(SHEETS[name].columns)
        if column.kind == "count" and column.key not in ("before", "in_peak", "max_steps")
    ]

    whole, early, late = (
        sheet(name, *two_days, by=(), period=None, **window).total
        for window in ({}, {"until": at("11-20 00:00")}, {"since": at("11-20 00:00")})
    )

    assert [whole[place] for place in counts] == [early[place] + late[place] for place in counts]  # type: ignore[operator]  # counts are numbers


@pytest.mark.parametrize("name", SHEETS)
@pytest.mark.parametrize("by", [(), ("area",), ("customer",), ("source", "tier")])
def test_however_it_is_sorted_the_total_is_the_same_and_the_rows_add_up(
    two_days: tuple[Rulebook, Stores], name: str, by: tuple[str, ...]
) -> None:
    found, usual = sheet(name, *two_days, by=by, period=None), sheet(name, *two_days, period=None)

    assert found.total == usual.total
    counts = [
        place
        for place, column in enumerate(found.sheet.columns)
        if column.kind == "count" and column.key not in ("before", "in_peak", "max_steps")
    ]
    assert [sum(row.cells[place] or 0 for row in found.rows) for place in counts] == [found.total[place] for place in counts]


def test_verdicts_of_a_policy_add_up_to_its_clocks(two_days: tuple[Rulebook, Stores]) -> None:
    every = ("met", "met_reported_late", "late", "none", "not_seen", "running", "paused")

    for clocks, *verdicts in values(sheet("sla", *two_days), "clocks", *every).values():
        assert clocks == sum(one or 0 for one in verdicts)


def test_every_message_stands_in_one_column(two_days: tuple[Rulebook, Stores]) -> None:
    every = ("delivered", "taken", "refused", "doubtful", "dropped", "waiting", "shadow")

    for issued, *ends in values(sheet("messages", *two_days), "issued", *every).values():
        assert issued == sum(one or 0 for one in ends)
