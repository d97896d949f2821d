"""Is a text sent again when the daemon was killed while the provider had it in hand, and the answer came too late for anybody?"""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from engine.service.handover import key_of
from tests.crash.audit import audit, effect_ids, sent_twice
from tests.crash.client import ORDER
from tests.crash.living import Home, Hours, Living, ask, complaints
from tests.crash.provider import provider, rules_with

pytestmark = [pytest.mark.crash, pytest.mark.timeout(300)]

SPEED = 30.0
WAIT_SECONDS_MAX = 90.0


@pytest.mark.parametrize("kills", [1, 3])
def test_kill_9_between_the_commit_of_a_sending_and_its_answer_leads_to_no_second_request(tmp_path: Path, kills: int) -> None:
    with provider(1) as sms:
        sms.holds = True
        home = Home(tmp_path, rules_with(sms, tmp_path / "rulebook"), hours=Hours(SPEED))
        for life in range(kills):
            daemon = Living(home)
            try:
                daemon.wait_until_open()
                if life == 0:
                    an_order(home)
                    until(lambda: sum(sms.asked.values()) >= 1)
            finally:
                daemon.kill()  # The request is with the provider; its answer finds nobody.
            assert audit(home.file, [], tmp_path / "audit") == []
        sms.holds = False
        sms.go_on.set()

        last = Living(home)
        try:
            last.wait_until_open()
            until(lambda: calls(home) == 1)
            assert last.stop() == 0
        finally:
            last.end()

        assert set(sms.asked.values()) == {1}
        assert sent_twice(home.file, sms.asked, {key_of(one): one for one in effect_ids(home.file)}) == []
        assert audit(home.file, [], tmp_path / "audit") == []
        assert complaints(home) == []


def an_order(home: Home) -> None:
    """Created and confirmed: its text is decided and leaves."""
    for number, event in enumerate(("order_created", "order_confirmed")):
        paper = {"workflow": "shipment", "event": event, "id": f"L/{number}", "source": "tms"}
        paper |= {"data": {**ORDER, "waybill_no": "L"}} if number == 0 else {"case": "L"}
        status, answer = ask(home.port, "POST", "/events", paper)
        assert status == 202, answer
        until(lambda: ask(home.port, "GET", "/healthz")[1]["numbers"]["inbox_pending"] == 0)


def calls(home: Home) -> int:
    """Calls to the clerk in place of the text of which nobody knows: the one way on."""
    with closing(sqlite3.connect(f"file:{home.file}?mode=ro", uri=True, timeout=5)) as db:
        found = db.execute(
            "SELECT count(*) FROM task WHERE kind = 'call' AND id IN (SELECT effect_id FROM outbox WHERE message = 'dispatch_order')"
        )
        return int(found.fetchone()[0])


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)
