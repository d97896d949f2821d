"""How do many callers come in at once? Whoever stands first takes everybody who waits behind along, in one transaction."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from engine.service.desk import Answer, Incoming

TOGETHER_MAX = 256
"""So many events are taken in together."""

Take = Callable[[Sequence[Incoming]], Sequence[Answer]]
"""Takes events in, durable on return, and answers one by one."""


@dataclass(slots=True)
class _Ticket:
    """One caller, and what became of his call."""

    incoming: Sequence[Incoming]
    answers: Sequence[Answer] = ()
    failure: Exception | None = None
    served: bool = False


@dataclass(slots=True)
class Gate:
    """Group commit for callers who know nothing of each other."""

    take: Take
    _door: threading.Lock = field(default_factory=threading.Lock)
    _waiting: list[_Ticket] = field(default_factory=list)
    _line: threading.Lock = field(default_factory=threading.Lock)

    def enter(self, incoming: Sequence[Incoming]) -> Sequence[Answer]:
        """Durable on return; raises what taking it in raised."""
        ticket = _Ticket(incoming)
        with self._line:
            self._waiting.append(ticket)
        with self._door:
            while not ticket.served:
                self._serve(self._next())
        if ticket.failure is not None:
            raise ticket.failure
        return ticket.answers

    def _next(self) -> list[_Ticket]:
        """Those who wait, in the order they came, as many as go in together."""
        taken: list[_Ticket] = []
        with self._line:
            while self._waiting and (not taken or sum(len(one.incoming) for one in taken) + len(self._waiting[0].incoming) <= TOGETHER_MAX):
                taken.append(self._waiting.pop(0))
        return taken

    def _serve(self, tickets: list[_Ticket]) -> None:
        try:
            answers = self.take([event for one in tickets for event in one.incoming])
        except Exception as failure:  # noqa: BLE001  # Every caller hears of it; none is left standing.
            self._serve_apart(tickets, failure)
            return
        place = 0
        for one in tickets:
            one.answers, one.served = answers[place : place + len(one.incoming)], True
            place += len(one.incoming)

    def _serve_apart(self, tickets: list[_Ticket], failure: Exception) -> None:
        """What failed together is tried one by one, so that a caller pays for nobody else."""
        for one in tickets:
            one.served = True
            if len(tickets) == 1:
                one.failure = failure
                continue
            try:
                one.answers = self.take(one.incoming)
            except Exception as own:  # noqa: BLE001  # As above.
                one.failure = own
