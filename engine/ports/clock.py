"""What time is it? Asked in one place only; everywhere else time is an argument."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """Aware, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never step back."""
        ...


class Guard(Protocol):
    """Whether the machine's clock is to be believed."""

    def leap(self) -> float:
        """Seconds by which it leapt ahead of the hour that is still counted; 0: all is well."""
        ...

    def believe(self) -> None:
        """A person says that it is right: from now on its hour counts."""
        ...
