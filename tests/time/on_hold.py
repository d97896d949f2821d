"""How does a test put a case of the small world on hold? The event as the desk writes it, and what follows at that instant."""

from engine.model.event import Event, EventKind, Report
from tests.time.world import World, when


def hand(world: World, name: str, at: str, case: str = "T1", **extra: str) -> None:
    """A deed of a person with the case itself; time passes until then."""
    instant = when(at)
    world.simulation.run_until(instant, inclusive=False)
    event = Event(
        id=f"{name}@{at}", source="hand/8011", kind=EventKind.HAND, name=name, occurred_at=instant, received_at=instant,
        extra={"by": "8011", "note": "客户要求", **extra},
    )  # fmt: skip
    world.stores.store.accept([Report(event=event, workflow="ticket", names={}, case_id=f"ticket:{case}")], instant)
    world.simulation.run_until(instant)


def hold(world: World, at: str, until: str = "", case: str = "T1") -> None:
    """On hold, with or without an end."""
    hand(world, "hold", at, case, **({"until": when(until).isoformat()} if until else {}))


def resume(world: World, at: str, case: str = "T1", undo_seconds: int = 0) -> None:
    """Off hold, at once or when it can no longer be taken back."""
    hand(world, "resume", at, case, **({"undo_seconds": str(undo_seconds)} if undo_seconds else {}))
