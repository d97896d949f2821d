"""Is what customers get to see checked as strictly as what we do?"""

from dataclasses import replace

import pytest

from adapters.files.rules import read_rules, shipped_rules_dir
from engine.language.compile import Compiled, compile_rulebook
from engine.language.fingerprint import workflow_version

FILES = read_rules(shipped_rules_dir())
SHIPMENT = "workflows/shipment.yaml"


def edited(old: str, new: str) -> tuple[Compiled, str]:
    """The shipped rulebook with one edit in the customer's block of the shipment."""
    before, _, block = FILES[SHIPMENT].partition("\ncustomer:")
    assert block.count(old) == 1
    text = f"{before}\ncustomer:{block.replace(old, new)}"
    return compile_rulebook({**FILES, SHIPMENT: text}), text


@pytest.mark.parametrize(
    ("old", "new", "code", "at"),
    [
        ("promises: [pickup_deadline,", "promises: [pickup_dedline,", "R301", "pickup_dedline"),
        ("promises: [pickup_deadline,", "promises: [first_response,", "R301", "first_response"),
        ("events: [order_created,", "events: [order_creatd,", "R301", "order_creatd"),
        ("    intake: 订单已收到", "    intaek: 订单已收到", "R301", "intaek"),
        ("    咨询: question", "    咨旬: question", "R301", "咨旬"),
        ("valid: 60 days", "valid: 400 days", "F110", "400 days"),
        ("event: reported", "event: solved", "R301", "solved"),
        ("event: reported", "event: reporetd", "R301", "reporetd"),
        ("workflow: ticket", "workflow: tickte", "R301", "tickte"),
        ("fields: [topic,", "fields: [ticket_no,", "R302", "ticket_no"),
        ("fields: [topic, ", "fields: [", "F102", "fields"),
        ("with: {channel: web,", "with: {channel: pigeon,", "C204", "pigeon"),
        ("with: {channel: web,", "with: {topic: 咨询, channel: web,", "R305", "topic"),
        ("waybill_no: '{waybill_no}'", "waybill_no: '{shipper_name}'", "R302", "'{shipper_name}'"),
        ("waybill_no: '{waybill_no}'", "waybill_no: '{waybil_no}'", "N401", "{waybil_no}"),
    ],
)  # fmt: skip
def test_a_slip_is_refused_at_its_place(old: str, new: str, code: str, at: str) -> None:
    result, text = edited(old, new)

    found = [one for one in result.diagnostics if one.code == code]
    assert result.rulebook is None
    assert [(one.code, text.splitlines()[one.span.line - 1][one.span.column - 1 :].startswith(at)) for one in found][:1] == [(code, True)]


def test_what_customers_are_shown_is_no_new_version_of_the_workflow_and_yet_a_new_rulebook() -> None:
    before, (after, _) = compile_rulebook(FILES).rulebook, edited("valid: 60 days", "valid: 61 days")

    assert before is not None
    assert after.rulebook is not None
    assert after.rulebook.workflows["shipment"].version == before.workflows["shipment"].version
    assert after.rulebook.fingerprint != before.fingerprint


def test_a_workflow_without_a_page_keeps_the_version_it_always_had() -> None:
    rulebook = compile_rulebook(FILES).rulebook
    assert rulebook is not None
    shipment = rulebook.workflows["shipment"]

    assert workflow_version(replace(shipment, customer=None)) == shipment.version
