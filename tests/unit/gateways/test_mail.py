"""Mail: the one contract against a real SMTP server, and every way a conversation can end against one that fails as told."""

import email
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from adapters.chat import mail as mail_module
from adapters.chat.mail import Mail
from adapters.clock import SettableClock
from engine.model.connection import Connection, ConnectionType
from engine.model.receipt import Verdict
from engine.model.span import NOWHERE
from engine.ports.gateway import Gateway
from tests.contract.gateway_contract import KEY, NOW, GatewayContract, a_parcel
from tests.contract.gateway_server import a_closed_port

TO = "zhang@example.com"
PASSWORD = "s3cret-of-the-postman"

# The server of these tests is not ours: what it leaves open when a client hangs up on it is its own affair.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def a_mail(port: int | str, *, trust: ssl.SSLContext | None = None, **more: str) -> Mail:
    options = {"host": "127.0.0.1", "port": str(port), "from": "客服台 <desk@example.com>", "security": "none", **more}
    connection = Connection(name="mail", label="邮件", type=ConnectionType.SMTP, options=options, span=NOWHERE)
    return Mail(connection, SettableClock(NOW), {"env:MAIL": PASSWORD}.__getitem__, trust=trust)


@dataclass
class Box:
    """What a server took, and what it says to whom."""

    taken: list[Any] = field(default_factory=list)
    rcpt: str = "250 ok"
    data: str = "250 taken"

    async def handle_RCPT(self, server: object, session: object, envelope: Any, address: str, options: object) -> str:
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:
        if self.data.startswith("250"):
            self.taken.append(envelope)
        return self.data


@contextmanager
def a_server(box: Box, **more: Any) -> Iterator[int]:
    controller = Controller(box, hostname="127.0.0.1", port=_free_port(), **more)
    controller.start()
    try:
        yield int(controller.port)
    finally:
        controller.stop()


class TestMailKeepsTheContract(GatewayContract):
    """The contract's address is a number, so its parcels are sent to a person who has one."""

    box: Box

    @pytest.fixture
    def gateway(self) -> Iterator[Gateway]:
        self.box = Box()
        with a_server(self.box) as port:
            yield _Readdressed(a_mail(port))  # type: ignore[misc]  # It stands for the gateway it holds.

    def deliveries(self) -> int:
        return len(self.box.taken)


class _Readdressed:
    """Sends to TO whatever number is written."""

    def __init__(self, mail: Mail) -> None:
        self._mail = mail

    def __getattr__(self, name: str) -> Any:
        return getattr(self._mail, name)

    def send(self, parcel: Any) -> Any:
        return self._mail.send(a_parcel(address=TO, key=parcel.key, valid_until=parcel.valid_until))


def test_a_mail_arrives_whole_with_an_id_that_follows_from_its_key() -> None:
    box = Box()
    with a_server(box) as port:
        receipt = a_mail(port, subject="提货提醒").send(a_parcel(address=TO, text="请提货\n.\n8011 号"))

    (envelope,) = box.taken
    written = email.message_from_bytes(envelope.content, policy=default)
    assert receipt.verdict is Verdict.ACCEPTED
    assert (envelope.mail_from, envelope.rcpt_tos) == ("desk@example.com", [TO])
    assert written["Message-ID"] == f"<{KEY}@example.com>"
    assert (written["Subject"], written["Date"]) == ("提货提醒", "Mon, 23 Nov 2026 01:00:00 +0000")
    assert written.get_content().strip().splitlines() == ["请提货", ".", "8011 号"]  # type: ignore[attr-defined]  # The default policy makes an EmailMessage.


@pytest.mark.parametrize(
    ("says", "verdict", "reason", "code"),
    [
        ({"rcpt": "550 5.1.1 no such user"}, Verdict.REJECTED, "bad_number", "rcpt 550"),
        ({"rcpt": "550 5.7.1 relaying denied"}, Verdict.REJECTED, "account", "rcpt 550"),
        ({"rcpt": "450 4.2.0 greylisted"}, Verdict.RETRY, "busy", "rcpt 450"),
        ({"rcpt": "452 4.2.2 mailbox full"}, Verdict.REJECTED, "away", "rcpt 452"),
        ({"data": "554 5.7.1 looks like spam"}, Verdict.REJECTED, "text_refused", "data 554"),
        ({"data": "451 4.3.0 try later"}, Verdict.RETRY, "busy", "data 451"),
        ({"data": "421 4.3.2 closing"}, Verdict.RETRY, "busy", "data 421"),
    ],
)
def test_every_refusal_has_one_verdict(says: dict[str, str], verdict: Verdict, reason: str, code: str) -> None:
    box = Box(**says)
    with a_server(box) as port:
        receipt = a_mail(port).send(a_parcel(address=TO))

    assert (receipt.verdict, receipt.reason, receipt.code) == (verdict, reason, code)
    assert box.taken == []


@pytest.mark.parametrize("address", ["13812345678", "a@b\r\nBcc: c@d.com", "a b@c.com", "<a@b.com>", "张@example.com", ""])
def test_what_is_no_address_is_refused_unsent(address: str) -> None:
    receipt = a_mail(a_closed_port()).send(a_parcel(address=address))

    assert (receipt.verdict, receipt.reason) == (Verdict.REJECTED, "bad_number")


@pytest.mark.parametrize(
    "options", [{"from": "nobody"}, {"port": "x"}, {"security": "perhaps"}, {"password": "env:GONE"}, {"subject": "a\nb"}]
)
def test_a_setting_that_is_none_is_the_accounts_fault(options: dict[str, str]) -> None:
    receipt = a_mail(**{"port": a_closed_port(), **options}).send(a_parcel(address=TO))  # type: ignore[arg-type]  # The port too is a text.

    assert (receipt.verdict, receipt.reason) == (Verdict.REJECTED, "account")


