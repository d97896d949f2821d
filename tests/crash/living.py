"""How does a test live with a real daemon? A process of its own, started, asked, stopped, killed."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[2]
MONDAY = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
"""09:30 in China: the desk is open."""
START_SECONDS_MAX = 120.0
ASK_SECONDS_MAX = 10.0

SCRIPT = """
import sys
from datetime import datetime
from adapters.clock import GuardedClock, HurriedClock
from adapters.wiring.options import Options
from adapters.wiring.process import run_daemon
db, rules, port, start, speed, simulated = sys.argv[1:]
clock = HurriedClock(datetime.fromisoformat(start), float(speed)) if float(speed) else GuardedClock()
sys.exit(run_daemon(Options(db=db, rules=rules, port=int(port), clock=clock, simulated=bool(simulated))))
"""


@dataclass(slots=True)
class Hours:
    """The hour at a desk that is played faster; it goes on while the daemon is dead."""

    speed: float
    began: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        return MONDAY + timedelta(seconds=(time.monotonic() - self.began) * self.speed)


@dataclass(slots=True)
class Home:
    """Where a daemon lives: one database, one folder of rules, one door."""

    folder: Path
    rules: Path
    hours: Hours | None = None
    simulated: bool = False
    env: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=lambda: free_port())

    @property
    def file(self) -> Path:
        return self.folder / "waybill.db"

    @property
    def db(self) -> str:
        return f"sqlite:///{self.file}"

    @property
    def log(self) -> Path:
        return self.folder / "daemon.log"


def born(home: Home, words: list[str], out: IO[bytes]) -> "subprocess.Popen[bytes]":
    """A new interpreter, as a person or a supervisor starts one."""
    return subprocess.Popen([sys.executable, "-c", SCRIPT, *words], cwd=ROOT, env={**os.environ, **home.env}, stdout=out, stderr=out)


BIRTH: list[Callable[[Home, list[str], IO[bytes]], Any]] = [born]
"""How a daemon is begun; the last one counts (see nursery)."""


class Living:
    """One life of the daemon."""

    def __init__(self, home: Home) -> None:
        self.home = home
        start, speed = (home.hours.now().isoformat(), home.hours.speed) if home.hours else (MONDAY.isoformat(), 0)
        words = [home.db, str(home.rules), str(home.port), start, str(speed), "yes" if home.simulated else ""]
        self._out: IO[bytes] = home.log.open("ab")
        self.process = BIRTH[-1](home, words, self._out)

    def wait_until_open(self) -> None:
        """Returns when /healthz answers. Raises AssertionError with the end of the log if it never does."""
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            assert self.process.poll() is None, f"the daemon ended with {self.process.returncode}\n{self.last_words()}"
            with suppress(OSError, http.client.HTTPException):
                ask(self.home.port, "GET", "/healthz")
                return
            time.sleep(0.05)
        raise AssertionError(f"the daemon did not open its door\n{self.last_words()}")

    def kill(self) -> None:
        """kill -9: nothing is finished, nothing is said."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self._out.close()

    def stop(self, seconds: float = 20) -> int:
        """SIGTERM; answers the exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(seconds)
        self._out.close()
        return code

    def end(self) -> None:
        """Whatever happened, leave no process behind."""
        if self.process.poll() is None:
            self.kill()
        self._out.close()

    def last_words(self) -> str:
        return self.home.log.read_text(encoding="utf-8")[-3000:]


def ask(port: int, method: str, path: str, body: object = None) -> tuple[int, Any]:
    """One request on a connection of its own. Raises OSError, HTTPException."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ASK_SECONDS_MAX)
    try:
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        connection.request(method, path, body=data, headers={"content-type": "application/json"} if data else {})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    except ValueError as cut:  # killed in the middle of its answer
        raise http.client.HTTPException(str(cut)) from cut
    finally:
        connection.close()


def complaints(home: Home) -> list[str]:
    """Lines of the log that no daemon in good health writes."""
    lines = home.log.read_text(encoding="utf-8").splitlines() if home.log.exists() else []
    return [line for line in lines if not line.startswith("{") or json.loads(line).get("level") in ("error", "critical")]


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])
