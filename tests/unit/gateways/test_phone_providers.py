"""Calls by Aliyun and Twilio: the one contract, every code, and what is pushed of a call step by step."""

import json
import urllib.parse
from collections.abc import Iterator
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.clock import SettableClock
from adapters.phone.aliyun_voice import AliyunVoice
from adapters.phone.twilio_voice import TwilioVoice, twiml
from adapters.phone.voice_options import VoiceOptions, voice_options
from adapters.signing import twilio
from adapters.signing.caller import Caller
from engine.model.connection import Connection, ConnectionType, ReceiptDoor, Secret
from engine.model.receipt import Push, Pushed, Receipt, Verdict
from engine.model.span import NOWHERE
from engine.ports.gateway import Gateway, Listener
from tests.contract.gateway_contract import KEY, NOW, AccidentContract, GatewayContract, a_parcel
from tests.contract.gateway_server import a_closed_port
from tests.peers.sms_peer import Provider, running
from tests.unit.gateways.phone_peers import ALIYUN_SECRET, TWILIO_SECRET, TWILIO_SID, AliyunCalls, TwilioCalls
from tests.unit.gateways.sms_accounts import a_hasty_caller, counting

DOOR = ReceiptDoor(tokens=(Secret("env:DOOR"),))
SECRETS = {"env:DOOR": "t0ken-of-the-door", "env:ALI": ALIYUN_SECRET, "env:TWILIO": TWILIO_SECRET}
ALIYUN = {"access_key_id": "testak", "access_key_secret": "env:ALI"}
TWILIO = {"account_sid": TWILIO_SID, "auth_token": "env:TWILIO", "from": "+14158675309", "public_url": "https://waybill.example"}


def aliyun(url: str, clock: SettableClock, caller: Caller | None = None, *, door: ReceiptDoor | None = DOOR, **more: str) -> AliyunVoice:
    options = {**ALIYUN, "url": url, "private_network": "yes", **more}
    connection = Connection(name="calls", label="电话", type=ConnectionType.ALIYUN_VOICE, options=options, receipts=door, span=NOWHERE)
    return AliyunVoice(connection, clock, SECRETS.__getitem__, nonce=counting(), caller=caller)


def by_twilio(url: str, clock: SettableClock, caller: Caller | None = None, *, door: ReceiptDoor | None = DOOR, **more: str) -> TwilioVoice:
    options = {**TWILIO, "url": url, "private_network": "yes", **more}
    connection = Connection(name="calls", label="电话", type=ConnectionType.TWILIO_VOICE, options=options, receipts=door, span=NOWHERE)
    return TwilioVoice(connection, clock, SECRETS.__getitem__, caller=caller)


class _Calls(GatewayContract):
    Peer: type[Provider]
    door: ReceiptDoor | None = DOOR
    running: Provider

    def make(self, url: str, clock: SettableClock, caller: Caller | None = None) -> Gateway:
        raise NotImplementedError

    @pytest.fixture
    def peer(self) -> Iterator[Provider]:
        with running(self.Peer()) as peer:
            self.running = peer
            yield peer

    @pytest.fixture
    def gateway(self, peer: Provider, clock: SettableClock) -> Gateway:
        return self.make(peer.address, clock)

    def deliveries(self) -> int:
        return self.running.sent

    def test_it_listens(self, gateway: Gateway) -> None:
        assert isinstance(gateway, Listener)


class _Accidents(AccidentContract):
    @pytest.fixture
    def hasty(self, peer: Provider, clock: SettableClock) -> Gateway:
        return self.make(peer.address, clock, a_hasty_caller())

    @pytest.fixture
    def lonely(self, clock: SettableClock) -> Gateway:
        return self.make(f"http://127.0.0.1:{a_closed_port()}", clock)

    def secrets_of(self) -> tuple[str, ...]:
        return tuple(SECRETS.values())

    def make(self, url: str, clock: SettableClock, caller: Caller | None = None) -> Gateway:
        raise NotImplementedError


