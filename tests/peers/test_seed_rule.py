"""The text fails, so a call at once; texts work again, so one more text that tells of the call: the shipped rule, a real daemon, real peers."""

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.files.rules import shipped_rules_dir
from tests.crash.client import ORDER
from tests.crash.living import ask
from tests.peers.alone import needs
from tests.peers.kannel_desk import KannelDesk, a_desk, shown, until
from tests.peers.sip_callee import Callee

pytestmark = [*needs("bearerbox", "smsbox", "baresip", "espeak-ng", "sox", "ip"), pytest.mark.timeout(150)]

CLERK, DISPATCHER = "13900000000", "13900000100"
"""Their telephones answer and listen to the end; how their SMSC behaves says each test."""
HURRIED = 60.0
"""A minute at the desk in a second. A call needs its own time, so tests with one run at the world's pace."""
CALLEE = ("10.99.0.1", 5070)
SIP = f"""\
kind: connection
connection: trunk
label: 电话线路
type: sip
carries: phone
trunk: sip:{{number}}@{CALLEE[0]}:{CALLEE[1]}
listen: 10.99.0.1:5061
play_times: 1
ring_for: 10 s
"""


def shipped(**more: str) -> dict[str, str]:
    """The rulebook that ships, and connections."""
    root = shipped_rules_dir()
    files = {
        path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
        for part in ("workflows", "rules")
        for path in (root / part).rglob("*")
        if path.is_file()
    }
    contacts = files["rules/contacts.yaml"]
    files["rules/contacts.yaml"] = contacts.replace("13800000001", CLERK).replace("13800000002", DISPATCHER)
    return files | {f"rules/connections/{name}.yaml": text for name, text in more.items()}


def with_a_phone(after: str) -> Callable[[], dict[str, str]]:
    """Calls leave by the SIP line, and the rule waits for a receipt for so long."""

    def rules() -> dict[str, str]:
        files = shipped(trunk=SIP)
        files["rules/messages.yaml"] = files["rules/messages.yaml"].replace("after: 5 min ", f"after: {after} ", 1)
        return files

    return rules


def confirmed(desk: KannelDesk) -> str:
    """An order comes in and is confirmed: its text leaves. Answers its number."""
    for event in ("order_created", "order_confirmed"):
        paper = {"workflow": "shipment", "event": event, "case": "W1", "id": f"W1/{event}", "source": "tms"}
        if event == "order_created":
            paper |= {"data": {**ORDER, "waybill_no": "W1"}}
            del paper["case"]
        status, answer = ask(desk.home.port, "POST", "/events", paper)
        assert status in (200, 202), answer
        until(lambda: ask(desk.home.port, "GET", "/healthz")[1]["numbers"]["inbox_pending"] == 0)
    (found,) = ask(desk.home.port, "GET", "/cases?workflow=shipment")[1]["cases"]
    return str(found["id"]).removeprefix("shipment:")


def rows(desk: KannelDesk, case: str, kind: str) -> list[Any]:
    """Sendings of the order to the clerk: `text`, `call` or `resend`."""
    found = [row for row in desk.rows(case, "shipment") if row.message == "dispatch_order" and row.to == "pickup_clerk"]
    return [row for row in found if row.kind == kind]


def told(desk: KannelDesk, case: str) -> str:
    """Everything the daemon says of a case."""
    return json.dumps(desk.case(case, "shipment"), ensure_ascii=False)


def call_waits(desk: KannelDesk, case: str) -> bool:
    return any(task["kind"] == "call" for task in desk.tasks(case, "shipment"))


def call_is_made(desk: KannelDesk, case: str) -> None:
    """The agent with number 8011 takes the call from the list and tells the clerk."""
    until(lambda: call_waits(desk, case), told=lambda: shown(desk.rows(case, "shipment")))
    (task,) = [one for one in desk.tasks(case, "shipment") if one["kind"] == "call"]
    assert "短信" in str(task["remark"])
    status, answer = ask(desk.home.port, "POST", f"/tasks/{task['id']}/finish", {"by": "8011", "result": "told", "note": "已口头下单"})
    assert status == 200, answer


