"""When did it happen? A neighbour's time text -> an aware instant; naive times get the connection's zone, never the machine's."""

from datetime import UTC, datetime, time, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.model.connection import TimeFormat

TEXT_CHARS_MAX = 64


def instant(text: str, written: TimeFormat, *, timezone: str, received_at: datetime) -> datetime | None:
    """UTC instant, or None if the text fits no format.

    `timezone`: the rulebook's, for naive times of a connection that states none. Date only (`precision: day`): as received
    if that is the same local date, else the end of that date: nothing earlier than known is claimed.
    """
    zone = _zone(written.timezone or timezone)
    if zone is None or len(text) > TEXT_CHARS_MAX:
        return None
    read = _read(text, written.formats)
    if read is None:
        return None
    try:
        local = read if read.tzinfo else read.replace(tzinfo=zone)
        if written.precision == "day":
            local = _of_day(local, zone, received_at)
        return local.astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def _of_day(local: datetime, zone: tzinfo, received_at: datetime) -> datetime:
    if received_at.astimezone(zone).date() == local.date():
        return received_at
    return datetime.combine(local.date(), time(23, 59, 59), tzinfo=zone)


def _read(text: str, formats: tuple[str, ...]) -> datetime | None:
    for pattern in formats:
        try:
            # The zone is put on by the caller, which knows the connection's.
            return datetime.strptime(text, pattern)  # noqa: DTZ007
        except ValueError:
            continue
    if formats:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
