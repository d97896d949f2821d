"""How is a message handed to a mail server? One SMTP conversation; how far it came decides whether it may be repeated.

Source: RFC 5321 (codes), RFC 3463 (enhanced codes).
"""

import contextlib
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from adapters.signing.caller import is_open
from adapters.signing.codes import Codes, meaning
from adapters.signing.exchange import Resolve
from engine.model.connection import Connection
from engine.model.masks import mask_text
from engine.model.plain import plain
from engine.model.receipt import Capabilities, Parcel, Receipt, Sent, Verdict
from engine.ports.clock import Clock

PORTS = {"tls": 465, "starttls": 587, "none": 25}
SUBJECT = "通知"
OPEN_SECONDS_MAX, TOTAL_SECONDS_MAX = 4.5, 10.0
"""For each of connecting and greeting; for all of it."""
ADDRESS = re.compile(r"[A-Za-z0-9._%+'/=?^{}~!#$&*|-]{1,64}@[A-Za-z0-9.-]{1,253}")

CODES: Codes = {
    "* 421*": (Verdict.RETRY, "busy"),
    "login 4??*": (Verdict.RETRY, "busy"),
    "login *": (Verdict.REJECTED, "account"),
    "mail 4??*": (Verdict.RETRY, "busy"),
    "mail *": (Verdict.REJECTED, "account"),
    "rcpt 452 4.2.2*": (Verdict.REJECTED, "away"),
    "rcpt 4??*": (Verdict.RETRY, "busy"),
    "rcpt 530*": (Verdict.REJECTED, "account"),
    "rcpt 5?? 5.7.*": (Verdict.REJECTED, "account"),
    "rcpt 552*": (Verdict.REJECTED, "away"),
    "rcpt 5??*": (Verdict.REJECTED, "bad_number"),
    "data 452 4.2.2*": (Verdict.REJECTED, "away"),
    "data 4??*": (Verdict.RETRY, "busy"),
    "data 552*": (Verdict.REJECTED, "text_refused"),
    "data 5?? 5.1.*": (Verdict.REJECTED, "bad_number"),
    "data 530*": (Verdict.REJECTED, "account"),
    "data 535*": (Verdict.REJECTED, "account"),
    "data 5??*": (Verdict.REJECTED, "text_refused"),
    "hello 4??*": (Verdict.RETRY, "busy"),
    "hello *": (Verdict.REJECTED, "account"),
}
"""Stage, code and the server's words: `rcpt 550 5.1.1 no such user`."""


@dataclass(slots=True)
class _Progress:
    """How far one conversation came."""

    stage: str = "connect"
    """connect, hello, login, mail, rcpt, data."""
    late: bool = False
    connection: socket.socket | None = None


