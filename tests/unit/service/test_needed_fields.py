"""Who must say everything a new case needs? A person; never a feed."""

import pytest

from engine.service.desk import Answer, Incoming, Said
from tests.unit.web.console.desks import Desk, desk_of
from tests.unit.web.console.orders import ORDER


@pytest.fixture
def desk() -> Desk:
    return desk_of()


def opened(desk: Desk, *, by_person: bool, source: str = "hand/8011", **changes: str) -> Answer:
    data = {name: value for name, value in (ORDER | changes).items() if value}
    made = Incoming(source=source, id=None, workflow="shipment", event="order_created", occurred_at=None, data=data, by_person=by_person)
    (answer,) = desk.running.accept([made])
    return answer


def test_a_person_is_told_everything_that_is_missing_and_nothing_is_opened(desk: Desk) -> None:
    answer = opened(desk, by_person=True, city="", consignee_phone="")

    assert answer.said is Said.REFUSED
    assert [(one.field, one.zh, one.en) for one in answer.problems] == [
        ("city", "提货城市:要填", "city: needed"),
        ("consignee_phone", "收货人电话:要填", "consignee_phone: needed"),
    ]
    assert desk.running.directory.cases() == []


def test_what_is_optional_counted_or_numbered_by_us_is_not_asked(desk: Desk) -> None:
    assert opened(desk, by_person=True, shipper_name="", due_delivery="").said is Said.ACCEPTED


@pytest.mark.parametrize("source", ["connection/tms", "web/shop"])
def test_what_a_neighbour_reports_is_taken_as_it_is(desk: Desk, source: str) -> None:
    answer = opened(desk, by_person=False, source=source, city="", consignee_phone="")

    assert answer.said is Said.ACCEPTED
    assert answer.opened


def test_an_opening_event_on_a_case_that_is_there_asks_for_nothing(desk: Desk) -> None:
    first = opened(desk, by_person=False, source="web/shop", waybill_no="7550001")
    again = Incoming(
        source="hand/8011", id=None, workflow="shipment", event="order_created", occurred_at=None, data={"waybill_no": "7550001"}, by_person=True,
    )  # fmt: skip

    (answer,) = desk.running.accept([again])

    assert answer.said is Said.ACCEPTED
    assert answer.case_id == first.case_id
