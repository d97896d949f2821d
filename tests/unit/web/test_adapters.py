"""Providers over HTTP: as they stand, stopped and opened by somebody, tried out; doubts, dead events, numbers kept out."""

from dataclasses import dataclass, field

import pytest

from engine.model.connection import Connection, ConnectionType, Template
from engine.model.message import Literal
from engine.model.receipt import Capabilities, Parcel, Receipt, Sent, Verdict
from engine.model.span import Span
from engine.ports.attempts import CircuitState
from engine.ports.outbox import OutboxStatus, Settlement
from tests.contract.builders import a_report
from tests.contract.provider_contract import NOW as THEN
from tests.contract.provider_contract import AttemptsContract, a_receipt
from tests.contract.store_contract import accept, first_pending
from tests.unit.web.desk import NOW, PHONE, MemoryDesk
from tests.unit.web.gate import TOKEN, a_client

SMS = Connection(name="sms_main", label="短信", type=ConnectionType.KANNEL, carries="sms", span=Span("rules/sms.yaml", 1, 1))
WHO = {"by": "8011", "why": "余额不足"}


@dataclass
class Counter:
    name: str = "sms_main"
    capabilities: Capabilities = field(default_factory=Capabilities)
    asked: list[Parcel] = field(default_factory=list)

    def send(self, parcel: Parcel) -> Receipt:
        self.asked.append(parcel)
        return Receipt(verdict=Verdict.ACCEPTED, key=parcel.key, at=NOW, code="0", detail=f"queued {PHONE}")

    def look_up(self, sent: Sent) -> Receipt | None:
        return None

    def cancel(self, key: str) -> None: ...

    def probe(self) -> bool:
        return True


@pytest.fixture
def desk() -> MemoryDesk:
    return MemoryDesk(connections={"sms_main": SMS}, gateways={"sms_main": Counter()})


def test_an_adapter_is_paused_once_by_somebody_with_a_reason_and_opened_again(desk: MemoryDesk) -> None:
    client = a_client(desk, tokens={"desk": TOKEN})
    ours = {"Authorization": f"Bearer {TOKEN}"}

    answers = [client.post("/adapters/sms_main/pause", json={"why": "余额不足"}, headers=ours).status_code for _ in range(2)]
    (shown,) = client.get("/adapters", headers=ours).json()["adapters"]
    opened = client.post("/adapters/sms_main/resume", json=WHO, headers=ours)

    assert answers == [200, 409]
    assert (shown["state"], shown["by"], shown["reason"], shown["since"]) == ("paused", "desk", "余额不足", "2026-11-23T15:00:00+08:00")
    assert opened.status_code == 200
    assert desk.providers.counters.shut() == {}
    told = [(task.claimed_by, task.result, task.note) for task in desk.stores.worklist.tasks(limit=10)]
    assert told == [("desk", "paused", "余额不足"), ("8011", "resumed", "余额不足")]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/adapters/sms_main/pause", {"by": "8011"}, 400),
        ("/adapters/sms_main/pause", {"why": "x"}, 400),
        ("/adapters/nobody/pause", WHO, 404),
        ("/adapters/sms_main/resume", WHO, 409),
        ("/adapters/sms_main/test", {"by": "8011"}, 400),
        ("/adapters/sms_main/test", {"by": "8011", "to": "138****5678"}, 400),
        ("/adapters/nobody/test", {"by": "8011", "to": PHONE}, 404),
        ("/doubts/settle", WHO | {"found": "perhaps", "sendings": ["x"]}, 400),
        ("/doubts/settle", WHO | {"found": "arrived", "sendings": []}, 400),
        ("/dead/retry", WHO, 400),
        ("/dead/retry", WHO | {"all": True, "group": "x"}, 400),
        ("/suppressions/add", WHO, 400),
        ("/suppressions/lift", WHO | {"number": PHONE}, 404),
    ],
)
def test_a_deed_that_is_not_whole_or_not_possible_is_refused(desk: MemoryDesk, path: str, body: dict[str, object], status: int) -> None:
    answer = a_client(desk).post(path, json=body)

    assert answer.status_code == status
    assert desk.stores.worklist.tasks(limit=10) == []


def test_without_a_token_no_deed_is_done(desk: MemoryDesk) -> None:
    client = a_client(desk, tokens={"desk": TOKEN})

    assert client.post("/adapters/sms_main/pause", json=WHO).status_code == 401
    assert client.get("/adapters").status_code == 401
    assert desk.providers.counters.shut() == {}


def test_a_test_message_is_marked_and_its_number_is_nowhere_shown(desk: MemoryDesk) -> None:
    answer = a_client(desk).post("/adapters/sms_main/test", json={"by": "8011", "to": PHONE})

    (parcel,) = desk.gateways["sms_main"].asked
    (line,) = desk.stores.worklist.tasks(limit=10)
    assert (parcel.address, "测试" in parcel.text) == (PHONE, True)
    assert (answer.status_code, answer.json()["verdict"]) == (200, "accepted")
    assert PHONE not in answer.text + line.text + line.note


