"""Commands to a neighbour: retries, sessions, secrets, look-ups; and where no request ever goes."""

import json
import ssl
import threading
from collections.abc import Iterator, Sequence
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.clock import SettableClock
from adapters.signing.addresses import Forbidden, addresses_of, is_allowed
from adapters.signing.caller import Caller
from adapters.signing.request import Unfillable, build
from adapters.wms_tms.http import CommandGateway
from engine.model.connection import Connection, ConnectionType, Login, Outgoing, Retry, Secret
from engine.model.receipt import Sent, Verdict
from engine.model.span import NOWHERE
from tests.contract.gateway_contract import KEY, NOW, NUMBER, GatewayContract, a_parcel
from tests.contract.gateway_server import Neighbour, a_neighbour
from tests.unit.gateways.certificates import a_certificate

SECRETS = {"env:APP": "app-7f3c", "env:PASSWORD": "s3cret-9a"}


def a_request(name: str = "hold", **changes: object) -> Outgoing:
    given = {"method": "POST", "path": "/bills/{waybill_no}/hold", "json": None, "ok_when": {"code": "0"}, "refused_when": {"code": "17"}}
    return Outgoing(name=name, span=NOWHERE, **{**given, **changes})  # type: ignore[arg-type]  # A builder takes any field by name.


def a_gateway(
    address: str, request: Outgoing, clock: SettableClock | None = None, caller: Caller | None = None, **changes: object
) -> CommandGateway:
    given = {"options": {"private_network": "yes"}, "commands": {"hold": request}, "base_url": address}
    connection = Connection(name="tms", label="运输系统", type=ConnectionType.HTTP, span=NOWHERE, **{**given, **changes})  # type: ignore[arg-type]  # As above.
    return CommandGateway(connection, clock or SettableClock(NOW), SECRETS.__getitem__, caller=caller)


@pytest.fixture
def neighbour() -> Iterator[Neighbour]:
    with a_neighbour() as peer:
        yield peer


class TestCommandsWithLookUpKeepTheContract(GatewayContract):
    """A neighbour that remembers commands by their key, and tells what became of them."""

    @pytest.fixture
    def gateway(self, clock: SettableClock) -> Iterator[CommandGateway]:
        self.keys: list[str] = []
        with a_remembering_peer(self.keys) as address:
            status = a_request("status", method="GET", path="/keys/{key}", refused_when={"code": "17"})
            options = {"private_network": "yes", "dedup": "by_key"}
            yield a_gateway(address, a_request(status_of=status), clock, options=options)

    def deliveries(self) -> int:
        return len(set(self.keys))


def a_remembering_peer(keys: list[str]) -> "Peer":
    return Peer(keys)


