"""A feed is silent: who is told? One alarm on the work list for the feed, not one per parcel; it closes by itself."""

from datetime import datetime
from zoneinfo import ZoneInfo

from engine.model.connection import Connection
from engine.model.escalation import LAST_RESORT
from engine.model.rulebook import Rulebook
from engine.ports.store import Feed, Feeds
from engine.ports.worklist import Task, TaskStatus, Worklist
from engine.service.brake import ALARM

FEED = "feed/"


def announce(feeds: Feeds, worklist: Worklist, rulebook: Rulebook, now: datetime) -> None:
    """An alarm per silence, once; those of feeds that are back are taken back (unless somebody holds one: then when it is let go)."""
    silent: dict[str, Task] = {}
    for feed in feeds.feeds():
        connection = rulebook.connections.get(feed.connection)
        if connection is not None and feed.silent_since is not None:
            task = _alarm(connection, feed, feed.silent_since, rulebook.timezone, now)
            silent[task.id] = task
    shown = {task.id: task for task in worklist.tasks(status=(TaskStatus.OPEN,), role=LAST_RESORT, case="", limit=1000)}
    for task_id in [one for one in shown if one.startswith(FEED) and one not in silent]:
        worklist.withdraw(task_id, "feed_back", now)
    for task in silent.values():
        if task.id not in shown:
            worklist.add(task)


def _alarm(connection: Connection, feed: Feed, since: datetime, zone: str, now: datetime) -> Task:
    heard = f"最后一次是{feed.heard_at.astimezone(ZoneInfo(zone)):%m-%d %H:%M}," if feed.heard_at else ""
    every = (connection.heard_every_seconds or 0) // 60
    text = f"“{connection.label}”没有消息:{heard}本应每{every}分钟内有一次。靠它判断的超时先不催,等它恢复。请联系对方。"
    return Task(
        id=f"{FEED}{connection.name}/{since.isoformat()}", case="", workflow="", kind=ALARM, role=LAST_RESORT, text=text, created_at=now,
    )  # fmt: skip
