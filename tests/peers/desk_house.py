"""A house for a browser to work in: the real daemon under the shipped rules on a Monday morning, its people, and pages that remember every trouble."""

import importlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import sleep
from typing import Any

import httpx
import pytest

from adapters.sql.stores import open_stores
from engine.ports.staff import Access, User
from tests.crash.living import free_port
from tests.tidy.tree import ROOT
from tests.unit.web.console.desks import PASSWORD, quick_hash

ARGUMENTS = (
    "--no-sandbox", "--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--lang=zh-CN",
)  # fmt: skip
WAIT_MS = 45_000
MONDAY = datetime(2026, 11, 23, 0, 40, tzinfo=UTC)
"""08:40 in Shanghai: the desk has just opened."""
PEOPLE = {
    "8001": ("王经理", Access.ADMIN), "8011": ("李明", Access.AGENT), "8012": ("陈静", Access.AGENT), "8021": ("赵敏", Access.SUPERVISOR),
    "8031": ("周文", Access.RULE_EDITOR),
}  # fmt: skip
AXE = ROOT / ".peers" / "node_modules" / "axe-core" / "axe.min.js"
SHOTS = "WAYBILL_SCREENSHOTS"
"""A folder for pictures of every step; none are taken without it."""
EXPECTED = ("status of 422",)
"""What a browser says of a form that was filled in wrongly on purpose."""


RUN = """
import sys
from datetime import timedelta
from pathlib import Path
from adapters.clock import GuardedClock
from adapters.cli.main import main
ahead, true = Path(sys.argv.pop(1)), GuardedClock.now
GuardedClock.now = lambda clock: true(clock) + timedelta(seconds=float(ahead.read_text()))
sys.exit(main(["run", *sys.argv[1:]]))
"""
"""`waybill run` as anybody starts it, at another hour: how far ahead stands in a file."""
PROVIDER = """\
kind: connection
connection: desk_sms
label: 短信平台
type: http
carries: sms
base_url: http://127.0.0.1:{port}
private_network: yes
send: {{method: POST, path: /send, json: {{key: '{{key}}', to: '{{number}}', text: '{{text}}'}}, ok_when: {{code: 0}}}}
options: {{probe: /open, dedup: by_key}}
"""


@dataclass
class Hours:
    """The machine's clock, at another hour: it goes on by itself, and may be set ahead."""

    file: Path

    def begin(self, start: datetime) -> None:
        self._set(start - datetime.now(UTC))

    def now(self) -> datetime:
        """Aware, UTC."""
        return datetime.now(UTC) + timedelta(seconds=float(self.file.read_text()))

    def until(self, local: str) -> None:
        """Set ahead to this hour of the same day in Shanghai, `15:10`."""
        hour, minute = map(int, local.split(":"))
        shown = self.now() + timedelta(hours=8)
        self._set(
            self.now() - datetime.now(UTC)
            + timedelta(hours=hour, minutes=minute) - timedelta(hours=shown.hour, minutes=shown.minute, seconds=shown.second)
        )  # fmt: skip

    def _set(self, ahead: timedelta) -> None:
        self.file.with_suffix(".new").write_text(str(ahead.total_seconds()))
        self.file.with_suffix(".new").replace(self.file)


@dataclass
class Provider:
    """Of text messages: takes what it is given, unless its account is out of money."""

    refuses: bool = False
    texts: list[str] = field(default_factory=list)
    port: int = 0


