"""A house for a browser to work in: the real daemon under the shipped rules on a Monday morning, its people, and pages that remember every trouble."""

import importlib
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.clock import SystemClock
from adapters.sms.recorder import Mode, Recorder
from adapters.wiring import SECOND_PERSON, Daemon, Options
from engine.ports.staff import Access, User
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


class Hours(SystemClock):
    """The machine's clock, at another hour: it goes on by itself, and may be set ahead."""

    def __init__(self, start: datetime) -> None:
        self._ahead = start - datetime.now(UTC)

    def now(self) -> datetime:
        """Aware, UTC."""
        return datetime.now(UTC) + self._ahead

    def until(self, local: str) -> None:
        """Set ahead to this hour of the same day in Shanghai, `15:10`."""
        hour, minute = map(int, local.split(":"))
        shown = self.now() + timedelta(hours=8)
        self._ahead += timedelta(hours=hour, minutes=minute) - timedelta(hours=shown.hour, minutes=shown.minute, seconds=shown.second)


@dataclass
class House:
    """The daemon, and browsers of those who are signed in."""

    daemon: Daemon
    clock: Hours
    browser: Any
    troubles: list[str] = field(default_factory=list)
    pages: dict[str, Any] = field(default_factory=dict)
    shots: int = 0

    @property
    def address(self) -> str:
        return self.daemon.server.address

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

    def sms(self, mode: Mode) -> None:
        """The provider of text messages breaks down, or is back."""
        post = self.daemon.desk.post
        gateway = post.gateways["sms"]
        assert isinstance(gateway, Recorder)
        gateway.mode = mode
        if mode is Mode.UP:
            in_a_thread(lambda: post.channel_back("sms", self.clock.now()))
            self.daemon.desk.wake()

    def jump(self, local: str) -> None:
        """It is this late already."""
        self.clock.until(local)
        self.daemon.desk.wake()


def in_a_thread(act: Callable[[], object]) -> None:
    """Playwright's loop runs in this thread; the desk is asked from another one."""
    thread = threading.Thread(target=act)
    thread.start()
    thread.join()


@contextmanager
def house(folder: Path) -> Iterator[House]:
    """Opened in the morning, shut when the day is over; skipped where no browser is."""
    program = shutil.which("chromium")
    if program is None or importlib.util.find_spec("playwright") is None:
        pytest.skip("no browser here: apt-get install chromium, and the wheel playwright")
    clock = Hours(MONDAY)
    daemon = Daemon(Options(db=f"sqlite:///{folder}/waybill.db", port=0, clock=clock, publish=SECOND_PERSON))
    for name, (label, access) in PEOPLE.items():
        user = User(name=name, label=label, access=access, password=quick_hash(PASSWORD), created_at=datetime.now(UTC))
        daemon.desk.stores.staff.add(user)  # type: ignore[attr-defined]  # A store has all ports.
    daemon.start()
    with importlib.import_module("playwright.sync_api").sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield House(daemon, clock, browser)
        browser.close()
    daemon.stop()


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
