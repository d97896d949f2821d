"""What does the daemon do when the feed says what time it is? The same desk, with time moved by what it is told.

For drills and proofs: events stated with `received_at` are decided in order, every bell in between at its own instant, so
that a live store ends exactly as a replay does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from engine.service.desk import Answer, Incoming
from engine.service.running import Running
from engine.service.simulate import Simulation


@dataclass(slots=True)
class SimulatedDesk(Running):
    """A Running whose hours come from its events."""

    simulation: Simulation | None = field(default=None)

    def accept(self, incoming: Sequence[Incoming]) -> Sequence[Answer]:
        """Move to each event's receipt, take it in, do what follows; answer one by one."""
        with self.deciding:
            answers = [self._accept_one(one) for one in incoming]
        self.last_beat = self.clock.monotonic()
        return answers

    def _accept_one(self, one: Incoming) -> Answer:
        received = one.received_at or one.occurred_at or self.now()
        if self.simulation is None:
            self.simulation = Simulation(self.library.rulebook, self.stores, received)
        self.simulation.run_until(max(received, self.simulation.now), inclusive=False)
        return self.simulation.accept([replace(one, received_at=max(received, self.simulation.now))])[0]
