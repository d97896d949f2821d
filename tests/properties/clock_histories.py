"""What happens to one ticket with three clocks? Histories drawn at random, and what they come to."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from engine.service.desk import Incoming
from tests.time.world import World, first, policy, sla, when

DAY = 24 * 60
HORIZON = 6 * DAY
"""Minutes after which nothing of these small worlds rings any more."""
SOME = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
FEW = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For worlds on a disk."""
EVENTS = (
    "asked", "answered", "asked", "answered", "taken", "replied", "customer_wrote", "solved", "back_again", "note", "nag", "edited",
)  # fmt: skip
TIMELINE = """
timeline:
  - after: 30 min
    do: [{send: hurry}]
  - left: 45 min
    do: [{send: hurry}]
  - late: 0 min
    do: [{escalate: ladder, message: hurry}]
  - late: 2 h
    do: [{send: hurry}]
"""
RULES = sla(
    policy("first", "while: [new, waiting, line2]\npauses: waiting\nlimit: 2 h\nexcept:\n  - {if: {tier: VIP}, limit: 3 h}\n" + TIMELINE),
    policy("next_answer", "while: [unanswered, waiting]\npauses: waiting\nlimit: 1 h\n" + TIMELINE),
    policy("in_hours", "while: [new, waiting, line2, unanswered]\non_return: continue\nlimit: 6 h\ncalendar: desk\n" + TIMELINE),
)


@dataclass(frozen=True)
class Heard:
    """An event of a generated history: minutes after Monday 09:00."""

    name: str
    happened: int
    received: int

    def incoming(self, case: str = "T1") -> Incoming:
        data = {"tier": "VIP" if self.happened % 2 else "普通"} if self.name == "edited" else {}
        return Incoming(
            source="connection/test", id=f"{case}/{self.name}@{self.happened}", workflow="ticket", event=self.name,
            occurred_at=at(self.happened), received_at=at(self.received), case=case, data=data,
        )  # fmt: skip


def at(minute: float) -> datetime:
    return when("11-23 09:00") + timedelta(minutes=minute)


@st.composite
def histories(draw: st.DrawFn, *, poll: int = 1, delayed: bool = True, size: int = 7) -> list[Heard]:
    """Events at distinct minutes; each is heard with a delay, at the next poll of its feed."""
    instants = st.one_of(st.integers(1, 200), st.integers(1, 600), st.integers(1, 2 * DAY))
    happened = draw(st.lists(instants, unique=True, min_size=1, max_size=size))
    found = []
    for minute in sorted(happened):
        delay = draw(st.integers(0, 400)) if delayed and draw(st.booleans()) else 0
        found.append(Heard(draw(st.sampled_from(EVENTS)), minute, -(-(minute + delay) // poll) * poll))
    return found


def play(world: World, history: Sequence[Heard], *, twice: bool = False, salt: int = 0, stops: Sequence[int] = ()) -> World:
    """The history as it arrives; what arrives at one instant is one delivery, in an order that `salt` turns."""
    deliveries: dict[int, list[Heard]] = {0: [Heard("created", 0, 0)]}
    for one in history:
        deliveries.setdefault(one.received, []).append(one)
    for minute in sorted({*deliveries, *stops}):
        world.simulation.run_until(at(minute), inclusive=False)
        if minute in stops:
            world.restart()
        turn = salt % len(deliveries[minute]) if minute in deliveries else 0
        batch = [one.incoming() for one in (*deliveries.get(minute, ())[turn:], *deliveries.get(minute, ())[:turn])]
        for _ in range(2 if twice else 1):
            world.simulation.accept(batch[::-1] if salt % 2 and minute else batch)
        world.simulation.run_until(at(minute))
        if minute in stops:
            world.restart()
    world.simulation.run_until(at(HORIZON))
    return world


def verdicts(world: World) -> list[tuple[str, int, str]]:
    views = world.simulation.clocks("ticket:T1")
    return [(view.policy, view.number, view.verdict.value) for view in views]


@contextmanager
def on_disk(**changed: str) -> Iterator[World]:
    with tempfile.TemporaryDirectory() as folder:
        world = World(url=f"sqlite:///{Path(folder)}/clocks.db", **changed)
        try:
            yield world
        finally:
            world.close()


def in_hours(limit: int) -> str:
    return first(f"while: new\nlimit: {limit} min\ncalendar: desk\n{TIMELINE}")
