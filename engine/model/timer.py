"""When to wake a case? A row: at this instant, look again."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """Identity (case, owner, row, gen, slot). `due_at` is an index of what the clock says, never a truth."""

    case: str
    owner: str
    """`policy:NAME`, `chain:NAME`, `message:EFFECT`."""
    row: str
    """The row's key, the step, or `deadline`, `due`."""
    gen: int
    """Grows when the owner starts anew, or the row's instant, recomputed, lies ahead again."""
    slot: str = ""
    """For rows that repeat: which one."""
    due_at: datetime
    waits_for: str | None = None
    """A connection: not rung while that feed is silent, nor before it has been back for `lag_seconds` (hears_from)."""
    lag_seconds: int = 0

    @property
    def key(self) -> str:
        """`case:owner:row:gen:slot`, the id of the bell's event."""
        return f"{self.case}:{self.owner}:{self.row}:{self.gen}:{self.slot}"
