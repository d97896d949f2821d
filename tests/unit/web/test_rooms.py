"""Cases, tasks, health, description, tokens."""

import re
import socket
import threading
import time

import httpx
import pytest
from starlette.routing import Route

from adapters.web.app import create_app
from adapters.web.openapi import plain_path
from adapters.web.server import Server, ServerProblem
from tests.unit.web.desk import PHONE, MemoryDesk, a_call, a_case
from tests.unit.web.gate import TOKEN, a_client
from tests.unit.wms_tms.connections import a_connection

CALL = "/tasks/shipment:261123001/3/1"


@pytest.fixture
def desk() -> MemoryDesk:
    desk = MemoryDesk()
    desk.books.rows += [a_case(1), a_case(2, state="delivered", final=True, clocks=()), a_case(3)]
    desk.work = {a_call().id: a_call()}
    return desk


def test_cases_come_in_pages(desk: MemoryDesk) -> None:
    client = a_client(desk)

    first = client.get("/cases", params={"limit": 2}).json()
    second = client.get("/cases", params={"limit": 2, "after": first["next"]}).json()

    assert [row["id"] for row in first["cases"]] == ["shipment:261123001", "shipment:261123002"]
    assert ([row["id"] for row in second["cases"]], second["next"]) == (["shipment:261123003"], None)


@pytest.mark.parametrize(
    ("query", "found"),
    [("late=yes", 2), ("late=no", 1), ("final=yes", 1), ("state=intake", 2), ("workflow=ticket", 0), ("q=261123003", 1), ("late=", 3)],
)
def test_cases_are_filtered(desk: MemoryDesk, query: str, found: int) -> None:
    assert len(a_client(desk).get(f"/cases?{query}").json()["cases"]) == found


@pytest.mark.parametrize(("query", "field"), [("late=perhaps", "late"), ("limit=0", "limit"), ("limit=501", "limit"), ("limit=x", "limit")])
def test_a_query_that_cannot_be_read_is_refused(desk: MemoryDesk, query: str, field: str) -> None:
    answer = a_client(desk).get(f"/cases?{query}")

    assert (answer.status_code, answer.json()["field"]) == (400, field)


def test_one_case_tells_everything_but_no_personal_value(desk: MemoryDesk) -> None:
    answer = a_client(desk).get("/cases/261123001")
    case = answer.json()

    assert (case["id"], case["state_label"], case["entered_at"]) == ("shipment:261123001", "受理", "2026-11-23T15:00:00+08:00")
    assert case["personal"] == {"shipper_name": "王*", "shipper_phone": "138******78"}
    assert (case["timeline"][0]["place"], case["timeline"][0]["checks"][0]["seen"]) == ("workflows/shipment.yaml:41:9", "1200")
    assert (case["reasons"][0]["what"], case["clocks"][0]["verdict"], len(case["messages"]), len(case["tasks"])) == ("流转", "late", 1, 1)
    assert [(one["rule"], one["row"]) for one in case["waiting"]] == [("pickup_deadline", "due")]
    assert PHONE not in answer.text
    assert "王小明" not in answer.text


def test_a_name_of_two_cases_asks_for_the_id(desk: MemoryDesk) -> None:
    desk.books.rows.append(a_case(4, names={"order_no": "261123001"}))

    answer = a_client(desk).get("/cases/261123001")

    assert (answer.status_code, answer.json()["cases"]) == (409, ["shipment:261123001", "shipment:261123004"])
    assert a_client(desk).get("/cases/nobody").status_code == 404


def test_a_call_shows_its_number_only_to_whoever_claims_it(desk: MemoryDesk) -> None:
    client = a_client(desk)
    listed = client.get("/tasks")

    claimed = client.post(f"{CALL}/claim", json={"by": "8011"}).json()["task"]
    other = client.post(f"{CALL}/claim", json={"by": "8012"})

    assert PHONE not in listed.text
    assert (listed.json()["tasks"][0]["address"], listed.json()["tasks"][0]["text"]) == ("138******78", None)
    assert (claimed["address"], PHONE in claimed["text"]) == (PHONE, True)
    assert (other.status_code, other.json()["task"]["claimed_by"]) == (409, "8011")
    assert PHONE not in other.text


def test_the_second_finisher_gets_the_first_result(desk: MemoryDesk) -> None:
    client = a_client(desk)

    first = client.post(f"{CALL}/finish", json={"by": "8011", "result": "told", "note": "已告知"})
    second = client.post(f"{CALL}/finish", json={"by": "8012", "result": "away"})

    assert (first.status_code, first.json()["task"]["result"]) == (200, "told")
    assert (second.status_code, second.json()["error"], second.json()["task"]["result"]) == (409, "already", "told")


@pytest.mark.parametrize(
    ("path", "body", "status", "field"),
    [
        (f"{CALL}/finish", {"by": "8011"}, 400, "note"),
        (f"{CALL}/finish", {"result": "told"}, 400, "by"),
        (f"{CALL}/finish", {"by": "8011", "result": 7}, 400, "result"),
        (f"{CALL}/finish", {"by": "8011", "result": "told", "data": [1]}, 400, "data"),
        ("/tasks/shipment:1/1/1/finish", {"by": "8011", "result": "told"}, 404, "id"),
        ("/tasks/shipment:1/1/1/claim", {"by": "8011"}, 404, "id"),
        ("/cases/261123001/acknowledge", {"by": "8011"}, 400, "chain"),
        ("/cases/nobody/acknowledge", {"by": "8011", "chain": "c"}, 404, "id"),
    ],
)
def test_what_is_missing_is_named(desk: MemoryDesk, path: str, body: dict[str, object], status: int, field: str) -> None:
    answer = a_client(desk).post(path, json=body)

    assert (answer.status_code, answer.json()["field"]) == (status, field)