@contextmanager
def provider() -> Iterator[Provider]:
    one = Provider()

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            if not one.refuses:
                one.texts.append(body["text"])
            self._answer()

        def do_GET(self) -> None:
            self._answer()

        def _answer(self) -> None:
            body = b'{"code": 0}'
            self.send_response(402 if one.refuses else 200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    one.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield one
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class House:
    """The daemon in a process of its own, and browsers of those who are signed in."""

    folder: Path
    address: str
    clock: Hours
    sms: Provider
    browser: Any
    troubles: list[str] = field(default_factory=list)
    pages: dict[str, Any] = field(default_factory=dict)
    shots: int = 0

    def reading(self) -> Any:
        """The database, as another process sees it."""
        return closing(open_stores(f"sqlite:///{self.folder}/waybill.db", check=False))

    def numbers(self) -> dict[str, float]:
        """What the daemon says of itself."""
        answer = httpx.get(f"{self.address}/healthz", trust_env=False, timeout=30)
        return dict(answer.json()["numbers"])

    def at(self, name: str, **options: Any) -> Any:
        """The page of this person, signed in by the form."""
        key = f"{name}{options or ''}"
        if key not in self.pages:
            self.pages[key] = page = self.watched(**options)
            page.goto(f"{self.address}/desk/login")
            page.fill("[name=name]", name)
            page.fill("[name=password]", PASSWORD)
            page.click("button.strong")
            page.wait_for_url("**/desk/board")
        return self.pages[key]

    def watched(self, **options: Any) -> Any:
        """A page of a new browser that writes down every error: of scripts, of the policy, of the network."""
        page = self.browser.new_context(locale="zh-CN", **options).new_page()
        page.set_default_timeout(WAIT_MS)
        page.on("console", lambda said: self._hear(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda problem: self.troubles.append(f"{page.url}: {problem}"))
        return page

    def _hear(self, text: str) -> None:
        if not any(one in text for one in EXPECTED):
            self.troubles.append(text)

    def go(self, page: Any, path: str) -> Any:
        page.goto(f"{self.address}/desk{path}")
        return page

    def shot(self, page: Any, name: str, *, full: bool = False) -> None:
        """A picture of a page or of a part of it, if they are wanted."""
        folder = os.environ.get(SHOTS)
        if folder:
            self.shots += 1
            page.screenshot(path=Path(folder) / f"{self.shots:02}-{name}.png", **({"full_page": True} if full else {}))

    def event(self, event: str, case: str | None = None, *, workflow: str = "shipment", at: datetime | None = None, sender: str = "tms.example",
              key: str = "", **data: object) -> Any:  # fmt: skip
        """A neighbour reports, at the gate."""
        body: dict[str, object] = {
            "specversion": "1.0", "type": f"com.example.{workflow}.{event}.v1", "source": sender, "id": key or f"{case}/{event}/{self.clock.now()}",
            "time": (at or self.clock.now() - timedelta(seconds=1)).isoformat(), "data": data,
        }  # fmt: skip
        headers = {"Content-Type": "application/cloudevents+json"}
        answer = httpx.post(f"{self.address}/events", json=body | ({"subject": case} if case else {}), headers=headers, trust_env=False)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def jump(self, local: str) -> None:
        """It is this late already."""
        self.clock.until(local)


def waybill(folder: Path, *words: str) -> None:
    """A command at the prompt."""
    env = {**os.environ, "WAYBILL_PASSWORD": PASSWORD, "WAYBILL_DB": f"sqlite:///{folder}/waybill.db"}
    done = subprocess.run(
        [sys.executable, "-m", "adapters.cli.main", *words], cwd=ROOT, env=env, capture_output=True, timeout=300, check=False
    )
    assert done.returncode == 0, (done.stdout + done.stderr).decode()


@contextmanager
def running(folder: Path, hours: Hours) -> Iterator[str]:
    """`waybill run` on a port of its own, until the day is over; its address."""
    port = free_port()
    words = [
        "--db",
        f"sqlite:///{folder}/waybill.db",
        "--rules",
        str(folder / "rulebook"),
        "--port",
        str(port),
        "--publish",
        "second-person",
    ]
    with (folder / "daemon.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-c", RUN, str(hours.file), *words], cwd=ROOT, stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_until_open(address, process, folder / "daemon.log")
            yield address
        finally:
            process.terminate()
            process.wait(60)


def _wait_until_open(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(400):
        assert process.poll() is None, log.read_text(encoding="utf-8")[-3000:]
        try:
            if httpx.get(f"{address}/healthz", trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            sleep(0.3)
    raise AssertionError(log.read_text(encoding="utf-8")[-3000:])


@contextmanager
def house(folder: Path) -> Iterator[House]:
    """Opened in the morning, shut when the day is over; skipped where no browser is."""
    program = shutil.which("chromium")
    if program is None or importlib.util.find_spec("playwright") is None:
        pytest.skip("no browser here: apt-get install chromium, and the wheel playwright")
    hours = Hours(folder / "ahead")
    hours.begin(MONDAY)
    with provider() as sms:
        waybill(folder, "init", str(folder / "rulebook"))
        (folder / "rulebook" / "rules" / "connections" / "desk_sms.yaml").write_text(PROVIDER.format(port=sms.port), encoding="utf-8")
        with running(folder, hours) as address:
            (first, (label, access)), *others = PEOPLE.items()
            waybill(folder, "user", "add", first, "--role", access.value, "--label", label)
            with closing(open_stores(f"sqlite:///{folder}/waybill.db", check=False)) as stores:
                for name, (label, access) in others:
                    user = User(name=name, label=label, access=access, password=quick_hash(PASSWORD), created_at=datetime.now(UTC))
                    assert stores.staff.add(user)
            with importlib.import_module("playwright.sync_api").sync_playwright() as started:
                browser = started.chromium.launch(executable_path=program, args=list(ARGUMENTS))
                yield House(folder, address, hours, sms, browser)
                browser.close()


def faults(page: Any) -> list[str]:
    """What axe-core finds that is serious or worse, each with the first place."""
    if not AXE.exists():
        pytest.skip("no axe-core here: make test-peers")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{page.url} {one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]} {one['nodes'][0].get('failureSummary', '')[:300]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]
