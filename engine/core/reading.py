"""What do a case's events say, put in the order in which they happened? State, fields, stays, traces, intentions.

A late event is simply put in its place and the rest is read again. Nothing here looks at what was issued before; that is
`issue.py`'s question.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from engine.core.clocks import Clock
from engine.core.docket import policies_of
from engine.core.following import Counted, Followed, clocks_among, counted, follow
from engine.core.order import comes_last, in_order
from engine.core.reader import Reader
from engine.core.remembered import Kept, Memory
from engine.core.stays import Reading, Stay
from engine.core.terms import Court
from engine.model.case import Case
from engine.model.event import Heard

MEMORY = Memory()
"""Readings kept at hand; the next event of a case usually follows the last one."""


def read_case(court: Court, case: Case, hypothesis: Sequence[Heard] = ()) -> Reading:
    """Read all events of a case in order of time; `hypothesis` adds events as if they had been heard.

    The answer is shared: nobody writes into it.
    """
    reading = _known(court, case)
    for heard in hypothesis:
        reading = read_on(court, reading, heard)
    return reading


def clocks_of(court: Court, reading: Reading, now: datetime, floors: Mapping[str, datetime]) -> list[Clock]:
    """The clocks of a reading, for all policies of its workflow. Shared: nobody writes into them.

    `floors`: due times that an edit of the rules would have moved into the past (Ledger.floors).
    """
    return counted_of(court, reading, now, floors).clocks


def counted_of(court: Court, reading: Reading, now: datetime, floors: Mapping[str, datetime]) -> Counted:
    """The same, with what every decision asks of them."""
    found = reading.counted
    if found is None:
        known, place = reading.followed
        known = known or [Followed(one) for one in policies_of(court.rulebook).get(court.workflow.name, ())]
        followed = follow(court, known, reading.traces[place:], now)
        found = counted(clocks_among(followed))
        reading.followed = (followed, len(reading.traces))
        if not any(clock.paused_since for clock in found.clocks):
            reading.counted = found
    return counted([_floored(clock, floors) for clock in found.clocks]) if floors else found


def _floored(clock: Clock, floors: Mapping[str, datetime]) -> Clock:
    kept = floors.get(f"={clock.id}")
    if kept is not None and not clock.live:
        return replace(clock, due=kept)
    floor = floors.get(clock.id)
    if floor is None or clock.due is None or clock.due >= floor:
        return clock
    return replace(clock, due=floor, fixed_due=True)


def read_on(court: Court, reading: Reading, heard: Heard) -> Reading:
    """The reading with one more event: put behind the others if it happened last, else everything is read again."""
    if not comes_last(court.workflow, reading.order, heard):
        return _read_all(court, [*reading.order, heard], heard.event.received_at)
    reader = Reader(court, heard.event.received_at)
    reader.reading = _copied(reading)
    reader.read(heard, opening=False)
    return reader.reading


def _read_all(court: Court, history: Sequence[Heard], opened_at: datetime) -> Reading:
    reader = Reader(court, opened_at)
    reader.reading.retracts = any(heard.event.name == "retracted" for heard in history)
    for place, heard in enumerate(in_order(court.workflow, history)):
        reader.read(heard, opening=place == 0)
    return reader.reading


def _copied(reading: Reading) -> Reading:
    """A copy to go on from: lists and texts are its own, and so is the last stay, whose end is still open."""
    last = reading.stays[-1]
    stays = [*reading.stays[:-1], Stay(last.key, last.state, last.entered_at, last.seen, last.left_at)]
    return Reading(
        state=reading.state,
        stays=stays,
        traces=list(reading.traces),
        texts=dict(reading.texts),
        counts=dict(reading.counts),
        intentions=list(reading.intentions),
        reads=dict(reading.reads),
        order=list(reading.order),
        contradictions=reading.contradictions,
        retracts=reading.retracts,
        followed=reading.followed,
    )


def keep(court: Court, case_id: str, history: tuple[Heard, ...], reading: Reading) -> None:
    """Remember what this history says under these very rules; of each case the latest is kept."""
    MEMORY.keep((case_id, id(court.rulebook)), Kept(history, court.rulebook, reading))


def _known(court: Court, case: Case) -> Reading:
    found = MEMORY.of((case.id, id(court.rulebook)))
    if found is not None:
        if found.history is case.history:
            return found.reading
        if found.history == case.history:  # The same events, loaded anew.
            keep(court, case.id, case.history, found.reading)
            return found.reading
    reading = _read_all(court, case.history, case.opened_at)
    keep(court, case.id, case.history, reading)
    return reading
