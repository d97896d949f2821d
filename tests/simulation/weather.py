"""What may go wrong, and where? Every call of a port and of a gateway is a boundary; at any of them the daemon may die, fail or freeze."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from typing import Any, cast

from adapters.sql.stores import SqlStores
from engine.ports.store import StoreUnavailable
from engine.service.simulate import Stores


class SimulatedCrash(BaseException):
    """The daemon died here. No `except Exception` stops it; what was committed stays, everything else is gone."""


FREEZES_AT = ("outbox.claim after", "outbox.hand_over before", "outbox.hand_over after", "outbox.settle before", "outbox.find after")
"""Where a daemon may stand still, outside any transaction, while the other one works."""
LOOKED_AT = ("outbox.hand_over before", "outbox.hand_over after", "outbox.find after")
"""Those at which the case of the row in hand was looked at already."""


@dataclass(slots=True)
class Faults:
    """One trouble at a time, so many boundaries from now."""

    left: int = -1
    """Boundaries until it strikes; below zero: nothing is in the air."""
    kind: str = ""
    """`crash`, `unavailable`, `rollback` (a whole transaction is refused at its end) or `freeze`."""
    freeze: Callable[[], None] | None = None
    """What happens while the daemon stands still."""
    crashed: int = 0
    unavailable: int = 0
    frozen: int = 0
    frozen_at: str = ""
    """Where a daemon stood still last."""
    depth: int = 0
    """Transactions open: nothing else can happen meanwhile."""
    passed: int = 0
    """Boundaries passed so far."""
    places: set[str] = field(default_factory=set)
    """Where daemons died."""

    def arm(self, kind: str, left: int, freeze: Callable[[], None] | None = None) -> None:
        self.kind, self.left, self.freeze = kind, left, freeze

    def disarm(self) -> None:
        self.left, self.freeze = -1, None

    def point(self, place: str) -> None:
        """A boundary is passed."""
        self.passed += 1
        if self.left < 0 or not self._strikes_at(place):
            return
        self.left -= 1
        if self.left >= 0:
            return
        freeze, self.freeze = self.freeze, None
        match self.kind:
            case "crash":
                self.crashed += 1
                self.places.add(place)
                raise SimulatedCrash(place)
            case "unavailable" | "rollback":
                self.unavailable += 1
                raise StoreUnavailable(place)
            case _ if freeze is not None:
                self.frozen += 1
                self.frozen_at = place
                freeze()

    def _strikes_at(self, place: str) -> bool:
        if self.kind == "rollback":
            return place == "store.commit_of_all before"
        if self.kind == "unavailable":
            return place.endswith("before") and not place.startswith("gateway")
        return self.kind != "freeze" or (self.depth == 0 and place in FREEZES_AT)


class Port:
    """A port of the real store whose every call is a boundary, before and after."""

    def __init__(self, name: str, real: object, faults: Faults) -> None:
        self._name, self._real, self._faults = name, real, faults

    def __getattr__(self, name: str) -> Any:
        real, place, faults = getattr(self._real, name), f"{self._name}.{name}", self._faults
        if name == "together":
            return self._together
        if not callable(real):
            return real

        def call(*words: Any, **named: Any) -> Any:
            faults.point(f"{place} before")
            answer = real(*words, **named)
            faults.point(f"{place} after")
            return answer

        return call

    @contextmanager
    def _together(self) -> Generator[None]:
        faults = self._faults
        faults.point("store.together before")
        faults.depth += 1
        try:
            with cast(Any, self._real).together():
                yield
                faults.point("store.commit_of_all before")
        finally:
            faults.depth -= 1
        faults.point("store.together after")


def watched(stores: SqlStores, faults: Faults) -> Stores:
    """The same stores behind boundaries."""
    ports = {one.name: Port(one.name, getattr(stores, one.name), faults) for one in fields(stores) if one.name != "database"}
    return cast(Stores, _Ports(ports))


class _Ports:
    def __init__(self, ports: dict[str, Port]) -> None:
        self.__dict__.update(ports)
