"""Which part of the work is whose? Cases by virtual shard, channels by name, divided among the daemons that live.

It is an economy and nothing rests on it: two daemons that both take a case for theirs meet at its row, its revision and its keys.
"""

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, ColumnElement, bindparam, cast, func, literal_column, or_
from sqlalchemy.dialects.postgresql import BIT

from adapters.sql.database import Row

SHARDS = 1024
OVERDUE = timedelta(seconds=2)
"""What waits longer is anybody's: whoever it was meant for may be dead, and nobody knows yet."""

PLACE, NUMBER = bindparam("place", type_=BigInteger), bindparam("number", type_=BigInteger)


def shard_of(case_id: str | None) -> int:
    """The virtual shard of a case; 0 of what has none. The same in every process and every release."""
    return zlib.crc32(case_id.encode()) % SHARDS if case_id is not None else 0


@dataclass(slots=True)
class Share:
    """This daemon's part: the `place`-th of so many. Alone, all of it."""

    place: int = 0
    number: int = 1

    @property
    def whole(self) -> bool:
        """Nobody to divide with."""
        return self.number == 1

    def words(self, now: datetime) -> Row:
        """Parameters of `in_share` and `of_channel`."""
        return {"place": self.place, "number": self.number, "overdue": now - OVERDUE}


def in_share(vshard: "ColumnElement[int]", since: "ColumnElement[datetime]") -> "ColumnElement[bool]":
    """In this share, or waiting too long since then."""
    return or_(vshard % NUMBER == PLACE, since <= bindparam("overdue", type_=since.type))


def of_channel(channel: "ColumnElement[str]") -> "ColumnElement[bool]":
    """One channel is carried by one daemon, who counts caps and pauses; what names none is anybody's. PostgreSQL only."""
    digest = literal_column("'x'").concat(func.left(func.md5(channel), literal_column("7")))
    return or_(channel.is_(None), cast(cast(digest, BIT(28)), BigInteger) % NUMBER == PLACE)
