"""HTTP gateways against a real server that answers well, badly, late or never."""

import json
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.chat.bot import BotGateway
from adapters.clock import SettableClock
from adapters.settings import SettingProblem
from adapters.signing import webhooks
from adapters.signing.caller import TOTAL_SECONDS_MAX, Caller
from adapters.signing.request import Unfillable, build
from adapters.sms.http_gateway import HttpGateway
from adapters.wms_tms.http import CommandGateway
from engine.model.connection import Connection, ConnectionType, Outgoing, Secret
from engine.model.receipt import Verdict
from engine.model.span import NOWHERE
from tests.contract.gateway_contract import KEY, NOW, NUMBER, GatewayContract, a_parcel
from tests.contract.gateway_server import Neighbour, a_closed_port, a_neighbour

SEND = Outgoing(
    name="send",
    method="POST",
    path="/sms",
    json='{"to": "{number}", "body": "{text}", "ref": ["{key}", 1, true], "tpl": "{message}"}',
    ok_when={"code": "0"},
    refused_when={"code": "17"},
    span=NOWHERE,
)
HOLD = Outgoing(
    name="hold", method="POST", path="/bills/{waybill_no}/hold", json=None, ok_when={"code": "0"}, refused_when={"code": "17"}, span=NOWHERE
)


def a_connection(address: str, **changes: object) -> Connection:
    given = {
        "name": "sms_main",
        "label": "短信",
        "type": ConnectionType.HTTP,
        "base_url": address,
        "send": SEND,
        "commands": {"hold": HOLD},
    }
    options = {"private_network": "yes", **dict(changes.pop("options", {}))}  # type: ignore[call-overload]  # As above.
    return Connection(span=NOWHERE, options=options, **{**given, **changes})  # type: ignore[arg-type]  # A builder takes any field by name.


def no_secret(reference: str) -> str:
    raise SettingProblem(f"{reference} is not set")


@pytest.fixture
def neighbour() -> Iterator[Neighbour]:
    with a_neighbour() as peer:
        yield peer


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(NOW)


def a_hasty_caller() -> Caller:
    return Caller(connect_seconds=0.5, total_seconds=0.4)


class _OverHttp(GatewayContract):
    neighbour: Neighbour

    @pytest.fixture
    def peer(self) -> Iterator[Neighbour]:
        with a_neighbour() as peer:
            self.neighbour = peer
            yield peer

    def deliveries(self) -> int:
        return len(self.neighbour.asked)


class TestHttpGatewayKeepsTheContract(_OverHttp):
    @pytest.fixture
    def gateway(self, peer: Neighbour, clock: SettableClock) -> HttpGateway:
        return HttpGateway(a_connection(peer.address), clock, no_secret)


class TestHttpGatewayWithReceiptsKeepsTheContract(_OverHttp):
    @pytest.fixture
    def gateway(self, peer: Neighbour, clock: SettableClock) -> HttpGateway:
        return HttpGateway(a_connection(peer.address, options={"receipts": "yes"}), clock, no_secret)


class TestBotKeepsTheContract(_OverHttp):
    @pytest.fixture
    def gateway(self, peer: Neighbour, clock: SettableClock) -> BotGateway:
        return BotGateway(a_connection(peer.address), clock, no_secret)


class TestCommandsKeepTheContract(_OverHttp):
    @pytest.fixture
    def gateway(self, peer: Neighbour, clock: SettableClock) -> CommandGateway:
        return CommandGateway(a_connection(peer.address), clock, no_secret)


