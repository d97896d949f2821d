"""What do new marks on the time line change about a case's clocks? Only what they concern is counted again.

`clocks.read_clocks` is the authority: it counts all clocks from the first mark, and comes to the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.core.clocks import Clock, begins, settle, step
from engine.core.marks import Trace, stops_here
from engine.core.terms import Court
from engine.model.case import ClosedDue
from engine.model.policy import Policy


@dataclass(frozen=True, slots=True)
class Followed:
    """One policy on one case, as far as the time line was read. Shared between readings: replaced, never changed."""

    policy: Policy
    runs: Sequence[Clock] = ()
    """Starts, pauses and ends as read off the time line."""
    settled: Sequence[Clock | None] = ()
    """The same with their due times; None: the policy does not apply to it."""
    waits: bool = False
    """One of them pauses: its due time moves as time passes."""


def follow(court: Court, known: Sequence[Followed], traces: Sequence[Trace], now: datetime) -> list[Followed]:
    """The policies of a case after further traces."""
    followed = []
    for one in known:
        runs = _after(one.policy, one.runs, traces)
        followed.append(one if runs is one.runs and not one.waits else _settled(court, one, runs, now))
    return followed


@dataclass(frozen=True, slots=True)
class Counted:
    """The clocks of a case, with what every decision asks of them. Shared: nobody writes into it."""

    clocks: list[Clock]
    by_id: Mapping[str, Clock]
    closed: Mapping[str, ClosedDue]
    """Of what is over: the due time it closed with."""
    dues: Mapping[str, datetime]
    """Of what runs: when it is due."""


def counted(clocks: list[Clock]) -> Counted:
    """The clocks, sorted."""
    closed: dict[str, ClosedDue] = {}
    dues: dict[str, datetime] = {}
    for clock in clocks:
        if clock.due is None:
            continue
        if not clock.live:
            closed[clock.id] = ClosedDue(clock.due, clock.storms)
        elif not clock.paused_since:
            dues[clock.id] = clock.due
    return Counted(clocks, {clock.id: clock for clock in clocks}, closed, dues)


def clocks_among(followed: Sequence[Followed]) -> list[Clock]:
    """All clocks that have a due time and whose policy applies, in order of policy, then of start."""
    return [clock for one in followed for clock in one.settled if clock is not None and clock.due is not None]


def _after(policy: Policy, runs: Sequence[Clock], traces: Sequence[Trace]) -> Sequence[Clock]:
    """The very same runs if no trace concerns them."""
    own: list[Clock] | None = None
    for trace in traces:
        if not _concerns(policy, (runs if own is None else own), trace):
            continue
        if own is None:
            own = [*runs[:-1], _copied(runs[-1])] if runs else []
        step(policy, own, trace)
    return runs if own is None else own


def _concerns(policy: Policy, runs: Sequence[Clock], trace: Trace) -> bool:
    """Whether a trace starts, stops, pauses or changes anything."""
    if runs and runs[-1].live:
        last = runs[-1].last
        if trace.moved or trace.changed or trace.after != last.after or stops_here(policy.stops, trace):
            return True
        if trace.texts is not last.texts and trace.texts != last.texts:
            return True
    return begins(policy, trace)


def _settled(court: Court, before: Followed, runs: Sequence[Clock], now: datetime) -> Followed:
    settled: list[Clock | None] = []
    number = 1
    for place, run in enumerate(runs):
        clock = before.settled[place] if place < len(before.runs) and before.runs[place] is run and run.paused_since is None else run
        if clock is run or (clock is not None and clock.number != number):
            fresh = _copied(run)
            clock = fresh if settle(court, before.policy, fresh, now, number) else None
        settled.append(clock)
        number += clock is not None
    return Followed(before.policy, runs, settled, any(run.paused_since is not None for run in runs))


def _copied(clock: Clock) -> Clock:
    """A start as read off the time line, with pauses and changes of its own."""
    return Clock(
        policy=clock.policy,
        number=clock.number,
        key=clock.key,
        start=clock.start,
        last=clock.last,
        pauses=list(clock.pauses),
        paused_since=clock.paused_since,
        changes=list(clock.changes),
        stopped=clock.stopped,
        ended=clock.ended,
    )
