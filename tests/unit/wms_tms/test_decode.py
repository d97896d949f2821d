"""A neighbour's bytes become our events, by its connection file."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.signing.json_tree import Unreadable
from adapters.wms_tms.decode import Decoded, ReadEvent, decode
from engine.model.connection import Connection, TimeFormat
from tests.unit.wms_tms.connections import DRAFT, PAYLOADS, a_connection, a_row, kuaidi100, the_draft_tms

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
needs_draft = pytest.mark.skipif(not DRAFT.is_dir(), reason="the shared draft rulebook is not here")
needs_payloads = pytest.mark.skipif(not PAYLOADS.is_dir(), reason="the shared payload samples are not here")


def read(connection: Connection, report: object, headers: dict[str, str] | None = None) -> Decoded:
    raw = report if isinstance(report, bytes) else json.dumps(report).encode()
    return decode(connection, raw, headers or {}, NOW, timezone="Asia/Shanghai")


def one(connection: Connection, report: object, headers: dict[str, str] | None = None) -> ReadEvent:
    (event,) = read(connection, report, headers).events
    return event


def a_report(**changes: object) -> dict[str, object]:
    return {"no": "755000123456", "code": "10", "time": "2026-11-23 14:50:00", "site": "南山"} | changes


@needs_draft
@pytest.mark.parametrize(
    ("sample", "event", "at", "data"),
    [
        ("tms_scan", "picked_up", "2026-11-23T06:50:00+00:00", {"weight_kg": "120.5", "pieces": "6", "hub": "南山营业部"}),
        ("tms_pod", "signed", "2026-11-25T02:12:00+00:00", {}),
        ("tms_exc", "damaged", "2026-11-24T08:05:00+00:00", {}),
        ("tms_reschedule", "rescheduled", "2026-11-25T03:20:00+00:00", {"due_delivery": "2026-11-26 18:00:00"}),
        ("tms_pickup_failed", "pickup_failed", "2026-11-23T02:30:00+00:00", {"weight_kg": "1200"}),
    ],
)
def test_the_samples_of_the_draft_tms_are_read(sample: str, event: str, at: str, data: dict[str, str]) -> None:
    found = one(the_draft_tms(), (DRAFT / "samples" / f"{sample}.json").read_bytes())

    assert (found.event, found.retracts, found.problems) == (event, None, ())
    assert found.happened_at == datetime.fromisoformat(at)
    assert found.data == data


@needs_draft
def test_a_blank_waybill_number_is_absent_and_the_order_number_finds_the_case() -> None:
    found = one(the_draft_tms(), (DRAFT / "samples" / "tms_pickup_failed.json").read_bytes())

    assert found.names == {"order_no": "261123001"}


@needs_draft
def test_a_voided_signature_takes_the_event_back() -> None:
    found = one(the_draft_tms(), {"msgType": "POD_VOID", "data": {"billNo": "7", "opTime": "2026-11-25 12:00:00"}})

    assert (found.event, found.retracts, found.label) == (None, "signed", "签收作废")


@needs_payloads
def test_a_signed_snapshot_is_exploded_oldest_first_with_the_couriers_number_masked() -> None:
    events = read(kuaidi100(), (PAYLOADS / "kuaidi100_push_signed.form").read_bytes()).events

    instants = [event.happened_at for event in events if event.happened_at]
    assert len(instants) == len(events) > 3
    assert instants == sorted(instants)
    assert events[-1].event == "signed"
    assert {event.names["waybill_no"] for event in events} == {"JD0076810060555"}
    assert len({event.id for event in events}) == len(events)
    assert not any("18700006340" in event.kept.get("text", "") for event in events)


def test_the_same_item_in_another_envelope_has_the_same_id() -> None:
    connection = a_connection(each="items", case=(("waybill_no", "no"),))
    item = {"code": "10", "time": "2026-11-23 14:50:00"}

    first = read(connection, {"no": "7", "items": [item]}).events
    again = read(connection, {"no": "7", "items": [item, {**item, "code": "20"}], "push": 2}).events

    assert again[0].id == first[0].id
    assert again[1].id != first[0].id


def test_numbers_keep_their_writing_and_booleans_stay_booleans() -> None:
    connection = a_connection((a_row("揽收", {"code": "10"}, "picked_up", weight_kg="kg", damaged="bad", pieces="n"),))

    found = one(connection, b'{"no": 755000123456, "code": 10, "time": "2026-11-23 14:50:00", "kg": 1.10, "bad": false, "n": null}')

    assert found.names == {"waybill_no": "755000123456"}
    assert found.data == {"weight_kg": "1.10", "damaged": False}


def test_an_unknown_code_is_kept_with_what_was_seen() -> None:
    found = one(a_connection(), a_report(code="99"))

    assert (found.event, found.recognised, found.names) == (None, False, {"waybill_no": "755000123456"})
    assert found.seen == {"code": "99"}
    assert found.problems == ("no row fits",)


def test_a_connection_that_ignores_the_rest_counts_it() -> None:
    assert read(a_connection(otherwise="ignore"), a_report(code="99")) == Decoded((), ignored=1)


@pytest.mark.parametrize("time", ["tomorrow", "", None, "0001-01-01 00:00:00", "2026-02-30 10:00:00"])
def test_a_report_without_a_readable_time_is_shown_to_a_person(time: str | None) -> None:
    found = one(a_connection(), a_report(time=time))

    assert (found.recognised, found.problems) == (False, ("no readable time at time",))


def test_a_time_that_may_be_missing_is_the_time_of_receipt() -> None:
    found = one(a_connection(happened_at=TimeFormat(at="time", or_received_at=True)), a_report(time=""))

    assert (found.event, found.happened_at) == ("picked_up", None)


@pytest.mark.parametrize(
    ("written", "text", "expected"),
    [
        (TimeFormat(at="time"), "2026-11-23T14:50:00Z", "2026-11-23T14:50:00+00:00"),
        (TimeFormat(at="time"), "2026-11-23T14:50:00+08:00", "2026-11-23T06:50:00+00:00"),
        (TimeFormat(at="time"), "2026-11-23 14:50:00", "2026-11-23T06:50:00+00:00"),
        (TimeFormat(at="time", timezone="Europe/Berlin"), "2026-11-23 14:50:00", "2026-11-23T13:50:00+00:00"),
        (TimeFormat(at="time", formats=("%Y%m%d%H%M", "%d/%m/%Y %H:%M")), "23/11/2026 14:50", "2026-11-23T06:50:00+00:00"),
        (TimeFormat(at="time", formats=("%Y-%m-%d",), precision="day"), "2026-11-22", "2026-11-22T15:59:59+00:00"),
    ],
)
def test_a_naive_time_has_the_connections_zone_or_the_rulebooks(written: TimeFormat, text: str, expected: str) -> None:
    assert one(a_connection(happened_at=written), a_report(time=text)).happened_at == datetime.fromisoformat(expected)


def test_the_senders_own_id_is_kept_and_a_hash_stands_in() -> None:
    by_header = a_connection(id_at="header.webhook-id")

    assert one(by_header, a_report(), {"webhook-id": "msg_1"}).id == "msg_1"
    assert one(a_connection(id_at="mid"), a_report(mid=17)).id == "17"
    assert len(one(a_connection(id_at="mid"), a_report()).id) == 64


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"\xff",
        b"[" * 5000,
        b'{"a":' * 65 + b"1" + b"}" * 65,
        b'{"a": NaN}',
        b'{"a": "\\ud800"}',
        b'{"a": "\\u0000"}',
        b"1" * 1_048_577,
        b"9" * 65,
    ],
)
def test_bytes_that_are_no_document_are_unreadable_and_say_why(raw: bytes) -> None:
    with pytest.raises(Unreadable) as problem:
        read(a_connection(), raw)

    assert problem.value.zh
    assert problem.value.en


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda node: st.lists(node) | st.dictionaries(st.sampled_from(["no", "code", "time", "site"]), node),
)


@given(JSON)
def test_no_document_however_strange_raises_anything_else(document: object) -> None:
    try:
        first = read(a_connection(), json.dumps(document).encode())
    except Unreadable:
        return

    assert first == read(a_connection(), json.dumps(document).encode())


@given(st.binary(max_size=200))
def test_no_bytes_however_strange_raise_anything_else(raw: bytes) -> None:
    connections = (a_connection(), kuaidi100(), a_connection(body="form"), a_connection(body="json_lines"))

    answers = [read_or_refused(connection, raw) for connection in connections]

    assert [one for one in answers if one == ""] == []


def read_or_refused(connection: Connection, raw: bytes) -> Decoded | str:
    """What it says, or the words of the refusal."""
    try:
        return read(connection, raw)
    except Unreadable as refused:
        return str(refused)
