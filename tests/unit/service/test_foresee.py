"""Is what is foreseen what then happens, and is nothing written by looking?"""

from engine.model.decision import Outcome
from engine.service.desk import Incoming
from engine.service.foresee import Foreseen, foresee
from tests.unit.web.console.desks import Desk, desk_of
from tests.unit.web.console.orders import ORDER


def told(event: str, case: str | None = None, **data: str) -> Incoming:
    return Incoming(
        source="hand/8011", id=None, workflow="shipment", event=event, occurred_at=None, case=case, data=data, extra={"by": "8011"}, by_person=True
    )  # fmt: skip


def look(desk: Desk, incoming: Incoming) -> Foreseen:
    running = desk.running
    return foresee(desk.stores.store, running.directory, running.rulebook(), incoming, running.now())


def happen(desk: Desk, incoming: Incoming) -> str:
    (answer,) = desk.running.accept([incoming])
    desk.running.beat(desk.clock.monotonic() + 60)
    assert answer.case_id is not None
    return answer.case_id


def test_what_is_foreseen_is_what_happens() -> None:
    desk = desk_of()
    case = happen(desk, told("order_created", **ORDER))
    before = desk.running.directory.journal(case)

    found = look(desk, told("order_confirmed", case, goods_check="可承运"))
    assert desk.running.directory.journal(case) == before
    happen(desk, told("order_confirmed", case, goods_check="可承运"))

    line = next(row for row in desk.running.directory.journal(case) if row.name == "order_confirmed")
    assert (found.outcome, found.before, found.after) == (line.outcome, line.state_before, line.state_after)
    assert tuple(one.id for one in found.effects) == line.effects
    assert [drop.why for drop in found.drops] == ["reason_gone"]


def test_what_would_be_refused_says_why_and_nothing_else() -> None:
    desk = desk_of()
    case = happen(desk, told("order_created", **ORDER))

    impossible, unreadable, nobody = (
        look(desk, told("pickup_promised", case)), look(desk, told("order_confirmed", case, pieces="many")), look(desk, told("signed", "shipment:nobody")),
    )  # fmt: skip

    assert [one.problems[0].field for one in (impossible, unreadable, nobody)] == ["event", "pieces", "case"]
    assert impossible.decisions == ()


def test_a_case_that_is_not_there_yet_can_be_foreseen() -> None:
    desk = desk_of()

    found = look(desk, told("order_created", **ORDER))

    assert (found.outcome, found.after) == (Outcome.STAYED, "intake")
    assert [one.policy for one in found.clocks] == ["review_order"]
    assert desk.running.directory.cases() == []
