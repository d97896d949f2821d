"""What was read of one parcel so far? Its journal, folded again from nothing."""

from dataclasses import dataclass, field

from engine.model.case import Case
from engine.model.decision import JournalRow
from tests.simulation.held import Held

FIRED = ("row_fired", "row_skipped")
RAISED = "clock"
"""Where an event comes from that a row of a clock raised."""


@dataclass(slots=True)
class Known:
    """What was read of one parcel so far: its journal folded again from nothing."""

    folded: Case
    rows: list[JournalRow] = field(default_factory=list)
    rang: set[tuple[str, str]] = field(default_factory=set)
    held: Held | None = None
