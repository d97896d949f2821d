"""What must every store find? A suite beside the others."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from engine.model.effect import EffectKind
from engine.ports.directory import CaseRow
from tests.contract.builders import MINUTE, NOW, a_report, an_effect
from tests.contract.store_contract import Stores, accept, decide_next
from tests.contract.views_contract import END, a_clock


def known(stores: Stores, number: int, *, name: str = "", phone: str = "", at: datetime = NOW, **fields: str) -> str:
    """A decided case with a personal name and number; answers its id."""
    report = a_report(number, names={"order_no": str(number)})
    data = {**report.event.data, "shipper_name": name, "shipper_phone": phone}
    event = replace(report.event, data=data, received_at=at, occurred_at=at)
    accept(stores, replace(report, event=event, private=frozenset({"shipper_name", "shipper_phone"})), now=at)
    case = f"shipment:{number}"
    decide_next(stores, case, now=at, standing={"fields": fields})
    return case


def ids(rows: Sequence[CaseRow]) -> list[str]:
    return [row.id.partition(":")[2] for row in rows]


class FinderContract:
    def test_a_case_is_found_by_its_id_any_name_and_any_personal_value_to_the_letter(self, stores: Stores) -> None:
        known(stores, 1001, name="王小明", phone="13812345678")
        known(stores, 1002, name="王小明明", phone="13812345679", at=NOW + MINUTE)
        known(stores, 1003, phone="13812345678", at=NOW + 2 * MINUTE)
        find = stores.finder.exactly

        assert ids(find(["1001"], 10)) == ids(find(["shipment:1001"], 10)) == ids(find(["王小明"], 10)) == ["1001"]
        assert ids(find(["13812345678"], 10)) == ["1003", "1001"]
        assert ids(find(["1002", "王小明"], 10)) == ["1002", "1001"]
        assert ids(find(["13812345678"], 1)) == ["1003"]
        assert ids(find(["1381234567", ""], 10)) == ids(find([], 10)) == []

    def test_a_beginning_finds_names_and_only_where_wanted_personal_values(self, stores: Stores) -> None:
        known(stores, 1001, name="王小明")
        known(stores, 1002, name="王先生", at=NOW + MINUTE)
        known(stores, 2001, name="小王")
        find = stores.finder.beginning

        assert ids(find("100", 10, personal=False)) == ["1002", "1001"]
        assert ids(find("王", 10, personal=True)) == ["1002", "1001"]
        assert ids(find("王", 1, personal=True)) == ["1002"]
        assert ids(find("王", 10, personal=False)) == ids(find("", 10, personal=True)) == []

    def test_words_are_looked_for_in_the_public_values_of_the_newest_cases(self, stores: Stores) -> None:
        known(stores, 1, goods="轴承 100%", city="深圳")
        known(stores, 2, goods="轴承", city="广州", at=NOW + MINUTE)
        known(stores, 3, goods="配件", city="深圳", at=NOW + timedelta(days=1))
        find = stores.finder.saying

        assert ids(find(["轴承"], 10, among=10)) == ["2", "1"]
        assert ids(find(["轴承", "深圳"], 10, among=10)) == ["1"]
        assert ids(find(["0%"], 10, among=10)) == ["1"]
        assert ids(find(["goods"], 10, among=10)) == ids(find(["轴_"], 10, among=10)) == []
        assert ids(find(["轴承"], 10, among=2)) == ["2"]
        assert ids(find(["轴承"], 1, among=10)) == ["2"]
        assert ids(find([], 10, among=10, since=NOW + MINUTE)) == ["3", "2"]
        assert ids(find([], 10, among=10, until=NOW + MINUTE)) == ["1"]

    def test_several_cases_are_read_at_once(self, stores: Stores) -> None:
        one, two = known(stores, 1), known(stores, 2)

        found = stores.finder.cases([one, two, "shipment:nobody"])

        assert {name: row.id for name, row in found.items()} == {one: one, two: two}
        assert stores.finder.cases([]) == {}

    def test_tasks_come_by_the_first_promise_of_their_case_then_by_age(self, stores: Stores) -> None:
        for number, due in ((1, None), (2, NOW + 30 * MINUTE), (3, NOW + 10 * MINUTE), (4, None)):
            accept(stores, a_report(number, names={"order_no": str(number)}))
            clocks = (a_clock(due), a_clock(due + MINUTE, "told")) if due else ()
            decide_next(
                stores, f"shipment:{number}", effects=lambda case: [an_effect(case, kind=EffectKind.TASK)],
                standing={"clocks": clocks, "fields": {"customer_tier": "VIP"}},
            )  # fmt: skip
        first, second = (stores.worklist.tasks(case=f"shipment:{number}")[0] for number in (1, 2))
        stores.worklist.claim(second.id, "8011", NOW, END)
        find = stores.finder.tasks

        found = find(10)
        assert [one.task.case for one in found] == ["shipment:3", "shipment:2", "shipment:1", "shipment:4"]
        assert [(one.due, one.tier) for one in found[:3]] == [(NOW + 10 * MINUTE, "VIP"), (NOW + 30 * MINUTE, "VIP"), (None, "")]
        assert found[0].case is not None
        assert found[0].case.id == "shipment:3"
        assert [one.task.id for one in find(10, holder="8011")] == [second.id]
        assert len(find(2)) == 2
        assert len(find(10, roles=[first.role], workflow="shipment")) == 4
        assert find(10, roles=["nobody"]) == find(10, workflow="ticket") == find(10, holder="nobody") == []

    def test_what_is_done_or_withdrawn_is_no_task_any_more(self, stores: Stores) -> None:
        accept(stores, a_report(1, names={"order_no": "1"}))
        decide_next(stores, "shipment:1", effects=lambda case: [an_effect(case, kind=EffectKind.TASK)])
        (task,) = stores.worklist.tasks(case="shipment:1")

        stores.worklist.finish(task.id, "8011", NOW, result="", note="办了", report=None)

        assert stores.finder.tasks(10) == []
