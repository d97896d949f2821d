"""Whose event is it? Duplicates, routing by name, opening of cases, parking; inside the caller's transaction.

A batch is read at once, filed in memory one by one, and written at once: the number of statements does not grow
with the number of reports.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, select

from adapters.sql.codec import EMPTY_LEDGER, EPOCH, MICROSECOND, dumps, public
from adapters.sql.database import Row
from adapters.sql.filing import Filing, Name
from adapters.sql.numbers import Numbers
from adapters.sql.parking import Parking
from adapters.sql.postgres import hold_names
from adapters.sql.prepared import Prepared, PreparedList, Sent, one_of, one_trip
from adapters.sql.shards import shard_of
from adapters.sql.tables import CASES, INBOX, NAME, is_one_of
from engine.model.event import UNSTATED_TIME, Acceptance, Accepted, Event, EventKind, Report
from engine.ports.store import Conflict

PARKED_DAYS = 7
UNDECIDED = ("new", "dead")
HASHES = re.compile("#+")
KNOWN = PreparedList(
    lambda size: select(INBOX.c.source, INBOX.c.event_id, INBOX.c.case_id, INBOX.c.body_hash).where(one_of(INBOX.c.event_id, size))
)
OWNERS = PreparedList(lambda size: select(NAME.c.workflow, NAME.c.field, NAME.c.value, NAME.c.case_id).where(one_of(NAME.c.value, size)))
THERE = PreparedList(lambda size: select(CASES.c.id).where(one_of(CASES.c.id, size)))
OPEN = PreparedList(
    lambda size: select(CASES.c.workflow, CASES.c.open_key, CASES.c.id, CASES.c.opened_at).where(one_of(CASES.c.open_key, size))
)
OLDER = Prepared(select(INBOX.c.id).where(INBOX.c.case_id == bindparam("case"), is_one_of(INBOX.c.status, *UNDECIDED)).limit(1))


class Registry:
    """Files events in one transaction; `flush` writes them."""

    def __init__(self, connection: Connection, secret: bytes, now: datetime) -> None:
        self._connection = connection
        self._secret = secret
        self._now = now
        self._filing = Filing()
        self._together = connection.dialect.name == "postgresql"
        """Others file beside us."""
        self._numbers = Numbers(connection)
        self._parking = Parking(connection, now, self._numbers)

    def accept(self, reports: Sequence[Report], *, wait: bool = False) -> list[Acceptance]:
        """Answer one by one; a report sees what those before it did.

        `wait` for names that others hold: only for whoever holds nothing yet. Raises Busy without it.
        """
        if not reports:
            return []
        self._look_up(reports, wait=wait)
        return [self._file(report) for report in reports]

    def raised(self, events: Iterable[Event], case_id: str, private: frozenset[str]) -> None:
        """Events a case raises for itself; one that is there already is left alone."""
        events = list(events)
        if not events:
            return
        self._numbers.hold()
        self._look_up_known([(event.source, event.id) for event in events])
        for event in events:
            if (event.source, event.id) not in self._filing.known:
                self._write(event, self._hash(event), case_id, private.intersection(event.data))

    def decided(self, event: Event, case_id: str, private: frozenset[str]) -> Row:
        """A bell: written as done already. The caller completes the row before `flush`."""
        row = self._write(event, self._hash(event), case_id, private.intersection(event.data))
        row["status"] = "done"
        return row

    def learned(self, workflow: str, case_id: str, names: Mapping[str, str]) -> None:
        """A decision made names known: they lead to the case, and parked events under them join its queue."""
        keys = keys_of(workflow, names)
        self._hold_names({case_id.partition("~")[0], *(value for _, _, value in keys)}, wait=False)
        self._filing.names.update(self._owners(keys))
        self._learn(case_id, keys)

    def is_known(self, event: Event) -> bool:
        """Whether (source, id) was accepted before."""
        self._numbers.hold()
        self._look_up_known([(event.source, event.id)])
        return (event.source, event.id) in self._filing.known

    # What is decided before it is written

    def next_of(self, case_id: str) -> tuple[int, Event] | None:
        """The first event the case owes a decision, if that was filed here; None: whoever asks must look into the database."""
        papers = [row["id"] for row in self._filing.papers if row["case_id"] == case_id and row["status"] == "new"]
        first = min(papers, default=None)
        if first not in self._filing.events or OLDER.rows(self._connection, {"case": case_id}):
            return None
        return first, self._filing.events[first][1]

    def done(self, inbox_id: int, kept: Row) -> bool:
        """Write an event as done, if it was filed here."""
        if inbox_id not in self._filing.events:
            return False
        self._filing.events[inbox_id][0].update(kept, status="done")
        return True

    def opens(self, case_ids: Collection[str]) -> set[str]:
        """Those of the cases that nobody else can know yet."""
        return {row["id"] for row in self._filing.new_cases if row["id"] in case_ids}

    def filed(self, inbox_ids: Collection[int]) -> set[int]:
        """Those of the events that were filed here: nobody else can decide them."""
        return {one for one in inbox_ids if one in self._filing.events}

    # What is known

    def _look_up(self, reports: Sequence[Report], *, wait: bool) -> None:
        """Whatever has to be known about them: first the names are held, for an answer from before would be worth nothing."""
        filing, connection = self._filing, self._connection
        keys = {(report.event.source, report.event.id) for report in reports}
        keys |= {(report.event.source, report.follows) for report in reports if report.follows is not None}
        keys |= {(report.restated.source, report.restated.id) for report in reports if report.restated is not None}
        names = [key for report in reports for key in keys_of(report.workflow, report.names)]
        wanted = {report.case_id for report in reports if report.case_id is not None}
        wanted |= {f"{report.workflow}:{first}" for report in reports if report.may_open and (first := first_of(report.names))}
        unseen = sorted(wanted - filing.looked - filing.cases)
        filing.looked.update(unseen)
        open_keys = sorted({report.open_key for report in reports if report.open_key is not None})
        with one_trip(connection):
            held = self._ask_for_names({key for report in reports for key in _sought(report)}, wait=wait)
            self._numbers.hold(len(reports))
            parked = self._parking.ask()
            known = self._ask_known(keys)
            owners = self._ask_owners([key for key in names if key not in filing.names])
            there, opened = THERE.send(connection, unseen), OPEN.send(connection, open_keys)
        _must_be_ours(held)
        self._parking.note(parked)  # Whatever comes, what was parked too long expires now.
        self._note_known(known)
        filing.names.update(_owned(owners))
        filing.cases.update(row["id"] for row in there.rows())
        for row in sorted(opened.rows(), key=lambda row: (row["opened_at"], row["id"])):
            filing.open_keys.setdefault((row["workflow"], row["open_key"]), row["id"])

    def _look_up_known(self, keys: Collection[tuple[str, str]]) -> None:
        self._note_known(self._ask_known(keys))

    def _ask_known(self, keys: Collection[tuple[str, str]]) -> Sent:
        return KNOWN.send(self._connection, sorted({key[1] for key in keys if key not in self._filing.known}))

    def _note_known(self, known: Sent) -> None:
        for row in known.rows():
            self._filing.known.setdefault((row["source"], row["event_id"]), (row["case_id"], row["body_hash"]))

    def _ask_owners(self, keys: Sequence[Name]) -> Sent:
        return OWNERS.send(self._connection, sorted({value for _, _, value in keys}))

    def _owners(self, keys: Sequence[Name]) -> dict[Name, str]:
        return _owned(self._ask_owners(keys))

    # One report

    def _file(self, report: Report) -> Acceptance:
        known = self._filing.known.get((report.event.source, report.event.id))
        body_hash = self._hash(report.event)
        if known is not None:
            return self._again(known, report, body_hash)
        event, case_id = self._route(report)
        if case_id is None and report.may_open and report.case_id is None:
            return self._open(report, body_hash)
        if case_id is None:
            return self._park(report, body_hash)
        self._write(event, body_hash, case_id, report.private)
        return Acceptance(Accepted.ACCEPTED, case_id)

    def _again(self, known: tuple[str | None, str], report: Report, body_hash: str) -> Acceptance:
        case_id, first_hash = known
        if hmac.compare_digest(first_hash, body_hash):
            return Acceptance(Accepted.DUPLICATE, case_id)
        if report.restated is not None:
            return self._restate(case_id, report.restated)
        event = report.event
        row = {
            "source": event.source, "event_id": event.id, "name": event.name, "occurred_at": event.occurred_at,
            "received_at": event.received_at, "data": public(event.data, report.private), "extra": dumps(dict(event.extra)),
            "case_id": case_id,
        }  # fmt: skip
        self._filing.quarantine.append((row, {name: event.data[name] for name in report.private if name in event.data}))
        return Acceptance(Accepted.CONFLICT, case_id)

    def _restate(self, case_id: str | None, event: Event) -> Acceptance:
        """Other words for what is known: kept once, with the case that has it."""
        if case_id is None or (event.source, event.id) in self._filing.known:
            return Acceptance(Accepted.DUPLICATE, case_id)
        self._write(event, self._hash(event), case_id, frozenset())
        return Acceptance(Accepted.ACCEPTED, case_id)

    def _route(self, report: Report) -> tuple[Event, str | None]:
        filing, event = self._filing, report.event
        if report.case_id is not None:
            return event, report.case_id if report.case_id in filing.cases else None
        if report.follows is not None:
            earlier = filing.known.get((event.source, report.follows))
            if earlier is not None and earlier[0] is not None:
                return event, earlier[0]
        for key in keys_of(report.workflow, report.names):
            if key in filing.names:
                return event, filing.names[key]
        if report.open_key is not None and (report.workflow, report.open_key) in filing.open_keys:
            again = replace(event, name="opened_again", kind=EventKind.HAPPENED)
            return again, filing.open_keys[(report.workflow, report.open_key)]
        return event, None

    def _open(self, report: Report, body_hash: str) -> Acceptance:
        filing, event, workflow = self._filing, report.event, report.workflow
        data, names = dict(event.data), dict(report.names)
        for name, pattern in report.serials.items():
            if not data.get(name):
                data[name] = self._draw(workflow, name, pattern)
            names[name] = data[name]
        case_id = self._free_id(report, names)
        filing.cases.add(case_id)
        filing.new_cases.append(new_case(case_id, report, {name: value for name, value in names.items() if value}))
        if report.open_key is not None:
            filing.open_keys.setdefault((workflow, report.open_key), case_id)
        self._write(replace(event, data=data), body_hash, case_id, report.private)
        self._learn(case_id, keys_of(workflow, names))
        return Acceptance(Accepted.ACCEPTED, case_id, opened=True)

    def _park(self, report: Report, body_hash: str) -> Acceptance:
        first = len(self._filing.private)
        row = self._write(report.event, body_hash, None, report.private)
        row["status"], row["park_until"] = "parked", self._now + timedelta(days=PARKED_DAYS)
        keys = frozenset(keys_of(report.workflow, report.names))
        if report.case_id is not None:
            keys = frozenset({("", "", report.case_id)})
        self._filing.parked_here.append((row, keys, self._filing.private[first:]))
        return Acceptance(Accepted.PARKED, None)

    def _write(self, event: Event, body_hash: str, case_id: str | None, private: frozenset[str]) -> Row:
        inbox_id = self._numbers.next()
        row = {
            "id": inbox_id, "source": event.source, "event_id": event.id, "kind": event.kind.value, "name": event.name,
            "occurred_at": event.occurred_at, "received_at": event.received_at, "data": public(event.data, private),
            "extra": dumps(dict(event.extra)), "sequence": event.sequence, "body_hash": body_hash, "case_id": case_id,
            "status": "new", "park_until": None, "attempts": 0, "retry_at": None, "error": "", "number": None, "version": None,
            "vshard": shard_of(case_id),
        }  # fmt: skip
        self._filing.papers.append(row)
        self._filing.events[inbox_id] = row, event
        self._filing.known[(event.source, event.id)] = (case_id, body_hash)
        for name in private.intersection(event.data):
            self._filing.private.append({"inbox_id": inbox_id, "field": name, "case_id": case_id or "", "value": event.data[name]})
        return row

    # Names

    def _learn(self, case_id: str, keys: Sequence[Name]) -> None:
        """The first case keeps a name; events parked under one of the case's names come in."""
        owned = {("", "", case_id)}
        for key in keys:
            if self._filing.names.setdefault(key, case_id) == case_id:
                owned.add(key)
                workflow, name, value = key
                self._filing.new_names.append({"workflow": workflow, "field": name, "value": value, "case_id": case_id})
        self._parking.adopt(self._filing, case_id, owned)

    # Numbers

    def _hold_names(self, names: set[str], *, wait: bool) -> None:
        _must_be_ours(self._ask_for_names(names, wait=wait))

    def _ask_for_names(self, names: set[str], *, wait: bool) -> Callable[[], bool]:
        if not self._together:
            return lambda: True
        self._parking.forget()  # Under these names somebody may have parked since we looked.
        return hold_names(self._connection, names, wait=wait)

    def _draw(self, workflow: str, name: str, pattern: str) -> str:
        """The next number of a pattern; one that somebody already uses as a name is passed over."""
        run = HASHES.search(pattern)
        head, width, tail = (pattern[: run.start()], len(run.group()), pattern[run.end() :]) if run else (pattern, 1, "")
        number = self._numbers.counted((workflow, name, head))
        while True:
            number += 1
            value = f"{head}{number:0{width}d}{tail}"
            self._hold_names({value}, wait=True)  # Nobody knows it yet but by guessing.
            key = (workflow, name, value)
            if key not in self._filing.names and key not in self._owners([key]):
                self._numbers.count((workflow, name, head), number)
                return value

    def _free_id(self, report: Report, names: Mapping[str, str]) -> str:
        """`workflow:first name`; a digest of the event's key without one; numbered if another field's value took it."""
        digest = hashlib.sha256(f"{report.event.source}\n{report.event.id}".encode()).hexdigest()[:12]
        wanted = f"{report.workflow}:{first_of(names) or digest}"
        case_id, number = wanted, 1
        while case_id in self._filing.cases or self._stored(case_id):
            number += 1
            case_id = f"{wanted}~{number}"
        return case_id

    def _stored(self, case_id: str) -> bool:
        if case_id in self._filing.looked:
            return False
        return self._connection.scalar(select(CASES.c.id).where(CASES.c.id == case_id)) is not None

    def _hash(self, event: Event) -> str:
        """What makes two arrivals the same event; keyed, because a number can be guessed from a plain digest."""
        instant = None if event.extra.get(UNSTATED_TIME) else (event.occurred_at - EPOCH) // MICROSECOND
        body = dumps([event.name, instant, sorted(event.data.items()), sorted(event.extra.items())])
        return hmac.new(self._secret, body.encode(), hashlib.sha256).hexdigest()

    # Writing

    def flush(self) -> None:
        """Write everything filed, a handful of statements however many there are."""
        self._numbers.keep()
        self._filing.write(self._connection)
        self._filing = Filing()


