"""Nine real messages of nine systems become the right events, through YAML alone.

The files lie beside the project and are never copied into it. What is expected was written by hand from the neighbours' code tables.
"""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.files.rules import read_rules
from adapters.signing.verify import Message, refusal
from adapters.wms_tms.decode import Decoded, decode
from engine.language.compile import compile_rulebook
from engine.language.show import render
from engine.model.connection import Connection
from tests.tidy.tree import ROOT
from tests.unit.wms_tms.connections import PAYLOADS

pytestmark = pytest.mark.skipif(not PAYLOADS.is_dir(), reason=f"no payloads at {PAYLOADS}: set WAYBILL_SHARED")
READY = ROOT / "rules" / "connections" / "ready"
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
WORKFLOW = """kind: workflow
workflow: shipment
label: 托运单
identified_by: [waybill_no]
start: {state: here, by: [order_created]}
fields:
  waybill_no: {type: text, label: 运单号, max: 20}
  hub: {type: text, label: 站点, max: 10, optional: yes}
  signer: {type: text, label: 签收人, max: 20, optional: yes}
events: {EVENTS}
states:
  here: {label: 在, no_deadline: yes}
  gone: {label: 去, final: yes}
from_any_state: [{event: signed, to: gone}]
"""
EVENTS = re.findall(
    r"(?m)^  (\w+): [^\[{\n]+$", read_rules(ROOT)["workflows/shipment.yaml"].partition("events:")[2].partition("milestones:")[0]
)
RULES = {"workflows/shipment.yaml": WORKFLOW.replace("{EVENTS}", "{" + ", ".join(f"{name}: {name}" for name in EVENTS) + "}")}
"""The words of the shipped workflow and no more, which compiles in no time."""


def ready(name: str, *changes: tuple[str, str]) -> Connection:
    """A ready-made connection, compiled beside the shipped rules, perhaps with lines changed as an operator would."""
    folder = READY / name
    files = {f"rules/connections/{path.relative_to(folder).as_posix()}": path for path in folder.rglob("*") if path.is_file()}
    texts = {**RULES, **{file: path.read_text(encoding="utf-8") for file, path in files.items()}}
    for old, new in changes:
        assert old in texts[f"rules/connections/{name}.yaml"], old
        texts[f"rules/connections/{name}.yaml"] = texts[f"rules/connections/{name}.yaml"].replace(old, new)
    compiled = compile_rulebook(texts)
    assert compiled.rulebook is not None, render(compiled.diagnostics, texts, "en", "concise")
    return compiled.rulebook.connections[name]


def payload(file: str) -> bytes:
    return Path(PAYLOADS / file).read_bytes()


def read(connection: Connection, file: str, headers: dict[str, str] | None = None) -> Decoded:
    return decode(connection, payload(file), headers or {}, NOW, timezone="Asia/Shanghai")


def told(decoded: Decoded) -> list[tuple[str | None, str]]:
    return [(one.event, f"{one.happened_at:%m-%d %H:%M:%S}" if one.happened_at else "") for one in decoded.events]


def test_kuaidi100_whose_text_says_out_for_delivery_under_the_code_of_in_transit() -> None:
    connection = ready("kuaidi100")

    assert told(read(connection, "kuaidi100_push_signed.form")) == [
        ("scanned", "06-29 14:28:45"),
        ("scanned", "06-29 14:28:50"),
        ("scanned", "06-29 14:30:20"),
        ("out_for_delivery", "06-30 00:27:50"),
        ("signed", "06-30 02:34:33"),
    ]
    signed = read(connection, "kuaidi100_push_signed.form").events[-1]
    assert signed.names == {"waybill_no": "JD0076810060555"}
    assert signed.kept["signer_kind"] == "locker"
    assert "18700006340" not in str(read(connection, "kuaidi100_push_signed.form"))
    assert _refusal(connection, "kuaidi100_push_signed.form", {}, "123") is None


def test_a_whole_journey_of_sf_with_codes_no_table_has() -> None:
    # A bare list: what calls for it knows the number.
    connection = ready(
        "sf_routes",
        ("body: form", "body: json"),
        ("  unwrap: [{at: msgData, as: json}]", "  #"),
        ("up.mailNo", "header.mailno"),
        ("at: msgData.routeResps.routes", "at: '.'"),
        ("acceptTime", "scanDateTime"),
        ("acceptAddress", "zoneCode"),
        ("  samples:", "  #"),
    )

    events = [event for event, _ in told(read(connection, "sf_routes_full_journey.json", {"mailno": "SF1"}))]

    legs = ["scanned", "departed", "arrived"]
    assert events == ["picked_up", "scanned", "departed", *legs * 5, "info", "out_for_delivery", "signed"]
    journey = read(connection, "sf_routes_full_journey.json", {"mailno": "SF1"}).events
    assert all(one.recognised and one.names == {"waybill_no": "SF1"} for one in journey)
    assert not any("18800001552" in str(one.kept) for one in journey)


