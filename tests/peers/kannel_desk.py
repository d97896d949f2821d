"""How does a real daemon live with a real Kannel and a real SMSC behind it? One desk: orders in at its door, its own database to look at."""

import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.crash.living import Home, Hours, Living, ask
from tests.peers.kannel import PASSWORD, URL, USER, Kannel
from tests.peers.smpp_peer import SmppPeer
from tests.time.world import WORKFLOW, files, message, messages

TOKEN = "receipts-come-in-here-0001"
SECRETS = {"KANNEL_PASSWORD": PASSWORD, "KANNEL_TOKEN": TOKEN}
CONNECTION = """\
kind: connection
connection: kannel
label: 短信网关
type: kannel
carries: sms
url: {url}
username: {user}
password: env:KANNEL_PASSWORD
smsc: SMPP
sign: 示例物流
public_url: http://127.0.0.1:{port}
receipts: {{token: env:KANNEL_TOKEN, allow_ips: [127.0.0.1]}}
"""
SECONDS_MAX = 25.0


@dataclass(slots=True)
class Row:
    """One sending as the daemon's own database has it."""

    effect: str
    channel: str
    status: str
    error: str
    to: str
    message: str
    kind: str
    """`text`, `call` in its place, or `resend`."""
    attempts: list[dict[str, str]] = field(default_factory=list)

    @property
    def told(self) -> tuple[str, str]:
        """Receipt and its reason; the answer if no receipt came."""
        last = self.attempts[-1]
        return (last["receipt"], last["receipt_reason"]) if last["receipt"] else (last["verdict"], last["reason"])


@dataclass(slots=True)
class KannelDesk:
    """SMSC, Kannel and daemon, each of which can be taken away and brought back."""

    peer: SmppPeer
    kannel: Kannel
    home: Home
    daemon: Living

    def event(self, event: str, case: str, **data: object) -> None:
        """One event of a ticket, or of what the rules call it."""
        paper = {"workflow": "ticket", "event": event, "case": case, "id": f"{case}/{event}/{time.monotonic_ns()}", "data": data}
        status, answer = ask(self.home.port, "POST", "/events", paper)
        assert status in (200, 202), answer

    def order(self, case: str, number: str, event: str = "note", **data: object) -> None:
        """A ticket of this telephone number, and the text to it."""
        self.event("created", case, no=case, phone=number, **data)
        self.event(event, case)

    def rows(self, case: str, workflow: str = "ticket") -> list[Row]:
        """Every sending of a case, in order."""
        with closing(sqlite3.connect(f"file:{self.home.file}?mode=ro", uri=True, timeout=5)) as db:
            db.row_factory = sqlite3.Row
            found = [_row(one) for one in db.execute("SELECT * FROM outbox WHERE case_id = ? ORDER BY seq", [f"{workflow}:{case}"])]
            for row in found:
                attempts = db.execute("SELECT * FROM attempt WHERE effect_id = ? ORDER BY seq", [row.effect])
                row.attempts = [{name: str(value or "") for name, value in dict(one).items()} for one in attempts]
        return found

    def text(self, case: str) -> Row | None:
        """The original text of a case, once it was answered."""
        return next((row for row in self.rows(case) if row.channel == "sms" and row.attempts), None)

    def tasks(self, case: str, workflow: str = "ticket") -> list[dict[str, object]]:
        """Open calls of a case."""
        status, answer = ask(self.home.port, "GET", f"/tasks?case={workflow}:{case}")
        assert status == 200, answer
        return list(answer["tasks"] if isinstance(answer, dict) else answer)

    def circuit(self) -> str:
        with closing(sqlite3.connect(f"file:{self.home.file}?mode=ro", uri=True, timeout=5)) as db:
            found = db.execute("SELECT state FROM circuit WHERE connection = 'kannel'").fetchone()
        return str(found[0]) if found else "closed"

    def case(self, case: str, workflow: str = "ticket") -> dict[str, object]:
        """What the daemon itself says of it."""
        status, answer = ask(self.home.port, "GET", f"/cases/{workflow}:{case}")
        assert status == 200, answer
        return dict(answer)

    def kill_and_start(self) -> None:
        """kill -9, and another daemon on the same file."""
        self.daemon.kill()
        self.daemon = Living(self.home)
        self.daemon.wait_until_open()


@contextmanager
def a_desk(
    folder: Path, rules: Callable[[], dict[str, str]] | None = None, *, speed: float = 1.0, on_disk: bool = False
) -> Iterator[KannelDesk]:
    """Everything up and bound; nothing is left behind."""
    os.environ.update(SECRETS)
    home = Home(folder, folder / "rules", hours=Hours(speed))
    write(home, (rules or one_text_rules)())
    peer = SmppPeer()
    door = f"http://127.0.0.1:{home.port}/in/kannel/{TOKEN}"
    kannel = Kannel(folder / "kannel", replies=door, on_disk=on_disk)
    try:
        peer.up()
        kannel.start()
        desk = KannelDesk(peer, kannel, home, Living(home))
        try:
            desk.daemon.wait_until_open()
            kannel.wait_until_bound()
            yield desk
        finally:
            desk.daemon.end()
    finally:
        kannel.stop()
        peer.end()


def write(home: Home, rules: dict[str, str]) -> None:
    """The rule folder, with the connection to Kannel in it."""
    rules = {**rules, "rules/connections/kannel.yaml": CONNECTION.format(url=URL, user=USER, port=home.port)}
    for name, text in rules.items():
        file = home.rules / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def one_text_rules() -> dict[str, str]:
    """A text to the customer's own number whenever a note is made; a long one for a private note."""
    workflow = WORKFLOW.replace("{event: note}", "{event: note, do: [{send: order}]}")
    workflow = workflow.replace("{event: private_note}", "{event: private_note, do: [{send: long}]}")
    return files(
        workflow=workflow,
        messages=messages(
            message("order", to="phone", text="单{no}请提货"),
            message("long", "max_chars: 140\nmax_segments: 3", to="phone", text="单{no}请提货" + "货物很多请多带人" * 12),
            caps="caps: {customer: 5000 per day, staff: 5000 per hour}",
        ),
    )


def until(true: Callable[[], object], seconds: float = SECONDS_MAX, told: Callable[[], object] = lambda: "") -> None:
    """Waits, and fails when it never comes true."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"it never came true: {told()}"
        time.sleep(0.1)


def _row(one: sqlite3.Row) -> Row:
    effect = json.loads(one["effect"])
    kind = "call" if effect.get("fallback_of") else "resend" if effect.get("resend_of") else "text"
    return Row(
        one["effect_id"], one["channel"] or "", one["status"], one["error"], effect.get("to") or "", one["message"] or "", kind
    )  # fmt: skip


def shown(rows: list[Row]) -> str:
    return json.dumps([[row.effect, row.channel, row.status, row.error, row.attempts] for row in rows], ensure_ascii=False, indent=1)