class Mail:
    """The gateway of `type: smtp`. A server that took a mail says no more: accepted is the best there is."""

    def __init__(self, connection: Connection, clock: Clock, resolve: Resolve, *, trust: ssl.SSLContext | None = None) -> None:
        """`trust`: whose certificates count; None: the machine's."""
        self.name = connection.name
        self.capabilities = Capabilities()
        self._options = connection.options
        self._security = connection.options.get("security", "starttls")
        self._host = connection.options.get("host", "")
        self._clock = clock
        self._resolve = resolve
        self._trust = trust or ssl.create_default_context()

    def send(self, parcel: Parcel) -> Receipt:
        """One conversation, one recipient."""
        now = self._clock.now()
        refused = Receipt(verdict=Verdict.REJECTED, key=parcel.key, at=now, final=True)
        if parcel.expired(now):
            return replace(refused, reason="expired")
        if not ADDRESS.fullmatch(parcel.address):
            return replace(refused, reason="bad_number", detail="not a mail address")
        try:
            port = self._port()
            password = self._resolve(self._options["password"]) if "password" in self._options else ""
            mail = self._write(parcel, now)
        except (LookupError, OSError, ValueError) as problem:
            return replace(refused, reason="account", detail=f"setting: {problem}"[:200], final=False)
        return self._carry(mail, parcel, port, password, now)

    def look_up(self, sent: Sent) -> Receipt | None:
        """A mail server cannot tell."""
        return None

    def cancel(self, key: str) -> None:
        """A mail that left is not taken back."""

    def probe(self) -> bool:
        """Does the server listen? Nothing is sent."""
        try:
            return is_open(self._host, self._port())
        except ValueError:
            return False

    def _port(self) -> int:
        if self._security not in PORTS:
            raise ValueError("security is tls, starttls or none")
        return int(self._options.get("port", PORTS[self._security]))

    def _write(self, parcel: Parcel, now: datetime) -> bytes:
        """The whole mail. The id follows from the key, so that a repetition is recognised as one."""
        sender = self._options.get("from", "")
        mail = EmailMessage(policy=SMTP)
        mail["Subject"] = plain(parcel.subject) or self._options.get("subject", SUBJECT)
        mail["From"] = sender
        mail["To"] = parcel.address
        mail["Date"] = format_datetime(now)
        mail["Message-ID"] = f"<{parcel.key}@{_address_of(sender).rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(_whole(parcel.text), cte="base64")
        if parcel.html:
            mail.add_alternative(_whole(parcel.html), subtype="html", cte="base64")
        for file in parcel.files:
            main, _, sub = file.media_type.partition("/")
            mail.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name)
        return mail.as_bytes()

    def _carry(self, mail: bytes, parcel: Parcel, port: int, password: str, now: datetime) -> Receipt:
        blank = Receipt(verdict=Verdict.UNKNOWN, key=parcel.key, at=now)
        hide = (password, parcel.address)
        with _deadline() as progress:
            try:
                said = self._talk(mail, parcel.address, port, password, progress)
            except ssl.SSLCertVerificationError as problem:
                return replace(blank, verdict=Verdict.REJECTED, reason="account", code="certificate", detail=problem.verify_message[:200])
            except smtplib.SMTPResponseException as problem:
                return _refused(blank, progress.stage, problem.smtp_code, problem.smtp_error, hide)
            except smtplib.SMTPRecipientsRefused as problem:
                code, words = next(iter(problem.recipients.values()))
                return _refused(blank, "rcpt", code, words, hide)
            except smtplib.SMTPNotSupportedError as problem:
                return replace(blank, verdict=Verdict.REJECTED, reason="account", detail=str(problem)[:200])
            except (smtplib.SMTPException, OSError, ValueError) as problem:
                if progress.stage != "data":
                    return replace(blank, verdict=Verdict.RETRY, reason="no_connection", detail=type(problem).__name__)
                # smtplib says "closed" of a silence too, and keeps what it really was beside it.
                late = progress.late or isinstance(problem, TimeoutError) or isinstance(problem.__context__, TimeoutError)
                return replace(blank, reason="no_answer" if late else "cut", detail=type(problem).__name__)
        return replace(blank, verdict=Verdict.ACCEPTED, final=True, provider_id=parcel.key, code=said)

    def _talk(self, mail: bytes, address: str, port: int, password: str, progress: _Progress) -> str:
        """The conversation, from hello to the full stop; the code that took the mail."""
        server = self._open(port)
        try:
            if progress.late or server.sock is None:
                raise TimeoutError
            server.sock.settimeout(TOTAL_SECONDS_MAX)
            progress.connection = server.sock
            progress.stage = "hello"
            server.ehlo_or_helo_if_needed()
            if self._security == "starttls":
                server.starttls(context=self._trust)
                progress.connection = server.sock
                server.ehlo()
            if password:
                progress.stage = "login"
                server.login(self._options.get("username", ""), password)
            progress.stage = "mail"
            _expect(server.mail(_address_of(self._options.get("from", ""))))
            progress.stage = "rcpt"
            _expect(server.rcpt(address))
            progress.stage = "data"
            code, words = server.data(mail)
            _expect((code, words))
            return str(code)
        finally:
            # The mail is taken or not; how politely we part changes nothing.
            with contextlib.suppress(smtplib.SMTPException, OSError):
                server.close()

    def _open(self, port: int) -> smtplib.SMTP:
        name = "waybill"
        if self._security == "tls":
            return smtplib.SMTP_SSL(self._host, port, local_hostname=name, timeout=OPEN_SECONDS_MAX, context=self._trust)
        return smtplib.SMTP(self._host, port, local_hostname=name, timeout=OPEN_SECONDS_MAX)


def _whole(text: str) -> str:
    """Without halves of a pair, which no encoding can write."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _address_of(sender: str) -> str:
    """`客服 <desk@example.com>` -> `desk@example.com`. Raises ValueError for what is none."""
    address = sender.rpartition("<")[2].rstrip("> ").strip()
    if not ADDRESS.fullmatch(address):
        raise ValueError("from is not a mail address")
    return address


def _expect(answer: tuple[int, bytes]) -> None:
    code, words = answer
    if not 200 <= code < 300:
        raise smtplib.SMTPResponseException(code, words)


def _refused(blank: Receipt, stage: str, code: int, words: bytes | str, hide: tuple[str, ...]) -> Receipt:
    if code <= 0:
        return replace(blank, verdict=Verdict.RETRY, reason="no_connection") if stage != "data" else replace(blank, reason="garbled")
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    verdict, reason = meaning(CODES, f"{stage} {code}", text)
    for one in filter(None, hide):
        text = text.replace(one, "***")
    detail = "".join(letter if letter.isprintable() else " " for letter in mask_text(text))
    return replace(blank, verdict=verdict, reason=reason, code=f"{stage} {code}", detail=f"{code} {detail}"[:200])


@contextlib.contextmanager
def _deadline() -> Iterator[_Progress]:
    """Ends the conversation when the time is over: a server that trickles could hold us for ever."""
    progress = _Progress()

    def strike() -> None:
        progress.late = True
        if progress.connection is not None:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(progress.connection, socket.SHUT_RDWR)

    timer = threading.Timer(TOTAL_SECONDS_MAX, strike)
    timer.daemon = True
    timer.start()
    try:
        yield progress
    finally:
        timer.cancel()
