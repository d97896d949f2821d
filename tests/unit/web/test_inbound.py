"""Reports of neighbours: proven, decoded, stored, answered."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from adapters.signing import webhooks
from engine.model.connection import Connection, Secret, Signature
from tests.unit.web.desk import NOW, MemoryDesk, a_case
from tests.unit.web.gate import a_client
from tests.unit.wms_tms.connections import PAYLOADS, a_connection, a_row, kuaidi100

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
REPORT = {"no": "755000123456", "code": "10", "time": "2026-11-23 14:50:00", "site": "南山"}
ROWS = (
    a_row("揽收", {"code": "10"}, "picked_up", hub="site"),
    a_row("作废", {"code": "90"}, retracts="signed"),
    a_row("怪", {"code": "77"}, "not_declared"),
)


def send(desk: MemoryDesk, body: object, *, at: datetime = NOW, path: str = "/in/tms", secret: str = SECRET) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = webhooks.sign(webhooks.key_of(SECRET) or b"", "m1", at, raw)
    return a_client(desk, secret=secret, tokens={"desk": "0123456789abcdef"}).post(path, content=raw, headers=headers)


@pytest.fixture
def desk() -> MemoryDesk:
    desk = MemoryDesk(connections={"tms": a_connection(ROWS)})
    desk.books.rows.append(a_case())
    return desk


def test_a_genuine_report_is_stored_as_our_event_without_a_token(desk: MemoryDesk) -> None:
    answer = send(desk, REPORT)

    (taken,) = desk.taken.values()
    assert (answer.status_code, answer.json()["ok"]) == (200, True)
    assert (taken.source, taken.workflow, taken.event) == ("connection/tms", "shipment", "picked_up")
    assert taken.data == {"hub": "南山", "waybill_no": "755000123456"}
    assert taken.occurred_at == datetime.fromisoformat("2026-11-23T14:50:00+08:00")
    assert taken.extra == {"label": "揽收"}


def test_a_wrong_signature_is_turned_away_before_anything_is_read(desk: MemoryDesk) -> None:
    client = a_client(desk, secret=SECRET)
    unsigned = client.post("/in/tms", content=b"{")
    stale = send(desk, REPORT, at=NOW - timedelta(minutes=6))

    assert (unsigned.status_code, stale.status_code) == (401, 401)
    assert desk.taken == {}
    assert 'waybill_reports_turned_away_total{connection="tms",why="missing"} 1.0' in client.get("/metrics").text


def test_a_secret_that_is_not_set_asks_to_send_again_later(desk: MemoryDesk) -> None:
    assert send(desk, REPORT, secret="").status_code == 503
    assert desk.taken == {}


def test_the_same_report_again_changes_nothing(desk: MemoryDesk) -> None:
    send(desk, REPORT)

    again = send(desk, REPORT)

    assert (again.status_code, again.json()["duplicate"], len(desk.taken)) == (200, 1, 1)


def test_a_retraction_names_what_it_takes_back(desk: MemoryDesk) -> None:
    send(desk, {**REPORT, "code": "90"})

    (taken,) = desk.taken.values()
    assert (taken.event, taken.extra["retracts"]) == ("retracted", "signed")


def test_an_unknown_code_is_kept_as_unrecognised_with_what_was_seen(desk: MemoryDesk) -> None:
    answer = send(desk, {**REPORT, "code": "55"})

    (taken,) = desk.taken.values()
    assert answer.status_code == 200
    assert (taken.event, taken.extra) == ("unrecognised", {"why": "no row fits", "seen_code": "55"})
    assert taken.data == {"waybill_no": "755000123456"}


def test_what_the_desk_refuses_is_kept_as_unrecognised_instead(desk: MemoryDesk) -> None:
    answer = send(desk, {**REPORT, "code": "77"})

    (taken,) = desk.taken.values()
    assert answer.status_code == 200
    assert (taken.event, taken.extra["was"], taken.extra["why"]) == ("unrecognised", "not_declared", "event: no such event")


def test_what_is_no_document_is_refused_with_its_place(desk: MemoryDesk) -> None:
    answer = send(desk, b'{"no": ')

    assert (answer.status_code, answer.json()["field"]) == (400, "line 1, column 8")


@pytest.mark.skipif(not PAYLOADS.is_dir(), reason="the shared payload samples are not here")
def test_a_snapshot_is_answered_in_the_neighbours_own_words() -> None:
    desk = MemoryDesk(connections={"kd": kuaidi100()})
    body = (PAYLOADS / "kuaidi100_push_signed.form").read_bytes()
    client = a_client(desk, secret="123")

    first = client.post("/in/kuaidi100", content=body)
    stored = len(desk.taken)
    again = client.post("/in/kuaidi100", content=body)

    assert (first.status_code, first.json()) == (200, {"result": True, "returnCode": "200", "message": "成功"})
    assert stored > 3
    assert (again.json(), len(desk.taken)) == (first.json(), stored)


def test_a_token_in_the_path_is_read_from_the_path() -> None:
    signature = Signature(kind="token", secrets=(Secret("env:T"),), options={"at": "path"})
    desk = MemoryDesk(connections={"tms": a_connection(ROWS, signature=signature)})
    client = a_client(desk, secret="t0ken")

    right = client.request("PUT", "/in/tms/t0ken", json=REPORT)
    wrong = client.post("/in/tms/other", json=REPORT)

    assert (right.status_code, wrong.status_code, len(desk.taken)) == (200, 401, 1)


def test_a_reloaded_connection_counts_at_once(desk: MemoryDesk) -> None:
    client = a_client(desk, secret=SECRET)
    before = client.post("/in/other", content=b"{}")

    inbound = desk.connections["tms"].inbound
    assert inbound is not None
    desk.connections["tms"] = replace(desk.connections["tms"], inbound=replace(inbound, path="/in/other"))

    assert (before.status_code, client.post("/in/other", content=b"{}").status_code) == (404, 401)


def test_a_store_that_is_locked_gives_no_success(desk: MemoryDesk) -> None:
    desk.down = True

    assert send(desk, REPORT).status_code == 503


@pytest.mark.parametrize("method", ["GET", "DELETE", "PATCH"])
def test_only_post_and_put_bring_reports(desk: MemoryDesk, method: str) -> None:
    client = a_client(desk, secret=SECRET)

    assert client.request(method, "/in/tms").status_code == 404


def test_an_unsigned_connection_without_a_list_of_addresses_is_closed() -> None:
    connection: Connection = a_connection(ROWS, signature=Signature(kind="none"))
    desk = MemoryDesk(connections={"tms": connection})

    assert a_client(desk, secret=SECRET).post("/in/tms", json=REPORT).status_code == 401


@pytest.mark.parametrize(
    ("changes", "right", "wrong"),
    [
        ({"reply": "<Response><Head>OK</Head></Response>"}, (200, "application/xml"), (401, "application/json")),
        ({"reply": "success", "refused_reply": "fail", "refused_status": 200}, (200, "text/plain"), (200, "text/plain")),
        ({"refused_reply": '{"code": 1}'}, (200, "application/json"), (401, "application/json")),
    ],
)
def test_the_sender_hears_what_its_file_declares(changes: dict[str, Any], right: tuple[int, str], wrong: tuple[int, str]) -> None:
    desk = MemoryDesk(connections={"tms": a_connection(ROWS, **changes)})

    taken = send(desk, REPORT)
    again = send(desk, REPORT)
    forged = a_client(desk, secret=SECRET).post("/in/tms", content=b"{")

    assert (taken.status_code, taken.headers["content-type"].partition(";")[0]) == right
    assert (again.status_code, again.text) == (taken.status_code, changes.get("reply", again.text))
    assert (forged.status_code, forged.headers["content-type"].partition(";")[0]) == wrong
    assert forged.text == changes.get("refused_reply", forged.text)


def test_a_trouble_of_ours_is_never_answered_as_a_refusal_the_sender_would_take_for_final() -> None:
    desk = MemoryDesk(connections={"tms": a_connection(ROWS, refused_reply="fail", refused_status=200)})
    desk.down = True

    assert send(desk, REPORT).status_code == 503
    assert send(desk, REPORT, secret="").status_code == 503