class _ByAliyun(_Calls):
    Peer = AliyunCalls

    def make(self, url: str, clock: SettableClock, caller: Caller | None = None) -> Gateway:
        return aliyun(url, clock, caller, door=self.door)


class _ByTwilio(_Calls):
    Peer = TwilioCalls

    def make(self, url: str, clock: SettableClock, caller: Caller | None = None) -> Gateway:
        return by_twilio(url, clock, caller, door=self.door)


class TestAliyunVoiceKeepsTheContract(_ByAliyun, _Accidents): ...


class TestTwilioVoiceKeepsTheContract(_ByTwilio, _Accidents): ...


class TestAliyunVoiceWithoutADoorKeepsTheContract(_ByAliyun):
    door = None


class TestTwilioVoiceWithoutADoorKeepsTheContract(_ByTwilio):
    door = None


@pytest.mark.parametrize(
    ("code", "verdict", "reason"),
    [
        ("Throttling.User", Verdict.RETRY, "busy"),
        ("isv.BUSINESS_LIMIT_CONTROL", Verdict.RETRY, "limited"),
        ("isv.MOBILE_NUMBER_ILLEGAL", Verdict.REJECTED, "bad_number"),
        ("isv.INVALID_JSON_PARAM", Verdict.REJECTED, "text_refused"),
        ("isv.AMOUNT_NOT_ENOUGH", Verdict.REJECTED, "account"),
        ("isp.RAM_PERMISSION_DENY", Verdict.REJECTED, "account"),
        ("isp.SYSTEM_ERROR", Verdict.UNKNOWN, "garbled"),
        ("isv.NEVER_SEEN", Verdict.UNKNOWN, "garbled"),
    ],
)
def test_what_aliyun_refuses_has_one_verdict_and_shows_its_code(code: str, verdict: Verdict, reason: str) -> None:
    with running(AliyunCalls(fault=f"says {code}")) as peer:
        receipt = aliyun(peer.address, SettableClock(NOW)).send(a_parcel())

    assert (receipt.verdict, receipt.reason, receipt.code) == (verdict, reason, code)


@pytest.mark.parametrize(
    ("code", "verdict", "reason"),
    [
        ("21211", Verdict.REJECTED, "bad_number"),
        ("12100", Verdict.REJECTED, "text_refused"),
        ("20003", Verdict.REJECTED, "account"),
        ("20429", Verdict.RETRY, "busy"),
        ("99999", Verdict.UNKNOWN, "garbled"),
    ],
)
def test_what_twilio_refuses_has_one_verdict_and_shows_its_code(code: str, verdict: Verdict, reason: str) -> None:
    with running(TwilioCalls(fault=f"says {code}")) as peer:
        receipt = by_twilio(peer.address, SettableClock(NOW)).send(a_parcel())

    assert (receipt.verdict, receipt.reason, receipt.code) == (verdict, reason, code)


def test_aliyun_is_asked_for_one_call_under_our_key() -> None:
    with running(AliyunCalls()) as peer:
        parcel = a_parcel(address="+86 138-1234-5678", template="TTS_1", values=(("no", "8 0 1 1"),))
        receipt = aliyun(peer.address, SettableClock(NOW), called_show_number="075583000000", play_times="3").send(parcel)

    query = dict(urllib.parse.parse_qsl(peer.asked[0].query))
    assert receipt.provider_id == f"call-{KEY}"
    assert query == {
        "CalledNumber": "13812345678", "CalledShowNumber": "075583000000", "TtsCode": "TTS_1", "TtsParam": '{"no":"8 0 1 1"}',
        "PlayTimes": "3", "OutId": KEY,
    }  # fmt: skip


@pytest.mark.parametrize("address", ["138****5678", "0755-83000000-801", "", "abc"])
def test_a_number_that_cannot_be_dialled_is_refused_unsent(address: str) -> None:
    with running(AliyunCalls()) as peer:
        receipts = [make(peer.address, SettableClock(NOW)).send(a_parcel(address=address)) for make in (aliyun, by_twilio)]

    assert {one.reason for one in receipts} == {"bad_number"}
    assert peer.asked == []


