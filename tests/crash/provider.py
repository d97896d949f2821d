"""What truly left the house? A provider of SMS that outlives every daemon and never forgets a request."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from shutil import copytree

from adapters.files.rules import shipped_rules_dir

SLOW_SECONDS_MAX = 0.3
HELD_SECONDS_MAX = 30.0
CONNECTION = """\
kind: connection
connection: lasting_sms
label: 记得住的短信平台
type: http
carries: sms
base_url: http://127.0.0.1:{port}
private_network: yes
send: {{method: POST, path: /send, json: {{key: '{{key}}', to: '{{number}}', text: '{{text}}'}}, ok_when: {{code: 0}}}}
"""


@dataclass(slots=True)
class Provider:
    """Counts requests by key; a provider that cannot deduplicate, like the large ones."""

    port: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    chance: Random = field(default_factory=Random)
    holds: bool = False
    """It takes every request and answers none before `go_on`."""
    go_on: threading.Event = field(default_factory=threading.Event)


@contextmanager
def provider(seed: int) -> Iterator[Provider]:
    """A provider on loopback, slower now and then, so that a kill hits a request on its way."""
    one = Provider(chance=Random(seed))
    lock = threading.Lock()

    class Counter_(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            body = self.rfile.read(length)
            if len(body) < length:
                return  # whoever asked was killed in the middle of it
            with lock:
                one.asked[json.loads(body)["key"]] += 1
                wait = one.chance.choice([0.0, 0.0, SLOW_SECONDS_MAX]) * one.chance.random()
            time.sleep(wait)
            if one.holds:
                one.go_on.wait(HELD_SECONDS_MAX)
            answer = b'{"code": 0}'
            try:
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)
            except OSError:
                return  # whoever asked was killed meanwhile

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Counter_)
    one.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield one
    finally:
        one.go_on.set()
        server.shutdown()
        server.server_close()


def rules_with(one: Provider, folder: Path) -> Path:
    """The shipped rulebook, its SMS carried by this provider, its caps out of the way."""
    shipped = shipped_rules_dir()
    for part in ("workflows", "rules"):
        copytree(shipped / part, folder / part)
    (folder / "rules" / "connections" / "lasting_sms.yaml").write_text(CONNECTION.format(port=one.port), encoding="utf-8")
    messages = folder / "rules" / "messages.yaml"
    text = messages.read_text(encoding="utf-8")
    lines = ["caps: {customer: 5000 per day, staff: 5000 per hour}" if line.startswith("caps:") else line for line in text.splitlines()]
    messages.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder
