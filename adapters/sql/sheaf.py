"""What does one transaction write? Decisions are gathered while it lasts, and written together at its end.

Whoever looks into the database in between sees them: before every look and every other change, what was gathered is
written (`Database.together`). A case that is decided several times in one sheaf is written once, as it stands last.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.exc import IntegrityError

from adapters.sql import effects, journal, live_clocks, timers
from adapters.sql.codec import CLOCKS, LEDGER, dumps, texts
from adapters.sql.database import Row
from adapters.sql.fence import is_fenced, marked, told
from adapters.sql.inbox import UNDECIDED, Registry
from adapters.sql.prepared import Prepared, PreparedList, Sent, one_of, one_trip
from adapters.sql.tables import CASES, INBOX, PRIVATE, is_one_of
from engine.model.case import Case, ClockVerdict
from engine.model.decision import Decision, Standing
from engine.model.event import Acceptance, Event, Report
from engine.model.timer import Timer
from engine.ports.store import Claimed, Conflict, NotFound, Owed, Pending
from engine.ports.views import LiveClock

CLAIM = PreparedList(lambda size: select(CASES.c.id, CASES.c.revision).where(one_of(CASES.c.id, size)).with_for_update(skip_locked=True))
UNDECIDED_OF = PreparedList(lambda size: select(INBOX.c.id).where(one_of(INBOX.c.id, size), is_one_of(INBOX.c.status, *UNDECIDED)))
STOOD = Prepared(select(CASES.c.revision, CASES.c.names, CASES.c.head).where(CASES.c.id == bindparam("case")))
STAND = Prepared(
    update(CASES).where(CASES.c.id == bindparam("b_id"), CASES.c.revision == bindparam("b_revision"), CASES.c.head == bindparam("b_head"))
)
"""Compare and swap: nobody decided in between, and nobody wrote the case's journal anew (what is erased changes hashes)."""
DONE = Prepared(
    update(INBOX).where(INBOX.c.id == bindparam("b_id"), INBOX.c.case_id == bindparam("b_case"), is_one_of(INBOX.c.status, *UNDECIDED))
)
FIELDS_OF_EVENTS = PreparedList(lambda size: select(PRIVATE.c.inbox_id, PRIVATE.c.field).where(one_of(PRIVATE.c.inbox_id, size)))


@dataclass(frozen=True, slots=True)
class Stood:
    """What is derived from a case, at one revision."""

    revision: int
    names: Mapping[str, str]
    timers: Sequence[Timer]
    live: Sequence[LiveClock]
    head: str
    """Hash of the last line of its journal."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision on its way into the database."""

    decision: Decision
    inbox_id: int | None
    """None: a bell, whose own row is made here."""
    now: datetime
    fenced: bool = False
    """What it sends may have left before a restore: it is held."""
    unwritten: bool = False
    """The event was filed in the same sheaf: it will be written as done."""


@dataclass(slots=True)
class Sheaf:
    """Everything one transaction owes the database."""

    connection: Connection
    secret: bytes
    remembered: Callable[[str], Stood | None]
    """A case as this process wrote it last; it may be out of date, which its revision tells."""
    fence: datetime | None = None
    """When the store was brought back from a copy, if it ever was."""
    stands: dict[str, Stood] = field(default_factory=dict)
    """Cases as the last decision of this transaction left them."""
    broken: bool = False
    """Something that was gathered cannot be written: the whole of it falls."""
    _verdicts: list[Verdict] = field(default_factory=list)
    _before: dict[str, Stood] = field(default_factory=dict)
    """As the database has it still."""
    _registry: Registry | None = None

    def accept(self, reports: Sequence[Report], now: datetime) -> Sequence[Acceptance]:
        """See Store.accept."""
        self._must_be_whole()
        with self._whole():
            # Whoever holds nothing yet may wait for a name.
            return self._papers(now).accept(reports, wait=not self.stands)

    def commit(self, verdict: Verdict, mail: Sequence[Report]) -> None:
        """See Store.commit. Raises NotFound, Conflict."""
        self._must_be_whole()
        decision, after = verdict.decision, verdict.decision.after
        stood = self._stood(after.id, after.revision - 1)
        if is_fenced(self.fence, decision.event):
            verdict = replace(verdict, fenced=True)
            mail = [*marked(mail), *told([effect for effect in decision.effects if effects.leaves(effect)], verdict.now)]
        with self._whole():
            self._gather(verdict, stood)
            if decision.raised:
                self._papers(verdict.now).raised(decision.raised, after.id, decision.standing.private)
            if mail:
                self._papers(verdict.now).accept(mail)

    def next_of(self, case_id: str) -> tuple[int, Event] | None:
        """See Registry.next_of."""
        return self._registry.next_of(case_id) if self._registry is not None else None

    def claim(self, owed: Sequence[Owed]) -> Claimed[Owed]:
        """See Store.claim. Who else holds a case is passed over, so that nobody waits and no two wait for each other."""
        cases = {_case_of(one) for one in owed}
        events = {one.inbox_id for one in owed if isinstance(one, Pending)}
        opened, filed = (self._registry.opens(cases), self._registry.filed(events)) if self._registry is not None else (set(), set())
        with one_trip(self.connection):
            # What is asked behind the claim sees all that those did who held the cases before.
            held = CLAIM.send(self.connection, sorted(cases - opened))
            undecided = UNDECIDED_OF.send(self.connection, sorted(events - filed))
            armed = timers.OF_CASES.send(self.connection, sorted({one.case for one in owed if isinstance(one, Timer)}))
        revisions = {row["id"]: row["revision"] for row in held.rows()}
        ours, still = opened | revisions.keys(), filed | {row["id"] for row in undecided.rows()}
        waiting = {timers.timer_of(row) for row in armed.rows()}
        mine = [one for one in owed if _case_of(one) in ours and (one.inbox_id in still if isinstance(one, Pending) else one in waiting)]
        return Claimed(mine, revisions)

    def flush(self) -> None:
        """Write what was gathered so far. Raises Conflict if somebody else was quicker: then nothing of the sheaf may stay."""
        self._must_be_whole()
        registry, verdicts, before = self._registry, self._verdicts, self._before
        self._registry, self._verdicts, self._before = None, [], {}
        with self._whole():
            with one_trip(self.connection):
                if registry is not None:
                    registry.flush()
                afterwards = self._write(verdicts, before) if verdicts else []
            for settle in afterwards:
                settle()

    def _must_be_whole(self) -> None:
        if self.broken:
            raise Conflict("a decision written together with this one found its case changed")

    @contextmanager
    def _whole(self) -> Generator[None]:
        """What fails in the middle takes everything with it."""
        try:
            yield
        except IntegrityError as error:
            self.broken = True
            raise Conflict(str(error.orig)) from error
        except BaseException:
            self.broken = True
            raise

    def _papers(self, now: datetime) -> Registry:
        if self._registry is None:
            self._registry = Registry(self.connection, self.secret, now)
        return self._registry

    def _stood(self, case_id: str, revision: int) -> Stood:
        """As the case stands inside this transaction. Raises NotFound, Conflict if that is not the revision."""
        known = self.stands.get(case_id)
        if known is None:
            known = self.remembered(case_id)
            if known is None or known.revision != revision:
                known = self._asked(case_id)
        if known.revision != revision:
            raise Conflict(f"{case_id}: revision {known.revision}, not {revision}")
        return known

    def _asked(self, case_id: str) -> Stood:
        """As the database has it. Raises NotFound."""
        with one_trip(self.connection):
            found, armed, kept = (one.send(self.connection, {"case": case_id}) for one in (STOOD, timers.OF_CASE, live_clocks.OF_CASE))
        rows, waiting = found.rows(), [timers.timer_of(one) for one in armed.rows()]
        live = [live_clocks.clock_of(one) for one in kept.rows()]
        if not rows:
            raise NotFound(case_id)
        row = rows[0]
        return Stood(row["revision"], texts(row["names"]), waiting, live, row["head"])

    def _gather(self, verdict: Verdict, stood: Stood) -> None:
        decision, after = verdict.decision, verdict.decision.after
        fresh = {name: value for name, value in decision.standing.names.items() if stood.names.get(name) != value}
        if fresh:
            self._papers(verdict.now).learned(after.workflow, after.id, fresh)
        if verdict.inbox_id is None:
            self._papers(verdict.now).decided(decision.event, after.id, decision.standing.private).update(_kept(decision))
        elif self._registry is not None and self._registry.done(verdict.inbox_id, _kept(decision)):
            verdict = replace(verdict, unwritten=True)
        self._before.setdefault(after.id, stood)
        self._verdicts.append(verdict)
        live = live_clocks.standing_clocks(decision)
        self.stands[after.id] = Stood(after.revision, decision.standing.names, decision.timers, live, stood.head)

    def _write(self, verdicts: Sequence[Verdict], before: Mapping[str, Stood]) -> list[Callable[[], None]]:
        """Answers what can only be done when the answers are there."""
        connection = self.connection
        private = self._private_fields(verdicts)
        heads = {case_id: stood.head for case_id, stood in before.items()}
        journal.write(connection, [(one.decision, private.get(one.inbox_id or 0, frozenset()), one.now) for one in verdicts], heads)
        last = {one.decision.after.id: one.decision for one in verdicts}
        rows = [
            {**standing_row(decision.standing, decision.after), "head": heads[case_id], **_place(before[case_id], case_id)}
            for case_id, decision in last.items()
        ]
        stood = STAND.send_many(connection, rows)
        done = self._mark_done(verdicts)
        timers.arm(connection, [(before[case_id].timers, decision.timers) for case_id, decision in last.items()])
        live_clocks.keep(connection, [(before[case_id].live, self.stands[case_id].live) for case_id in last])
        taken_back = effects.write(connection, [(one.decision, one.now, one.fenced) for one in verdicts], self.fence)
        for case_id, head in heads.items():
            self.stands[case_id] = replace(self.stands[case_id], head=head)
        return [partial(_must_change, stood, len(rows), f"one of {', '.join(last)} was changed by somebody else"), done, taken_back]

    def _mark_done(self, verdicts: Sequence[Verdict]) -> Callable[[], None]:
        rows: list[Row] = [
            {"status": "done", "retry_at": None, **_kept(one.decision), "b_id": one.inbox_id, "b_case": one.decision.after.id}
            for one in verdicts
            if one.inbox_id is not None and not one.unwritten
        ]
        ids = ", ".join(str(row["b_id"]) for row in rows)
        return partial(_must_change, DONE.send_many(self.connection, rows), len(rows), f"one of the events {ids} is decided already")

    def _private_fields(self, verdicts: Sequence[Verdict]) -> dict[int, frozenset[str]]:
        """Which data of the events are personal, by inbox id."""
        ids = [one.inbox_id for one in verdicts if one.inbox_id is not None and one.decision.event.data]
        found: dict[int, set[str]] = {}
        for row in FIELDS_OF_EVENTS.rows(self.connection, ids) if ids else ():
            found.setdefault(row["inbox_id"], set()).add(row["field"])
        return {inbox_id: frozenset(names) for inbox_id, names in found.items()}


def _case_of(one: Pending | Timer) -> str:
    return one.case_id if isinstance(one, Pending) else one.case


def _must_change(sent: Sent, wanted: int, otherwise: str) -> None:
    if sent.changed() != wanted:
        raise Conflict(otherwise)


def _place(stood: Stood, case_id: str) -> Row:
    return {"b_id": case_id, "b_revision": stood.revision, "b_head": stood.head}


def _kept(decision: Decision) -> Row:
    """Where the event stands in its case's history, if it is kept there."""
    if not decision.keeps_event:
        return {"number": None, "version": None}
    heard = decision.after.history[-1]
    return {"number": heard.number, "version": heard.version}


def standing_row(standing: Standing, after: Case) -> Row:
    """The case's row after a decision."""
    due = [clock.due for clock in standing.clocks if clock.verdict is ClockVerdict.RUNNING and clock.due is not None]
    return {
        "revision": after.revision, "state": standing.state, "entered_at": standing.entered_at, "final": standing.final,
        "late": any(clock.verdict is ClockVerdict.LATE for clock in standing.clocks),
        "open_key": None if standing.final else standing.open_key, "next_due": min(due, default=None),
        "contradictions": standing.contradictions, "names": dumps(dict(standing.names)), "fields": dumps(dict(standing.fields)),
        "private_fields": dumps(sorted(standing.private)), "clocks": CLOCKS.dump_json(standing.clocks).decode(),
        "ledger": LEDGER.dump_json(after.ledger).decode(),
    }  # fmt: skip
