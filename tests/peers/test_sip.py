"""Are people really called? baresip over a SIP line to a telephone of our own: every end a call can have, and what was heard."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.clock import SystemClock
from adapters.phone.sip import SipPhone
from engine.core.aloud import aloud
from engine.model.connection import Connection, ConnectionType
from engine.model.receipt import Parcel, Push, Receipt, Sent, Verdict
from engine.model.span import NOWHERE
from tests.contract.gateway_contract import a_parcel
from tests.peers.alone import needs
from tests.peers.sip_callee import Callee, record_wav

pytestmark = needs("baresip", "espeak-ng", "sox")

HOST, PORT = "10.99.0.1", 5070
OPTIONS = {"trunk": f"sip:{{number}}@{HOST}:{PORT}", "listen": f"{HOST}:5061", "play_times": "1", "ring_for": "8 s"}
TEXT = "单号8011请提货"


@pytest.fixture
def callee() -> Iterator[Callee]:
    with Callee(HOST, PORT) as phone:
        yield phone


@pytest.fixture
def phone() -> Iterator[Callable[..., SipPhone]]:
    made: list[SipPhone] = []

    def make(**options: str) -> SipPhone:
        connection = Connection(name="sip_main", label="电话", type=ConnectionType.SIP, options={**OPTIONS, **options}, span=NOWHERE)
        gateway = SipPhone(connection, SystemClock(), lambda reference: reference)
        made.append(gateway)
        return gateway

    yield make
    for gateway in made:
        gateway.close()


def a_call(number: str, **changes: object) -> Parcel:
    return a_parcel(address=f"138000000{number}", key=f"{number:0>26}", text=TEXT, spoken=aloud(TEXT), **changes)


def outcome(gateway: SipPhone, parcel: Parcel, seconds: float = 30) -> Receipt:
    """Place the call and wait for its end."""
    told: list[Push] = []
    gateway.told = told.append
    first = gateway.send(parcel)
    if first.verdict is not Verdict.ACCEPTED:
        return first
    end = time.monotonic() + seconds
    while not told and time.monotonic() < end:
        time.sleep(0.05)
    pushed = gateway.read(told[0])
    assert pushed is not None
    (receipt,) = pushed.receipts
    kept = gateway.look_up(Sent(key=parcel.key, provider_id=first.provider_id, address="", handed_at=datetime.now(UTC)))
    assert kept is not None
    assert (kept.verdict, kept.reason, kept.code) == (receipt.verdict, receipt.reason, receipt.code)
    return replace(receipt, detail=first.detail)


@pytest.mark.parametrize(
    ("number", "options", "verdict", "reason", "code"),
    [
        pytest.param("00", {}, Verdict.DELIVERED, "heard", "end", id="heard to the end"),
        pytest.param("00", {"confirm": "1"}, Verdict.REJECTED, "away", "no_key", id="heard, but no key was pressed"),
        pytest.param("01", {}, Verdict.REJECTED, "away", "hung_up_early", id="hung up early"),
        pytest.param("02", {"confirm": "1"}, Verdict.DELIVERED, "confirmed", "key", id="confirmed by a key (INFO)"),
        pytest.param("03", {"confirm": "1"}, Verdict.DELIVERED, "confirmed", "key", id="confirmed by a key (RFC 4733)"),
        pytest.param("04", {"confirm": "1"}, Verdict.REJECTED, "away", "no_key", id="another key"),
        pytest.param("10", {}, Verdict.REJECTED, "away", "486 Busy Here", id="busy"),
        pytest.param("11", {}, Verdict.REJECTED, "refused", "603 Decline", id="declined"),
        pytest.param("12", {}, Verdict.REJECTED, "bad_number", "404 Not Found", id="no such number"),
        pytest.param("13", {}, Verdict.REJECTED, "away", "480 Temporarily Unavailable", id="off"),
        pytest.param("15", {}, Verdict.REJECTED, "account", "403 Forbidden", id="the trunk refuses us"),
        pytest.param("20", {}, Verdict.REJECTED, "away", "no_answer", id="rings out"),
    ],
)
def test_every_end_of_a_call_is_told_apart(
    phone: Callable[..., SipPhone], callee: Callee, number: str, options: dict[str, str], verdict: Verdict, reason: str, code: str
) -> None:
    receipt = outcome(phone(**options), a_call(number))

    assert (receipt.verdict, receipt.reason, receipt.code) == (verdict, reason, code)


@pytest.mark.parametrize(("number", "reason"), [("14", "busy"), ("21", "no_connection")])
def test_what_reached_nobody_may_be_tried_again(phone: Callable[..., SipPhone], callee: Callee, number: str, reason: str) -> None:
    receipt = outcome(phone(ring_for="5 s"), a_call(number))

    assert (receipt.verdict, receipt.reason) == (Verdict.RETRY, reason)


def test_the_words_arrive_at_the_ear(phone: Callable[..., SipPhone], callee: Callee, tmp_path: Path) -> None:
    receipt = outcome(phone(), a_call("00"))

    (call,) = callee.calls
    loudness = record_wav(call, tmp_path / "heard.wav")
    seconds = len(call.heard) / 8000
    assert receipt.reason == "heard"
    assert 2 < seconds < 15
    assert call.packets == pytest.approx(seconds / 0.02, rel=0.05)
    assert loudness > 0.02


def test_four_people_are_called_at_once_and_the_fifth_waits(phone: Callable[..., SipPhone], callee: Callee) -> None:
    gateway = phone()

    receipts = [gateway.send(replace(a_call("20"), key=f"{number:0>26}")) for number in range(5)]

    assert [one.verdict for one in receipts] == [Verdict.ACCEPTED] * 4 + [Verdict.RETRY]
    assert receipts[4].reason == "limited"
    assert len(callee.invites) == 4


def test_a_withdrawn_call_stops_ringing(phone: Callable[..., SipPhone], callee: Callee) -> None:
    gateway, parcel = phone(), a_call("20")
    gateway.send(parcel)
    began = time.monotonic()

    gateway.cancel(parcel.key)

    (call,) = callee.calls
    assert call.ended.wait(3)
    assert time.monotonic() - began < 3


def test_closing_leaves_no_process_behind(phone: Callable[..., SipPhone], callee: Callee) -> None:
    gateway = phone()
    gateway.send(a_call("20"))

    gateway.close()

    assert not [one for one in Path("/proc").glob("[0-9]*/cmdline") if b"waybill-call-" in one.read_bytes()]
    assert not list(Path("/tmp").glob("waybill-call-*"))
