"""How is what a story expected, and what came instead, put into words?"""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from engine.model.story import SentExpectation
from engine.service.performance import Sending


def expected_sending(one: SentExpectation, zone: str) -> str:
    """`sms: role message “part of its text” 10:20`."""
    parts = (f"{one.channel}: {one.to}", one.message, f"“…{one.says}…”" if one.says else "", clock(one.at, zone) if one.at else "")
    return " ".join(part for part in parts if part)


def sending_shown(one: Sending) -> str:
    """`sms: role message “text”`."""
    return f"{one.channel}: {one.to} {one.message} “{one.text}”"


def sending_line(one: Sending, zone: str) -> str:
    """The same, with the minute in which it left."""
    return f"{clock(one.at, zone)} {sending_shown(one)}"


def clock(at: datetime, zone: str) -> str:
    """The time of day on the wall clock; with the date nobody asked for left out."""
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"


def listed(items: Sequence[str]) -> str:
    """`a、b`, or that there is nothing."""
    return "、".join(items) or "没有"