class Busy(Conflict):
    """A name is held by another transaction: decided again later, nothing was written."""


def _must_be_ours(held: Callable[[], bool]) -> None:
    if not held():
        raise Busy("another daemon holds a name that is wanted here")


def _owned(owners: Sent) -> dict[Name, str]:
    return {(row["workflow"], row["field"], row["value"]): row["case_id"] for row in owners.rows()}


def _sought(report: Report) -> Iterator[str]:
    """Whatever this report may be found by, may open or may wait under. Cases of one name differ by `~`: they are one here."""
    yield report.event.id
    yield from (value for value in report.names.values() if value)
    if report.case_id is not None:
        yield report.case_id.partition("~")[0]
    if report.open_key is not None:
        yield report.open_key
    first = first_of(report.names)
    if report.may_open and first is not None:
        yield f"{report.workflow}:{first}".partition("~")[0]


def keys_of(workflow: str, names: Mapping[str, str]) -> list[Name]:
    """The names that have a value, as keys, in written order."""
    return [(workflow, name, value) for name, value in names.items() if value]


def first_of(names: Mapping[str, str]) -> str | None:
    """The first name that has a value."""
    return next((value for value in names.values() if value), None)


def new_case(case_id: str, report: Report, names: Mapping[str, str]) -> Row:
    """A case nobody decided yet."""
    opened_at = report.event.received_at
    return {
        "id": case_id, "workflow": report.workflow, "revision": 0, "opened_at": opened_at, "state": "", "entered_at": opened_at,
        "final": False, "late": False, "open_key": report.open_key, "next_due": None, "contradictions": 0, "names": dumps(names),
        "fields": "{}", "private_fields": "[]", "clocks": "[]", "ledger": EMPTY_LEDGER, "vshard": shard_of(case_id),
    }  # fmt: skip
