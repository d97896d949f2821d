"""How are two hundred lives begun in minutes? A process that has everything imported gives birth to each daemon by a fork.

The children are ordinary processes: kill -9 hits them like any other. What a start costs beyond importing is the same.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from tests.crash.living import BIRTH, ROOT, SCRIPT, Home

MOTHER = """
import gc, json, os, sys
import adapters.wiring.process, adapters.sql.migrate, uvicorn.protocols.http.auto, uvicorn.loops.auto, sqlalchemy.dialects.postgresql.psycopg
gc.freeze()
for line in sys.stdin:
    asked = json.loads(line)
    if "wait" in asked:
        answer = os.waitstatus_to_exitcode(os.waitpid(asked["wait"], 0)[1])
    else:
        answer = os.fork()
        if answer == 0:
            out = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            os.dup2(out, 1), os.dup2(out, 2), os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            sys.argv = ["-c", *asked["words"]]
            try:
                exec(asked["script"], {"__name__": "__main__"})
            except SystemExit as end:
                os._exit(end.code or 0)
            except BaseException:
                import traceback
                traceback.print_exc()
                os._exit(1)
    print(answer, flush=True)
"""


@dataclass(slots=True)
class Nursery:
    """The mother, who waits on a pipe."""

    mother: "subprocess.Popen[str]"
    lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, asked: dict[str, Any]) -> int:
        """A new child's process id, or the exit code of one that ended."""
        assert self.mother.stdin is not None
        assert self.mother.stdout is not None
        with self.lock:
            self.mother.stdin.write(json.dumps(asked) + "\n")
            self.mother.stdin.flush()
            return int(self.mother.stdout.readline())


@dataclass(slots=True)
class Child:
    """As much of a Popen as a Living needs."""

    nursery: Nursery
    pid: int
    returncode: int | None = None

    def send_signal(self, number: signal.Signals) -> None:
        """As Popen's."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def poll(self) -> int | None:
        """As Popen's."""
        if self.returncode is None and self._ended():
            self.returncode = self.nursery.ask({"wait": self.pid})
        return self.returncode

    def wait(self, seconds: float = 60) -> int:
        """As Popen's."""
        deadline = time.monotonic() + seconds
        while (code := self.poll()) is None:
            assert time.monotonic() < deadline, "it does not end"
            time.sleep(0.005)
        return code

    def _ended(self) -> bool:
        state = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii", errors="replace")
        return state.rpartition(")")[2].split()[0] == "Z"


@contextmanager
def a_nursery() -> Iterator[None]:
    """Inside, every Living is born here."""
    words = [sys.executable, "-c", MOTHER]
    with subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as mother:
        nursery = Nursery(mother)

        def born(home: Home, words: list[str], out: IO[bytes]) -> Child:
            return Child(nursery, nursery.ask({"words": words, "script": SCRIPT, "log": str(home.log)}))

        BIRTH.append(born)
        try:
            yield
        finally:
            BIRTH.remove(born)
            assert mother.stdin is not None
            mother.stdin.close()
