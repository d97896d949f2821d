"""A neighbour that answers well or badly on demand: a real HTTP server on loopback."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HELD_SECONDS_MAX = 5


@dataclass
class Neighbour:
    """What the server was asked, and how it shall answer."""

    port: int = 0
    mode: str = "ok"
    retry_after: str = "30"
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


PLAIN = {
    "ok": (200, b'{"code": 0, "data": {"taskId": "T-1"}}'),
    "refuse": (200, b'{"code": 17, "message": "13812345678 is refused"}'),
    "bad_request": (400, b'{"message": "no"}'),
    "forbidden": (403, b"{}"),
    "missing": (404, b"{}"),
    "busy_key": (409, b"{}"),
    "500": (500, b"oops 13812345678"),
    "200-with-error": (200, b'{"code": 99}'),
    "garbage": (200, b"<html>\xff\xfe{"),
    "redirect": (302, b""),
}


def _answer(neighbour: Neighbour, peer: BaseHTTPRequestHandler) -> None:
    mode = neighbour.mode
    if mode == "hang":
        neighbour.closing.wait(HELD_SECONDS_MAX)
    elif mode == "reset":
        peer.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        peer.connection.close()
    elif mode == "limited":
        _write(peer, 429, b"{}", {"Retry-After": neighbour.retry_after})
    elif mode == "big":
        _write(peer, 200, b'{"code": 0, "x": "' + b"x" * 2_000_000 + b'"}', {})
    elif mode == "zipped":
        _write(peer, 200, b'{"code": 0}', {"Content-Encoding": "gzip"})
    elif mode == "trickle":
        peer.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not neighbour.closing.wait(0.05):
            peer.wfile.write(b"X-A: b\r\n")
    else:
        status, body = PLAIN[mode]
        _write(peer, status, body, {"Location": "http://127.0.0.1:1/inside"} if status == 302 else {})


def _write(peer: BaseHTTPRequestHandler, status: int, body: bytes, headers: dict[str, str]) -> None:
    peer.send_response(status)
    for name, value in {**headers, "Content-Length": str(len(body))}.items():
        peer.send_header(name, value)
    peer.end_headers()
    peer.wfile.write(body)


@contextmanager
def a_neighbour(mode: str = "ok") -> Iterator[Neighbour]:
    """A server for the length of a test."""
    neighbour = Neighbour(mode=mode)

    class Peer(BaseHTTPRequestHandler):
        def do_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            neighbour.asked.append((self.command, self.path, headers, body))
            try:
                _answer(neighbour, self)
            except (OSError, ValueError):
                self.close_connection = True

        do_GET = do_POST = do_PUT = do_DELETE = do_any

        def log_message(self, *_: object) -> None:
            """Silence."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A peer that hangs up is what the tests are about."""

    server = Quiet(("127.0.0.1", 0), Peer)
    neighbour.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield neighbour
    finally:
        neighbour.closing.set()
        server.shutdown()
        server.server_close()
        thread.join(2)


def a_closed_port() -> int:
    """A port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
