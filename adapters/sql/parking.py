"""What waits for a case that is not there yet? Events under the names they came with, until a case learns one of them, or too long."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, select, update

from adapters.sql.filing import Filing, Name
from adapters.sql.numbers import Numbers
from adapters.sql.prepared import Prepared, Sent
from adapters.sql.shards import shard_of
from adapters.sql.tables import INBOX, PARKED_NAME, PRIVATE, is_one_of

PARKED = is_one_of(INBOX.c.status, "parked")
FIRST = Prepared(select(func.min(INBOX.c.park_until).label("first")).where(PARKED))
EXPIRE = update(INBOX).where(PARKED, INBOX.c.park_until <= bindparam("now")).values(status="expired")


class Parking:
    """Within one transaction, what it parks itself included."""

    def __init__(self, connection: Connection, now: datetime, numbers: Numbers) -> None:
        self._connection = connection
        self._now = now
        self._numbers = numbers
        self._some: bool | None = None
        """Whether anything stored is parked; None: nobody looked."""

    def ask(self) -> Sent | None:
        """Look, if nobody did: the answer is for `note`."""
        return None if self._some is not None else FIRST.send(self._connection)

    def note(self, asked: Sent | None) -> None:
        """What is parked too long expires on the way."""
        if asked is None:
            return
        first = asked.rows()[0]["first"]
        if first is not None and first <= self._now:
            self._connection.execute(EXPIRE, {"now": self._now})
        self._some = first is not None

    def forget(self) -> None:
        """Somebody else may have parked since we looked."""
        self._some = None

    def adopt(self, filing: Filing, case_id: str, owned: set[Name]) -> None:
        """Events parked under one of the case's names join its queue, behind the one that made the name known."""
        self._adopt_stored(filing, case_id, owned)
        for entry in list(filing.parked_here):
            paper, names, private = entry
            if names & owned:
                filing.parked_here.remove(entry)
                # A new id puts the event behind the one that made its name known.
                filing.events.pop(paper["id"], None)
                paper.update(id=self._numbers.next(), case_id=case_id, status="new", park_until=None, vshard=shard_of(case_id))
                filing.known[(paper["source"], paper["event_id"])] = (case_id, paper["body_hash"])
                for kept in private:
                    kept.update(inbox_id=paper["id"], case_id=case_id)

    def _adopt_stored(self, filing: Filing, case_id: str, owned: set[Name]) -> None:
        self.note(self.ask())
        if not self._some:
            return
        rows = select(PARKED_NAME, INBOX.c.source, INBOX.c.event_id).join(INBOX, INBOX.c.id == PARKED_NAME.c.inbox_id)
        rows = rows.where(PARKED_NAME.c.value.in_(sorted({value for _, _, value in owned})), INBOX.c.status == "parked")
        stored = self._connection.execute(rows).all()
        found = {row.inbox_id: (row.source, row.event_id) for row in stored if (row.workflow, row.field, row.value) in owned}
        for old_id, key in sorted(found.items()):
            if key in filing.known:
                filing.known[key] = (case_id, filing.known[key][1])
            new_id = self._numbers.next()
            changes = {"id": new_id, "case_id": case_id, "status": "new", "park_until": None, "vshard": shard_of(case_id)}
            self._connection.execute(update(INBOX).where(INBOX.c.id == old_id).values(changes))
            self._connection.execute(update(PRIVATE).where(PRIVATE.c.inbox_id == old_id).values(inbox_id=new_id, case_id=case_id))
            self._connection.execute(delete(PARKED_NAME).where(PARKED_NAME.c.inbox_id == old_id))
