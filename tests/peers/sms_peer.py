"""A provider of our own on loopback that answers well, or fails as told: one request, one fault."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HELD_SECONDS_MAX = 5
BIG = b'{"Code": "OK", "x": "' + b"x" * 10_000_000 + b'"}'


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def query(self) -> str:
        return self.path.partition("?")[2]


@dataclass(frozen=True)
class Said:
    """One answer."""

    status: int
    body: bytes
    media_type: str = "application/json"


@dataclass
class Provider:
    """What it was asked, and how it shall answer. What imitates a real provider says how by `answer`."""

    port: int = 0
    fault: str = ""
    """Empty: it works. Else one of FAULTS, or `says CODE`: a refusal in the provider's shape."""
    asked: list[Asked] = field(default_factory=list)
    sent: int = 0
    """How many texts it took or refused; questions do not count."""
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def code(self) -> str:
        """What `says CODE` says; empty if it works."""
        return self.fault.removeprefix("says ") if self.fault.startswith("says ") else ""

    def answer(self, asked: Asked) -> Said:
        raise NotImplementedError


PLAIN = {
    "500": Said(500, b"oops 13812345678", "text/plain"),
    "garbage": Said(200, b"<html>\xff\xfe{", "text/html"),
    "big": Said(200, BIG),
    "429": Said(429, b"{}"),
    "moved": Said(302, b""),
}
FAULTS = ("hang before reading", "hang after reading", "drop", "cut", "reset", "slow", "zipped", *PLAIN)


def _write(peer: BaseHTTPRequestHandler, said: Said, more: Mapping[str, str], length: int | None = None) -> None:
    peer.send_response(said.status)
    headers = {"Content-Type": said.media_type, "Content-Length": str(len(said.body) if length is None else length), **more}
    for name, value in headers.items():
        peer.send_header(name, value)
    peer.end_headers()
    peer.wfile.write(said.body)


def _serve(provider: Provider, peer: BaseHTTPRequestHandler, said: Said) -> None:
    fault = provider.fault
    if fault == "hang after reading":
        provider.closing.wait(HELD_SECONDS_MAX)
    elif fault == "drop":
        peer.close_connection = True
    elif fault == "cut":
        _write(peer, Said(said.status, said.body[: len(said.body) // 2], said.media_type), {}, length=len(said.body))
        peer.close_connection = True
    elif fault == "reset":
        peer.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        peer.connection.close()
    elif fault == "slow":
        peer.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not provider.closing.wait(0.05):
            peer.wfile.write(b"X-A: b\r\n")
    elif fault == "zipped":
        _write(peer, said, {"Content-Encoding": "gzip"})
    elif fault in PLAIN:
        _write(peer, PLAIN[fault], {"Retry-After": "30", "Location": "http://127.0.0.1:1/inside"})
    else:
        _write(peer, said, {})


@contextmanager
def running(provider: Provider) -> Iterator[Provider]:
    """On loopback, for the length of a test."""

    class Peer(BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            if provider.fault == "hang before reading":
                provider.closing.wait(HELD_SECONDS_MAX)
                self.close_connection = True
                return
            super().handle_one_request()

        def do_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked = Asked(self.command, self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            provider.asked.append(asked)
            try:
                _serve(provider, self, provider.answer(asked))
            except (OSError, ValueError):
                self.close_connection = True

        do_GET = do_POST = do_any

        def log_message(self, *_: object) -> None:
            """Silence."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A peer that hangs up is what the tests are about."""

    server = Quiet(("127.0.0.1", 0), Peer)
    provider.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        provider.closing.set()
        server.shutdown()
        server.server_close()
        thread.join(2)