AN_ALIYUN = aliyun("http://127.0.0.1:1", SettableClock(NOW))
A_TWILIO = by_twilio("http://127.0.0.1:1", SettableClock(NOW))


def report(**changes: object) -> dict[str, object]:
    line = {"call_id": "call-1", "status_code": "200000", "out_id": KEY, "end_time": "2026-11-23 09:00:05", "duration": "12", "dtmf": ""}
    return {**line, **changes}


def read_aliyun(body: bytes) -> Pushed:
    pushed = AN_ALIYUN.read(Push(body=body, headers={}, at=NOW))
    assert pushed is not None
    return pushed


@pytest.mark.parametrize(
    ("code", "verdict", "reason"),
    [
        ("200000", Verdict.DELIVERED, "heard"),
        ("300000", Verdict.DELIVERED, "confirmed"),
        ("200001", Verdict.REJECTED, "away"),
        ("200002", Verdict.REJECTED, "away"),
        ("200003", Verdict.REJECTED, "away"),
        ("200004", Verdict.REJECTED, "bad_number"),
        ("200010", Verdict.REJECTED, "away"),
        ("200011", Verdict.REJECTED, "bad_number"),
        ("200117", Verdict.REJECTED, "account"),
        ("200119", Verdict.REJECTED, "limited"),
        ("200121", Verdict.REJECTED, "busy"),
        ("200999", Verdict.UNKNOWN, "garbled"),
    ],
)
def test_every_end_of_an_aliyun_call_is_told_apart(code: str, verdict: Verdict, reason: str) -> None:
    (receipt,) = read_aliyun(json.dumps([report(status_code=code)]).encode()).receipts

    assert (receipt.verdict, receipt.reason, receipt.code) == (verdict, reason, code)
    assert (receipt.key, receipt.provider_id, receipt.at) == (KEY, "call-1", datetime(2026, 11, 23, 1, 0, 5, tzinfo=UTC))
    assert ("heard_seconds", "12") in receipt.measures


def test_one_bad_line_of_a_hundred_loses_none_of_the_others() -> None:
    lines: list[object] = [report(out_id=f"{number:026}") for number in range(100)]
    lines[41] = {"call": "13812345678"}

    pushed = read_aliyun(json.dumps(lines).encode())

    assert len(pushed.receipts) == 99
    assert [one.number for one in pushed.bad] == [42]
    assert "13812345678" not in pushed.bad[0].text
    assert json.loads(pushed.answer) == {"code": 0, "msg": "接收成功"}


@given(st.binary(max_size=200))
def test_no_bytes_bring_a_reader_down(body: bytes) -> None:
    pushed = read_aliyun(body)

    assert pushed.receipts == ()
    assert json.loads(pushed.answer)["code"] == 0


def step(gateway: TwilioVoice, name: str, **form: str) -> Receipt | None:
    """One signed push of this step of the call."""
    url = f"https://waybill.example/in/calls/t0ken-of-the-door?ref={KEY}&step={name}"
    body = urllib.parse.urlencode({"CallSid": "CA1", **form}).encode()
    headers = {twilio.HEADER: twilio.signature(TWILIO_SECRET, url, twilio.pairs_of(body))}
    pushed = gateway.read(Push(body=body, headers=headers, query=(("ref", KEY), ("step", name)), url=url, at=NOW))
    assert pushed is not None
    assert pushed.media_type == "text/xml"
    return pushed.receipts[0] if pushed.receipts else None