class Peer:
    """Holds keys; answers 404 for those it never saw."""

    def __init__(self, keys: list[str]) -> None:
        class Answering(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                keys.append(self.headers["Idempotency-Key"])
                self._say(200, b'{"code": 0}')

            def do_GET(self) -> None:
                known = self.path.removeprefix("/keys/") in keys
                self._say(200 if known else 404, b'{"code": 0}' if known else b'{"code": 404}')

            def _say(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Silence."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)

    def __enter__(self) -> str:
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.mark.parametrize(
    ("mode", "when", "dedup", "verdict"),
    [
        ("500", ("5xx",), True, Verdict.RETRY),
        ("500", ("5xx",), False, Verdict.UNKNOWN),
        ("500", ("no_connection",), True, Verdict.UNKNOWN),
        ("reset", ("no_answer",), True, Verdict.RETRY),
        ("reset", ("no_answer",), False, Verdict.UNKNOWN),
        ("limited", ("429",), False, Verdict.RETRY),
        ("limited", ("no_connection",), False, Verdict.REJECTED),
        ("garbage", ("5xx", "no_answer"), True, Verdict.UNKNOWN),
        ("refuse", ("5xx", "429"), True, Verdict.REJECTED),
    ],
)
def test_a_command_is_tried_again_by_its_own_rule_and_never_blindly(
    neighbour: Neighbour, mode: str, when: tuple[str, ...], dedup: bool, verdict: Verdict
) -> None:
    neighbour.mode = mode
    options = {"private_network": "yes", **({"dedup": "by_key"} if dedup else {})}

    receipt = a_gateway(neighbour.address, a_request(retry=Retry(when, (60,), 4)), options=options).send(a_parcel())

    assert receipt.verdict is verdict
    assert len(neighbour.asked) == 1


def test_the_neighbours_number_and_its_reason_are_read(neighbour: Neighbour) -> None:
    taken = a_gateway(neighbour.address, a_request(reference_at="data.taskId")).send(a_parcel())
    neighbour.mode = "refuse"
    refused = a_gateway(neighbour.address, a_request(reason_at="message")).send(a_parcel())

    assert taken.provider_id == "T-1"
    assert (refused.reason, refused.detail) == ("refused", "138******78 is refused")


def test_bodies_of_every_kind_escape_what_is_filled_in(neighbour: Neighbour) -> None:
    fields = (("waybill_no", "75"), ("note", '<x a="1">&\x00'))
    for body in ({"xml": "<n t='{note}'>{note}</n>"}, {"text": "{note}"}, {"form": {"n": "{note}"}}, {"json": '{"n": "{note}"}'}):
        a_gateway(neighbour.address, a_request(**body)).send(a_parcel(fields=fields))

    sent = [body for _, _, _, body in neighbour.asked]
    assert sent[0] == b"<n t='&lt;x a=&quot;1&quot;&gt;&amp;'>&lt;x a=&quot;1&quot;&gt;&amp;</n>"
    assert sent[2] == b"n=%3Cx+a%3D%221%22%3E%26%00"
    assert json.loads(sent[3]) == {"n": '<x a="1">&\x00'}


def test_a_secret_stands_where_its_mark_stood_and_nowhere_else(neighbour: Neighbour) -> None:
    request = a_request(headers={"X-App": "{app}"}, json='{"password": "{password}"}')
    neighbour.mode = "garbage"
    secrets = {"app": Secret("env:APP"), "password": Secret("env:PASSWORD")}

    receipt = a_gateway(neighbour.address, request, secrets=secrets).send(a_parcel())

    assert neighbour.asked[0][2]["x-app"] == "app-7f3c"
    assert json.loads(neighbour.asked[0][3]) == {"password": "s3cret-9a"}
    assert "s3cret" not in repr(receipt)


@given(st.text(max_size=20))
def test_no_value_can_begin_another_header(text: str) -> None:
    try:
        made = build(a_request(headers={"X-A": "{a}"}, path="/x"), "https://a.example", {"a": text}, key=KEY)
    except Unfillable:
        return

    assert "\r" not in made.headers["x-a"]
    assert "\n" not in made.headers["x-a"]
    assert made.headers["x-a"].isascii()


LOGIN = Login(
    request=a_request("login", path="/session", json='{"app": "{app}"}', refused_when={}), token_at="data.taskId", header="Authorization",
    prefix="Bearer ", keep_seconds=600,
)  # fmt: skip


def test_a_session_is_opened_once_and_again_when_it_is_old(neighbour: Neighbour) -> None:
    clock = SettableClock(NOW)
    gateway = a_gateway(neighbour.address, a_request(), clock, login=LOGIN, secrets={"app": Secret("env:APP")})

    for _ in range(3):
        gateway.send(a_parcel())
    clock.advance(timedelta(seconds=601))
    gateway.send(a_parcel())

    assert [path for _, path, _, _ in neighbour.asked].count("/session") == 2
    assert all(headers["authorization"] == "Bearer T-1" for _, path, headers, _ in neighbour.asked if path != "/session")


def test_a_session_that_cannot_be_opened_carries_nothing(neighbour: Neighbour) -> None:
    for mode, verdict in (("forbidden", Verdict.REJECTED), ("500", Verdict.RETRY), ("reset", Verdict.RETRY)):
        neighbour.mode = mode
        receipt = a_gateway(neighbour.address, a_request(), login=LOGIN, secrets={"app": Secret("env:APP")}).send(a_parcel())
        assert receipt.verdict is verdict

    assert {path for _, path, _, _ in neighbour.asked} == {"/session"}


@pytest.mark.parametrize(("mode", "verdict"), [("ok", Verdict.ACCEPTED), ("refuse", Verdict.REJECTED), ("missing", None), ("500", None), ("garbage", None), ("reset", None), ("forbidden", None)])  # fmt: skip
def test_a_look_up_says_yes_or_no_or_nothing(neighbour: Neighbour, mode: str, verdict: Verdict | None) -> None:
    neighbour.mode = mode
    status = a_request("status", method="GET", path="/status/{waybill_no}/{reference}")
    sent = Sent(key=KEY, provider_id="T-9", address="", handed_at=NOW, command="hold", fields=(("waybill_no", "75"),))

    found = a_gateway(neighbour.address, a_request(status_of=status)).look_up(sent)

    assert (found.verdict if found else None) is verdict
    assert neighbour.asked[0][:2] == ("GET", "/status/75/T-9")


PRIVATE = (
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "127.0.0.1",
    "::1",
    "fc00::1",
    "100.64.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
    "2002:0a00:0001::",
)
NEVER = (
    "169.254.169.254",
    "fe80::1",
    "0.0.0.0",
    "::",
    "224.0.0.1",
    "ff02::1",
    "100.100.100.200",
    "fd00:ec2::254",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "nonsense",
    "",
)
PUBLIC = ("8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8")


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_needs_leave(address: str) -> None:
    assert is_allowed(address, private=False) is False
    assert is_allowed(address, private=True) is True


@pytest.mark.parametrize("address", NEVER)
def test_some_addresses_are_never_gone_to(address: str) -> None:
    assert is_allowed(address, private=True) is False


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_needs_none(address: str) -> None:
    assert is_allowed(address, private=False) is True


def test_of_several_addresses_only_those_allowed_are_left() -> None:
    def look_up(host: str, port: int) -> Sequence[str]:
        return ["10.0.0.1", "8.8.8.8", "169.254.169.254"]

    assert addresses_of("a.example", 443, private=False, look_up=look_up) == ["8.8.8.8"]
    with pytest.raises(Forbidden):
        addresses_of("a.example", 443, private=False, look_up=lambda *_: ["10.0.0.1"])


def test_a_name_that_leads_into_the_house_is_not_followed_from_the_rules(neighbour: Neighbour) -> None:
    caller = Caller(look_up=lambda *_: ["127.0.0.1"])
    gateway = a_gateway(f"http://tms.example:{neighbour.port}", a_request(), caller=caller, options={})

    receipt = gateway.send(a_parcel())

    assert (receipt.verdict, receipt.reason) == (Verdict.REJECTED, "account")
    assert neighbour.asked == []


def test_the_word_of_the_environment_or_of_the_file_opens_the_house(neighbour: Neighbour) -> None:
    for base, options in ((Secret("env:APP"), {}), (neighbour.address, {"private_network": "yes"})):
        connection = Connection(
            name="t", label="t", type=ConnectionType.HTTP, base_url=base, options=options, commands={"hold": a_request()}, span=NOWHERE
        )
        receipt = CommandGateway(connection, SettableClock(NOW), {"env:APP": neighbour.address}.__getitem__).send(a_parcel())
        assert receipt.verdict is Verdict.ACCEPTED


def test_the_name_is_looked_up_once_and_the_request_bears_it(neighbour: Neighbour) -> None:
    looked: list[str] = []

    def look_up(host: str, port: int) -> Sequence[str]:
        looked.append(host)
        return ["127.0.0.1"] if len(looked) == 1 else ["10.255.255.1"]

    receipt = a_gateway(f"http://tms.example:{neighbour.port}", a_request(), caller=Caller(look_up=look_up)).send(a_parcel())

    assert receipt.verdict is Verdict.ACCEPTED
    assert looked == ["tms.example"]
    assert neighbour.asked[0][2]["host"] == f"tms.example:{neighbour.port}"


def test_an_address_with_a_password_in_it_is_refused(neighbour: Neighbour) -> None:
    receipt = a_gateway(f"http://user:pw@127.0.0.1:{neighbour.port}", a_request()).send(a_parcel())

    assert (receipt.verdict, receipt.reason) == (Verdict.REJECTED, "account")
    assert "pw" not in receipt.detail
    assert neighbour.asked == []


def test_the_certificate_must_bear_the_name_though_the_address_is_pinned(tmp_path: Path) -> None:
    certificate, key = a_certificate(tmp_path, "tms.example")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    keys: list[str] = []
    peer = Peer(keys)
    peer.server.socket = context.wrap_socket(peer.server.socket, server_side=True)
    trusting = ssl.create_default_context(cafile=str(certificate))
    with peer as address:
        port = address.rsplit(":", 1)[1]
        right, wrong = (
            a_gateway(f"https://{name}:{port}", a_request(), caller=Caller(look_up=lambda *_: ["127.0.0.1"], verify=trusting)).send(
                a_parcel()
            )
            for name in ("tms.example", "other.example")
        )

    assert right.verdict is Verdict.ACCEPTED
    assert (wrong.verdict, wrong.reason) == (Verdict.RETRY, "no_connection")
    assert NUMBER not in wrong.detail
