"""How does a promise stand? Policies at work on one case: clocks, recomputed from its time line, never accumulated."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from engine.core.answers import answer_of
from engine.core.evaluate import Seen
from engine.core.marks import Trace, starts_here, stops_here
from engine.core.terms import Court, Span_, due_of, pauses_by_disruption, terms_of
from engine.model.case import ClockVerdict, ClockView
from engine.model.condition import Answer
from engine.model.policy import DueField, LookUp, OnReturn, Policy, TimelineRow
from engine.model.rulebook import Rulebook
from engine.model.timer import Timer


@dataclass(frozen=True, slots=True)
class Instant:
    """A row's next instant on one clock."""

    row: TimelineRow | None
    """None: the due row."""
    key: str
    at: datetime
    slot: str
    mark: str
    """`policy|clock|row|slot`: what fired, in the ledger."""
    line: str
    """`policy|row`: what generations are counted by."""
    own: str
    """`policy|row|clock`: the generation armed for this clock."""


@dataclass(slots=True)
class Clock:
    """One start of one policy on one case. Mutable only while it is being read off the time line."""

    policy: Policy
    number: int
    key: str
    """Key of the trace that started it: stays the same when the case is read again."""
    start: Trace
    last: Trace
    """The latest trace that concerns it: fields as of the end, or as of now."""
    pauses: list[Span_] = field(default_factory=list)
    paused_since: datetime | None = None
    changes: list[Trace] = field(default_factory=list)
    """Later traces that changed a field."""
    stopped: Trace | None = None
    ended: Trace | None = None
    """Left, or started anew, without its stop."""
    due: datetime | None = None
    superseded: bool = False
    """Its policy no longer applied once it was late: the breach stays, and nothing rings any more (time.md 2.2)."""
    storms: tuple[Span_, ...] = ()
    """The disruptions among its pauses."""
    fixed_due: bool = False
    """The due time was moved to the moment of a change: rows count from it, not from the start."""

    id: str = field(init=False)
    """`policy|key`, the clock's name in ledgers and reasons."""
    rows: "tuple[Rulebook, Sequence[Instant | TimelineRow]] | None" = field(init=False, default=None, compare=False, repr=False)
    """The instants of its rows under a rulebook, once asked for; a daily row stands for itself. Not for a clock that changes still."""
    armed: dict[str, Timer] = field(init=False, default_factory=dict, compare=False, repr=False)
    """The timers asked for last, by the mark of their instant."""
    view: "ClockView | None" = field(init=False, default=None, compare=False, repr=False)
    """How it is shown, once asked for, if no passing of time can change it."""

    def __post_init__(self) -> None:
        self.id = f"{self.policy.name}|{self.key}"

    @property
    def live(self) -> bool:
        return self.stopped is None and self.ended is None

    @property
    def all_pauses(self) -> tuple[Span_, ...]:
        """Pauses by state; an open one has no end yet and is left out."""
        return tuple(self.pauses)

    def verdict(self, now: datetime) -> ClockVerdict:
        """Event time decides; at the due instant itself nothing is late yet (time.md 1.1)."""
        if self.ended is not None:
            # Left, or started anew, without its stop: no verdict, but what was late already stays late.
            return ClockVerdict.LATE if self.due is not None and self.due < self.ended.at else ClockVerdict.NONE
        if self.stopped is not None:
            return self._stopped_verdict(self.stopped)
        if self.due is not None and self.due < now and not (self.paused_since and self.paused_since <= self.due):
            return ClockVerdict.LATE
        return ClockVerdict.PAUSED if self.is_paused(now) else ClockVerdict.RUNNING

    def paused_from(self, now: datetime) -> datetime | None:
        """Since when it is paused, by its state or by a disruption; None: it runs."""
        spans = [since for since, until in self.pauses if since <= now < until]
        return min([*spans, *([self.paused_since] if self.paused_since else [])], default=None)

    def resumes_at(self, now: datetime) -> datetime | None:
        """When a disruption that holds it now is over; None: nothing says."""
        return max((until for since, until in self.pauses if since <= now < until), default=None) if not self.paused_since else None

    def is_paused(self, now: datetime) -> bool:
        """In a pausing state, or within a disruption."""
        return self.paused_from(now) is not None

    def _stopped_verdict(self, stop: Trace) -> ClockVerdict:
        if stop.raised_by == self.id and self.due is not None and self.due <= stop.at:
            return ClockVerdict.LATE  # Its own row at due ended it: nobody kept the promise.
        if self.due is None or stop.at <= self.due:
            return ClockVerdict.MET_REPORTED_LATE if self.due and stop.heard_at > self.due else ClockVerdict.MET
        unseen = not stop.seen or (not self.policy.stops and stop.unseen_before)
        return ClockVerdict.NOT_SEEN if unseen else ClockVerdict.LATE


def read_clocks(court: Court, policies: Sequence[Policy], traces: Sequence[Trace], now: datetime) -> list[Clock]:
    """All clocks of a case that have a due time and whose policy applies, in order of policy, then of start."""
    clocks: list[Clock] = []
    for policy in policies:
        clocks += [clock for clock in _settled(court, policy, _runs(policy, traces), now) if clock.due is not None]
    return clocks


def _settled(court: Court, policy: Policy, runs: list[Clock], now: datetime) -> list[Clock]:
    kept: list[Clock] = []
    for clock in runs:
        if settle(court, policy, clock, now, len(kept) + 1):
            kept.append(clock)
    return kept


