"""When may a limited number be tried again? At the end of the window the provider's words name; windows are counted in Beijing time."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from adapters.sms.lines import BEIJING

MORNING = 8
"""From this hour marketing may be sent again."""


def ends(windows: Mapping[str, str], words: str, now: datetime) -> datetime | None:
    """`windows`: pattern -> 30s, minute, hour, day, month or morning; the first that fits. None: no pattern does."""
    window = next((name for pattern, name in windows.items() if fnmatchcase(words, pattern)), "")
    local = now.astimezone(BEIJING)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    match window:
        case "30s":
            return now + timedelta(seconds=30)
        case "minute":
            return (local.replace(second=0, microsecond=0) + timedelta(minutes=1)).astimezone(now.tzinfo)
        case "hour":
            return (local.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)).astimezone(now.tzinfo)
        case "day":
            return (midnight + timedelta(days=1)).astimezone(now.tzinfo)
        case "month":
            return (midnight.replace(day=28) + timedelta(days=4)).replace(day=1).astimezone(now.tzinfo)
        case "morning":
            today = midnight + timedelta(hours=MORNING)
            return (today if local < today else today + timedelta(days=1)).astimezone(now.tzinfo)
    return None
