"""The connections that ship ready-made: asleep until copied out, then right about their own samples."""

from datetime import UTC, datetime
from functools import cache

import pytest

from adapters.files.rules import read_rules
from adapters.wms_tms.decode import decode
from engine.language.compile import compile_rulebook
from engine.language.show import render
from engine.model.rulebook import Rulebook
from tests.tidy.tree import ROOT
from tests.unit.web.desk import MemoryDesk
from tests.unit.web.gate import a_client

READY = ROOT / "rules" / "connections" / "ready"
NAMES = sorted(folder.name for folder in READY.iterdir())
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
EXPECTED = {
    "aftership": ["pickup_assigned", "picked_up", "scanned", "out_for_delivery", "delivery_failed"],
    "cloudevents": ["arrived", "signed", "departed"],
    "easypost": ["pickup_assigned", "picked_up", "scanned", "out_for_delivery", "signed"],
    "epcis": ["picked_up", "signed", "-signed"],
    "erpnext": ["picked_up"],
    "fleetbase": ["pickup_assigned"],
    "greaterwms": ["pickup_assigned", "picked_up"],
    "karrio": ["picked_up", "departed", "out_for_delivery"],
    "kuaidi100": ["picked_up", "arrived", "scanned", "out_for_delivery", "signed"],
    "odoo": ["pickup_assigned", "picked_up"],
    "sf_routes": ["picked_up", "departed", "scanned", "info", "out_for_delivery", "signed", "rescheduled"],
    "x12_214": ["picked_up", "arrived", "signed", "eta_changed"],
}


@cache
def awake() -> Rulebook:
    """The shipped rules with every ready-made connection copied out, as `connection new --from` does it."""
    texts = read_rules(ROOT)
    for path in READY.rglob("*"):
        if path.is_file():
            inside = path.relative_to(READY).as_posix().partition("/")[2]
            texts[f"rules/connections/{inside}"] = path.read_text(encoding="utf-8")
    compiled = compile_rulebook(texts)
    problems = [one for one in compiled.diagnostics if one.span.file.startswith("rules/connections/")]
    assert render(problems, texts, "en", "concise") == ""
    assert compiled.rulebook is not None
    return compiled.rulebook


def test_ready_made_connections_sleep_until_they_are_copied_out() -> None:
    assert not [file for file in read_rules(ROOT) if "/ready/" in file]


@pytest.mark.parametrize("name", NAMES)
def test_a_ready_made_connection_reads_its_own_samples(name: str) -> None:
    connection = awake().connections[name]
    read = [
        one
        for sample in connection.samples
        for one in decode(
            connection, (READY / name / sample.removeprefix("rules/connections/")).read_bytes(), {}, NOW, timezone="Asia/Shanghai"
        ).events
    ]

    assert [one.event or f"-{one.retracts}" for one in read] == EXPECTED[name]
    assert all(one.names for one in read)


@pytest.mark.parametrize(
    ("name", "sample", "secret", "reply"),
    [
        ("kuaidi100", "kuaidi100_push.form", "fixture-salt", {"result": True, "returnCode": "200", "message": "成功"}),
        ("sf_routes", "sf_routes_push.form", "fixture-checkword", {"return_code": "0000", "return_msg": "成功"}),
    ],
)
def test_a_signed_push_is_taken_once_and_answered_in_the_senders_own_words(
    name: str, sample: str, secret: str, reply: dict[str, object]
) -> None:
    desk = MemoryDesk(connections={name: awake().connections[name]})
    body = (READY / name / "samples" / sample).read_bytes()
    client = a_client(desk, secret=secret)

    first = client.post(f"/in/{name}", content=body)
    stored = len(desk.taken)
    again = client.post(f"/in/{name}", content=body)
    forged = client.post(f"/in/{name}", content=body.replace(b"SYN", b"SYM").replace(b"SF0", b"SF1"))

    assert (first.status_code, first.json()) == (200, reply)
    assert (again.status_code, again.json(), len(desk.taken)) == (200, reply, stored)
    assert stored == len(EXPECTED[name])
    assert forged.status_code == 401
    assert forged.json() != reply
    assert set(forged.json()) == set(reply)
