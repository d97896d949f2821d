"""Since when must a case be on hold, and until when? The second opinion, from what people said and which bells rang; no line of the engine."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from engine.model.decision import JournalRow

BELL_OF_ITS_END = "hold:case"
WITHOUT_END = datetime(9999, 1, 1, tzinfo=UTC)
DONE_BY_RULES = ("row_fired", "chain_started", "chain_step")
"""What waits on hold: here no row, no chain does anything but tell."""


@dataclass(frozen=True, slots=True)
class Held:
    """One hold: until `ends`, or until somebody resumes the case."""

    since: datetime
    until: datetime | None = None
    resumed_from: datetime | None = None

    @property
    def ends(self) -> datetime | None:
        return min((one for one in (self.until, self.resumed_from) if one is not None), default=None)


@dataclass(frozen=True, slots=True)
class OnHold:
    """It was on hold from then to then; None: it still is."""

    since: datetime
    until: datetime | None = None


def after(held: Held | None, row: JournalRow) -> Held | None:
    """The hold after this row of the journal."""
    now = row.received_at
    if row.kind == "bell" and row.extra["owner"] == BELL_OF_ITS_END:
        return None if held is not None and held.ends is not None and held.ends <= now else held
    if row.kind != "hand":
        return held
    if row.name == "hold":
        until = datetime.fromisoformat(row.extra["until"]) if "until" in row.extra else None
        return held if until is not None and until <= now else Held(held.since if held is not None else now, until)
    if held is None:
        return None
    if row.name == "resume":
        window = int(row.extra.get("undo_seconds", "0"))
        return replace(held, resumed_from=now + timedelta(seconds=window)) if window else None
    return replace(held, resumed_from=None) if row.name == "resume_taken_back" else held


def spans(rows: Sequence[JournalRow]) -> list[OnHold]:
    """When it was on hold, from its whole journal."""
    found: list[OnHold] = []
    held = None
    for row in rows:
        before, held = held, after(held, row)
        if before is None and held is not None:
            found.append(OnHold(row.received_at))
        if before is not None and held is None:
            found[-1] = OnHold(found[-1].since, row.received_at)
    return found


def free_from(found: Sequence[OnHold], at: datetime, slack: timedelta) -> datetime | None:
    """From when on nobody could excuse himself with a hold for what was due then; None: it lasts still."""
    for one in found:
        if one.since <= at + slack and (one.until is None or one.until > at):
            if one.until is None:
                return None
            at = one.until
    return at
