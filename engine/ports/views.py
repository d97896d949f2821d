"""What does the console look at, that no other reader needs? Read-only, made for many cases."""

from typing import Protocol


class Views(Protocol):
    def pulse(self) -> str:
        """A mark that differs after every write of anybody; says nothing else, costs next to nothing."""
        ...
