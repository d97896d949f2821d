"""How does a test live with a real Kannel? bearerbox and smsbox of its own, on loopback, started, stopped and killed by their ids."""

import signal
import socket
import sqlite3
import subprocess
import time
import urllib.request
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tests.peers import smpp_peer
from tests.peers.alone import program

ADMIN, BOXES, SENDSMS = 13000, 13001, 13013
USER, PASSWORD, STATUS_PASSWORD = "tester", "pässword-1", "foo"
URL = f"http://127.0.0.1:{SENDSMS}"
WAIT_SECONDS_MAX = 6.0
BOUND_SECONDS_MAX = 12.0

# Groups are parted by exactly one blank line. `throttling-sleep-time` is unknown to 1.4.5; a `smsbox-id` makes replies unroutable.
CORE = f"""\
group = core
admin-port = {ADMIN}
admin-interface = 127.0.0.1
admin-password = admin
status-password = {STATUS_PASSWORD}
admin-allow-ip = "127.0.0.1"
smsbox-port = {BOXES}
smsbox-interface = 127.0.0.1
box-allow-ip = "127.0.0.1"
box-deny-ip = "*.*.*.*"
sms-resend-freq = 2
sms-resend-retry = 1
"""
IN_MEMORY = "dlr-storage = internal\n"
ON_DISK = """\
store-type = file
store-location = {folder}/store
dlr-storage = sqlite3

group = sqlite3-connection
id = kept
database = {folder}/dlr.db
max-connections = 1

group = dlr-db
id = kept
table = dlr
field-smsc = smsc
field-timestamp = ts
field-source = source
field-destination = destination
field-service = service
field-url = url
field-mask = mask
field-status = status
field-boxc-id = boxc
"""
TABLE = "CREATE TABLE IF NOT EXISTS dlr (smsc, ts, source, destination, service, url, mask, status, boxc)"
ROUTES = f"""
group = smsc
smsc = smpp
smsc-id = SMPP
host = 127.0.0.1
port = {smpp_peer.PORT}
transceiver-mode = true
smsc-username = "kannel"
smsc-password = "secret"
system-type = ""
interface-version = 34
msg-id-type = 0
reconnect-delay = 2
allowed-smsc-id = "SMPP"

group = smsc
smsc = fake
smsc-id = FAKE
host = 127.0.0.1
port = 10000
connect-allow-ip = "127.0.0.1"
allowed-smsc-id = "FAKE"

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {SENDSMS}
sendsms-interface = 127.0.0.1
global-sender = 10690000
mo-recode = true
http-request-retry = 5
http-queue-delay = 2

group = sendsms-user
username = {USER}
password = {PASSWORD}
max-messages = 10
concatenation = true

group = sms-service
keyword = default
catch-all = true
omit-empty = true
max-messages = 0
get-url = "{{replies}}?from=%p&to=%P&text=%b&charset=%C&coding=%c&smsc=%i&id=%I&ts=%T"
"""


@dataclass(slots=True)
class Kannel:
    """One Kannel. What replies go to is written into its file, so it is told before it starts."""

    folder: Path
    replies: str = "http://127.0.0.1:9/in/none"
    on_disk: bool = False
    """Survives a restart: messages in a store, receipts in a table."""
    _bearerbox: "subprocess.Popen[bytes] | None" = None
    _smsbox: "subprocess.Popen[bytes] | None" = None
    _logs: list[IO[bytes]] = field(default_factory=list)

    def start(self) -> None:
        """Both boxes, their doors open. Raises AssertionError with the end of the log."""
        file = self._write()
        self._bearerbox = self._run("bearerbox", file)
        self._wait_for(self._bearerbox, BOXES)
        self._smsbox = self._run("smsbox", file)
        self._wait_for(self._smsbox, SENDSMS)

    def wait_until_bound(self, *, bound: bool = True) -> None:
        """Until the link to the SMSC is up (or down)."""
        deadline = time.monotonic() + BOUND_SECONDS_MAX
        while ("online" in self._smpp_line()) is not bound:
            assert time.monotonic() < deadline, self._smpp_line()
            time.sleep(0.1)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """SIGTERM, or `kill -9`; smsbox first, so that it does not look for its bearerbox."""
        for process in (self._smsbox, self._bearerbox):
            if process is not None and process.poll() is None:
                process.send_signal(number)
                try:
                    process.wait(WAIT_SECONDS_MAX)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        for log in self._logs:
            log.close()
        self._logs.clear()

    def status(self) -> str:
        """Its own page."""
        with urllib.request.urlopen(f"http://127.0.0.1:{ADMIN}/status.txt?password={STATUS_PASSWORD}", timeout=3) as answer:
            return str(answer.read().decode())

    def _smpp_line(self) -> str:
        with suppress(OSError):
            return next((line for line in self.status().splitlines() if "SMPP:" in line), "")
        return ""

    def _write(self) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / "kannel.conf"
        storage = ON_DISK.format(folder=self.folder) if self.on_disk else IN_MEMORY
        if self.on_disk:
            with closing(sqlite3.connect(self.folder / "dlr.db")) as db:
                db.execute(TABLE)
        file.write_text(CORE + storage + ROUTES.format(replies=self.replies), encoding="utf-8")
        return file

    def _run(self, box: str, file: Path) -> "subprocess.Popen[bytes]":
        log = (self.folder / f"{box}.log").open("ab")
        self._logs.append(log)
        command = [program(box) or box, "-v", "1", str(file)]
        return subprocess.Popen(command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def _wait_for(self, process: "subprocess.Popen[bytes]", port: int) -> None:
        deadline = time.monotonic() + WAIT_SECONDS_MAX
        while time.monotonic() < deadline:
            assert process.poll() is None, self.last_words()
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return
            time.sleep(0.05)
        raise AssertionError(f"nobody at {port}\n{self.last_words()}")

    def last_words(self) -> str:
        return "\n".join(path.read_text(encoding="utf-8", errors="replace")[-1500:] for path in sorted(self.folder.glob("*.log")))


def fake_replies(*lines: str) -> "subprocess.Popen[bytes]":
    """The SMSC's people answer: Kannel's own `fakesmsc` brings one line after another (`SENDER RECEIVER text WORDS`)."""
    command = [program("fakesmsc") or "fakesmsc", "-H", "127.0.0.1", "-r", "10000", "-i", "0.2", "-m", str(len(lines)), *lines]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
