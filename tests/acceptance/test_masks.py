"""Does any personal value leave the house unmasked? A working day through a real daemon; then every page, command and log is searched."""

import http.client
import json
import re
from dataclasses import dataclass
from typing import Any

import pytest

from adapters.files.rules import shipped_rules_dir
from tests.crash.living import Home, Living, ask, complaints
from tests.unit.cli.rulebook import waybill

PRIVATE = {
    "pickup_address": "深圳市南山区科兴路88号东座1203室",
    "shipper_name": "欧阳克敏",
    "shipper_phone": "13912345678",
    "consignee_name": "司徒雪晴",
    "consignee_phone": "13787654321",
    "named_signer": "诸葛长风",
}
TICKET = {"customer_name": "慕容小满", "customer_phone": "15098761234"}
SIGNER = "令狐一行"
SPOKEN = "请打 139 1234 5678 或 13787654321,身份证 440305199001011234"
"""In free text, as people write it."""
KNOWN = {*PRIVATE.values(), *TICKET.values(), SIGNER, "139 1234 5678", "440305199001011234", "东座1203"}
DAY = "2026-11-23"
ORDER = {
    "source": "phone", "city": "深圳", "district": "南山区", "goods": "茶叶", "pieces": 3, "weight_kg": 12.5, "destination": "北京",
    "pay_by": "现付", "goods_check": "可承运", "due_delivery": f"{DAY} 18:00", **PRIVATE,
}  # fmt: skip

pytestmark = pytest.mark.timeout(180)


@dataclass(frozen=True)
class Evening:
    """What was shown of the day, and the call somebody claimed."""

    said: dict[str, str]
    listed: dict[str, Any]
    claimed: dict[str, Any]
    complaints: list[str]


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Evening:
    home = Home(tmp_path_factory.mktemp("day"), shipped_rules_dir(), simulated=True)
    daemon = Living(home)
    try:
        daemon.wait_until_open()
        cases = a_day(home)
        said = {**pages(home, cases), **commands(home, cases)}
        call = next(task for task in ask(home.port, "GET", "/tasks")[1]["tasks"] if task["kind"] == "call")
        _, claimed = ask(home.port, "POST", f"/tasks/{call['id']}/claim", {"by": "8011"})
        assert daemon.stop() == 0
    finally:
        daemon.end()
    said["the log"] = home.log.read_text(encoding="utf-8")
    return Evening(said, call, claimed["task"], complaints(home))


def test_after_a_working_day_no_page_no_command_and_no_log_shows_a_personal_value(evening: Evening) -> None:
    said = evening.said

    assert len(said) > 30
    assert [(place, value) for place, text in said.items() for value in sorted(KNOWN) if value in text] == []
    assert [
        place for place, text in said.items() if re.search("|".join(map(loosely, ("13912345678", "13787654321", "15098761234"))), text)
    ] == []
    assert any("139******78" in text for text in said.values()), "what is masked is shown at all"
    assert any("欧阳*" in text for text in said.values())
    assert evening.complaints == []


def test_the_one_who_works_on_a_call_sees_its_script_and_the_log_says_who(evening: Evening) -> None:
    assert evening.listed["text"] is None
    assert evening.claimed["text"]
    assert '"by": "8011"' in evening.said["the log"]
    assert evening.claimed["text"] not in evening.said["the log"]


def a_day(home: Home) -> list[str]:
    """Orders and tickets from nine in the morning; nobody picks up, somebody calls back, one parcel is signed for; until night."""
    tell(home, "1", "shipment.order_created", "09:00", ORDER)
    tell(home, "2", "shipment.order_created", "09:05", ORDER | {"source": "web", "agent_no": "8011"})
    tell(home, "3", "ticket.reported", "09:10", TICKET | {"topic": "延误", "channel": "phone", "request": SPOKEN})
    found = ask(home.port, "GET", "/cases")[1]["cases"]
    first, second, *_ = [row["id"] for row in found if row["workflow"] == "shipment"]
    for number, (case, event, hour, data) in enumerate(
        [
            (second, "order_confirmed", "09:20", {}),
            (first, "order_confirmed", "09:21", {}),
            (second, "picked_up", "10:00", {"waybill_no": "755123", "weight_kg": 12.5, "pieces": 3}),
            (second, "departed", "11:00", {"hub": "深圳"}),
            (second, "arrived", "15:00", {"hub": "北京"}),
            (second, "out_for_delivery", "15:30", {"hub": "北京", "remark": SPOKEN, "receiver_tel": "13787654321"}),
            (second, "strange_event", "15:40", {"note": SPOKEN}),
            (second, "signed", "17:00", {"signer": SIGNER}),
        ],
        start=10,
    ):
        tell(home, str(number), f"shipment.{event}", hour, data, case=case)
    tell(home, "night", "shipment.arrived", "23:00", {"hub": "北京", "remark": SPOKEN}, case="nobody")
    return [row["id"] for row in ask(home.port, "GET", "/cases")[1]["cases"]]


def tell(home: Home, id: str, type: str, hour: str, data: dict[str, object], *, case: str = "") -> None:
    at = f"{DAY}T{hour}:00+08:00"
    event = {"specversion": "1.0", "id": id, "source": "connection/tms", "type": type, "time": at, "recordedtime": at, "data": data}
    status, answer = ask(home.port, "POST", "/events", event | ({"subject": case} if case else {}))
    assert status in (200, 202), (event, answer)


def pages(home: Home, cases: list[str]) -> dict[str, str]:
    """What every address answers, and what it says to wrong questions."""
    paths = [
        "/cases",
        "/tasks",
        "/tasks?all=yes",
        "/healthz",
        "/metrics",
        "/adapters",
        "/doubts",
        "/dead",
        "/suppressions",
        "/openapi.json",
    ]
    paths += [f"/cases?q={PRIVATE['shipper_phone']}", "/cases?late=yes"]
    for case in cases:
        paths += [f"/cases/{case}", f"/cases/{case}/explain", f"/cases/{case}/explain?rule=pickup_deadline"]
    return {path: page(home.port, path) for path in paths}


def page(port: int, path: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers={"accept-language": "zh"})
    answer = connection.getresponse()
    text = answer.read().decode("utf-8")
    connection.close()
    assert answer.status in (200, 404), (path, text)
    # JSON may hide a sign behind its number.
    return json.dumps(json.loads(text), ensure_ascii=False) if answer.getheader("content-type", "").startswith("application/json") else text


def commands(home: Home, cases: list[str]) -> dict[str, str]:
    """What the prompt says, to people and to programs, in both languages."""
    asked = [
        "tasks list --all",
        "agenda --hours 240",
        "report manners",
        "shadow report",
        "adapters",
        "doubts list",
        "dead list",
        "suppressions list",
    ]
    asked += [f"{verb} {case}" for case in cases[:2] for verb in ("show", "explain", "story pin -o -")]
    asked += [f"explain {cases[0]} --rule pickup_deadline"]
    asked += [f"{words} --json" for words in ("tasks list --all", f"show {cases[1]}", f"explain {cases[1]}")]
    told = {}
    for words in asked:
        said = waybill(*words.split(" "), "--db", home.db)
        told[words] = said.out + said.err
    return told


def loosely(number: str) -> str:
    """The number however it is spaced."""
    return r"[ -]?".join(number)
