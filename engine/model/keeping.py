"""How long is what kept? Days by class of data; what is not named stays."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.model.span import Span


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
    spans: Mapping[str, Span] = field(default_factory=dict, compare=False)
    """Class -> where it is written; empty: the list as a whole."""

    def __bool__(self) -> bool:
        return any(one is not None for one in (self.personal, self.texts, self.raw, self.history))