def settle(court: Court, policy: Policy, clock: Clock, now: datetime, number: int) -> bool:
    """Its pauses, its due time, its number among those that count; False if its policy does not apply to it."""
    if not _in_force(policy, clock.start.at, court):
        return False
    answer = _applies(court, policy, clock.last)
    gone = _no_longer_applies(court, clock) if answer is Answer.NO else None
    if answer is Answer.COULD_NOT_TELL or (answer is Answer.NO and gone is None):
        return False
    if isinstance(terms_of(court, policy, clock.start, clock.last), DueField):
        # A due time set by hand is immune to pauses by state (T33); a disruption that names the policy does move it.
        clock.pauses, clock.paused_since = [], None
    clock.storms = tuple(pauses_by_disruption(court, clock.policy, clock.last))
    clock.pauses += clock.storms
    _set_due(court, clock, now)
    if gone is not None:
        if clock.due is None or clock.due >= gone.at:
            return False
        clock.superseded, clock.ended, clock.stopped = True, gone, None
    clock.number = number
    return True


def _applies(court: Court, policy: Policy, trace: Trace) -> Answer:
    """The policy's `if`, with the fields as of a trace."""
    if policy.condition is None:
        return Answer.YES
    return answer_of(policy.condition, Seen(court.workflow, trace.texts, court.zone, trace.after))


def _no_longer_applies(court: Court, clock: Clock) -> Trace | None:
    """The change after which the policy's `if` no longer held, if it had held before; None: it never applied."""
    applied = False
    for trace in (clock.start, *clock.changes):
        answer = _applies(court, clock.policy, trace)
        if answer is Answer.YES:
            applied = True
        elif applied:
            return trace
    return None


def _in_force(policy: Policy, at: datetime, court: Court) -> bool:
    if policy.valid_from is None and policy.valid_to is None:
        return True
    day = court.local_date(at)
    return (policy.valid_from is None or policy.valid_from <= day) and (policy.valid_to is None or day <= policy.valid_to)


def _set_due(court: Court, clock: Clock, now: datetime) -> None:
    """The due time, read at the start and again when a field it uses changes.

    A due time that a change would move into the past is the moment of the change; what was late already stays so.
    """
    pauses = [*clock.pauses]
    if clock.paused_since is not None:
        pauses.append((clock.paused_since, max(now, clock.paused_since)))
    due = due_of(court, clock.policy, clock.start, clock.start, pauses)
    if not _reads_fields(clock.policy):
        clock.due = due
        return
    for change in clock.changes:
        again = due_of(court, clock.policy, clock.start, change, pauses)
        if again == due:
            continue
        if again is not None and again < change.at:
            again = due if due is not None and due < change.at else change.at
            clock.fixed_due = again == change.at
        else:
            clock.fixed_due = False
        due = again
    clock.due = due


def _reads_fields(policy: Policy) -> bool:
    """Whether a change of fields can move its due times."""
    return bool(policy.excepts) or isinstance(policy.terms, DueField | LookUp)


def _runs(policy: Policy, traces: Sequence[Trace]) -> list[Clock]:
    """Read starts, pauses and ends off the time line."""
    runs: list[Clock] = []
    for trace in traces:
        step(policy, runs, trace)
    return runs


def step(policy: Policy, runs: list[Clock], trace: Trace) -> None:
    """What one trace does to the starts of a policy so far."""
    clock = runs[-1] if runs and runs[-1].live else None
    if clock is not None:
        _go_on(policy, clock, trace)
    if begins(policy, trace) and not _resume(policy, runs, trace):
        if clock is not None and clock.live:
            clock.ended = trace
        runs.append(_new_clock(policy, trace, len(runs) + 1))


def begins(policy: Policy, trace: Trace) -> bool:
    """Whether a clock starts, or goes on, at a trace."""
    if trace.after not in policy.while_states:
        return False
    if policy.starts:
        return starts_here(policy.starts, trace)
    return trace.moved and trace.before not in policy.while_states


def _new_clock(policy: Policy, trace: Trace, number: int) -> Clock:
    clock = Clock(policy=policy, number=number, key=trace.key, start=trace, last=trace)
    if trace.after in policy.pauses:
        clock.paused_since = trace.at
    return clock


def _resume(policy: Policy, runs: list[Clock], trace: Trace) -> bool:
    """`on_return: continue`: the clock before goes on, and the time it lay closed never counts."""
    if policy.on_return is not OnReturn.CONTINUE or not runs or policy.starts:
        return False
    clock = runs[-1]
    end = clock.stopped or clock.ended
    if end is None:
        return False
    clock.pauses.append((end.at, trace.at))
    clock.stopped = clock.ended = None
    clock.last = trace
    if trace.changed:
        clock.changes.append(trace)
    if trace.after in policy.pauses:
        clock.paused_since = trace.at
    return True


def _go_on(policy: Policy, clock: Clock, trace: Trace) -> None:
    """What one trace does to the live clock: stop it, end it, pause or resume it, change its terms."""
    clock.last = trace
    inside = trace.after in policy.while_states
    if policy.stops:
        if stops_here(policy.stops, trace):
            clock.stopped = trace
        elif not inside:
            clock.ended = trace
    elif not inside:
        clock.stopped = trace
    _pause(policy, clock, trace)
    if clock.live and trace.changed:
        clock.changes.append(trace)


def _pause(policy: Policy, clock: Clock, trace: Trace) -> None:
    paused = clock.live and trace.after in policy.pauses
    if clock.paused_since is not None and not paused:
        clock.pauses.append((clock.paused_since, trace.at))
        clock.paused_since = None
    elif clock.paused_since is None and paused:
        clock.paused_since = trace.at
