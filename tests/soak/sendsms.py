"""What does a gateway do to us in an hour? A sendsms that refuses, dawdles and loses its answers, and reports twice, late and in any order."""

import http.client
import threading
import time
import urllib.parse
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random

from tests.crash.provider import Provider, rules_with

MODES = ("up", "up", "refuses", "slow", "loses")
SLOW_SECONDS = 2.0
REPORT_SECONDS_MAX = 6.0
ASKED_AGAIN_SECONDS = 1.0
"""A door that nobody opens is knocked at again, as Kannel does."""
CONNECTION = """\
kind: connection
connection: lasting_sms
label: 记得住的短信平台
type: kannel
carries: sms
url: http://127.0.0.1:{port}
username: soak
password: env:SOAK_SECRET
public_url: http://127.0.0.1:{door}
receipts: {{token: env:SOAK_PUSH_TOKEN}}
"""


@dataclass(slots=True)
class Sendsms:
    """Remembers every text by its key, outlives every daemon, and pushes receipts."""

    chance: Random
    port: int = 0
    mode: str = "up"
    asked: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    reports: int = 0
    _owed: deque[tuple[float, str]] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, query: dict[str, str]) -> tuple[int, str] | None:
        """The answer to one request; None: it was taken, and no answer comes."""
        if not query.get("to"):
            return 400, "Empty receiver number not allowed, rejected"
        address = query.get("dlr-url", "")
        key = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(address).query)).get("ref", "")
        with self._lock:
            mode = self.mode
            if mode == "refuses":
                self.refused += 1
                return 503, "Temporal failure, try again later."
            self.asked[key] += 1
            for _ in range(self.chance.choice([1, 1, 1, 1, 2])):
                self._owed.append((time.monotonic() + self.chance.random() * REPORT_SECONDS_MAX, self._filled(address)))
        time.sleep(SLOW_SECONDS * self.chance.random() if mode == "slow" else 0)
        return None if mode == "loses" else (202, "0: Accepted for delivery")

    def report(self, over: threading.Event) -> None:
        """Push what is due until told to stop; the order is not kept."""
        while not over.wait(0.05):
            with self._lock:
                due = [one for one in self._owed if one[0] <= time.monotonic()]
                self._owed = deque(one for one in self._owed if one[0] > time.monotonic())
            for _, address in due:
                if not self._push(address):
                    with self._lock:
                        self._owed.append((time.monotonic() + ASKED_AGAIN_SECONDS, address))

    def owed(self) -> int:
        """Receipts not delivered yet."""
        with self._lock:
            return len(self._owed)

    def _push(self, address: str) -> bool:
        parts = urllib.parse.urlsplit(address)
        connection = http.client.HTTPConnection(parts.netloc, timeout=5)
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", f"{parts.path}?{parts.query}")
            if connection.getresponse().status < 300:
                self.reports += 1
                return True
        connection.close()
        return False

    def _filled(self, address: str) -> str:
        kind = self.chance.choice(["1"] * 9 + ["2"])
        return (
            address.replace("%d", kind).replace("%A", "").replace("%F", "soak").replace("%i", "soak").replace("%ts", "").replace("%T", "")
        )


@contextmanager
def sendsms(seed: int) -> Iterator[Sendsms]:
    """One on loopback."""
    one = Sendsms(Random(seed))

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            said = one.take(dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query, keep_blank_values=True)))
            with suppress(OSError):  # whoever asked was killed meanwhile
                if said is None:
                    self.close_connection = True
                    return
                body = said[1].encode()
                self.send_response(said[0])
                self.send_header("content-type", "text/html")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.daemon_threads = True
    one.port = server.server_address[1]
    over = threading.Event()
    threads = [threading.Thread(target=server.serve_forever, daemon=True), threading.Thread(target=one.report, args=[over], daemon=True)]
    for thread in threads:
        thread.start()
    try:
        yield one
    finally:
        over.set()
        server.shutdown()
        server.server_close()


def rules_for(one: Sendsms, door: int, folder: Path) -> Path:
    """The shipped rulebook, its texts carried by this gateway, its caps out of the way."""
    rules_with(Provider(), folder)
    (folder / "rules" / "connections" / "lasting_sms.yaml").write_text(CONNECTION.format(port=one.port, door=door), encoding="utf-8")
    return folder
