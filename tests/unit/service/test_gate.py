"""The gate: callers who know nothing of each other come in together, and each gets his own answers."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.service.desk import Answer, Incoming, Said
from engine.service.gate import TOGETHER_MAX, Gate


def an_event(name: str) -> Incoming:
    return Incoming(source="connection/x", id=name, workflow="w", event=name, occurred_at=None)


class Registry:
    """Takes events in slowly, one call at a time, and refuses what is called `bad`."""

    def __init__(self, seconds: float = 0.01) -> None:
        self.seconds = seconds
        self.calls: list[int] = []
        self.inside = threading.Lock()

    def take(self, incoming: Sequence[Incoming]) -> Sequence[Answer]:
        assert self.inside.acquire(blocking=False), "two at a time"
        try:
            time.sleep(self.seconds)
            if any(one.event == "bad" for one in incoming):
                raise ValueError("bad")
            self.calls.append(len(incoming))
            return [Answer(Said.ACCEPTED, event_id=one.id or "") for one in incoming]
        finally:
            self.inside.release()


def test_many_callers_are_taken_in_together_and_each_gets_his_own_answer() -> None:
    registry = Registry()
    gate = Gate(registry.take)

    with ThreadPoolExecutor(32) as callers:
        answers = list(callers.map(lambda number: gate.enter([an_event(f"e{number}")]), range(200)))

    assert [one.event_id for (one,) in answers] == [f"e{number}" for number in range(200)]
    assert sum(registry.calls) == 200
    assert len(registry.calls) < 200


def test_a_caller_whose_event_cannot_be_taken_in_spoils_it_for_nobody_else() -> None:
    gate = Gate(Registry().take)

    def come(number: int) -> str:
        try:
            return gate.enter([an_event("bad" if number % 10 == 0 else f"e{number}")])[0].event_id
        except ValueError:
            return "refused"

    with ThreadPoolExecutor(16) as callers:
        heard = list(callers.map(come, range(60)))

    assert heard == ["refused" if number % 10 == 0 else f"e{number}" for number in range(60)]


def test_a_crowd_is_let_in_by_parts_and_a_long_delivery_goes_in_whole() -> None:
    registry = Registry(0)
    gate = Gate(registry.take)

    answers = gate.enter([an_event(f"e{number}") for number in range(3 * TOGETHER_MAX)])

    assert len(answers) == 3 * TOGETHER_MAX
    assert registry.calls == [3 * TOGETHER_MAX]


def test_one_who_comes_alone_hears_what_went_wrong() -> None:
    gate = Gate(Registry().take)

    with pytest.raises(ValueError, match="bad"):
        gate.enter([an_event("bad")])
