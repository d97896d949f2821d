"""Does a form ask for what the rules need, and say where a choice leads?"""

from collections.abc import Sequence

from engine.model.workflow import Field
from engine.service.asking import asked_for, asked_to_open, endings, possible_now
from tests.unit.web.console.desks import shipped

SHIPMENT = shipped().workflows["shipment"]


def names(fields: Sequence[Field]) -> set[str]:
    return {one.name for one in fields}


def test_to_open_a_case_what_is_not_optional_is_needed_and_what_the_rules_use_is_wanted() -> None:
    asked = asked_to_open(shipped(), SHIPMENT)

    assert {"city", "shipper_phone", "goods", "pay_by"} <= names(asked.needed)
    assert {"goods_check", "district", "shipper_name", "pickup_fee"} <= names(asked.wanted)
    assert {"signer", "hub"} <= names(asked.more)
    everything = [*asked.needed, *asked.wanted, *asked.more]
    assert len(everything) == len(names(everything))
    assert names(everything) == set(SHIPMENT.fields) - {"order_no", "pickup_tries", "attempts"}


def test_for_an_event_only_what_is_blank_and_matters_is_asked_first() -> None:
    known = dict.fromkeys(("city", "source", "weight_kg", "goods"), "x")

    confirmed, picked_up = asked_for(SHIPMENT, "order_confirmed", known), asked_for(SHIPMENT, "picked_up", known)

    assert "goods_check" in names(confirmed.wanted)
    assert "source" not in names(confirmed.wanted)
    assert "source" in names(confirmed.more)
    assert "waybill_no" in names(picked_up.wanted)
    assert "waybill_no" not in names(confirmed.wanted)


def test_a_choice_with_which_the_next_step_is_the_end_is_named_with_its_rule() -> None:
    ends = endings(SHIPMENT, "intake")

    assert set(ends) == {"goods_check"}
    assert [one.choice for one in ends["goods_check"]] == ["违禁品", "裸装", "禁运", "超长超重"]
    assert {(one.event, one.state, one.place.file) for one in ends["goods_check"]} == {
        ("order_confirmed", "cancelled", "workflows/shipment.yaml")
    }
    assert endings(SHIPMENT, "picked_up") == endings(SHIPMENT, "no such state") == {}


def test_a_state_nobody_knows_any_more_offers_nothing() -> None:
    assert possible_now(SHIPMENT, "no such state") == ()
    assert "order_confirmed" in possible_now(SHIPMENT, "intake")