def test_where_nobody_listens_it_surely_did_not_leave() -> None:
    gateway = a_mail(a_closed_port())

    receipt = gateway.send(a_parcel(address=TO))

    assert (receipt.verdict, receipt.reason, gateway.probe()) == (Verdict.RETRY, "no_connection", False)


SCRIPT = {
    "silent": [],
    "cut at hello": [b"220 hi\r\n", None],
    "cut at recipient": [b"220 hi\r\n", b"250 ok\r\n", b"250 ok\r\n", None],
    "cut before the text": [b"220 hi\r\n", b"250 ok\r\n", b"250 ok\r\n", b"250 ok\r\n", None],
    "cut after the text": [b"220 hi\r\n", b"250 ok\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n", None],
    "silent after the text": [b"220 hi\r\n", b"250 ok\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n"],
    "rubbish": [b"\xff\xfe\xfd\r\n"],
    "refuses the sender": [b"220 hi\r\n", b"250 ok\r\n", b"553 5.1.8 who are you\r\n"],
}


@contextmanager
def a_script(lines: list[bytes | None]) -> Iterator[int]:
    """One answer per thing said; None: hang up; at the end: silence."""
    server = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        peer, _ = server.accept()
        with peer:
            for number, line in enumerate(lines):
                if number:
                    # All of a text is one thing said: it ends with a full stop on a line of its own.
                    said = peer.recv(65536)
                    while lines[number - 1] == b"354 go\r\n" and not said.endswith(b"\r\n.\r\n"):
                        said += peer.recv(65536)
                if line is None:
                    return
                peer.sendall(line)
            over.wait(5)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        over.set()
        thread.join(2)
        server.close()


@pytest.mark.parametrize(
    ("script", "verdict", "reason"),
    [
        ("silent", Verdict.RETRY, "no_connection"),
        ("cut at hello", Verdict.RETRY, "no_connection"),
        ("cut at recipient", Verdict.RETRY, "no_connection"),
        ("cut before the text", Verdict.UNKNOWN, "cut"),
        ("cut after the text", Verdict.UNKNOWN, "cut"),
        ("silent after the text", Verdict.UNKNOWN, "no_answer"),
        ("rubbish", Verdict.RETRY, "no_connection"),
        ("refuses the sender", Verdict.REJECTED, "account"),
    ],
)
def test_how_far_it_came_decides_whether_it_may_be_repeated(
    script: str, verdict: Verdict, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unhurried = mail_module.TOTAL_SECONDS_MAX
    monkeypatch.setattr(mail_module, "OPEN_SECONDS_MAX", 0.4)
    monkeypatch.setattr(mail_module, "TOTAL_SECONDS_MAX", 0.8)
    began = time.monotonic()
    with a_script(SCRIPT[script]) as port:
        receipt = a_mail(port).send(a_parcel(address=TO))

    assert (receipt.verdict, receipt.reason) == (verdict, reason)
    assert time.monotonic() - began < unhurried


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Of a server, and who trusts it."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("certificate")
    key, cert = folder / "key.pem", folder / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)]
    subprocess.run([*command, *subject], check=True, capture_output=True)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(cert, key)
    return server, ssl.create_default_context(cafile=str(Path(cert)))


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_mail_travels_sealed_and_signed_in(certificate: tuple[ssl.SSLContext, ssl.SSLContext], security: str) -> None:
    server, trust = certificate
    box, heard = Box(), []

    def authenticator(_: object, __: object, ___: object, mechanism: str, data: Any) -> AuthResult:
        heard.append((data.login, data.password))
        return AuthResult(success=data.password == PASSWORD.encode())

    more = {"ssl_context": server} if security == "tls" else {"tls_context": server, "require_starttls": True}
    # Over TLS from the first byte the server cannot see that it is sealed.
    more |= {"authenticator": authenticator, "auth_require_tls": security == "starttls"}
    with a_server(box, **more) as port:
        receipt = a_mail(port, trust=trust, security=security, username="desk", password="env:MAIL").send(a_parcel(address=TO))

    assert receipt.verdict is Verdict.ACCEPTED
    assert heard == [(b"desk", PASSWORD.encode())]
    assert len(box.taken) == 1


def test_a_wrong_password_is_the_accounts_fault_and_is_not_shown() -> None:
    def no(*_: object) -> AuthResult:
        return AuthResult(success=False, handled=False)

    with a_server(Box(), authenticator=no, auth_require_tls=False) as port:
        receipt = a_mail(port, username="desk", password="env:MAIL").send(a_parcel(address=TO))

    assert (receipt.verdict, receipt.reason, receipt.code) == (Verdict.REJECTED, "account", "login 535")
    assert PASSWORD not in repr(receipt)


def test_a_certificate_nobody_vouches_for_stops_the_counter(certificate: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    box = Box()
    with a_server(box, tls_context=certificate[0]) as port:
        receipt = a_mail(port, security="starttls").send(a_parcel(address=TO))

    assert (receipt.verdict, receipt.reason, receipt.code) == (Verdict.REJECTED, "account", "certificate")
    assert box.taken == []


def test_a_server_without_a_seal_gets_nothing() -> None:
    box = Box()
    with a_server(box) as port:
        receipt = a_mail(port, security="starttls").send(a_parcel(address=TO))

    assert (receipt.verdict, receipt.reason) == (Verdict.REJECTED, "account")
    assert box.taken == []


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
