"""What must every store show the console? A suite beside the others."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from engine.model.case import ClockVerdict, ClockView
from engine.model.effect import EffectKind
from engine.ports.views import Bells, Cut, Flow
from tests.contract.builders import MINUTE, NOW, a_report, a_timer, an_effect
from tests.contract.store_contract import Stores, accept, decide_next

END = NOW + timedelta(days=1)


def a_clock(due: datetime | None, policy: str = "pickup", **changes: object) -> ClockView:
    clock = ClockView(policy=policy, number=1, started_at=NOW, due=due, verdict=ClockVerdict.RUNNING)
    return replace(clock, **changes)  # type: ignore[arg-type]  # A builder takes any field by name.


def decide(stores: Stores, number: int, *clocks: ClockView, again: int = 0, at: datetime = NOW, **standing: object) -> str:
    """A decision about a case that leaves these clocks; answers the case's id."""
    report = a_report(f"{number}" if not again else f"{number}-{again}", names={"order_no": str(number)})
    accept(stores, replace(report, event=replace(report.event, received_at=at, occurred_at=at)), now=at)
    case = f"shipment:{number}"
    decide_next(stores, case, now=at, standing={"clocks": clocks, "entered_at": at, **standing})
    return case


def seen(stores: Stores, cut: Cut | None = None, since: datetime | None = None, until: datetime = END, limit: int = 10) -> list[str]:
    return [clock.case.partition(":")[2] for clock, _ in stores.views.clocks(cut or Cut(), since=since, until=until, limit=limit)]


