"""Is every law kept, now? Asked after each step, of the store and of the world beside it; the names are those of the house's laws."""

import re
from datetime import datetime, timedelta

from sqlalchemy import select

from adapters.sql.journal import journal_row
from adapters.sql.outbox import outbox_row
from adapters.sql.tables import CASES, INBOX, JOURNAL, OUTBOX, TIMER
from engine.core.decide import decide
from engine.model.case import Case, Ledger
from engine.model.decision import Decision, JournalRow
from engine.model.effect import EffectKind
from engine.model.event import Event, EventKind, Heard
from engine.model.receipt import Verdict
from engine.ports.outbox import OutboxRow, OutboxStatus
from engine.service.handover import key_for
from tests.simulation.held import BELL_OF_ITS_END, DONE_BY_RULES, WITHOUT_END, after
from tests.simulation.known import FIRED, RAISED, Known
from tests.simulation.model import FINAL, WHILE, Promise, promises, tell
from tests.simulation.owed import OVERDUE, forgotten, late_and_untold, left_over, unsaid
from tests.simulation.providers import SURELY_NOT_SENT
from tests.simulation.storm import SKEW_SECONDS_MAX, Broken, Storm

SKEW = timedelta(seconds=SKEW_SECONDS_MAX)
PHONE = re.compile(r"139\d{8}")


class Laws:
    """Asked of one world; remembers what was checked, so that each row is looked at once."""

    def __init__(self, world: Storm) -> None:
        self.world = world
        self.known: dict[str, Known] = {}
        self.statuses: dict[str, str] = {}
        self.heard: set[tuple[str, str]] = set()

    def ask(self) -> None:
        """After a step. Raises Broken."""
        world = self.world
        for daemon in world.daemons:
            if daemon.running is not None:
                world.know(daemon.running.library.rulebook)
            if daemon.failures:
                self._fail("E13", daemon.failures[0])
        if world.heard_problems:
            self._fail("A8", world.heard_problems[0])
        touched = self._fold_what_is_new()
        self._the_inbox_is_whole()
        for case in touched:
            self._where_it_stands(case)
        self._no_timer_without_its_owner()
        self._the_outbox_tells_the_truth()
        if world.sms.wronged:
            self._fail(*world.sms.wronged[0])

    def forget(self) -> None:
        """A backup was put back: what was known of the store is to be read anew."""
        self.known.clear()
        self.statuses.clear()

    def _fail(self, law: str, words: str) -> None:
        raise Broken(law, words, self.world.step)

    # I1, I5, I6, A2: the journal is a chain, and says again what was decided

    def _fold_what_is_new(self) -> list[str]:
        touched = []
        with self.world.inspector.database.read() as connection:
            revisions = {row.id: row.revision for row in connection.execute(select(CASES.c.id, CASES.c.revision))}
        for case_id, revision in sorted(revisions.items()):
            known = self.known.get(case_id)
            if revision == (len(known.rows) if known else 0):
                continue
            self._fold(case_id, revision)
            touched.append(case_id)
        return touched

    def _fold(self, case_id: str, revision: int) -> None:
        stored = self.world.inspector.store.load(case_id)
        known = self.known.setdefault(case_id, Known(_unheard(stored)))
        reads = select(JOURNAL).where(JOURNAL.c.case_id == case_id, JOURNAL.c.revision > len(known.rows)).order_by(JOURNAL.c.revision)
        with self.world.inspector.database.read() as connection:
            new = [journal_row(row) for row in connection.execute(reads).mappings()]
        if [row.revision for row in new] != list(range(len(known.rows) + 1, revision + 1)):
            self._fail("I1", f"{case_id} stands at {revision}, its journal adds {[row.revision for row in new]} to {len(known.rows)}")
        heard = {one.number: one for one in stored.history}
        for row in new:
            self._take(case_id, known, row, heard.get(row.revision))
        if known.folded != stored:
            self._fail("I5", f"{case_id}: the journal folded from nothing is not the stored case")

    def _take(self, case_id: str, known: Known, row: JournalRow, heard: Heard | None) -> None:
        self.world.say(f"{case_id}/{row.revision} {row.kind} {row.name} {row.event_id} {row.outcome.value} {row.state_before}>{row.state_after} "
                       f"{[(note.kind, note.subject) for note in row.notes]} {list(row.effects)}")  # fmt: skip
        before = known.rows[-1].state_after if known.rows else ""
        if row.state_before != before:
            self._fail("A2", f"{case_id}/{row.revision} begins in {row.state_before}, the one before ended in {before}")
        if row.source == "connection/tms" and row.event_id not in self.world.envelopes:
            self._fail("A1", f"{case_id}/{row.revision} decides {row.event_id}, which nobody sent")
        self._no_secret(f"{case_id}/{row.revision}", row)
        self._bells(case_id, known, row)
        decided = self._again(known.folded, row, heard)
        self._same(case_id, row, decided)
        self._on_hold(case_id, known, row, decided)
        known.folded = decided.after
        known.rows.append(row)

    def _again(self, case: Case, row: JournalRow, heard: Heard | None) -> Decision:
        event = heard.event if heard is not None else Event(
            id=row.event_id, source=row.source, kind=EventKind(row.kind), name=row.name, occurred_at=row.occurred_at,
            received_at=row.received_at, data=row.data, extra=row.extra,
        )  # fmt: skip
        if row.rulebook not in self.world.books:
            self._fail("I6", f"{case.id}/{row.revision} was decided under rules that never were in force")
        return decide(self.world.books[row.rulebook], case, event, row.received_at)

    def _same(self, case_id: str, row: JournalRow, again: Decision) -> None:
        told = (row.outcome, row.state_before, row.state_after, row.notes, row.effects)
        said = (again.outcome, again.state_before, again.standing.state, again.notes, tuple(one.id for one in again.effects))
        if told != said:
            self._fail("I6", f"{case_id}/{row.revision} was decided as {told}, and is decided again as {said}")

    def _no_secret(self, place: str, row: JournalRow) -> None:
        if PHONE.search(f"{dict(row.data)} {dict(row.extra)} {row.notes} {row.checks}"):
            self._fail("privacy", f"a telephone number stands in the journal of {place}")

    # A4: each bell once, and never early

    def _bells(self, case_id: str, known: Known, row: JournalRow) -> None:
        if row.kind == "bell" and (row.occurred_at > row.decided_at or row.occurred_at > self.world.true + SKEW):
            self._fail(
                "A4 early", f"{case_id}/{row.revision}: the bell of {row.occurred_at} rang at {row.decided_at}, truly {self.world.true}"
            )
        if row.source == RAISED and (row.name, row.occurred_at.isoformat()) in known.rang:
            self._fail("A4 twice", f"{case_id}/{row.revision}: {row.name} of {row.occurred_at} was raised a second time")
        if row.source == RAISED:
            known.rang.add((row.name, row.occurred_at.isoformat()))
        for note in row.notes:
            if note.kind in FIRED:
                rang = (note.subject, note.detail.split(" ")[0])
                if rang in known.rang:
                    self._fail("A4 twice", f"{case_id}/{row.revision}: {note.subject} was carried out a second time ({rang[1]})")
                known.rang.add(rang)
                instant = datetime.fromisoformat(note.detail.split(" ")[0])
                if instant > row.decided_at or instant > self.world.true + SKEW:
                    self._fail("A4 early", f"{case_id}/{row.revision}: {note.subject} of {instant} was carried out at {row.decided_at}")

    # Decision 0041: on hold from the deed to its end, and what leaves waits meanwhile

    def _on_hold(self, case_id: str, known: Known, row: JournalRow, decided: Decision) -> None:
        held = known.held = after(known.held, row)
        hold = decided.after.ledger.hold
        stands = (hold.since, hold.until, hold.resumed_from) if hold is not None else None
        if stands != ((held.since, held.until, held.resumed_from) if held is not None else None):
            self._fail("on hold", f"{case_id}/{row.revision} leaves {hold}, its deeds and bells tell of {held}")
        if held is None:
            return
        given = [one.id for one in decided.effects if one.kind is EffectKind.TASK]
        done = [note for note in row.notes if note.kind in DONE_BY_RULES]
        if given or done:
            self._fail("on hold", f"{case_id}/{row.revision} gives {given} and does {done}, though it is on hold since {held.since}")

    # A1: what was acknowledged is there

    def _the_inbox_is_whole(self) -> None:
        with self.world.inspector.database.read() as connection:
            kept = {
                row.event_id for row in connection.execute(select(INBOX.c.event_id).where(INBOX.c.source == "connection/tms"))
            }  # fmt: skip
            leaks = [
                row
                for row in connection.execute(select(INBOX.c.event_id, INBOX.c.data, INBOX.c.extra))
                if PHONE.search(f"{row.data}{row.extra}")
            ]
        lost = [name for name, one in self.world.envelopes.items() if one.acknowledged and name not in kept]
        if lost:
            self._fail("A1", f"acknowledged and lost: {lost}")
        with self.world.inspector.database.read() as connection:
            deeds = {tuple(row) for row in connection.execute(select(INBOX.c.source, INBOX.c.event_id).where(INBOX.c.kind == "hand"))}
        if self.world.deeds - deeds:
            self._fail("A1", f"answered and lost: {sorted(self.world.deeds - deeds)}")
        strange = sorted(kept - self.world.envelopes.keys())
        if strange:
            self._fail("A1", f"kept, and nobody sent it: {strange}")
        if leaks:
            self._fail("privacy", f"a telephone number stands in the inbox beside its place: {leaks[0].event_id}")

    # A3, I3, I8: state, fields and verdicts are those of one fold in order of time

    def _where_it_stands(self, case_id: str) -> None:
        world = self.world
        stored = world.inspector.store.load(case_id)
        row = next(one for one in world.inspector.directory.find(case_id) if one.id == case_id)
        told = tell(stored.history)
        last = self.known[case_id].rows[-1]
        if (row.state, row.fields.get("city", "")) != (told.state, told.city):
            self._fail("A3", f"{case_id} stands in {row.state} {row.fields.get('city')}, its events lead to {told.state} {told.city}")
        if row.contradictions != told.contradictions:
            self._fail("A3", f"{case_id} lists {row.contradictions} contradictions, there are {told.contradictions}")
        views = {view.policy: view for view in row.clocks}
        latest = {one.policy: one for one in promises(told, last.received_at)}
        if views.keys() != latest.keys():
            self._fail("A3", f"{case_id} has clocks {sorted(views)}, its events tell of {sorted(latest)}")
        for policy, one in latest.items():
            view = views[policy]
            if view.started_at != one.since or (one.verdict is None) != (
                view.verdict.value in ("running", "paused", "late") and view.stopped_at is None
            ):
                self._fail("A3", f"{case_id} {policy}: {view}, its events tell {one}")
            if one.verdict is not None and view.verdict.value != one.verdict:
                self._fail("A3", f"{case_id} {policy} came to {view.verdict.value}, its events to {one.verdict} ({one})")
            if not one.paused and view.due != one.due:
                self._fail("A12", f"{case_id} {policy} is due {view.due}, its events say {one.due}")
        self._timers_of_live_clocks(case_id, latest)

    def _timers_of_live_clocks(self, case_id: str, latest: dict[str, Promise]) -> None:
        """A10: what runs and is not late yet has its bell, at the instant it is due."""
        with self.world.inspector.database.read() as connection:
            armed = {
                (row.owner, row.due_at)
                for row in connection.execute(select(TIMER.c.owner, TIMER.c.due_at).where(TIMER.c.case_id == case_id))
            }
        rows, held = self.known[case_id].rows, self.known[case_id].held
        ends = {at for owner, at in armed if owner == BELL_OF_ITS_END}
        if ends != ({held.ends or WITHOUT_END} if held else set()):
            self._fail("A10", f"{case_id} is on hold as {held}, and the bells of its end are {ends}")
        # A daemon whose clock is ahead may have rung it already: then what another one decides now lies before the due instant.
        last, rung = rows[-1].received_at, {row.occurred_at for row in rows if row.kind == "bell"}
        for policy, one in latest.items():
            if (
                one.verdict is None
                and not one.paused
                and one.due > last
                and one.due not in rung
                and (f"policy:{policy}", one.due) not in armed
            ):
                self._fail("A10", f"{case_id} {policy} runs until {one.due}, and no bell is armed for it: {sorted(armed, key=str)}")

    def _no_timer_without_its_owner(self) -> None:
        with self.world.inspector.database.read() as connection:
            rows = connection.execute(
                select(TIMER.c.case_id, TIMER.c.owner, TIMER.c.row, CASES.c.state).join(CASES, CASES.c.id == TIMER.c.case_id)
            ).all()
        for row in rows:
            kind, _, name = row.owner.partition(":")
            if kind == "policy" and row.state not in WHILE[name]:
                self._fail("I3" if row.state in FINAL else "I4", f"{row.case_id} in {row.state} has a bell of {name}")
            if kind == "chain" and row.state in FINAL:
                self._fail("I3", f"{row.case_id} is over, and its ladder has a bell")

    # A5, A6, E8, E9: what the outbox says is what happened outside

    def _the_outbox_tells_the_truth(self) -> None:
        with self.world.inspector.database.read() as connection:
            rows = [(outbox_row(row), row["masked"]) for row in connection.execute(select(OUTBOX).order_by(OUTBOX.c.effect_id)).mappings()]
        for row, masked in rows:
            told = f"{row.status.value} {row.attempts}"
            if self.statuses.get(row.effect.id) == told:
                continue
            self.statuses[row.effect.id] = told
            self.world.say(f"outbox {row.effect.id} {row.effect.message or row.effect.chain} {row.effect.channel} {told} {row.error}")
            if PHONE.search(masked):
                self._fail("privacy", f"a telephone number stands in the kept text of {row.effect.id}")
            self._explained(row)
            if row.effect.channel == "sms":
                self._as_it_was(row)

    def _explained(self, row: OutboxRow) -> None:
        case, revision, _ = row.effect.id.rsplit("/", 2)
        known = self.known.get(case)
        if known is None or len(known.rows) < int(revision) or row.effect.id not in known.rows[int(revision) - 1].effects:
            self._fail("A6", f"{row.effect.id} stands in no decision")

    def _as_it_was(self, row: OutboxRow) -> None:
        key, sms = key_for(row.effect), self.world.sms
        if row.effect.id in sms.left_before:
            return  # What is said of it was heard from a person, about a sending under another number.
        mine = [
            one for one in sms.requests
            if one.parcel.effect_id == (row.carried_by or row.effect.id) and one.told not in SURELY_NOT_SENT
        ]  # fmt: skip
        if row.status in (OutboxStatus.ACCEPTED, OutboxStatus.DONE) and not mine and not self._by_hand(row):
            self._fail("E8", f"{row.effect.id} is marked {row.status.value}, and the provider never saw it")
        if row.provider_id not in ("", f"p-{key}") and not row.carried_by:
            self._fail("E9", f"{row.effect.id} bears the number {row.provider_id} of another sending")
        if row.status is OutboxStatus.DONE and sms.truth.get(key) is not Verdict.DELIVERED and not row.carried_by:
            self._fail("E9", f"{row.effect.id} is marked delivered, the provider says {sms.truth.get(key)}")

    def _by_hand(self, row: OutboxRow) -> bool:
        return "hand" in row.error

    # L1: in the calm everything owed is served

    def ask_in_the_calm(self, *, closed: bool) -> None:
        """No bell is forgotten; until all is closed, whoever is late is told of. Raises Broken."""
        overdue = TIMER.c.due_at <= self.world.true - OVERDUE
        with self.world.inspector.database.read() as connection:
            late = connection.execute(select(TIMER.c.case_id, TIMER.c.owner, TIMER.c.due_at).where(overdue)).all()
        for row in late:
            self._fail("L1", f"a bell of {row.owner} of {row.case_id} was due {row.due_at}, it is {self.world.true}")
        for words in () if closed else late_and_untold(self.world, self.known):
            self._fail("L1", words)

    def ask_at_the_end(self) -> None:
        """Nothing hangs, nobody was forgotten, every promise has its end. Raises Broken."""
        for words in [*left_over(self.world), *forgotten(self.world, self.known), *unsaid(self.world, self.known)]:
            self._fail("L1", words)


def _unheard(stored: Case) -> Case:
    """The case as it was before its first decision."""
    return Case(id=stored.id, workflow=stored.workflow, revision=0, opened_at=stored.opened_at, ledger=Ledger())
