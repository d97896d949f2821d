"""What do a case's events say, put in the order in which they happened? State, fields, stays, traces, intentions.

Always read from the beginning: a late event is simply in its place. Nothing here looks at what was issued before;
that is `issue.py`'s question.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from engine.core.clocks import Clock, read_clocks
from engine.core.evaluate import Seen, evaluate
from engine.core.machine import Picked, pick
from engine.core.marks import Trace
from engine.core.order import comes_last, effective_at, event_key, in_order
from engine.core.rows import instants
from engine.core.terms import Court
from engine.model.case import Case
from engine.model.condition import Answer, Check
from engine.model.decision import Outcome
from engine.model.doing import Do, Set
from engine.model.event import Event, EventKind, Heard
from engine.model.rulebook import Rulebook
from engine.model.span import Span
from engine.model.values import FieldType
from engine.model.workflow import BACK, Transition, Workflow

CLOCK_SOURCE = "clock"
"""Source of events that a timeline row raised; extra: policy, clock, row."""


@dataclass(slots=True)
class Stay:
    """From entering a state to leaving it."""

    key: str
    state: str
    entered_at: datetime
    seen: bool
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Intention:
    """One `do:` line of a row that fitted, with the stay it belongs to."""

    cause: str
    stay: str
    do: Do
    event: Event
    row: str


@dataclass(frozen=True, slots=True)
class Read:
    """How one event was read in its place."""

    outcome: Outcome
    row: Transition | None = None
    checks: tuple[Check, ...] = ()
    before: str = ""
    after: str = ""
    span: Span | None = None
    """Where the row or milestone that fitted is written."""


@dataclass(slots=True)
class Reading:
    """The case as its events tell it, in order of time."""

    state: str = ""
    stays: list[Stay] = field(default_factory=list)
    traces: list[Trace] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    intentions: list[Intention] = field(default_factory=list)
    reads: dict[str, Read] = field(default_factory=dict)
    """Event key -> how it was read."""
    order: list[Heard] = field(default_factory=list)
    """The events in the order in which they were read."""
    clocks: list[Clock] | None = None
    """Its clocks, once counted, if no passing of time can change them."""

    @property
    def stay(self) -> Stay:
        return self.stays[-1]

    @property
    def contradictions(self) -> int:
        return sum(read.outcome is Outcome.CONTRADICTION for read in self.reads.values())


READINGS_MAX = 512
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
    clocks = reading.clocks
    if clocks is None:
        policies = [one for one in court.rulebook.policies.values() if one.workflow == court.workflow.name]
        clocks = read_clocks(court, policies, reading.traces, now)
        if not any(clock.paused_since for clock in clocks):
            reading.clocks = clocks
    return [_floored(clock, floors) for clock in clocks] if floors else clocks


def _floored(clock: Clock, floors: Mapping[str, datetime]) -> Clock:
    floor = floors.get(clock.id)
    if floor is None or clock.due is None or clock.due >= floor:
        return clock
    return replace(clock, due=floor, fixed_due=True)


def read_on(court: Court, reading: Reading, heard: Heard) -> Reading:
    """The reading with one more event: put behind the others if it happened last, else everything is read again."""
    if not comes_last(court.workflow, reading.order, heard):
        return _read_all(court, [*reading.order, heard], heard.event.received_at)
    reader = _Reader(court, heard.event.received_at)
    reader.reading = _copied(reading)
    reader.read(heard, opening=False)
    return reader.reading


def _read_all(court: Court, history: Sequence[Heard], opened_at: datetime) -> Reading:
    reader = _Reader(court, opened_at)
    for place, heard in enumerate(in_order(court.workflow, history)):
        reader.read(heard, opening=place == 0)
    return reader.reading


def _copied(reading: Reading) -> Reading:
    """A copy to go on from: lists and texts are its own, and so is the last stay, whose end is still open."""
    stays = [*reading.stays[:-1], replace(reading.stays[-1])]
    return Reading(
        state=reading.state, stays=stays, traces=list(reading.traces), texts=dict(reading.texts), counts=dict(reading.counts),
        intentions=list(reading.intentions), reads=dict(reading.reads), order=list(reading.order),
    )


def keep(court: Court, history: tuple[Heard, ...], reading: Reading) -> None:
    """Remember what this very history says under these very rules."""
    global _kept  # One reference is swapped, so that threads never see half a memory.
    if len(_kept) >= READINGS_MAX:
        _kept = {}
    _kept[id(history), id(court.rulebook)] = (history, court.rulebook, reading)


_kept: dict[tuple[int, int], tuple[tuple[Heard, ...], Rulebook, Reading]] = {}
"""Holds the history itself, so that its identity cannot be given to another."""


def _known(court: Court, case: Case) -> Reading:
    found = _kept.get((id(case.history), id(court.rulebook)))
    if found is not None:
        return found[2]
    reading = _read_all(court, case.history, case.opened_at)
    keep(court, case.history, reading)
    return reading


class _Reader:
    """Carries the reading from one event to the next."""

    def __init__(self, court: Court, opened_at: datetime) -> None:
        self.court = court
        self.reading = Reading()
        self.at = opened_at
        """Instant of the event in hand; never before the opening."""

    def read(self, heard: Heard, *, opening: bool) -> None:
        event = heard.event
        workflow = self._workflow(heard)
        self.reading.order.append(heard)
        self.at = effective_at(event) if opening else max(effective_at(event), self.reading.stays[0].entered_at)
        if event.kind is EventKind.RECEIPT:
            self._trace(event, event_key(event), (), sent=event.extra.get("message", ""))
            return
        key = event_key(event)
        if opening:
            self._open(workflow, event, key)
        before = self.reading.state
        read = self._read(workflow, event, key, opening=opening)
        self.reading.reads[key] = replace(read, before=before, after=self.reading.state)

    def _workflow(self, heard: Heard) -> Workflow:
        """Each event is read under the version that first decided it."""
        current = self.court.workflow
        if heard.version in ("", current.version):
            return current
        return self.court.rulebook.earlier.get(heard.version, current)

    def _open(self, workflow: Workflow, event: Event, key: str) -> None:
        stay_key = f"{key}>{workflow.start_state}"
        self.reading.state = workflow.start_state
        self.reading.stays.append(Stay(stay_key, workflow.start_state, self.at, True))
        changed = self._take_fields(workflow, event)
        self.reading.traces.append(
            Trace(
                at=self.at, heard_at=event.received_at, key=stay_key, before="", after=workflow.start_state, moved=True, seen=True,
                leaving="", name=event.name, sent="", texts=dict(self.reading.texts), changed=changed,
            )
        )

    def _read(self, workflow: Workflow, event: Event, key: str, *, opening: bool) -> Read:
        if event.name not in workflow.events and event.name not in _BUILT_IN and not opening:
            return Read(Outcome.UNKNOWN_EVENT)
        if event.source == CLOCK_SOURCE and not self._still_due(event):
            return Read(Outcome.RECORDED)
        state = workflow.states.get(self.reading.state)
        if state is None:
            return Read(Outcome.NO_TRANSITION)
        if self._after_the_end(workflow, event):
            return Read(Outcome.CONTRADICTION)
        changed = frozenset() if opening else self._take_fields(workflow, event)
        changed |= self._count(workflow, event)
        checks: list[Check] = []
        picked = pick(workflow, self.reading.state, event.name, self._asker(workflow, checks))
        return self._follow(workflow, event, key, picked, changed, checks, opening=opening)

    def _follow(
        self, workflow: Workflow, event: Event, key: str, picked: Picked, changed: frozenset[str], checks: list[Check], *, opening: bool
    ) -> Read:
        row = picked.row or picked.unsure
        target, outcome = self._target(workflow, event, picked, opening=opening)
        if picked.row is not None:
            changed |= self._set_fields(workflow, picked.row)
        if target is not None and target != self.reading.state:
            self._move(workflow, event, key, target, changed)
        elif not opening:
            self._trace(event, key, changed)
        if picked.row is not None:
            self._intend(event, key, picked.row)
        return Read(outcome, row, tuple(checks), span=row.span if row else picked.span)

    def _target(self, workflow: Workflow, event: Event, picked: Picked, *, opening: bool) -> tuple[str | None, Outcome]:
        if picked.unsure is not None:
            return None, Outcome.COULD_NOT_TELL
        if picked.milestone is not None:
            return picked.milestone, Outcome.MOVED
        if picked.row is not None:
            target = self._back() if picked.row.to == BACK else picked.row.to
            moves = target is not None and target != self.reading.state
            return target, Outcome.MOVED if moves else Outcome.STAYED
        if picked.recorded or opening or event.name in _BUILT_IN:
            return None, Outcome.STAYED if opening else Outcome.RECORDED
        if workflow.states[self.reading.state].final:
            return None, Outcome.FINISHED
        return None, Outcome.CONDITION_FALSE if picked.refused else Outcome.NO_TRANSITION

    def _asker(self, workflow: Workflow, checks: list[Check]) -> Callable[[Transition], Answer]:
        def ask(row: Transition) -> Answer:
            answer, seen = evaluate(row.condition, Seen(workflow, self.reading.texts, self.court.zone, self.reading.state))
            checks.extend(seen)
            return answer

        return ask

    def _after_the_end(self, workflow: Workflow, event: Event) -> bool:
        """A scan of another milestone after the end of the case: set aside until a person retracts one of the two."""
        state = workflow.states[self.reading.state]
        if not state.final or any(row.event == event.name for row in state.transitions):
            return False
        reached = [one.state for one in workflow.milestones if event.name in one.events]
        return bool(reached) and self.reading.state not in reached

    def _back(self) -> str:
        earlier = [stay for stay in self.reading.stays[:-1] if stay.state != self.reading.state]
        return earlier[-1].state if earlier else self.reading.state

    def _move(self, workflow: Workflow, event: Event, key: str, target: str, changed: frozenset[str]) -> None:
        """Leave the stay; states of the main line that were jumped are entered and left at this instant, unseen."""
        path = [*_jumped(workflow, self.reading.state, target), target]
        for place, state in enumerate(path):
            last = place == len(path) - 1
            before = self.reading.state
            self.reading.stay.left_at = self.at
            stay_key = f"{key}>{state}"
            self.reading.stays.append(Stay(stay_key, state, self.at, last))
            self.reading.state = state
            self.reading.traces.append(
                Trace(
                    at=self.at, heard_at=event.received_at, key=stay_key, before=before, after=state, moved=True, seen=last,
                    leaving=event.name if place == 0 else "", name=event.name if last else "", sent="", raised_by=_raiser(event),
                    texts=dict(self.reading.texts), changed=changed if last else frozenset(), unseen_before=len(path) > 1,
                )
            )

    def _trace(self, event: Event, key: str, changed: frozenset[str] | tuple[str, ...], sent: str = "") -> None:
        state = self.reading.state
        name = "" if sent else event.name
        self.reading.traces.append(
            Trace(
                at=self.at, heard_at=event.received_at, key=key, before=state, after=state, moved=False, seen=True,
                leaving=name, name=name, sent=sent, texts=dict(self.reading.texts), changed=frozenset(changed), raised_by=_raiser(event),
            )
        )

    def _intend(self, event: Event, key: str, row: Transition) -> None:
        for place, do in enumerate(row.do):
            if not isinstance(do, Set):
                self.reading.intentions.append(Intention(f"e:{key}:{row.key}:{place}", self.reading.stay.key, do, event, row.key))

    def _take_fields(self, workflow: Workflow, event: Event) -> frozenset[str]:
        """A field holds the value that occurred last; blank never overwrites."""
        return self._put({name: text for name, text in event.data.items() if text and name in workflow.fields})

    def _set_fields(self, workflow: Workflow, row: Transition) -> frozenset[str]:
        changed: frozenset[str] = frozenset()
        for do in row.do:
            if isinstance(do, Set):
                changed |= self._put({name: _filled(text, self.reading.texts) for name, text in do.values.items()})
        return changed

    def _count(self, workflow: Workflow, event: Event) -> frozenset[str]:
        seen = self.reading.counts[event.name] = self.reading.counts.get(event.name, 0) + 1
        counters = [one for one in workflow.fields.values() if one.type is FieldType.COUNT and one.of == event.name]
        return self._put({counter.name: str(seen) for counter in counters})

    def _put(self, values: dict[str, str]) -> frozenset[str]:
        changed = frozenset(name for name, text in values.items() if self.reading.texts.get(name, "") != text)
        self.reading.texts.update(values)
        return changed

    def _still_due(self, event: Event) -> bool:
        """An event raised by a clock falls if that clock, recomputed, was not due at that instant."""
        name = event.extra.get("policy", "")
        policies = self.court.rulebook.policies
        policy = policies.get(name) or next((one for one in policies.values() if one.was == name), None)
        if policy is None:
            return True
        for clock in read_clocks(self.court, [policy], self.reading.traces, self.at):
            if clock.key == event.extra.get("clock") and clock.live:
                return any(one.key == event.extra.get("row") and one.at <= self.at for one in instants(self.court, clock, None))
        return False


_BUILT_IN = ("edited", "retracted", "opened_again", "reason_gone")


def _raiser(event: Event) -> str:
    """The clock whose row raised an event."""
    return f"{event.extra.get('policy')}|{event.extra.get('clock')}" if event.source == CLOCK_SOURCE else ""


def _jumped(workflow: Workflow, here: str, target: str) -> list[str]:
    """States of the main line strictly between two of its states; none when it is not a jump ahead on the line."""
    line = [milestone.state for milestone in workflow.milestones]
    if here not in line or target not in line:
        return []
    return line[line.index(here) + 1 : line.index(target)]


def _filled(text: str, texts: dict[str, str]) -> str:
    """`{field}` copies another field's text."""
    for name, value in texts.items():
        text = text.replace("{" + name + "}", value)
    return text
