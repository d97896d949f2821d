"""Do real histories show no difference where the rules are the same, and every difference that an edit makes?"""

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from adapters.files.history import belonging, read_history
from adapters.files.rules import read_rules
from adapters.memory import open_memory
from engine.language.compile import compile_rulebook
from engine.model.course import Rule
from engine.model.rulebook import Rulebook
from engine.reports.plan import Fold, Plan
from engine.reports.plan_differences import Change
from engine.service.rehearse import Rules, rehearse
from engine.service.replay import OldCase, group

SHARED = Path(os.environ.get("WAYBILL_SHARED", Path(__file__).resolve().parents[3] / "shared"))
FOLDER = SHARED / "data" / "histories"
RULEBOOKS = Path(__file__).resolve().parents[1] / "rulebooks"
EVERY = int(os.environ.get("WAYBILL_HISTORIES_EVERY", "200"))
"""One case in so many; 1 rehearses them all."""
SETS = {"olist_orders": "olist", "olist_orders_no_survey": "olist", "helpdesk_tickets": "helpdesk"}

pytestmark = [
    pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no histories at {FOLDER}: set WAYBILL_SHARED"),
    pytest.mark.timeout(120 if EVERY > 1 else 3600),
]


@pytest.mark.parametrize("name", SETS)
def test_the_same_rules_differ_in_nothing(name: str) -> None:
    plan = planned(name)

    assert plan.cases > 4
    assert (plan.groups, plan.changed, plan.empty) == ((), 0, True)


@pytest.mark.parametrize("name", SETS)
def test_an_edit_without_meaning_differs_in_nothing(name: str) -> None:
    plan = planned(name, ("limit: 4 h", "limit: 240 min  # 同样的"), ("limit: 48 h", "limit: 2880 min"), ("label: 工单解决", "label: 解决"))

    assert plan.empty


def test_a_shorter_hand_over_moves_every_due_time_of_that_promise_and_no_other() -> None:
    plan = planned("olist_orders", ("limit: 10 business days", "limit: 5 business days"))

    moved = [group for group in plan.groups if group.line.change in (Change.DUE_EARLIER, Change.DUE_LATER)]
    clocks = sum(old for old, _ in plan.verdicts["hand_over"].values())
    assert [(one.line.rule, one.line.change, one.count) for one in moved] == [(Rule("policy", "hand_over"), Change.DUE_EARLIER, clocks)]
    assert (plan.changed, plan.saved) == (plan.cases, 0)


def test_a_step_more_reaches_only_who_comes_that_far() -> None:
    step = "      - {wait: 0 min, channel: wechat_work, to: carrier_desk}\n"
    plan = planned("olist_orders", (step, step + "      - {wait: 1 h, channel: wechat_work, to: order_desk}\n"))

    told = {(one.line.change, one.line.to): one.count for one in plan.groups}
    assert {one.line.rule for one in plan.groups} == {Rule("chain", "late_chain")}
    assert told[Change.NEW, "order_desk"] > 0
    assert (Change.GONE, "order_desk") not in told


def planned(name: str, *edits: tuple[str, str]) -> Plan:
    """A sample of the set under its rulebook and under the edited one."""
    old, new = Rules(rulebook(SETS[name])), Rules(rulebook(SETS[name], edits))
    last = max(event.received_at for case in cases(name) for event in case.events)
    folding = Fold(old.rulebook.timezone)
    for case in chosen(name):
        folding.take(rehearse(old, new, case, last, open_memory))
    return folding.plan()


@cache
def rulebook(name: str, edits: tuple[tuple[str, str], ...] = ()) -> Rulebook:
    files = dict(read_rules(RULEBOOKS / name))
    for before, after in edits:
        files = {file: text.replace(before, after) for file, text in files.items()}
    compiled = compile_rulebook(files)
    assert compiled.rulebook is not None, compiled.diagnostics
    return compiled.rulebook


def chosen(name: str) -> Iterator[OldCase]:
    return (case for number, case in enumerate(cases(name)) if number % EVERY == 0)


@cache
def cases(name: str) -> list[OldCase]:
    rules = rulebook(SETS[name])
    read, _ = read_history([FOLDER / f"{name}.events.jsonl.gz"], rules.timezone)
    kept, _ = belonging(read, {one.name: one.events.keys() for one in rules.workflows.values()})
    return group(kept, lambda one: one.workflow)