@pytest.mark.parametrize(
    ("mode", "verdict", "reason"),
    [
        ("ok", Verdict.ACCEPTED, ""),
        ("refuse", Verdict.REJECTED, "text_refused"),
        ("bad_request", Verdict.REJECTED, "text_refused"),
        ("forbidden", Verdict.REJECTED, "account"),
        ("missing", Verdict.REJECTED, "account"),
        ("busy_key", Verdict.UNKNOWN, "garbled"),
        ("limited", Verdict.RETRY, "limited"),
        ("500", Verdict.UNKNOWN, "no_answer"),
        ("200-with-error", Verdict.UNKNOWN, "garbled"),
        ("garbage", Verdict.UNKNOWN, "garbled"),
        ("big", Verdict.UNKNOWN, "garbled"),
        ("zipped", Verdict.UNKNOWN, "garbled"),
        ("redirect", Verdict.UNKNOWN, "garbled"),
        ("hang", Verdict.UNKNOWN, "no_answer"),
        ("trickle", Verdict.UNKNOWN, "no_answer"),
        ("reset", Verdict.UNKNOWN, "cut"),
    ],
)
def test_every_way_of_answering_has_one_verdict(
    neighbour: Neighbour, clock: SettableClock, mode: str, verdict: Verdict, reason: str
) -> None:
    neighbour.mode = mode
    began = time.monotonic()

    receipt = HttpGateway(a_connection(neighbour.address), clock, no_secret, caller=a_hasty_caller()).send(a_parcel())

    assert (receipt.verdict, receipt.reason) == (verdict, reason)
    assert len(neighbour.asked) == 1
    assert NUMBER not in receipt.detail
    assert time.monotonic() - began < TOTAL_SECONDS_MAX


def test_a_refused_connection_is_surely_not_sent(clock: SettableClock) -> None:
    gateway = HttpGateway(a_connection(f"http://127.0.0.1:{a_closed_port()}"), clock, no_secret)

    receipt = gateway.send(a_parcel())

    assert (receipt.verdict, receipt.reason) == (Verdict.RETRY, "no_connection")
    assert gateway.probe() is False


@pytest.mark.parametrize(
    ("retry_after", "wait"),
    [("30", 30), ("Mon, 23 Nov 2026 01:02:00 GMT", 120), ("soon", 60), ("99999999999999", 86400), ("Mon, 23 Nov 2020 01:00:00 GMT", 1)],
)
def test_a_limit_says_until_when(neighbour: Neighbour, clock: SettableClock, retry_after: str, wait: int) -> None:
    neighbour.mode, neighbour.retry_after = "limited", retry_after

    receipt = HttpGateway(a_connection(neighbour.address), clock, no_secret).send(a_parcel())

    assert receipt.until == NOW + timedelta(seconds=wait)


def test_a_message_is_sent_as_a_structure_under_its_key(neighbour: Neighbour, clock: SettableClock) -> None:
    HttpGateway(a_connection(neighbour.address), clock, no_secret).send(a_parcel(text='a"},{"to":"1'))

    method, path, headers, body = neighbour.asked[0]

    assert (method, path, headers["idempotency-key"]) == ("POST", "/sms", KEY)
    assert json.loads(body) == {"to": NUMBER, "body": 'a"},{"to":"1', "ref": [KEY, 1, True], "tpl": "chase_pickup"}


def test_a_form_by_get_goes_into_the_address(neighbour: Neighbour, clock: SettableClock) -> None:
    kannel = Outgoing(
        name="send", method="GET", path="/cgi-bin/sendsms", json=None, form={"to": "{number}", "text": "{text}"}, span=NOWHERE
    )

    receipt = HttpGateway(a_connection(neighbour.address, send=kannel), clock, no_secret).send(a_parcel(text="你好&to=1"))

    assert receipt.verdict is Verdict.ACCEPTED
    assert neighbour.asked[0][1] == f"/cgi-bin/sendsms?to={NUMBER}&text=%E4%BD%A0%E5%A5%BD%26to%3D1"


def test_a_command_names_the_waybill_in_its_address(neighbour: Neighbour, clock: SettableClock) -> None:
    CommandGateway(a_connection(neighbour.address), clock, no_secret).send(a_parcel())

    assert neighbour.asked[0][:2] == ("POST", "/bills/755000123456/hold")


@pytest.mark.parametrize("value", ["", "  ", ".", ".."])
def test_a_command_whose_address_would_be_another_is_refused_unsent(neighbour: Neighbour, clock: SettableClock, value: str) -> None:
    receipt = CommandGateway(a_connection(neighbour.address), clock, no_secret).send(a_parcel(fields=(("waybill_no", value),)))

    assert (receipt.verdict, receipt.reason) == (Verdict.REJECTED, "refused")
    assert neighbour.asked == []