def test_a_counter_of_templates_is_tried_with_an_approved_one_or_not_at_all(desk: MemoryDesk) -> None:
    counter = Counter(capabilities=Capabilities(templates=True))
    desk.gateways["sms_main"] = counter
    without = a_client(desk).post("/adapters/sms_main/test", json={"by": "8011", "to": PHONE})

    approved = Template(code="SMS_1", fill=(("no", (Literal("x"),)),))
    desk.connections["sms_main"] = Connection(
        name="sms_main", label="短信", type=ConnectionType.ALIYUN_SMS, carries="sms", templates={"hurry": approved}, span=SMS.span
    )
    with_one = a_client(desk).post("/adapters/sms_main/test", json={"by": "8011", "to": PHONE})

    assert (without.status_code, with_one.status_code) == (409, 200)
    assert [(one.template, one.values) for one in counter.asked] == [("SMS_1", (("no", "测试"),))]


def test_a_doubt_is_settled_once_and_the_case_hears_who_says_so(desk: MemoryDesk) -> None:
    attempt = AttemptsContract().begun(desk.stores)
    AttemptsContract().settle(desk.stores, attempt, a_receipt(Verdict.UNKNOWN, reason="no_answer"))
    desk.stores.outbox.settle(Settlement(effect_id=attempt.effect_id, status=OutboxStatus.UNKNOWN, error=f"no_answer {PHONE}"), THEN)
    client = a_client(desk)

    shown = client.get("/doubts")
    body = WHO | {"found": "not_arrived", "sendings": [attempt.effect_id, "nothing"]}
    answers = [client.post("/doubts/settle", json=body).json()["results"] for _ in range(2)]

    assert [one["sending"] for one in shown.json()["doubts"]] == [attempt.effect_id]
    assert PHONE not in shown.text
    assert [[one["said"] for one in results] for results in answers] == [["done", "unknown"], ["not_in_doubt", "unknown"]]
    heard = first_pending(desk.stores, "shipment:1001", NOW).event
    assert (heard.source, heard.extra["verdict"], heard.extra["by"], heard.extra["note"]) == ("hand/8011", "rejected", "8011", "余额不足")
    (kept,) = desk.stores.providers.of_effect(attempt.effect_id)
    assert kept.receipt is Verdict.REJECTED


def test_dead_events_are_tried_again_by_number_by_group_or_all_with_a_result_each(desk: MemoryDesk) -> None:
    accept(desk.stores, *(a_report(n, names={"waybill_no": str(n)}) for n in range(1, 5)))
    papers = desk.stores.store.pending(THEN, 10)
    for place, paper in enumerate(papers):
        desk.stores.store.failed(paper.inbox_id, f"{'ValueError' if place < 3 else 'KeyError'}: {PHONE}", None)
    client = a_client(desk)

    listed = client.get("/dead")
    first = str(listed.json()["dead"][0]["number"])
    one = client.post("/dead/retry", json=WHO | {"numbers": [first, "9999"]}).json()["results"]
    group = client.post("/dead/retry", json=WHO | {"group": "order_created: ValueError"}).json()["results"]
    rest = client.post("/dead/retry", json=WHO | {"all": True}).json()["results"]

    assert PHONE not in listed.text
    assert [each["said"] for each in one] == ["done", "not_dead"]
    assert [len(group), len(rest)] == [2, 1]
    assert client.get("/dead").json()["dead"] == []
    assert len(desk.stores.store.pending(THEN, 10)) == 4


def test_a_number_is_kept_out_and_let_in_again_and_never_shown(desk: MemoryDesk) -> None:
    client = a_client(desk)

    added = [client.post("/suppressions/add", json=WHO | {"number": PHONE}) for _ in range(2)]
    shown = client.get("/suppressions")
    lifted = client.post("/suppressions/lift", json=WHO | {"number": PHONE})

    assert [one.status_code for one in added] == [200, 409]
    assert [(one["number"], one["by"], one["why"]) for one in shown.json()["suppressions"]] == [("138******78", "8011", "余额不足")]
    assert PHONE not in shown.text + added[0].text + lifted.text
    assert client.get("/suppressions").json()["suppressions"] == []


def test_the_numbers_of_every_adapter_are_told_to_prometheus(desk: MemoryDesk) -> None:
    first = AttemptsContract().begun(desk.stores, connection="sms_main", at=NOW)
    AttemptsContract().settle(desk.stores, first, a_receipt(Verdict.ACCEPTED, at=NOW, measures=(("cost", "-0.05"),)))
    desk.providers.pause("sms_main", by="8011", why="x")

    text = a_client(desk).get("/metrics").text

    assert 'waybill_adapter_open_for_business{adapter="sms_main"} 0.0' in text
    assert 'waybill_adapter_requests_day{adapter="sms_main"} 1.0' in text
    assert 'waybill_adapter_receipts_outstanding{adapter="sms_main"} 1.0' in text
    assert 'waybill_adapter_money_today{adapter="sms_main"} 0.05' in text
    assert 'waybill_adapter_answers_day{adapter="sms_main",verdict="accepted"} 1.0' in text
    assert desk.providers.counters.shut()["sms_main"].state is CircuitState.PAUSED
