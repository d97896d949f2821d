"""Would the storm notice? Bugs planted on purpose, one switched on at a time by its name; nothing of it stands in the engine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import engine.core.decide as court
from adapters.sql import journal, outbox, sheaf, timers
from adapters.sql.inbox import Registry
from adapters.sql.parking import Parking
from adapters.sql.provider_tables import ATTEMPT
from adapters.sql.providers import SqlProviders
from adapters.sql.tables import OUTBOX
from adapters.sql.timers import SqlBells
from adapters.sql.worklist import SqlWorklist
from engine.core import clocks, order, timeline
from engine.core.clocks import Clock
from engine.core.reader import Reader
from engine.model.doing import Assign
from engine.model.event import Acceptance, Accepted, EventKind
from engine.ports.attempts import CircuitState
from engine.ports.outbox import OutboxStatus, Settlement
from engine.ports.store import StoreUnavailable
from engine.ports.worklist import Finished
from engine.service import advance, dispatch, handover
from engine.service.advance import Clerk
from engine.service.counters import Counters
from engine.service.desk import Answer, Said
from engine.service.dispatch import PostRoom
from engine.service.endings import Endings
from engine.service.publish import Press, Publication, Told
from engine.service.running import Running
from engine.service.sending import Look, SendingDesk


@dataclass(frozen=True, slots=True)
class Bug:
    """One thing broken: where, how, which laws may notice, and under which seed the storm was seen to."""

    name: str
    owner: object
    method: str
    broken: Callable[[Any], Any]
    """The method as it should be -> as it is broken."""
    laws: tuple[str, ...]
    seed: int
    steps: int
    restores: bool
    """Whether copies have to be put back for anybody to notice."""
    holds: bool
    """Whether people have to put cases on hold."""


BUGS: dict[str, Bug] = {}


def _plant(
    owner: object, method: str, *laws: str, seed: int = 1, steps: int = 120, restores: bool = False, holds: bool = False
) -> Callable[[Callable[[Any], Any]], Callable[[Any], Any]]:
    def keep(broken: Callable[[Any], Any]) -> Callable[[Any], Any]:
        BUGS[broken.__name__] = Bug(broken.__name__, owner, method, broken, laws, seed, steps, restores, holds)
        return broken

    return keep


@contextmanager
def planted(name: str | None) -> Iterator[None]:
    """The bug is in the house until the end; no name: none is."""
    if name is None:
        yield
        return
    bug = BUGS[name]
    sound = vars(bug.owner)[bug.method]
    setattr(bug.owner, bug.method, bug.broken(sound))
    try:
        yield
    finally:
        setattr(bug.owner, bug.method, sound)


# Time


@_plant(timers, "as_row", "A10", "L1")
def timer_armed_too_early(sound: Any) -> Any:
    """Ten minutes before it is due. The clerk and the court each look again, so nothing is early: but the bell is spent."""
    return lambda timer: sound(replace(timer, due_at=timer.due_at - timedelta(minutes=10)))


@_plant(court, "ring_row", "A4 early", "I5", "I6")
def row_carried_out_early(sound: Any) -> Any:
    """With each bell of a clock, whatever else it has for that day is carried out as well."""

    def broken(draft: Any, event: Any) -> bool:
        rang = bool(sound(draft, event))
        for clock in draft.clocks:
            for instant in timeline.instants(draft.court, clock, None) if rang and clock.live else ():
                if instant.row is not None and instant.at > draft.now and instant.mark not in draft.fired:
                    timeline._fire(draft, clock, instant, 1)
        return rang

    return broken


@_plant(timeline, "_fire", "A4 twice", "I5", "I6")
def timer_fires_twice(sound: Any) -> Any:
    """The first time a row is carried out, that is not remembered."""
    seen: set[str] = set()

    def broken(draft: Any, clock: Any, instant: Any, gen: int) -> None:
        sound(draft, clock, instant, gen)
        if instant.row is not None and instant.mark not in seen:
            seen.add(instant.mark)
            del draft.fired[instant.mark]
            draft.gens.pop(instant.own, None)

    return broken


@_plant(SqlBells, "due", "L1", seed=2)
def timer_lost_on_restart(sound: Any) -> Any:
    """Who starts anew looks only at what falls due from then on."""

    def broken(self: Any, now: Any, limit: int, **more: Any) -> Any:
        since = vars(self).setdefault("_since", now)
        return [one for one in sound(self, now, limit, **more) if one.due_at >= since]

    return broken


@_plant(advance, "decide", "A10", "L1")
def reload_drops_timers(sound: Any) -> Any:
    """A case that is read again under new rules arms nothing."""

    def broken(rulebook: Any, case: Any, event: Any, now: Any) -> Any:
        decision = sound(rulebook, case, event, now)
        return replace(decision, timers=()) if event.kind is EventKind.REFRESH else decision

    return broken


@_plant(timers, "arm", "I3", "I4")
def clock_of_a_closed_state_kept(sound: Any) -> Any:
    """Timers are armed, and never taken back but by ringing."""

    def kept(before: Any, after: Any) -> Any:
        known = {timers.identity(one) for one in after}
        return [*after, *(one for one in before if timers.identity(one) not in known)]

    def broken(connection: Any, changes: Any) -> None:
        sound(connection, [(before, kept(before, after)) for before, after in changes])

    return broken


@_plant(Clock, "_stopped_verdict", "A3")
def stop_loses_against_its_due_second(sound: Any) -> Any:
    """What is done at the due instant itself counts as late."""

    def broken(self: Any, stop: Any) -> Any:
        return clocks.ClockVerdict.LATE if stop.at == self.due else sound(self, stop)

    return broken


@_plant(clocks, "_pause", "A3", "A12", "A10")
def pause_not_counted(sound: Any) -> Any:
    """A clock runs on while it should stand still."""
    return lambda policy, clock, trace: None


# The order of things


@_plant(order, "_place", "A3", "A12")
def events_read_in_order_of_receipt(sound: Any) -> Any:
    """Whatever came late happened late."""
    return lambda docket, heard: (heard.event.received_at, 0, 0, 0, heard.event.received_at, heard.number)


@_plant(order, "FUTURE_TOLERANCE", "A3", "A12", seed=4)
def future_believed(sound: Any) -> Any:
    """An event from next hour counts as of next hour."""
    return timedelta(days=10)


@_plant(Reader, "_after_the_end", "A3")
def late_event_after_the_end_not_set_aside(sound: Any) -> Any:
    """A scan after the end of a case is no contradiction."""
    return lambda self, workflow, event: False


@_plant(timeline, "_note_correction", "L1")
def correction_unsaid(sound: Any) -> Any:
    """A lateness that proved wrong is struck out, and nobody hears of it."""
    return lambda draft, clock: None


# The gate and the store


@_plant(Registry, "_again", "A1")
def duplicate_accepted_twice(sound: Any) -> Any:
    """What comes a second time is kept under another id."""

    def broken(self: Any, known: Any, report: Any, body_hash: str) -> Acceptance:
        if report.event.kind is not EventKind.HAPPENED or known[0] is None:
            return sound(self, known, report, body_hash)  # type: ignore[no-any-return]  # the sound method answers so
        second = replace(report.event, id=f"{report.event.id}'")
        if (second.source, second.id) not in self._filing.known:
            self._look_up_known([(second.source, second.id)])
        if (second.source, second.id) in self._filing.known:
            return Acceptance(Accepted.DUPLICATE, known[0])
        self._write(second, self._hash(second), known[0], report.private)
        return Acceptance(Accepted.ACCEPTED, known[0])

    return broken


@_plant(Parking, "_adopt_stored", "L1")
def parked_event_forgotten(sound: Any) -> Any:
    """When the name becomes known, nobody looks at what waited for it."""
    return lambda self, filing, case_id, owned: None


@_plant(Running, "_take", "A1", "L1")
def acknowledged_before_it_is_kept(sound: Any) -> Any:
    """The store is not to be had, and we say 2xx all the same."""

    def broken(self: Any, incoming: Any) -> Any:
        try:
            return sound(self, incoming)
        except StoreUnavailable:
            return [Answer(Said.ACCEPTED) for _ in incoming]

    return broken


@_plant(Clerk, "together", "I5", "I6", "A3")
def cases_remembered_after_a_rollback(sound: Any) -> Any:
    """What a transaction took back is still believed."""
    return lambda self: self.store.together()


@_plant(journal, "as_row", "privacy")
def private_value_in_the_journal(sound: Any) -> Any:
    """The journal keeps an event as it came."""
    return lambda decision, private, now: sound(decision, private, now) | {"data": journal.dumps(dict(decision.event.data))}


@_plant(Press, "_weigh", "A8", seed=5)
def rules_of_the_same_meaning_published(sound: Any) -> Any:
    """A remark in a file makes a new version."""

    def broken(self: Any, files: Any) -> Any:
        found = sound(self, files)
        if isinstance(found, Publication) and found.told is Told.UNCHANGED:
            return found.rulebook, found.diagnostics, {}
        return found

    return broken


@_plant(SqlWorklist, "finish", "L1")
def task_finished_twice(sound: Any) -> Any:
    """Two people click, and both are told that they were the first."""

    def broken(self: Any, *words: Any, **named: Any) -> Finished:
        return Finished(True, sound(self, *words, **named).task)

    return broken


# The post


@_plant(handover, "_parcel", "I2")
def second_try_under_another_key(sound: Any) -> Any:
    """Each attempt has a key of its own, so that no provider can tell a repetition."""

    def broken(letter: Any, *words: Any) -> Any:
        parcel = sound(letter, *words)
        return replace(parcel, key=parcel.key[::-1]) if letter.row.attempts > 1 and parcel is not None else parcel

    return broken


@_plant(dispatch, "hand_over", "E8")
def marked_sent_before_it_is_sent(sound: Any) -> Any:
    """First the tick, then the deed."""

    def broken(letter: Any, recipients: Any, names: Any, counters: Any, post: Any) -> Any:
        post.settle(Settlement(effect_id=letter.row.effect.id, status=OutboxStatus.ACCEPTED), letter.now)
        return sound(letter, recipients, names, counters, post)

    return broken


@_plant(Endings, "retry", "E8", seed=5)
def failed_sending_marked_sent(sound: Any) -> Any:
    """What should be tried again is taken for done."""

    def broken(self: Any, row: Any, at: Any, now: Any, error: str = "", answered: Any = ()) -> None:
        self._post.settle(Settlement(effect_id=row.effect.id, status=OutboxStatus.ACCEPTED, error=error, answered=answered), now)

    return broken


@_plant(outbox.SqlOutbox, "crashed", "A5", seed=4)
def sent_again_after_a_crash(sound: Any) -> Any:
    """A row found sending is simply ready again, whether or not its request had left."""

    def broken(self: Any, now: Any) -> Any:
        lost = outbox.select(OUTBOX).where(OUTBOX.c.status == "sending", OUTBOX.c.lease_until <= now)
        self._update(lost, {"owner": "", "lease_until": None, "status": OutboxStatus.READY.value})
        return []

    return broken


@_plant(PostRoom, "reap", "L1")
def dead_daemons_rows_left(sound: Any) -> Any:
    """Nobody looks after what a daemon was sending when it died."""
    return lambda self, now: 0


@_plant(outbox.SqlOutbox, "_still_ours", "A5", "E8", "I2", seed=4)
def lease_not_checked(sound: Any) -> Any:
    """Who stood still longer than its lease sends all the same."""
    return lambda self, connection, effect_id: None


@_plant(SqlProviders, "of_key", "E9", "L1", seed=4)
def receipt_matched_to_another_sending(sound: Any) -> Any:
    """A receipt goes to whatever was sent last."""
    return lambda self, key: self._latest(ATTEMPT.c.seq >= 0)


@_plant(Counters, "shut", "hold")
def hold_not_respected(sound: Any) -> Any:
    """What a person paused goes on sending."""
    return lambda self: {one.connection: one for one in self.book.circuits() if one.state is CircuitState.OPEN}


@_plant(sheaf, "is_fenced", "fence", steps=100, restores=True)
def fence_forgotten(sound: Any) -> Any:
    """After a restore what comes of the lost time leaves again."""
    return lambda fence, event: False


# Cases on hold


@_plant(SendingDesk, "look", "on hold", seed=3, holds=True)
def case_on_hold_not_looked_at(sound: Any) -> Any:
    """What was issued before its case was put on hold leaves all the same."""

    def broken(self: Any, effect: Any) -> Look:
        found = sound(self, effect)
        return Look() if found.on_hold else found

    return broken


@_plant(timeline, "LASTS", "on hold", seed=2, holds=True)
def task_given_on_hold(sound: Any) -> Any:
    """A row that gives a task rings on hold as well, as if a task told nobody anything."""
    return (*sound, Assign)


@_plant(court, "hold_timers", "A10", holds=True)
def end_of_a_hold_not_armed(sound: Any) -> Any:
    """A hold that has an end lasts for ever."""
    return lambda draft: []


@_plant(timeline, "_carry_out_row", "A4 twice", seed=2, holds=True)
def raised_once_more_after_the_hold(sound: Any) -> Any:
    """What a row raised on hold is raised again with the message that waited."""

    def broken(draft: Any, *words: Any) -> None:
        if draft.hold is None:
            draft.told = [one for one in draft.told if not one.startswith("on_hold:")]
        sound(draft, *words)

    return broken
