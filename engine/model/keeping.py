"""How long is what kept? Days by class of data; what is not named stays."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """Days of the calendar; None: for ever."""

    personal: int | None = None
    """Personal values, after their case ended."""
    texts: int | None = None
    """What was sent, masked, after it was sent."""
    raw: int | None = None
    """What providers pushed, as it came; papers that were never read."""
    history: int | None = None
    """A whole case with its journal, after it ended."""

    def __bool__(self) -> bool:
        return any(one is not None for one in (self.personal, self.texts, self.raw, self.history))
