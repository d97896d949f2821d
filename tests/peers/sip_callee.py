"""A telephone at the other end of a SIP line: stdlib UDP, behaviour by the last two digits of the number, what it hears in a WAV."""

import re
import socket
import struct
import threading
import time
import wave
from dataclasses import dataclass, field
from pathlib import Path

REFUSALS = {"10": "486 Busy Here", "11": "603 Decline", "12": "404 Not Found", "13": "480 Temporarily Unavailable",
            "14": "503 Service Unavailable", "15": "403 Forbidden"}  # fmt: skip
AT_ONCE = ("12", "14", "15")
"""Nothing rings before these refusals."""
TIMEOUT = 0.1


@dataclass
class Call:
    """One call as the telephone saw it."""

    number: str
    invite: str
    heard: bytearray = field(default_factory=bytearray)
    """A-law, 8,000 a second."""
    packets: int = 0
    ended: threading.Event = field(default_factory=threading.Event)


class Callee:
    """Use as a context. 00 listens to the end, 01 hangs up after 1 s, 02 presses 1 (INFO), 03 presses 1 (RFC 4733), 04 presses 2,

    10 busy, 11 declines, 12 unknown, 13 away, 14 congested, 15 forbidden, 20 rings for ever, 21 never replies.
    """

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self.calls: list[Call] = []
        self.invites: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((host, port))
        self._socket.settimeout(TIMEOUT)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "Callee":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(2)
        for call in self.calls:
            call.ended.set()
        self._socket.close()

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                data, peer = self._socket.recvfrom(8192)
            except TimeoutError:
                continue
            self._take(data.decode("utf-8", "replace"), peer)

    def _take(self, message: str, peer: tuple[str, int]) -> None:
        method = message.split(" ", 1)[0]
        if method == "INVITE":
            self._invited(message, peer)
        elif method in ("BYE", "CANCEL"):
            self._say("200 OK", message, peer)
            for call in self.calls:
                if _header(call.invite, "Call-ID") == _header(message, "Call-ID"):
                    call.ended.set()
                    if method == "CANCEL":
                        self._say("487 Request Terminated", call.invite, peer)

    def _invited(self, message: str, peer: tuple[str, int]) -> None:
        number = re.match(r"INVITE sip:([^@;]+)@", message)
        digits = number[1] if number else ""
        self.invites.append(digits)
        fate = digits[-2:]
        if fate == "21" or any(_header(one.invite, "Call-ID") == _header(message, "Call-ID") for one in self.calls):
            return
        call = Call(digits, message)
        self.calls.append(call)
        self._say("100 Trying", message, peer)
        if fate not in AT_ONCE:
            self._say("180 Ringing", message, peer)
        if fate in REFUSALS:
            self._say(REFUSALS[fate], message, peer)
            call.ended.set()
        elif fate != "20":
            threading.Thread(target=self._answer, args=(call, peer, fate), daemon=True).start()

    def _answer(self, call: Call, peer: tuple[str, int], fate: str) -> None:
        rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        rtp.bind((self.host, 0))
        rtp.settimeout(TIMEOUT)
        sdp = (
            f"v=0\r\no=- 1 1 IN IP4 {self.host}\r\ns=-\r\nc=IN IP4 {self.host}\r\nt=0 0\r\nm=audio {rtp.getsockname()[1]} RTP/AVP 8 101\r\n"
            "a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n"
        )
        time.sleep(0.2)
        self._say("200 OK", call.invite, peer, sdp)
        began, acted = time.monotonic(), False
        while not call.ended.is_set():
            try:
                packet, source = rtp.recvfrom(2048)
                if packet[1] & 0x7F == 8:
                    call.heard += packet[12:]
                    call.packets += 1
            except TimeoutError:
                source = None
            if not acted and time.monotonic() - began > 1.0:
                acted = True
                self._act(call, peer, fate, rtp, source)
        rtp.close()

    def _act(self, call: Call, peer: tuple[str, int], fate: str, rtp: socket.socket, source: tuple[str, int] | None) -> None:
        if fate == "01":
            self._request("BYE", call, peer)
            call.ended.set()
        elif fate in ("02", "04"):
            self._request("INFO", call, peer, f"Signal={'1' if fate == '02' else '2'}\r\nDuration=160\r\n")
        elif fate == "03" and source is not None:
            for number in range(6):
                # Event 1, its end bit set in the last three packets.
                event = struct.pack("!BBH", 1, (0x80 if number >= 3 else 0) | 10, 160 * (number + 1))
                rtp.sendto(struct.pack("!BBHII", 0x80, 101 | (0x80 if number == 0 else 0), 1000 + number, 16000, 0xCA11EE) + event, source)
                time.sleep(0.02)

    def _say(self, status: str, request: str, peer: tuple[str, int], sdp: str = "") -> None:
        kept = [f"{name}: {_header(request, name)}" for name in ("From", "Call-ID", "CSeq")]
        to = _header(request, "To")
        to = to if ";tag=" in to or status.startswith("100") else f"{to};tag=callee"
        via = [line for line in request.split("\r\n") if line.lower().startswith("via:")]
        lines = [f"SIP/2.0 {status}", *via, *kept, f"To: {to}", f"Contact: <sip:callee@{self.host}:{self.port}>"]
        if sdp:
            lines.append("Content-Type: application/sdp")
        self._socket.sendto("\r\n".join([*lines, f"Content-Length: {len(sdp)}", "", sdp]).encode(), peer)

    def _request(self, method: str, call: Call, peer: tuple[str, int], body: str = "") -> None:
        target = re.search(r"<(sip:[^>]+)>", _header(call.invite, "Contact"))
        lines = [
            f"{method} {target[1] if target else ''} SIP/2.0",
            f"Via: SIP/2.0/UDP {self.host}:{self.port};branch=z9hG4bK{method}{len(self.calls)};rport",
            f"From: {_header(call.invite, 'To')};tag=callee",
            f"To: {_header(call.invite, 'From')}",
            f"Call-ID: {_header(call.invite, 'Call-ID')}",
            f"CSeq: 7 {method}",
            "Max-Forwards: 70",
            *(["Content-Type: application/dtmf-relay"] if body else []),
        ]
        self._socket.sendto("\r\n".join([*lines, f"Content-Length: {len(body)}", "", body]).encode(), peer)


def record_wav(call: Call, path: Path) -> float:
    """What the call heard, as a WAV of 16 bits; answers its root mean square, 0 to 1."""
    samples = [_linear(one) for one in call.heard]
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return float((sum((one / 32768) ** 2 for one in samples) / max(len(samples), 1)) ** 0.5)


def _linear(byte: int) -> int:
    """A-law (G.711) to 16 bits."""
    code = byte ^ 0x55
    size = ((code & 0x0F) << 4) + 8
    exponent = (code & 0x70) >> 4
    if exponent:
        size = (size + 0x100) << (exponent - 1)
    return size if code & 0x80 else -size


def _header(message: str, name: str) -> str:
    found = re.search(rf"^{name}:\s*(.*?)\r?$", message, re.MULTILINE | re.IGNORECASE)
    return found[1] if found else ""
