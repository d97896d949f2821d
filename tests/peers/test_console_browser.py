"""Does the console work in a real browser? Debian's Chromium signs in, watches the board live, claims, and meets no error of the policy."""

import importlib
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.clock import HurriedClock
from adapters.wiring.daemon import Daemon
from adapters.wiring.options import Options
from engine.ports.staff import Access, User
from engine.service.desk import Incoming
from tests.unit.web.console.desks import PASSWORD, quick_hash

ARGUMENTS = (
    "--no-sandbox", "--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
SECONDS = 30_000
"""Milliseconds in truth: a busy machine may take its time."""
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""Ten in the morning at the desk: at night and on a weekend what is ordered now is due beyond the board."""
ORDER = {
    "source": "web", "city": "<i>深", "pickup_address": "科技园1号", "shipper_phone": "13812343212", "goods": "<img>", "pieces": 6,
    "weight_kg": 120, "destination": "杭州", "consignee_name": "马先生", "consignee_phone": "13912345678", "pay_by": "现付",
}  # fmt: skip


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    running = Daemon(Options(db=f"sqlite:///{tmp_path}/waybill.db", port=0, clock=HurriedClock(MONDAY, 1)))
    stores = running.desk.stores
    for name, access in (("8001", Access.ADMIN), ("8011", Access.AGENT)):
        stores.staff.add(User(name=name, access=access, password=quick_hash(PASSWORD), created_at=datetime.now(UTC)))  # type: ignore[attr-defined]  # A store has all ports.
    running.start()
    yield running
    running.stop()


@pytest.fixture
def page() -> Iterator[Any]:
    program = shutil.which("chromium")
    if program is None or importlib.util.find_spec("playwright") is None:
        pytest.skip("no browser here: apt-get install chromium, and the wheel playwright")
    with importlib.import_module("playwright.sync_api").sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        opened = browser.new_context(locale="zh-CN").new_page()
        opened.set_default_timeout(SECONDS)
        opened.troubles = []
        opened.on("console", lambda said: opened.troubles.append(said.text) if said.type == "error" else None)
        opened.on("pageerror", lambda problem: opened.troubles.append(str(problem)))
        yield opened
        browser.close()


def order(daemon: Daemon, number: int) -> None:
    at = daemon.desk.now() - timedelta(minutes=5)
    made = Incoming(source="test", id=f"o{number}", workflow="shipment", event="order_created", occurred_at=at, data=ORDER)
    case = daemon.desk.accept([made])[0].case_id
    daemon.desk.accept([Incoming(source="test", id=f"c{number}", workflow="shipment", event="order_confirmed", occurred_at=at, case=case)])


def sign_in(page: Any, daemon: Daemon, name: str = "8001") -> None:
    page.goto(f"{daemon.server.address}/desk/")
    page.fill("[name=name]", name)
    page.fill("[name=password]", PASSWORD)
    page.click("button.strong")
    page.wait_for_url("**/desk/board")


def in_a_thread(act: Any) -> None:
    # Playwright's loop runs in this thread; the desk is asked from another one.
    thread = threading.Thread(target=act)
    thread.start()
    thread.join()


def test_the_board_is_live_keys_work_and_nothing_breaks_the_policy(page: Any, daemon: Daemon) -> None:
    sign_in(page, daemon)
    page.wait_for_selector("#live[data-state=here]", state="attached")
    page.wait_for_selector("#outlook .card")

    in_a_thread(lambda: order(daemon, 1))
    page.wait_for_selector("[data-row]")  # It came by itself.
    page.keyboard.press("j")
    focused = page.evaluate("document.activeElement.matches('[data-row]')")
    page.keyboard.press("?")
    help_open = page.evaluate("document.getElementById('keys').open")
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("u")
    page.wait_for_url("**/desk/users")

    assert focused
    assert help_open
    assert page.evaluate("document.querySelectorAll('main i, main img').length") == 0
    assert page.troubles == []


def test_a_hidden_tab_stops_listening_and_hears_afterwards_what_it_missed(page: Any, daemon: Daemon) -> None:
    sign_in(page, daemon)
    page.wait_for_selector("#live[data-state=here]", state="attached")
    hide = "hidden => { Object.defineProperty(document, 'hidden', {value: hidden, configurable: true}); document.dispatchEvent(new Event('visibilitychange')); }"

    page.evaluate(hide, True)
    asleep = page.evaluate("document.getElementById('live').dataset.state")
    in_a_thread(lambda: order(daemon, 1))
    page.wait_for_timeout(2500)
    missed = page.evaluate("document.querySelectorAll('[data-row]').length")
    page.evaluate(hide, False)
    page.wait_for_selector("[data-row]")

    assert (asleep, missed) == ("asleep", 0)
    assert page.troubles == []


def test_a_session_ended_by_an_administrator_sends_the_tab_to_the_login(page: Any, daemon: Daemon) -> None:
    sign_in(page, daemon, "8011")
    page.wait_for_selector("#live[data-state=here]", state="attached")

    in_a_thread(lambda: daemon.desk.stores.staff.end(user="8011"))  # type: ignore[attr-defined]  # A store has all ports.
    page.wait_for_selector("[name=password]")  # A part asked for at that moment may send the tab there a second time.

    assert "/desk/login" in page.url
