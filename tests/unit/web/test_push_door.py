"""The door for what providers push: proven, kept before it is answered, answered soon; line by line afterwards."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from adapters.clock import SettableClock
from adapters.sql.sqlite import BUSY_TIMEOUT_SECONDS, HURRIED_SECONDS
from adapters.sql.stores import SqlStores, open_stores
from adapters.web.app import create_app
from engine.language.compile import compile_rulebook
from engine.model.receipt import BadLine, Capabilities, Parcel, Push, Pushed, Receipt, Sent, Verdict
from engine.service.library import Library
from engine.service.running import Running
from tests.contract.provider_contract import NOW, AttemptsContract, a_receipt, an_attempt
from tests.diagnostics.test_diagnostics import small_rulebook
from tests.unit.web.gate import Client

TOKEN = "push-token-0123456789"
CONNECTION = """
kind: connection
connection: aliyun
label: 短信
type: kannel
carries: sms
url: http://127.0.0.1:1
username: u
password: env:P
receipts: {token: env:PUSH_TOKEN}
"""
HOLD = """
import sqlite3, sys, time
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(30)
"""
ANSWER_SECONDS_MAX = 0.7
"""A provider hangs up soon after (messaging.md section 7.2)."""


@dataclass
class Provider:
    """Pushes a JSON list of keys; a line that is no text is bad. A wrong signature is a header that says so."""

    name: str = "aliyun"
    capabilities: Capabilities = field(default_factory=lambda: Capabilities(receipts=True))

    def read(self, push: Push) -> Pushed | None:
        if push.headers.get("x-signature") == "wrong":
            return None
        lines = list(enumerate(json.loads(push.body or b"[]"), start=1))
        receipts = tuple(
            Receipt(verdict=Verdict.DELIVERED, reason="receipt", key=key, at=push.at) for _, key in lines if isinstance(key, str)
        )
        bad = tuple(BadLine(number, "no key", "") for number, key in lines if not isinstance(key, str))
        return Pushed(receipts=receipts, bad=bad, answer='{"code":0}')

    def send(self, parcel: Parcel) -> Receipt:
        raise AssertionError

    def look_up(self, sent: Sent) -> Receipt | None:
        return None

    def cancel(self, key: str) -> None: ...

    def probe(self) -> bool:
        return True


@dataclass
class Gate:
    client: Client
    desk: Running
    stores: SqlStores
    path: Path

    def push(self, body: object, *, token: str = TOKEN, **headers: str) -> tuple[int, str, float]:
        began = time.monotonic()
        answer = self.client.post(f"/in/aliyun/{token}", content=json.dumps(body).encode(), headers=headers)
        return answer.status_code, answer.text, time.monotonic() - began

    def kept(self) -> int:
        return len(self.stores.providers.unread(NOW, 1000))


def a_gate(tmp_path: Path, connection: str = CONNECTION) -> Gate:
    rulebook = compile_rulebook({**small_rulebook(), "rules/aliyun.yaml": connection}).rulebook
    assert rulebook is not None
    path = tmp_path / "waybill.db"
    stores = open_stores(f"sqlite:///{path}", check=False)
    desk = Running(stores, Library(rulebook), SettableClock(NOW), {"aliyun": Provider()}, routes={"sms": ["aliyun"]})
    return Gate(Client(create_app(desk, resolve=lambda reference: TOKEN)), desk, stores, path)


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    gate = a_gate(tmp_path)
    yield gate
    gate.stores.close()


@pytest.fixture
def lock(gate: Gate) -> Iterator[subprocess.Popen[str]]:
    """Another process holds the write lock."""
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(gate.path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline().strip() == "held"
    yield holder
    holder.kill()
    holder.wait()
    holder.stdout.close()


def test_a_push_is_kept_and_answered_in_the_providers_words_and_once(gate: Gate) -> None:
    answers = [gate.push(["k1"])[:2] for _ in range(2)]

    assert answers == [(200, '{"code":0}')] * 2
    assert gate.kept() == 1


@pytest.mark.usefixtures("lock")
def test_while_another_process_holds_the_write_lock_the_provider_soon_hears_to_come_again(gate: Gate) -> None:
    status, _, seconds = gate.push(["k1"])

    assert (status, seconds < BUSY_TIMEOUT_SECONDS) == (503, True), seconds
    assert HURRIED_SECONDS < ANSWER_SECONDS_MAX
    assert gate.kept() == 0


def test_not_even_a_writer_of_ours_who_waits_for_that_lock_holds_up_the_answer(gate: Gate, lock: "subprocess.Popen[str]") -> None:
    waiting = threading.Thread(target=gate.stores.feeds.heard, args=("aliyun", NOW))
    waiting.start()
    try:
        time.sleep(0.1)

        status, _, _ = gate.push(["k1"])

        assert (status, waiting.is_alive()) == (503, True)
    finally:
        lock.kill()
        waiting.join()


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), f"{TOKEN}/x"])
def test_a_forged_token_opens_nothing(gate: Gate, token: str) -> None:
    status, text, _ = gate.push(["k1"], token=token)

    assert status in (401, 404)
    assert TOKEN not in text
    assert gate.kept() == 0


def test_what_the_provider_did_not_sign_is_not_kept(gate: Gate) -> None:
    assert gate.push(["k1"], **{"x-signature": "wrong"})[0] == 401
    assert gate.kept() == 0


def test_only_addresses_of_the_list_may_knock(tmp_path: Path) -> None:
    for folder, addresses, status in (("a", "127.0.0.0/8", 200), ("b", "203.0.113.0/24", 401)):
        gate = a_gate(tmp_path / folder, CONNECTION.replace("env:PUSH_TOKEN}", f"env:PUSH_TOKEN, allow_ips: [{addresses}]}}"))

        assert gate.push(["k1"])[0] == status
        gate.stores.close()


def test_one_bad_line_of_a_hundred_costs_only_itself(gate: Gate) -> None:
    (effect_id,) = (AttemptsContract().begun(gate.stores, key="k0").effect_id,)
    for number in range(100):
        attempt = an_attempt(effect_id, key=f"k{number}")
        gate.stores.outbox.hand_over(effect_id, NOW, recipient="sms:1", masked="…", attempt=attempt)
        AttemptsContract().settle(gate.stores, attempt, a_receipt(Verdict.ACCEPTED, key=attempt.key))
    body: list[object] = [f"k{number}" for number in range(100)]
    body[41] = {"broken": True}

    status, text, _ = gate.push(body)
    gate.desk.mailroom.read_all(NOW)

    heard = [one.key for one in gate.stores.providers.of_effect(effect_id) if one.receipt is Verdict.DELIVERED]
    assert (status, text) == (200, '{"code":0}')
    assert (len(heard), "k41" in heard) == (99, False)