def test_a_missing_setting_closes_the_counter_and_does_not_raise(clock: SettableClock) -> None:
    gateway = HttpGateway(a_connection("", base_url=Secret("env:SMS_URL")), clock, no_secret)

    receipt = gateway.send(a_parcel())

    assert (receipt.verdict, receipt.reason, receipt.detail) == (Verdict.REJECTED, "account", "setting: env:SMS_URL is not set")
    assert gateway.probe() is False


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://x", "sms", "http://", "http://a?b=c"])
def test_an_address_that_is_none_is_a_verdict(clock: SettableClock, address: str) -> None:
    receipt = HttpGateway(a_connection(address), clock, no_secret).send(a_parcel())

    assert (receipt.verdict, receipt.reason) == (Verdict.REJECTED, "account")


def test_the_bearer_secret_is_sent_and_never_told(neighbour: Neighbour, clock: SettableClock) -> None:
    secrets = {"env:T": "s3cret-s3cret"}
    connection = a_connection(neighbour.address, options={"bearer_token": "env:T", "reference_at": "data.taskId"})

    receipt = HttpGateway(connection, clock, secrets.__getitem__).send(a_parcel())

    assert neighbour.asked[0][2]["authorization"] == "Bearer s3cret-s3cret"
    assert receipt.provider_id == "T-1"
    assert "s3cret" not in repr(receipt)


def test_a_signed_request_is_verified_by_our_own_verifier(neighbour: Neighbour, clock: SettableClock) -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    HttpGateway(a_connection(neighbour.address, options={"signing_secret": "env:S"}), clock, lambda _: secret).send(a_parcel())

    _, _, headers, body = neighbour.asked[0]
    assert webhooks.refusal([webhooks.key_of(secret) or b""], headers, body, NOW) is None


def test_a_probe_path_is_asked_and_must_answer_well(neighbour: Neighbour, clock: SettableClock) -> None:
    gateway = HttpGateway(a_connection(neighbour.address, options={"probe": "/health"}), clock, no_secret)

    well = gateway.probe()
    neighbour.mode = "500"

    assert (well, gateway.probe()) == (True, False)
    assert neighbour.asked[0][:2] == ("GET", "/health")


def test_a_text_too_long_for_the_chat_is_refused_whole(neighbour: Neighbour, clock: SettableClock) -> None:
    receipt = BotGateway(a_connection(neighbour.address), clock, no_secret).send(a_parcel(text="货" * 683))

    assert (receipt.verdict, receipt.reason) == (Verdict.REJECTED, "text_refused")
    assert neighbour.asked == []


@given(st.text(min_size=1).filter(lambda text: text.strip() and set(text) != {"."}))
def test_no_value_can_leave_its_place_in_the_path(value: str) -> None:
    url = build(HOLD, "https://tms.example/api", {"waybill_no": value}, key=KEY).url

    assert url.startswith("https://tms.example/api/bills/")
    assert url.endswith("/hold")
    middle = url.removeprefix("https://tms.example/api/bills/").removesuffix("/hold")
    assert not set(middle) & set("/?#")


@given(st.dictionaries(st.sampled_from(["number", "text", "key", "message"]), st.text(st.characters(codec="utf-8")), min_size=4))
def test_every_value_comes_out_of_the_body_as_it_went_in(marks: Mapping[str, str]) -> None:
    body = json.loads(build(SEND, "https://sms.example", marks, key=KEY).body)

    assert body == {"to": marks["number"], "body": marks["text"], "ref": [marks["key"], 1, True], "tpl": marks["message"]}


def test_a_field_the_case_has_not_got_is_blank_in_the_body_and_stops_the_address() -> None:
    with pytest.raises(Unfillable) as problem:
        build(HOLD, "https://tms.example", {}, key=KEY)

    assert not problem.value.ours
    assert json.loads(build(SEND, "https://sms.example", {"text": "a"}, key=KEY).body)["to"] == ""