class ViewsContract:
    def test_live_clocks_are_listed_most_urgent_first_with_their_case(self, stores: Stores) -> None:
        decide(stores, 1, a_clock(NOW + 30 * MINUTE), fields={"city": "深圳", "customer_tier": "VIP"})
        decide(stores, 2, a_clock(NOW - MINUTE, verdict=ClockVerdict.LATE, late_seconds=60.0), a_clock(NOW + MINUTE, "told"))

        found = stores.views.clocks(Cut(), until=END, limit=10)

        assert [(clock.case, clock.policy, clock.due, row.id) for clock, row in found] == [
            ("shipment:2", "pickup", NOW - MINUTE, "shipment:2"),
            ("shipment:2", "told", NOW + MINUTE, "shipment:2"),
            ("shipment:1", "pickup", NOW + 30 * MINUTE, "shipment:1"),
        ]
        assert (found[-1][0].area, found[-1][0].tier, found[-1][0].workflow) == ("深圳", "VIP", "shipment")
        assert seen(stores, limit=1) == ["2"]
        assert seen(stores, since=NOW, until=NOW + 2 * MINUTE) == ["2"]

    def test_a_clock_that_stopped_paused_or_has_no_due_time_is_not_under_way(self, stores: Stores) -> None:
        due = NOW + MINUTE
        decide(stores, 1, a_clock(due, verdict=ClockVerdict.MET, stopped_at=NOW))
        decide(stores, 2, a_clock(due, verdict=ClockVerdict.PAUSED))
        decide(stores, 3, a_clock(NOW, verdict=ClockVerdict.LATE, stopped_at=NOW))
        decide(stores, 4, a_clock(None))
        decide(stores, 5, a_clock(due), final=True)

        assert seen(stores) == []
        assert stores.views.tally(Cut(), [END]) == [0]

    def test_the_next_decision_moves_and_ends_them(self, stores: Stores) -> None:
        decide(stores, 1, a_clock(NOW + MINUTE), a_clock(NOW + MINUTE, "told"))
        decide(stores, 2, a_clock(NOW + MINUTE))

        decide(stores, 1, a_clock(NOW + 9 * MINUTE), again=1, fields={"city": "广州"})
        decide(stores, 2, a_clock(NOW + MINUTE), again=1, final=True)

        found = [clock for clock, _ in stores.views.clocks(Cut(), until=END, limit=10)]
        assert [(clock.case, clock.policy, clock.due, clock.area) for clock in found] == [
            ("shipment:1", "pickup", NOW + 9 * MINUTE, "广州")
        ]

    def test_each_word_of_a_cut_narrows_it(self, stores: Stores) -> None:
        decide(stores, 1, a_clock(NOW), fields={"city": "深圳", "customer_tier": "VIP"})
        decide(stores, 2, a_clock(NOW + MINUTE, "told"), fields={"area": "华北", "city": "北京"})
        decide(stores, 3, a_clock(NOW + 2 * MINUTE))

        assert seen(stores, Cut(workflow="shipment")) == ["1", "2", "3"]
        assert seen(stores, Cut(workflow="ticket")) == []
        assert seen(stores, Cut(area="深圳")) == ["1"]
        assert seen(stores, Cut(tier="VIP")) == ["1"]
        assert seen(stores, Cut(policies=("told",))) == ["2"]
        assert seen(stores, Cut(policies=())) == []
        assert seen(stores, Cut(areas=("华北",))) == ["2", "3"]
        assert stores.views.tally(Cut(areas=("华北",)), [END]) == [2]
        assert seen(stores, Cut(areas=("华北",), unplaced=("ticket",))) == ["2"]
        assert seen(stores, Cut(areas=("华北",), unplaced=("shipment",))) == ["2", "3"]
        assert seen(stores, Cut(areas=("深圳",), unplaced=())) == ["1"]
        assert seen(stores, Cut(nowhere=True)) == ["3"]

    def test_a_tally_counts_up_to_each_edge(self, stores: Stores) -> None:
        for number, minutes in enumerate((-5, 0, 10, 50, 500)):
            decide(stores, number, a_clock(NOW + minutes * MINUTE))

        edges = [NOW, NOW + 15 * MINUTE, NOW + 60 * MINUTE, END]

        assert list(stores.views.tally(Cut(), edges)) == [1, 3, 4, 5]
        assert list(stores.views.tally(Cut(), [])) == []

    def test_facets_are_the_values_there_are(self, stores: Stores) -> None:
        decide(stores, 1, a_clock(NOW), a_clock(NOW, "told"), fields={"city": "深圳"})
        decide(stores, 2, a_clock(NOW), fields={"city": "北京"})

        assert stores.views.facets() == {"workflow": ["shipment"], "policy": ["pickup", "told"], "area": ["北京", "深圳"], "tier": []}

    def test_bells_are_counted_by_quarter_owner_and_row(self, stores: Stores) -> None:
        accept(stores, a_report(1, names={"order_no": "1001"}))
        timers = [a_timer("shipment:1001", row, minutes=minutes) for row, minutes in (("due", 1), ("80%", 2), ("more", 16), ("far", 600))]

        decide_next(stores, timers=timers)

        found = stores.views.bells(NOW + timedelta(hours=2))
        assert sum(one.count for one in found) == 3
        assert {one.row for one in found} == {"due", "80%", "more"}
        assert all(one.at.minute % 15 == 0 and one.at.second == 0 for one in found)
        assert Bells(NOW, timers[0].owner, "due", 1) in found

    def test_a_flow_counts_what_was_opened_and_closed_within_a_time(self, stores: Stores) -> None:
        broken = a_clock(NOW, verdict=ClockVerdict.LATE, stopped_at=NOW)
        decide(stores, 1, at=NOW - timedelta(days=1))
        decide(stores, 2, final=True)
        decide(stores, 3, broken, final=True)

        assert stores.views.flow(NOW, END) == Flow(2, 2, 1)
        assert stores.views.flow(NOW - timedelta(days=1), NOW) == Flow(1, 0, 0)

    def test_tasks_of_several_cases_come_at_once(self, stores: Stores) -> None:
        for number in (1, 2, 3):
            accept(stores, a_report(number, names={"order_no": str(number)}))
            decide_next(stores, f"shipment:{number}", effects=lambda case: [an_effect(case, kind=EffectKind.TASK)])
        first, second, third = (stores.worklist.tasks(case=f"shipment:{number}")[0] for number in (1, 2, 3))
        stores.worklist.claim(second.id, "8011", NOW, END)
        stores.worklist.finish(third.id, "8011", NOW, result="", note="办了", report=None)

        found: Sequence[object] = [task.id for task in stores.views.tasks_of(["shipment:2", "shipment:1", "shipment:3"])]

        assert found == [first.id, second.id]
        assert stores.views.tasks_of([]) == []

    def test_the_pulse_differs_after_a_write_of_any_kind_and_not_otherwise(self, stores: Stores) -> None:
        first = stores.views.pulse()
        again = stores.views.pulse()

        decide(stores, 1, a_clock(NOW))
        after = stores.views.pulse()

        assert first == again
        assert after != again
        assert stores.views.pulse() == after

    def test_cases_on_hold_are_told_apart(self, stores: Stores) -> None:
        for number, owner in ((1, "hold:case"), (2, "policy:pickup")):
            accept(stores, a_report(f"{number}", names={"order_no": str(number)}))
            decide_next(stores, f"shipment:{number}", timers=(a_timer(f"shipment:{number}", owner=owner, row="end"),))

        assert set(stores.views.on_hold(["shipment:1", "shipment:2", "shipment:3"])) == {"shipment:1"}
        assert list(stores.views.on_hold([])) == []