@pytest.mark.parametrize(
    ("confirm", "name", "form", "told"),
    [
        pytest.param("", "end", {"CallStatus": "in-progress"}, "delivered heard", id="heard to the end"),
        pytest.param("1", "end", {"CallStatus": "in-progress"}, None, id="heard, but a key is wanted"),
        pytest.param("1", "key", {"Digits": "1"}, "delivered confirmed", id="the key"),
        pytest.param("1", "key", {"Digits": "2"}, None, id="another key"),
        pytest.param("", "status", {"CallStatus": "ringing"}, None, id="nothing yet"),
        pytest.param("", "status", {"CallStatus": "completed", "CallDuration": "3"}, "rejected away", id="hung up early"),
        pytest.param("", "status", {"CallStatus": "busy"}, "rejected away", id="busy"),
        pytest.param("", "status", {"CallStatus": "no-answer"}, "rejected away", id="no answer"),
        pytest.param("", "status", {"CallStatus": "failed", "SipResponseCode": "404"}, "rejected bad_number", id="no such number"),
        pytest.param("", "status", {"CallStatus": "failed", "SipResponseCode": "503"}, "rejected busy", id="congested"),
        pytest.param("", "status", {"CallStatus": "failed", "SipResponseCode": "603"}, "rejected refused", id="declined"),
        pytest.param("", "status", {"CallStatus": "quantum"}, "unknown garbled", id="a new word"),
    ],
)
def test_every_step_of_a_twilio_call_proves_one_thing(confirm: str, name: str, form: dict[str, str], told: str | None) -> None:
    receipt = step(by_twilio("http://127.0.0.1:1", SettableClock(NOW), **({"confirm": confirm} if confirm else {})), name, **form)

    assert (receipt and f"{receipt.verdict} {receipt.reason}") == told
    assert receipt is None or (receipt.key, receipt.provider_id) == (KEY, "CA1")


@given(st.binary(max_size=120), st.text(max_size=30))
def test_a_push_that_twilio_did_not_sign_is_not_believed(body: bytes, signature: str) -> None:
    push = Push(
        body=body, headers={twilio.HEADER: signature}, query=(("ref", KEY),), url="https://waybill.example/in/calls/t?ref=x", at=NOW
    )

    assert A_TWILIO.read(push) is None


def test_twilio_is_told_what_to_say_and_where_to_tell() -> None:
    with running(TwilioCalls()) as peer:
        gateway = by_twilio(peer.address, SettableClock(NOW), confirm="1", ring_for="25 s")
        gateway.send(a_parcel(spoken="2 6 1 1 <客> & 王"))

    form = dict(urllib.parse.parse_qsl(peer.asked[0].body.decode()))
    said = ElementTree.fromstring(form["Twiml"])
    gather, redirect = said[0], said[1]
    assert (form["To"], form["From"], form["Timeout"]) == ("+8613812345678", "+14158675309", "25")
    assert (gather.tag, gather.get("numDigits")) == ("Gather", "1")
    assert gather[0].text == "2 6 1 1 <客> & 王 。收到请按 1 。 "
    assert gather.get("action") == f"https://waybill.example/in/calls/t0ken-of-the-door?ref={KEY}&step=key"
    assert redirect.text == f"https://waybill.example/in/calls/t0ken-of-the-door?ref={KEY}&step=end"
    assert form["StatusCallback"].endswith("step=status")


@given(st.text(max_size=100))
def test_no_text_breaks_out_of_what_is_said(words: str) -> None:
    options = VoiceOptions(ring_seconds=30, play_times=2, confirm="", voice="")

    (say,) = ElementTree.fromstring(twiml(words, options, "", "").encode("utf-8", "replace"))

    assert (say.tag, len(say)) == ("Say", 0)


@pytest.mark.parametrize("option", [{"ring_for": "soon"}, {"ring_for": "1 s"}, {"play_times": "9"}, {"confirm": "11"}, {"confirm": "x"}])
def test_a_setting_that_is_none_stops_the_counter_unsent(option: dict[str, str]) -> None:
    with running(TwilioCalls()) as peer:
        receipt = by_twilio(peer.address, SettableClock(NOW), **option).send(a_parcel())

    assert (receipt.verdict, receipt.reason) == (Verdict.REJECTED, "account")
    assert peer.asked == []


@pytest.mark.parametrize(("written", "seconds"), [("", 30), ("20", 20), ("20 s", 20), ("1 min", 60)])
def test_a_time_is_read_as_it_is_written(written: str, seconds: int) -> None:
    options = {"ring_for": written} if written else {}

    assert voice_options(Connection(name="c", label="c", type=ConnectionType.SIP, options=options, span=NOWHERE)).ring_seconds == seconds
