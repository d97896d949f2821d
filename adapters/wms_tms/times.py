"""When did it happen? A neighbour's time text -> an aware instant; naive times get the place's or the connection's zone, never the machine's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.model.connection import TimeFormat

TEXT_CHARS_MAX = 64
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCHS = {"epoch": 1, "epoch_ms": 1000}
"""Format words for seconds and milliseconds since 1970."""
_HOURS = ("%H", "%I", "%c", "%X", "%s")


@dataclass(frozen=True, slots=True)
class When:
    """An instant as read."""

    at: datetime | None
    """Aware, UTC. None: today is all that is said, and the time of receipt is all there is."""
    day: bool = False
    """Only the date is known."""


def instant(text: str, written: TimeFormat, *, timezone: str, received_at: datetime, places: Sequence[str] = ()) -> When | None:
    """None if the text fits no format.

    `timezone`: the rulebook's, for naive times of a connection that states none. `places`: what stands at `zone_at`.
    Date only: as received if that is the same local date, else the end of that date: nothing earlier than known is claimed.
    """
    zone = _zone(_zone_of(places, written) or written.timezone or timezone)
    if zone is None or len(text) > TEXT_CHARS_MAX:
        return None
    found = _read(text, written.formats)
    if found is None:
        return None
    read, day = found
    try:
        local = read if read.tzinfo else read.replace(tzinfo=zone)
        if not day and written.precision != "day":
            return When(local.astimezone(UTC))
        if received_at.astimezone(zone).date() == local.date():
            return When(None, day=True)
        return When(datetime.combine(local.date(), time(23, 59, 59), tzinfo=zone).astimezone(UTC), day=True)
    except (OverflowError, ValueError):
        return None


def _zone_of(places: Sequence[str], written: TimeFormat) -> str | None:
    return next((zone for place in places if (zone := written.zones.get(place.upper()))), None)


def _read(text: str, formats: tuple[str, ...]) -> tuple[datetime, bool] | None:
    """The time as written, and whether it is no more than a date."""
    for pattern in formats:
        try:
            if pattern in EPOCHS:
                return _since_1970(text, EPOCHS[pattern]), False
            # The zone is put on by the caller, which knows the connection's.
            return datetime.strptime(text, pattern), not any(hours in pattern for hours in _HOURS)  # noqa: DTZ007
        except (ValueError, OverflowError):
            continue
    if formats:
        return None
    try:
        return datetime.fromisoformat(text), len(text) <= len("2026-11-23")
    except ValueError:
        return None


def _since_1970(text: str, parts: int) -> datetime:
    whole, _, rest = text.partition(".")
    if not (whole.isascii() and whole.isdigit() and len(whole) <= 15 and (not rest or (rest.isascii() and rest.isdigit()))):
        raise ValueError(text)
    return EPOCH + timedelta(microseconds=int(whole) * (1_000_000 // parts) + (int(f"{rest:0<6}"[:6]) // parts if rest else 0))


def _zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