def test_the_answer_of_sf_to_a_search_of_routes() -> None:
    connection = ready("sf_routes", ("body: form", "body: json"), ("  unwrap: [{at: msgData, as: json}]", "  #"), ("  samples:", "  #"))

    decoded = read(connection, "sf_search_routes_response.json")

    assert told(decoded) == [("picked_up", "05-09 02:11:26"), ("signed", "05-09 10:11:26")]
    assert {one.names["waybill_no"] for one in decoded.events} == {"SF1011603494291"}


def test_easypost_whose_pick_up_only_a_carriers_code_tells() -> None:
    connection = ready("easypost")

    assert told(read(connection, "easypost_tracker_updated.json")) == [
        ("pickup_assigned", "07-31 15:00:00"),
        ("picked_up", "07-31 19:27:00"),
        ("scanned", "07-31 22:35:00"),
        ("scanned", "08-01 14:42:13"),
        ("scanned", "08-02 02:46:19"),
        ("scanned", "08-02 18:35:20"),
        ("scanned", "08-02 18:50:00"),
    ]
    signature = "hmac-sha256-hex=38f3f53c103713df81616a0a186d77141957323ec21d5fe9363db93840f527db"
    assert _refusal(connection, "easypost_tracker_updated.json", {"x-hmac-signature": signature}, "sécret") is None


def test_aftership_whose_time_has_no_zone() -> None:
    connection = ready("aftership")

    assert told(read(connection, "aftership_tracking_update.json")) == [("scanned", "01-13 16:52:00")]
    headers = {"aftership-hmac-sha256": "dZto7xm57505R9RFLVVe+M3NS2/SueKmffz7vx9cjdY="}
    assert _refusal(connection, "aftership_tracking_update.json", headers, "test_aftership_secret") is None


def test_karrio_whose_dates_have_no_hour() -> None:
    decoded = read(ready("karrio"), "karrio_tracker_updated.json")

    assert told(decoded) == [("picked_up", "03-09 15:59:59"), ("departed", "03-10 15:59:59")]
    assert [one.flags for one in decoded.events] == [{"precision": "day"}] * 2
    assert _refusal(ready("karrio"), "karrio_tracker_updated.json", {"x-event-id": "s"}, "s") is None


def test_an_x12_214_in_the_local_hour_of_its_city() -> None:
    decoded = read(ready("x12_214"), "x12_214_delivered.edi")

    # 12:30 in Brattleboro, Vermont, in July.
    assert told(decoded) == [("signed", "07-26 16:30:00")]
    assert (decoded.events[0].names, decoded.warnings) == ({"waybill_no": "75027674"}, ())
    assert decoded.events[0].kept == {"note": "卸完", "code": "D1", "reason": "NS", "place": "BRATTLEBORO"}


def test_epcis_whose_ids_are_hashes_of_the_content() -> None:
    decoded = read(ready("epcis"), "epcis2_objectevent_shipping_receiving.jsonld")

    assert told(decoded) == [("picked_up", "04-04 02:33:31"), ("signed", "04-05 02:33:31")]
    assert decoded.events[0].id.startswith("ni:///sha-256;df7bb3c3")


def test_a_cloud_event_of_a_foreign_type_without_a_subject_is_kept_and_not_acted_on() -> None:
    (event,) = read(ready("cloudevents"), "cloudevents_structured.json").events

    assert (event.recognised, event.names, event.id) == (False, {}, "C234-1234-1234")
    assert event.seen == {"type": "com.example.someevent"}


def _refusal(connection: Connection, file: str, headers: dict[str, str], secret: str) -> str | None:
    """Why a message is turned away; and it is, if one byte of it is another."""
    assert connection.inbound is not None
    signature, body = connection.inbound.signature, payload(file)
    if signature is not None and signature.kind != "token":
        for place in range(0, len(body), 97):
            changed = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
            message = Message(body=changed, headers=headers, address="10.0.0.1")
            assert refusal(signature, message, NOW, lambda _: secret) is not None, place
    return refusal(signature, Message(body=body, headers=headers, address="10.0.0.1"), NOW, lambda _: secret)
