"""Which instant does a person mean? `2026-11-23 15:00` on the rulebook's wall clock, or with an offset of its own."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from adapters.cli.speech import WrongUse


def read_time(text: str, zone: str) -> datetime:
    """Aware, UTC. A date alone is its midnight. Raises WrongUse."""
    try:
        read = datetime.fromisoformat(text.strip().replace("/", "-"))
        return (read if read.tzinfo else read.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except (ValueError, OverflowError):
        raise WrongUse(f"“{text}”不是时间,写成 2026-11-23 15:00", f"{text!r} is no time; write 2026-11-23 15:00") from None
