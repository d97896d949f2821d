"""What must every registry do? Once, to whom, what is parked, what is numbered."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from engine.model.event import Acceptance, Accepted, Report
from engine.ports.store import NotFound
from tests.contract.builders import MINUTE, NOW, PHONE, a_report, a_scan
from tests.contract.store_contract import CASE, Stores, accept, decide_next, first_pending


class AcceptContract:
    """The Registry: once, to whom, and what is kept apart."""

    def test_a_report_under_an_unknown_name_opens_a_case_named_after_it(self, stores: Stores) -> None:
        answers = accept(stores, a_report(1))

        assert answers == [Acceptance(Accepted.ACCEPTED, CASE, opened=True)]
        assert stores.store.load(CASE).revision == 0
        assert stores.store.load(CASE).history == ()
        assert stores.directory.cases()[0].names == {"waybill_no": "1001"}

    def test_a_case_nobody_opened_is_not_found(self, stores: Stores) -> None:
        with pytest.raises(NotFound):
            stores.store.load("shipment:none")

    def test_the_same_id_again_is_a_duplicate_and_changes_nothing(self, stores: Stores) -> None:
        accept(stores, a_report(1, data={"goods": "茶叶"}))

        again = accept(stores, a_report(1, data={"goods": "茶叶"}), now=NOW + MINUTE)

        assert again == [Acceptance(Accepted.DUPLICATE, CASE)]
        assert len(stores.store.pending(NOW, 10)) == 1

    def test_the_same_id_twice_in_one_batch_is_a_duplicate(self, stores: Stores) -> None:
        answers = accept(stores, a_report(1), a_report(1))

        assert [answer.verdict for answer in answers] == [Accepted.ACCEPTED, Accepted.DUPLICATE]
        assert answers[1].case_id == CASE

    def test_the_same_id_of_another_source_is_another_event(self, stores: Stores) -> None:
        answers = accept(stores, a_report(1), a_report(1, source="connection/wms"))

        assert [answer.verdict for answer in answers] == [Accepted.ACCEPTED, Accepted.ACCEPTED]

    @pytest.mark.parametrize("change", [{"data": {"goods": "酒"}}, {"extra": {"by": "8011"}}, {"occurred_at": NOW}, {"name": "scan"}])
    def test_the_same_id_with_another_body_is_kept_apart_and_never_acted_on(self, stores: Stores, change: dict[str, Any]) -> None:
        accept(stores, a_report(1))

        answers = accept(stores, a_report(1, **change))

        assert answers == [Acceptance(Accepted.CONFLICT, CASE)]
        assert len(stores.store.pending(NOW, 10)) == 1
        assert [unread.kind for unread in stores.directory.unread()] == ["conflict"]

    def test_other_words_for_what_a_feed_told_before_are_kept_once_and_are_no_conflict(self, stores: Stores) -> None:
        accept(stores, a_report(1, extra={"kept_text": "已签收"}))
        told = a_report(1, extra={"kept_text": "已签收。"})
        reworded = replace(told, restated=replace(told.event, id="1/words", name="edited", data={}))

        answers = [accept(stores, reworded)[0] for _ in range(3)]

        assert [answer.verdict for answer in answers] == [Accepted.ACCEPTED, Accepted.DUPLICATE, Accepted.DUPLICATE]
        assert [pending.event.name for pending in stores.store.pending(NOW, 10)] == [told.event.name]
        decide_next(stores)
        assert [pending.event.id for pending in stores.store.pending(NOW, 10)] == ["1/words"]
        assert list(stores.directory.unread()) == []

    def test_a_known_name_finds_the_case_even_when_a_first_name_is_unknown(self, stores: Stores) -> None:
        accept(stores, a_report(1))

        answers = accept(stores, a_report(2, names={"order_no": "A9", "waybill_no": "1001"}))

        assert answers == [Acceptance(Accepted.ACCEPTED, CASE)]

    def test_a_report_without_any_name_opens_a_case_named_by_a_digest(self, stores: Stores) -> None:
        (answer,) = accept(stores, a_report(1, names={}))

        assert answer.opened
        assert answer.case_id is not None
        assert len(answer.case_id) == len("shipment:") + 12

    def test_two_fields_with_the_same_value_are_two_cases(self, stores: Stores) -> None:
        answers = accept(stores, a_report(1), a_report(2, names={"order_no": "1001"}))

        assert answers[1].opened
        assert answers[1].case_id == f"{CASE}~2"

    def test_mail_that_follows_an_event_goes_to_the_case_that_took_it(self, stores: Stores) -> None:
        accept(stores, a_report("open", names={}, source="case/x"))
        case_id = stores.store.pending(NOW, 1)[0].case_id

        answers = accept(stores, a_report("gone", "reason_gone", names={}, source="case/x", may_open=False, follows="e-open"))

        assert answers == [Acceptance(Accepted.ACCEPTED, case_id)]


class ParkingContract:
    """What comes too early waits for its case."""

    def test_an_early_scan_is_parked_and_listed(self, stores: Stores) -> None:
        answers = accept(stores, a_scan(1))

        assert answers == [Acceptance(Accepted.PARKED, None)]
        assert stores.store.pending(NOW, 10) == []
        assert stores.directory.backlog()["parked"] == 1
        assert [(unread.kind, unread.event_id) for unread in stores.directory.unread()] == [("parked", "e-1")]

    def test_parked_scans_follow_the_opening_in_order_of_receipt(self, stores: Stores) -> None:
        accept(stores, a_scan(1), a_scan(2))

        accept(stores, a_scan(3), a_report(4), a_scan(5))

        assert [decide_next(stores).event.id for _ in range(5)] == ["e-4", "e-1", "e-2", "e-3", "e-5"]
        assert stores.directory.backlog()["parked"] == 0

    def test_a_parked_scan_joins_when_a_decision_makes_its_name_known(self, stores: Stores) -> None:
        accept(stores, a_report(1), a_scan(2, "T77", data={"phone": PHONE}, private=frozenset({"phone"})))

        decide_next(stores, standing={"names": {"waybill_no": "1001", "order_no": ""}})
        assert stores.store.pending(NOW, 10) == []
        accept(stores, a_scan(3))
        decide_next(stores, standing={"names": {"waybill_no": "T77"}})

        adopted = first_pending(stores, CASE)
        assert adopted.event.id == "e-2"
        assert adopted.event.data == {"phone": PHONE}

    def test_a_parked_event_for_a_case_id_joins_when_that_case_opens(self, stores: Stores) -> None:
        answers = accept(stores, a_report(1, names={}, case_id=CASE, may_open=False))

        accept(stores, a_report(2))

        assert answers[0].verdict is Accepted.PARKED
        assert [decide_next(stores).event.id for _ in range(2)] == ["e-2", "e-1"]

    def test_a_duplicate_of_a_parked_event_is_still_a_duplicate(self, stores: Stores) -> None:
        accept(stores, a_scan(1))

        answers = accept(stores, a_scan(1))

        assert answers == [Acceptance(Accepted.DUPLICATE, None)]

    def test_after_seven_days_a_parked_event_is_tried_no_more_and_stays_listed(self, stores: Stores) -> None:
        accept(stores, a_scan(1))

        accept(stores, a_report(2), now=NOW + timedelta(days=7))

        assert [pending.event.id for pending in stores.store.pending(NOW, 10)] == ["e-2"]
        assert decide_next(stores).event.id == "e-2"
        assert stores.store.pending(NOW, 10) == []
        assert [unread.kind for unread in stores.directory.unread()] == ["expired"]


class SerialContract:
    """Numbers we give ourselves, and cases of which one may be open."""

    def serial(self, number: int | str, pattern: str = "261123###", **changes: Any) -> Report:
        return a_report(number, names={"waybill_no": ""}, serials={"waybill_no": pattern}, **changes)

    def test_serials_count_from_one_and_stand_in_data_and_names(self, stores: Stores) -> None:
        answers = accept(stores, self.serial(1), self.serial(2))

        assert [answer.case_id for answer in answers] == ["shipment:261123001", "shipment:261123002"]
        assert first_pending(stores, "shipment:261123001").event.data == {"waybill_no": "261123001"}
        assert accept(stores, a_scan(3, "261123002"))[0].case_id == "shipment:261123002"

    def test_serials_widen_beyond_their_pattern(self, stores: Stores) -> None:
        answers = accept(stores, *(self.serial(number, "GD#") for number in range(11)))

        assert [answer.case_id for answer in answers[-3:]] == ["shipment:GD9", "shipment:GD10", "shipment:GD11"]

    def test_another_day_counts_anew(self, stores: Stores) -> None:
        accept(stores, self.serial(1))

        answers = accept(stores, self.serial(2, "261124###"))

        assert answers[0].case_id == "shipment:261124001"

    def test_a_number_that_somebody_wrote_by_hand_is_passed_over(self, stores: Stores) -> None:
        accept(stores, a_report(1, names={"waybill_no": "261123001"}))

        answers = accept(stores, self.serial(2))

        assert answers[0].case_id == "shipment:261123002"

    def test_a_serial_draws_no_number_for_a_duplicate(self, stores: Stores) -> None:
        accept(stores, self.serial(1))

        again = accept(stores, self.serial(1))
        after = accept(stores, self.serial(2))

        assert again == [Acceptance(Accepted.DUPLICATE, "shipment:261123001")]
        assert after[0].case_id == "shipment:261123002"

    def test_a_second_opening_of_an_open_case_is_opened_again(self, stores: Stores) -> None:
        accept(stores, a_report(1, open_key="1001/damage"))

        answers = accept(stores, a_report(2, names={"waybill_no": "2002"}, open_key="1001/damage"))
        decide_next(stores, standing={"open_key": "1001/damage"})

        assert answers == [Acceptance(Accepted.ACCEPTED, CASE)]
        assert first_pending(stores, CASE).event.name == "opened_again"

    def test_a_final_case_lets_a_new_one_open(self, stores: Stores) -> None:
        accept(stores, a_report(1, open_key="k"))
        decide_next(stores, standing={"final": True, "open_key": "k"})

        answers = accept(stores, a_report(2, names={"waybill_no": "2002"}, open_key="k"))

        assert answers == [Acceptance(Accepted.ACCEPTED, "shipment:2002", opened=True)]
