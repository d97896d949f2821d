"""Who is at work for an hour? Feeds at a rate, a desk that finishes tasks, an editor of rules, and somebody at the switches."""

import http.client
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from tests.crash.client import Client, Paper
from tests.crash.living import ask
from tests.soak.sendsms import MODES, Sendsms

LATE_SHARE = 0.1
LATE_MINUTES_MAX = 360
KEPT_TO_REPEAT = 400
EDIT_SECONDS = 40.0
BAD_EDIT_SECONDS = 12.0
SWITCH_SECONDS = 15.0
LOOK_SECONDS = 30.0


@dataclass(slots=True)
class Feed(Client):
    """A client at a rate; some events are told late, some twice."""

    rate: float = 5.0

    def run(self, stop: threading.Event) -> None:
        """One request each 1/rate seconds; behind its time, it hurries."""
        due = time.monotonic()
        while not stop.wait(max(0.0, due - time.monotonic())):
            due = max(due + 1 / self.rate, time.monotonic() - 5)
            Client._post(self, self.unanswered or self._next())
            del self._sent[:-KEPT_TO_REPEAT]

    def _step(self, case: str) -> list[Paper]:
        papers = Client._step(self, case)
        if self.chance.random() < LATE_SHARE:
            late = timedelta(minutes=self.chance.random() * LATE_MINUTES_MAX)
            papers = [{**one, "occurred_at": (self.hours.now() - late).isoformat()} for one in papers]
        return papers


@dataclass(slots=True)
class Desk:
    """A person: opens a case, takes its tasks, finishes them; now and then looks at the lists."""

    port: int
    feeds: list[Feed]
    chance: Random
    said: Counter[str] = field(default_factory=Counter)
    _looked: float = 0.0

    def run(self, stop: threading.Event) -> None:
        """A case every half second."""
        while not stop.wait(0.5):
            with suppress(OSError, http.client.HTTPException):
                self._work()
                if time.monotonic() - self._looked > LOOK_SECONDS:
                    self._looked = time.monotonic()
                    self._look()

    def _work(self) -> None:
        known = list(self.chance.choice(self.feeds).acknowledged.values())[-300:]
        case = next((one for one in [self.chance.choice(known)] if one), None) if known else None
        if case is None:
            return
        _, listed = ask(self.port, "GET", f"/tasks?case={case}")
        for task in listed.get("tasks", [])[:2]:
            self.said[f"claim {self._claim(task)}"] += 1
            self.said[f"finish {self._finish(task)}"] += 1

    def _claim(self, task: dict[str, Any]) -> int:
        return ask(self.port, "POST", f"/tasks/{task['id']}/claim", {"by": "8011"})[0]

    def _finish(self, task: dict[str, Any]) -> int:
        result = "told" if task["kind"] == "call" else self.chance.choice(task["asks"] or [""])
        return ask(self.port, "POST", f"/tasks/{task['id']}/finish", {"by": "8011", "result": result, "note": "已联系"})[0]

    def _look(self) -> None:
        for path in ("/cases?late=yes", "/metrics", "/cases", "/adapters"):
            with suppress(ValueError):  # Prometheus' text is not JSON.
                self.said[f"look {ask(self.port, 'GET', path)[0]}"] += 1


@dataclass(slots=True)
class Editor:
    """Saves good rules and bad ones; a bad one stays until it must have been noticed."""

    port: int
    rules: Path
    chance: Random
    good: int = 0
    bad: int = 0
    refused: int = 0
    """Bad edits that /healthz was seen to name."""

    def run(self, stop: threading.Event) -> None:
        """An edit at a time, each fourth a bad one."""
        file = self.rules / "rules" / "messages.yaml"
        while not stop.wait(EDIT_SECONDS * (0.5 + self.chance.random())):
            text = file.read_text(encoding="utf-8")
            if (self.good + self.bad) % 4 == 3:
                file.write_text(text + "\nmessages: [", encoding="utf-8")
                self.bad += 1
                self.refused += self._noticed(stop)
                file.write_text(text, encoding="utf-8")
            else:
                caps = f"caps: {{customer: {5000 + self.good} per day, staff: {5000 + self.good} per hour}}"
                lines = [caps if line.startswith("caps:") else line for line in text.splitlines()]
                file.write_text("\n".join(lines) + "\n", encoding="utf-8")
                self.good += 1

    def _noticed(self, stop: threading.Event) -> bool:
        until, seen = time.monotonic() + BAD_EDIT_SECONDS, False
        while time.monotonic() < until and not stop.wait(1.0):
            with suppress(OSError, http.client.HTTPException):
                seen = seen or bool(ask(self.port, "GET", "/healthz")[1].get("rulebook_problems"))
        return seen


@dataclass(slots=True)
class Switches:
    """Puts the gateway out of order and in order again."""

    gateway: Sendsms
    chance: Random
    turned: Counter[str] = field(default_factory=Counter)

    def run(self, stop: threading.Event) -> None:
        """Another mode every few seconds; at the end all is well."""
        while not stop.wait(SWITCH_SECONDS * (0.5 + self.chance.random())):
            self.gateway.mode = self.chance.choice(MODES)
            self.turned[self.gateway.mode] += 1
        self.gateway.mode = "up"
