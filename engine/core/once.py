"""What was worked out before about this very thing? Tables made once for each noun, by its identity."""

from collections.abc import Callable
from typing import Generic, TypeVar

Thing = TypeVar("Thing")
Made = TypeVar("Made")


class Once(Generic[Thing, Made]):
    """A pure function of a frozen noun that is asked again and again.

    Nouns are not hashed (a rulebook is large): they are told apart by identity, and an entry holds its noun, so that the
    identity cannot be given to another. Full, it forgets all and begins anew.
    """

    def __init__(self, make: Callable[[Thing], Made], most: int) -> None:
        self._make = make
        self._most = most
        self._known: dict[int, tuple[Thing, Made]] = {}

    def __call__(self, thing: Thing) -> Made:
        found = self._known.get(id(thing))
        if found is None:
            if len(self._known) >= self._most:
                self._known = {}  # One reference is swapped, so that no thread sees half of it.
            found = self._known[id(thing)] = (thing, self._make(thing))
        return found[1]


def once(most: int) -> Callable[[Callable[[Thing], Made]], Once[Thing, Made]]:
    """Decorates a function of one noun; at most so many answers are kept."""
    return lambda make: Once(make, most)
