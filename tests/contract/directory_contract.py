"""What must every store tell of its cases? One suite for all who are looked into."""

from typing import Any

from engine.model.case import ClockVerdict, ClockView
from engine.model.decision import Outcome
from tests.contract.builders import MINUTE, NOW, a_scan, a_timer, an_effect
from tests.contract.store_contract import CASE, Stores, accept, decide_next, opened


class DirectoryContract:
    """What may be asked."""

    def test_a_case_row_shows_where_the_case_stands(self, stores: Stores) -> None:
        opened(stores)

        decision = decide_next(stores, standing={"contradictions": 2})

        (row,) = stores.directory.cases()
        standing = decision.standing
        assert (row.id, row.workflow, row.state, row.revision, row.final) == (CASE, "shipment", "intake", 1, False)
        assert (row.fields, row.clocks, row.names) == (standing.fields, standing.clocks, standing.names)
        assert (row.entered_at, row.opened_at, row.contradictions, row.next_due) == (NOW, NOW, 2, NOW + 60 * MINUTE)

    def test_cases_are_listed_page_by_page_and_filtered(self, stores: Stores) -> None:
        late = ClockView(policy="pickup", number=1, started_at=NOW, due=NOW, verdict=ClockVerdict.LATE, late_seconds=1.5)
        standings: list[dict[str, Any]] = [{"state": "transit", "clocks": (late,)}, {"final": True}, {}]
        for number, standing in enumerate(standings, 1):
            decide_next(stores, opened(stores, number, names={"waybill_no": str(number)}), standing=standing)
        ask = stores.directory.cases

        def ids(**wanted: Any) -> list[str]:
            return [row.id[-1] for row in ask(**wanted)]

        assert ids() == ["1", "2", "3"]
        assert ids(limit=2) == ["1", "2"]
        assert ids(after="shipment:2") == ["3"]
        assert ids(late=True) == ["1"]
        assert ids(late=False) == ["2", "3"]
        assert ids(final=True) == ["2"]
        assert ids(state="transit") == ["1"]
        assert ids(workflow="ticket") == []
        assert ask(late=True)[0].next_due is None
        assert stores.directory.counts() == {"shipment": {"transit": 1, "intake": 2}}

    def test_a_case_is_found_by_id_and_by_any_name(self, stores: Stores) -> None:
        opened(stores, names={"waybill_no": "1001", "order_no": "A9"})

        found = [[row.id for row in stores.directory.find(text)] for text in (CASE, "1001", "A9", "A")]

        assert found == [[CASE], [CASE], [CASE], []]

    def test_a_name_belongs_to_the_first_case(self, stores: Stores) -> None:
        opened(stores)
        opened(stores, 2, names={"waybill_no": "2002"})

        decide_next(stores, "shipment:2002", standing={"names": {"waybill_no": "1001"}})

        assert accept(stores, a_scan(3))[0].case_id == CASE

    def test_the_backlog_counts_what_waits(self, stores: Stores) -> None:
        opened(stores)
        decide_next(stores, timers=[a_timer(CASE)], effects=lambda case: [an_effect(case)])
        accept(stores, a_scan(2), a_scan(3, "unknown"))

        backlog = stores.directory.backlog()

        assert backlog == {
            "inbox_pending": 1, "inbox_oldest_at": NOW.timestamp(), "timers_armed": 1,
            "timer_oldest_due": (NOW + 10 * MINUTE).timestamp(), "outbox_ready": 1, "outbox_oldest_at": NOW.timestamp(),
            "dead": 0, "parked": 1, "unknown": 0,
        }  # fmt: skip

    def test_nothing_waits_in_an_empty_store(self, stores: Stores) -> None:
        assert set(stores.directory.backlog().values()) == {0}
        assert stores.directory.unread() == []
        assert stores.directory.journal("none") == []
        assert stores.directory.sent("none") == []
        assert stores.directory.private("none") == {}

    def test_an_event_no_workflow_declares_is_listed_newest_first(self, stores: Stores) -> None:
        opened(stores)
        accept(stores, a_scan(2, received_at=NOW + MINUTE), a_scan("late", "unknown", received_at=NOW + 2 * MINUTE))
        decide_next(stores)

        decide_next(stores, outcome=Outcome.UNKNOWN_EVENT, keeps=False)

        assert [(one.kind, one.event_id) for one in stores.directory.unread()] == [("parked", "e-late"), ("unrecognised", "e-2")]
        assert len(stores.directory.unread(1)) == 1

    def test_of_a_personal_field_the_last_value_is_known(self, stores: Stores) -> None:
        private = frozenset({"phone"})
        opened(stores, data={"phone": "1"}, private=private)
        accept(stores, a_scan(2, data={"phone": "2"}, private=private))

        assert stores.directory.private(CASE) == {"phone": "2"}
