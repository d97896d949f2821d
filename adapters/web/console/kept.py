"""What need not be asked again at once? Answers that cost more than they change, kept for some seconds."""

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TypeVar, cast

Answer = TypeVar("Answer")
KEYS_MAX = 1_000


@dataclass(slots=True)
class Kept:
    """One asks, the others get the answer before meanwhile; only who is first of all waits."""

    monotonic: Callable[[], float]
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _answers: dict[Hashable, tuple[float, object]] = field(default_factory=dict)
    _asking: set[Hashable] = field(default_factory=set)

    def ask(self, key: Hashable, seconds: float, make: Callable[[], Answer]) -> Answer:
        """The answer to `key`, at most about `seconds` old."""
        now = self.monotonic()
        with self._lock:
            held = self._answers.get(key)
            if held is not None and (now - held[0] < seconds or key in self._asking):
                return cast(Answer, held[1])
            self._asking.add(key)
        try:
            answer = make()
        finally:
            with self._lock:
                self._asking.discard(key)
        with self._lock:
            if len(self._answers) >= KEYS_MAX:
                self._answers.clear()
            self._answers[key] = (now, answer)
        return answer
