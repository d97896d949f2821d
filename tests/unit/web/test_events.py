"""POST /events: one door, many envelopes."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.web.desk import MemoryDesk, a_case
from tests.unit.web.gate import a_client
from tests.unit.wms_tms.connections import PAYLOADS

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"


@pytest.fixture
def desk() -> MemoryDesk:
    desk = MemoryDesk()
    desk.books.rows.append(a_case())
    return desk


def a_cloudevent(**changes: object) -> dict[str, object]:
    event: dict[str, object] = {
        "specversion": "1.0",
        "id": "e1",
        "source": "/shop",
        "type": "com.acme.shipment.picked_up.v1",
        "subject": "261123001",
        "time": "2026-11-23T14:50:00+08:00",
        "data": {"weight_kg": 120.50, "pieces": 6, "damaged": False, "hub": None, "box": {"a": [1]}},
    }
    return event | changes


def post(
    desk: MemoryDesk, body: object, content_type: str = "application/json", simulated: bool = False, **headers: str
) -> tuple[int, Any]:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = a_client(desk, simulated=simulated).post("/events", content=content, headers={"content-type": content_type, **headers})
    return answer.status_code, answer.json()


def test_a_structured_cloudevent_becomes_our_event(desk: MemoryDesk) -> None:
    status, said = post(desk, a_cloudevent(traceparent="00-ab", sequence="0017"), STRUCTURED)

    (taken,) = desk.taken.values()
    assert (status, said["accepted"], said["case"]) == (202, True, "shipment:261123001")
    assert (taken.source, taken.id, taken.workflow, taken.event, taken.case) == ("/shop", "e1", "shipment", "picked_up", "261123001")
    assert taken.occurred_at == datetime(2026, 11, 23, 6, 50, tzinfo=UTC)
    assert {name: str(value) for name, value in taken.data.items()} == {
        "weight_kg": "120.5",
        "pieces": "6",
        "damaged": "False",
        "box": '{"a":[1]}',
    }
    assert taken.extra == {"ce_traceparent": "00-ab"}
    assert (taken.sequence, taken.received_at, taken.by_person) == (17, None, False)


@pytest.mark.skipif(not PAYLOADS.is_dir(), reason="the shared payload samples are not here")
def test_the_example_of_the_specification_is_read_with_its_null_subject(desk: MemoryDesk) -> None:
    body = (PAYLOADS / "cloudevents_structured.json").read_bytes()

    status, said = post(desk, body, STRUCTURED)

    assert (status, said["error"], said["field"]) == (400, "refused", "event")
    assert post(desk, body.replace(b"com.example.someevent", b"com.example.signed"), STRUCTURED)[0] == 202
    (taken,) = desk.taken.values()
    assert (taken.case, taken.workflow, taken.extra["ce_comexampleothervalue"]) == (None, None, "5")


@pytest.mark.parametrize(
    ("type", "workflow", "event"),
    [
        ("signed", None, "signed"),
        ("shipment.signed", "shipment", "signed"),
        ("com.acme.shipment.signed", "shipment", "signed"),
        ("com.acme.shipment.signed.v12", "shipment", "signed"),
        ("com.acme.parcel.signed.v1", None, "signed"),
    ],
)
def test_the_type_names_the_event_and_perhaps_the_workflow(desk: MemoryDesk, type: str, workflow: str | None, event: str) -> None:
    post(desk, a_cloudevent(type=type), STRUCTURED)

    (taken,) = desk.taken.values()
    assert (taken.workflow, taken.event) == (workflow, event)


def test_binary_mode_reads_percent_encoded_headers(desk: MemoryDesk) -> None:
    headers = {
        "ce-specversion": "1.0",
        "ce-id": "b1",
        "ce-source": "/shop",
        "ce-type": "shipment.signed",
        "ce-subject": "%E4%B8%80%E5%8F%B7",
    }

    status, said = post(desk, {"remark": "好"}, **headers)

    (taken,) = desk.taken.values()
    assert (status, said["parked"]) == (202, True)
    assert (taken.case, taken.data, taken.id) == ("一号", {"remark": "好"}, "b1")


def test_our_short_form_from_a_person_is_a_persons_event(desk: MemoryDesk) -> None:
    status, said = post(
        desk, {"workflow": "shipment", "event": "order_created", "data": {"order_no": "9"}, "by": "8011", "occurred_at": "2026-11-23 14:00"}
    )

    (taken,) = desk.taken.values()
    assert (status, said["opened"]) == (202, True)
    assert (taken.source, taken.by_person, taken.id) == ("hand/8011", True, None)
    assert taken.occurred_at == datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def test_a_duplicate_a_conflict_and_an_unknown_case_have_their_own_answers(desk: MemoryDesk) -> None:
    post(desk, a_cloudevent(), STRUCTURED)

    again = post(desk, a_cloudevent(), STRUCTURED)
    other = post(desk, a_cloudevent(data={"hub": "x"}), STRUCTURED)
    parked = post(desk, a_cloudevent(id="e2", subject="nobody"), STRUCTURED)

    assert (again[0], again[1]["duplicate"]) == (200, True)
    assert (other[0], other[1]["error"]) == (409, "conflict")
    assert (parked[0], parked[1]["parked"]) == (202, True)


def test_a_bad_item_of_a_batch_gets_its_own_reason_and_the_good_ones_are_taken(desk: MemoryDesk) -> None:
    batch = [a_cloudevent(), a_cloudevent(id=""), 7, a_cloudevent(id="e3", time="yesterday"), a_cloudevent(id="e4", type="signed")]

    status, said = post(desk, batch, BATCH)

    assert status == 207
    assert [each["status"] for each in said] == [202, 400, 400, 400, 202]
    assert [each["problems"][0]["field"] for each in said if "problems" in each] == ["id", "", "time"]
    assert len(desk.taken) == 2


@pytest.mark.parametrize(("ids", "status"), [(["a", "b"], 202), (["e0", "e0"], 200), (["e0", "c"], 202), ([None, None], 400), ([], 200)])
def test_a_batch_has_one_status_for_the_whole(desk: MemoryDesk, ids: list[str | None], status: int) -> None:
    post(desk, a_cloudevent(id="e0"), STRUCTURED)

    assert post(desk, [a_cloudevent(id=id) for id in ids], BATCH)[0] == status


def test_a_batch_has_a_limit(desk: MemoryDesk) -> None:
    assert post(desk, [1] * 1001, BATCH)[0] == 413


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"specversion": "0.3"}, "specversion"),
        ({"id": None}, "id"),
        ({"id": 7}, "id"),
        ({"source": " "}, "source"),
        ({"source": "a\nb"}, "source"),
        ({"source": "connection/tms"}, "source"),
        ({"source": "timer"}, "source"),
        ({"type": "com.acme."}, "type"),
        ({"subject": ["x"]}, "subject"),
        ({"time": 1795262400}, "time"),
        ({"time": "0001-01-01T00:00:00+14:00"}, "time"),
        ({"data": [1]}, "data"),
        ({"data": {"": 1}}, "data"),
        ({"data_base64": "AAAA"}, "data_base64"),
    ],
)
def test_a_malformed_event_names_the_field_and_nothing_is_stored(desk: MemoryDesk, changes: dict[str, object], field: str) -> None:
    status, said = post(desk, a_cloudevent(**changes), STRUCTURED)

    assert (status, said["field"]) == (400, field)
    assert said["message"]
    assert said["message_en"]
    assert desk.taken == {}


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b"", "line 1, column 1"),
        (b'{"a": 1,}', "line 1, column 9"),
        (b"\xff", "byte 0"),
        (b"[" * 100_000, ""),
        (b'{"specversion": NaN}', ""),
    ],
)
def test_what_is_not_json_is_refused_with_its_place(desk: MemoryDesk, body: bytes, place: str) -> None:
    status, said = post(desk, body, STRUCTURED)

    assert (status, said["error"], said.get("field", "")) == (400, "bad_json", place)


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "application/xml"])
def test_only_json_is_taken(desk: MemoryDesk, content_type: str) -> None:
    assert post(desk, a_cloudevent(), content_type)[0] == 415


def test_more_than_a_megabyte_is_refused_stated_or_not(desk: MemoryDesk) -> None:
    client = a_client(desk)
    big = b'{"a": "' + b"x" * 1_048_576 + b'"}'
    headers = {"content-type": "application/json"}

    stated = client.post("/events", content=big, headers=headers)
    unstated = client.post("/events", chunks=[big[:600_000], big[600_000:]], headers=headers)

    assert (stated.status_code, unstated.status_code) == (413, 413)


def test_a_store_that_is_locked_asks_to_send_again(desk: MemoryDesk) -> None:
    desk.down = True

    answer = a_client(desk).post("/events", json=a_cloudevent())

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


def test_a_bug_of_ours_tells_a_stranger_nothing(desk: MemoryDesk) -> None:
    desk.broken = True

    answer = a_client(desk).post("/events", json=a_cloudevent())

    assert (answer.status_code, answer.json()["error"]) == (500, "our_fault")
    assert "13812345678" not in answer.text


def test_only_a_simulated_feed_says_when_it_was_received(desk: MemoryDesk) -> None:
    event = a_cloudevent(recordedtime="2026-11-23T15:00:00+08:00", source="connection/tms")

    status, _ = post(desk, event, STRUCTURED, simulated=True)

    (taken,) = desk.taken.values()
    assert status == 202
    assert taken.received_at == datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


def test_the_language_of_the_answer_follows_the_asker(desk: MemoryDesk) -> None:
    english = post(desk, {"event": ""}, **{"accept-language": "en-GB,zh;q=0.5"})[1]
    chinese = post(desk, {"event": ""})[1]

    assert english["message"] == english["message_en"] == chinese["message_en"]
    assert chinese["message"] == "缺少 event"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda node: (
        st.lists(node, max_size=4)
        | st.dictionaries(st.sampled_from(["specversion", "id", "source", "type", "data", "event", "time"]), node)
    ),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(JSON | JSON.map(lambda node: a_cloudevent(data=node)) | JSON.map(lambda node: a_cloudevent(time=node)))
def test_no_json_however_strange_is_a_fault_of_ours(body: object) -> None:
    client = a_client(MemoryDesk())

    assert client.post("/events", content=json.dumps(body).encode(), headers={"content-type": "application/json"}).status_code < 500
