"""The clock leapt: may anything ring or leave? Not before it is set right, or a person says that it is right (E7).

What comes in is kept and decided meanwhile, at the hour that went on; one mistake of a time server must not send a million texts.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from engine.model.escalation import LAST_RESORT
from engine.ports.clock import Guard
from engine.ports.worklist import Task, TaskStatus, Worklist
from engine.service.brake import ALARM

CLOCK = "clock/"
CONFIRM = "confirm"

_OPEN = (TaskStatus.OPEN, TaskStatus.CLAIMED)


class Steady:
    """A clock that never leaps: a simulated one."""

    def leap(self) -> float:
        """Never."""
        return 0.0

    def believe(self) -> None:
        """There is nothing to doubt."""


@dataclass(slots=True)
class ClockWatch:
    """Of one machine. An open alarm holds everything that rings or leaves, also after a restart of the daemon."""

    worklist: Worklist
    now: Callable[[], datetime]
    guard: Guard
    machine: str
    _alarm: str | None = None
    """Id of the open one; empty: there is none; None: not looked yet."""
    _mine: bool = False
    """Raised in this life: it is known when the clock is right again."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def holds(self) -> bool:
        """Whether nothing may ring or leave now. Cheap while all is well. Raises StoreUnavailable."""
        with self._lock:
            leapt = self.guard.leap()
            if self._alarm is None:
                self._alarm = next((task.id for task in self._shown()), "")
            if not leapt and not self._alarm:
                return False
            return self._still_open(leapt) if self._alarm else self._raise(leapt)

    @property
    def holding(self) -> bool:
        """Whether an alarm was open at the last look."""
        return bool(self._alarm)

    def _raise(self, leapt: float) -> bool:
        now = self.now()
        task = Task(
            id=f"{self._place}{now.isoformat()}", case="", workflow="", kind=ALARM, role=LAST_RESORT, text=_text(self.machine, leapt),
            asks=(CONFIRM,), created_at=now,
        )  # fmt: skip
        self.worklist.add(task)
        self._alarm, self._mine = task.id, True
        return True

    def _still_open(self, leapt: float) -> bool:
        task = self.worklist.get(self._alarm or "")
        if task is None or task.status not in _OPEN:
            self.guard.believe()
        elif self._mine and not leapt:
            self.worklist.withdraw(task.id, "clock_right", self.now())
        else:
            return True
        self._alarm, self._mine = "", False
        return False

    @property
    def _place(self) -> str:
        return f"{CLOCK}{self.machine}/"

    def _shown(self) -> list[Task]:
        tasks = self.worklist.tasks(status=_OPEN, role=LAST_RESORT, case="", limit=1000)
        return [task for task in tasks if task.id.startswith(self._place)]


def _text(machine: str, leapt: float) -> str:
    minutes = round(leapt / 60)
    return (
        f"{machine} 的时钟一下快了{minutes}分钟,不知哪个对。现在不催、不发,来报照收照办。请核对时钟:"
        f"新的时间对,选 {CONFIRM},按新时间继续;不对,把时钟调回来,会自己恢复。"
    )