def test_an_acknowledgement_reaches_the_chain_in_the_name_of_the_token(desk: MemoryDesk) -> None:
    client = a_client(desk, tokens={"8011": TOKEN})

    answer = client.post(
        "/cases/shipment:261123001/acknowledge", json={"chain": "pickup_late"}, headers={"authorization": f"Bearer {TOKEN}"}
    )

    assert answer.status_code == 202
    assert desk.acknowledged == [("shipment:261123001", "pickup_late", "8011")]


def test_health_is_told_to_a_supervisor_without_a_token(desk: MemoryDesk) -> None:
    client = a_client(desk, tokens={"desk": TOKEN})
    well = client.get("/healthz")
    desk.well = False
    unwell = client.get("/healthz")

    assert (well.status_code, well.json()["ok"], well.json()["numbers"]["inbox_pending"]) == (200, True, 3)
    assert (unwell.status_code, unwell.json()["reasons"]) == (503, ["心跳停了"])


def test_metrics_tell_the_desks_numbers_and_what_the_gate_counted(desk: MemoryDesk) -> None:
    client = a_client(desk)
    client.post("/events", json={"event": "signed", "case": "261123001"})
    client.get("/cases/secret-looking-id")

    text = client.get("/metrics").text

    assert "waybill_inbox_pending 3.0" in text
    assert "waybill_outbox_ready 2.5" in text
    assert 'waybill_events_received_total{said="accepted"} 1.0' in text
    assert 'route="/cases/{id:path}",status="404"} 1.0' in text
    assert "secret-looking-id" not in text


def _routes() -> list[tuple[str, str]]:
    app = create_app(MemoryDesk(), resolve=str)
    routes = [
        (method, route.path) for route in app.routes if isinstance(route, Route) for method in sorted((route.methods or set()) - {"HEAD"})
    ]
    return [(method, path) for method, path in routes if path != "/{path:path}"]


def test_every_route_is_described_and_nothing_else(desk: MemoryDesk) -> None:
    desk.connections = {"tms": a_connection()}

    document = a_client(desk).get("/openapi.json").json()

    described = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert described == {(method, plain_path(path)) for method, path in _routes()} | {("POST", "/in/tms")}
    ids = [operation["operationId"] for methods in document["paths"].values() for operation in methods.values()]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(("method", "path"), _routes())
def test_every_room_but_health_asks_for_the_token(desk: MemoryDesk, method: str, path: str) -> None:
    client = a_client(desk, tokens={"desk": TOKEN})
    address = re.sub(r"\{id:path\}", "261123001", path)

    statuses = [
        client.request(method, address, headers={"authorization": value} if value else {}).status_code
        for value in ("", "Bearer x", f"Basic {TOKEN}")
    ]

    assert statuses == ([200] * 3 if path == "/healthz" else [401] * 3)
    assert client.request(method, address, json={}, headers={"authorization": f"Bearer {TOKEN}"}).status_code not in (401, 403, 500)


@pytest.mark.parametrize(("method", "path"), [pair for pair in _routes() if pair[0] != "GET"])
def test_nothing_changes_by_a_plain_web_form(desk: MemoryDesk, method: str, path: str) -> None:
    address = re.sub(r"\{id:path\}", "261123001", path)

    assert a_client(desk).request(method, address, data={"by": "1", "chain": "c", "event": "signed"}).status_code == 415
    assert (desk.taken, desk.acknowledged) == ({}, [])


def test_an_open_gate_answers_only_to_loopback_names(desk: MemoryDesk) -> None:
    client = a_client(desk)

    assert client.get("/cases", headers={"host": "evil.example"}).status_code == 403
    assert client.get("/cases", headers={"host": "localhost:8080"}).status_code == 200
    assert client.get("/cases", headers={"host": "[::1]:8080"}).status_code == 200


def test_an_unknown_address_is_404_in_our_own_form(desk: MemoryDesk) -> None:
    answer = a_client(desk).get("/nowhere")

    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


def test_the_server_serves_in_the_background_and_stops_cleanly(desk: MemoryDesk) -> None:
    threads = threading.active_count()
    server = Server(create_app(desk, resolve=str), port=0)
    server.start()
    try:
        answer = httpx.get(f"{server.address}/healthz", trust_env=False)
        taken = httpx.post(f"{server.address}/events", json={"event": "signed", "case": "261123001"}, trust_env=False)
    finally:
        began = time.monotonic()
        server.stop()
        server.stop()

    assert (answer.status_code, taken.status_code) == (200, 202)
    assert "server" not in answer.headers
    assert time.monotonic() - began < 5
    assert threading.active_count() <= threads + 1
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{server.address}/healthz", trust_env=False)


def test_a_taken_port_is_said_at_the_start(desk: MemoryDesk) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        server = Server(create_app(desk, resolve=str), port=other.getsockname()[1])

        with pytest.raises(ServerProblem, match="cannot listen"):
            server.start()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "waybill.example"])
def test_an_open_gate_is_not_opened_to_others(desk: MemoryDesk, host: str) -> None:
    with pytest.raises(ServerProblem, match="WAYBILL_TOKENS"):
        Server(create_app(desk, resolve=str), host=host)