def test_smsc_and_gateway_down_a_call_then_one_marked_text_when_it_is_back(tmp_path: Path) -> None:
    with a_desk(tmp_path, shipped, speed=HURRIED) as desk:
        desk.peer.down()
        desk.kannel.wait_until_bound(bound=False)
        case = confirmed(desk)
        call_is_made(desk, case)
        desk.kannel.stop()  # What it held is gone: the original will never arrive.
        desk.peer.up()
        desk.kannel.start()

        until(lambda: [row.status for row in rows(desk, case, "resend")] == ["done"], 60, lambda: shown(desk.rows(case, "shipment")))
        time.sleep(3)

        (text,) = desk.peer.texts_to(CLERK)[:1]
        assert re.search(r"\(\d\d:\d\d已电话通知,\d\d:\d\d补发\)$", "".join(desk.peer.texts_to(CLERK))), text
        assert len({one.id for one in desk.peer.submitted if one.number.endswith(CLERK) and one.asks_receipt}) == 1
        said = told(desk, case)
        assert "8011" in said
        assert "no_receipt" in said or "到时无回执" in said
        assert len(rows(desk, case, "call")) == 1


def test_the_gateway_delivers_the_original_late_so_nothing_is_resent_and_the_open_call_is_withdrawn(tmp_path: Path) -> None:
    with a_desk(tmp_path, shipped, speed=HURRIED) as desk:
        desk.peer.down()
        desk.kannel.wait_until_bound(bound=False)
        case = confirmed(desk)
        until(lambda: call_waits(desk, case), told=lambda: shown(desk.rows(case, "shipment")))
        desk.peer.up()

        until(lambda: not call_waits(desk, case), told=lambda: shown(desk.rows(case, "shipment")))
        time.sleep(18)

        assert [row.status for row in rows(desk, case, "text")] == ["done"]
        assert [row.status for row in rows(desk, case, "resend")] == ["dropped"]
        assert "补发" not in "".join(desk.peer.texts_to(CLERK))


def test_refused_by_the_smsc_the_phone_rings_at_once_and_after_two_kills_one_text_is_resent(tmp_path: Path) -> None:
    with Callee(*CALLEE) as phone, a_desk(tmp_path, with_a_phone("5 min")) as desk:
        desk.peer.as_if |= {CLERK: "13", DISPATCHER: "13"}
        case = confirmed(desk)
        began = time.monotonic()
        until(lambda: [row.status for row in rows(desk, case, "call")] == ["done"], 90, lambda: shown(desk.rows(case, "shipment")))
        took = time.monotonic() - began
        desk.peer.as_if |= {CLERK: "00", DISPATCHER: "00"}

        desk.kill_and_start()
        until(
            lambda: rows(desk, case, "resend")[0].status not in ("waiting", "ready", "sending"),
            40,
            lambda: shown(desk.rows(case, "shipment")),
        )
        desk.kill_and_start()
        until(lambda: rows(desk, case, "resend")[0].status == "done", 40, lambda: shown(desk.rows(case, "shipment")))

        assert took < 60
        assert "已电话通知" in "".join(desk.peer.texts_to(CLERK))
        assert "".join(desk.peer.texts_to(CLERK)).count("已电话通知") == 1
        assert [len(call.heard) > 3 * 8000 for call in phone.calls] == [True]


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_with_the_smsc_down_the_gateway_gives_the_original_up_at_its_validity_and_the_phone_rings(tmp_path: Path) -> None:
    with Callee(*CALLEE), a_desk(tmp_path, with_a_phone("119 s")) as desk:
        desk.peer.down()
        desk.kannel.wait_until_bound(bound=False)
        case = confirmed(desk)
        began = time.monotonic()
        until(lambda: rows(desk, case, "call"), 100, lambda: shown(desk.rows(case, "shipment")))
        given_up = time.monotonic() - began
        until(lambda: [row.status for row in rows(desk, case, "call")] == ["done"], 60, lambda: shown(desk.rows(case, "shipment")))
        desk.peer.up()
        desk.kannel.wait_until_bound()
        time.sleep(3)
        arrived_by_itself = list(desk.peer.texts_to(CLERK))

        desk.kill_and_start()
        until(lambda: [row.status for row in rows(desk, case, "resend")] == ["done"], 60, lambda: shown(desk.rows(case, "shipment")))

        assert 58 < given_up < 80
        assert rows(desk, case, "text")[0].told == ("rejected", "expired")
        assert arrived_by_itself == []
        assert "".join(desk.peer.texts_to(CLERK)).count("已电话通知") == 1
