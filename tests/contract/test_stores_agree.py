"""Do both stores end alike, whatever comes in which order?"""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.memory import open_memory
from adapters.sql import open_stores
from engine.model.effect import Drop, EffectKind
from engine.ports.store import Conflict, Pending
from tests.contract.builders import MINUTE, NOW, PHONE, a_bell, a_decision, a_report, a_timer, an_effect, an_event

Step = Callable[[Any], object]
NAMES = st.sampled_from(["", "1", "2", "3"])
PRIVATE = frozenset({"phone"})


@st.composite
def a_batch(draw: st.DrawFn) -> Step:
    """Some reports accepted together; few ids and few names, so that they meet."""
    reports = [
        a_report(
            draw(st.integers(1, 12)), draw(st.sampled_from(["order_created", "scan"])),
            names={"waybill_no": draw(NAMES), "order_no": draw(NAMES)},
            data=draw(st.sampled_from([{}, {"phone": PHONE, "goods": "茶叶"}, {"goods": "酒"}])), private=PRIVATE,
            may_open=draw(st.booleans()), open_key=draw(st.sampled_from([None, None, "k"])),
            serials=draw(st.sampled_from([{}, {"waybill_no": "W#"}])),
            case_id=draw(st.sampled_from([None, None, None, "shipment:1"])),
        )
        for _ in range(draw(st.integers(1, 4)))
    ]  # fmt: skip
    at = NOW + timedelta(days=draw(st.sampled_from([0, 0, 0, 8])))
    return lambda stores: stores.store.accept(reports, at)


@st.composite
def a_commit(draw: st.DrawFn) -> Step:
    """The next pending event decided, with timers, effects, drops, a raised event, mail, new names."""
    nth, timers = draw(st.integers(0, 2)), draw(st.sets(st.sampled_from("abc")))
    kinds = draw(st.lists(st.sampled_from(list(EffectKind)), max_size=3))
    extra, name, final = draw(st.sampled_from(["", "raise", "mail", "drop"])), draw(NAMES), draw(st.booleans())
    keeps, minutes = draw(st.booleans()), draw(st.integers(1, 3))

    def run(stores: Any) -> object:
        pending = stores.store.pending(NOW, 10)
        if not pending:
            return None
        one = pending[nth % len(pending)]
        case = stores.store.load(one.case_id)
        names = {"waybill_no": case.id.partition(":")[2]} | ({"order_no": name} if name else {})
        decision = a_decision(
            case, one.event, timers=[a_timer(case.id, row, minutes=minutes) for row in sorted(timers)], keeps=keeps,
            effects=[an_effect(case, ordinal, kind) for ordinal, kind in enumerate(kinds, 1)],
            drops=[Drop(f"{case.id}/{number}/1", "reason_gone") for number in range(5)] if extra == "drop" else [],
            raised=[an_event("raised", "late", source=f"case/{case.id}", data={"phone": "1"})] if extra == "raise" else [],
            standing={"names": names, "open_key": "k", "final": final},
        )  # fmt: skip
        mail = [a_report(f"mail-{name}", "open", names={}, source=f"case/{case.id}")] if extra == "mail" else []
        stores.store.commit(decision, inbox_id=one.inbox_id, now=NOW, mail=mail)
        return one.event

    return run


@st.composite
def a_ringing(draw: st.DrawFn) -> Step:
    """The first due timer rings, perhaps twice."""
    twice = draw(st.booleans())

    def run(stores: Any) -> object:
        due = stores.bells.due(NOW + 10 * MINUTE, 1)
        for timer in due * (2 if twice else 1):
            case = stores.store.load(timer.case)
            try:
                stores.store.commit(a_decision(case, a_bell(timer), keeps=False), inbox_id=None, now=NOW)
            except Conflict:
                return "conflict"
        return due

    return run


@st.composite
def a_failure(draw: st.DrawFn) -> Step:
    """The first pending event fails: to be retried, or dead."""
    retry_at = draw(st.sampled_from([None, NOW + MINUTE, NOW]))

    def run(stores: Any) -> object:
        for one in stores.store.pending(NOW, 1):
            stores.store.failed(one.inbox_id, "boom", retry_at)
        return in_order(stores.store.pending(NOW + MINUTE, 10))

    return run


def in_order(pending: Sequence[Pending]) -> list[Pending]:
    """Numbers grow in order of receipt; where several daemons draw them, some are passed over."""
    return [replace(one, inbox_id=place) for place, one in enumerate(pending)]


def everything(stores: Any) -> dict[str, object]:
    """All that may be asked of a store."""
    rows = stores.directory.cases()
    return {
        "rows": rows,
        "cases": [stores.store.load(row.id) for row in rows],
        "journals": [stores.directory.journal(row.id) for row in rows],
        "private": [stores.directory.private(row.id) for row in rows],
        "sent": [stores.directory.sent(row.id) for row in rows],
        "pending": in_order(stores.store.pending(NOW + MINUTE, 50)),
        "bells": stores.bells.due(NOW + 60 * MINUTE, 100),
        "next": stores.bells.next_due(),
        "tasks": stores.worklist.tasks(),
        "backlog": stores.directory.backlog(),
        "unread": stores.directory.unread(),
        "counts": stores.directory.counts(),
    }


@pytest.fixture(scope="module")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("agree") / "waybill.db"
    open_stores(f"sqlite:///{path}").close()
    return path


STEPS = st.lists(st.one_of(a_batch(), a_batch(), a_commit(), a_commit(), a_commit(), a_ringing(), a_failure()), max_size=14)


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS)
def test_any_sequence_of_events_and_decisions_ends_alike_in_both_stores(empty_database: Path, steps: list[Step]) -> None:
    path = empty_database.with_name("copy.db")
    for left in path.parent.glob("copy.db*"):
        left.unlink()
    shutil.copy(empty_database, path)
    memory, sql = open_memory(), open_stores(f"sqlite:///{path}", check=False)

    answers = [(step(memory), step(sql)) for step in steps]

    found = everything(sql)
    sql.close()
    assert [in_sql for _, in_sql in answers] == [in_memory for in_memory, _ in answers]
    assert found == everything(memory)
