"""What must a neighbour's counter do? Carry one parcel, and say what became of it."""

from typing import Protocol, runtime_checkable

from engine.model.receipt import Capabilities, Parcel, Push, Pushed, Receipt, Sent


class Gateway(Protocol):
    """Carries one effect into the world: one request per send; never repeats, never raises for the world's fault."""

    name: str
    capabilities: Capabilities

    def send(self, parcel: Parcel) -> Receipt:
        """One request. Raises only for our own bugs."""
        ...

    def look_up(self, sent: Sent) -> Receipt | None:
        """What became of it? None if the gateway cannot tell. One request; raises only for our own bugs."""
        ...

    def cancel(self, key: str) -> None:
        """Take back a call or a queued sending if nobody has begun it."""
        ...

    def probe(self) -> bool:
        """Is the counter open? Without sending anything."""
        ...


@runtime_checkable
class Listener(Protocol):
    """A gateway whose provider pushes receipts or people's answers."""

    def read(self, push: Push) -> Pushed | None:
        """Bytes of one push, line by line. Pure but for the secret; None: the proof the provider signs with is wrong."""
        ...
