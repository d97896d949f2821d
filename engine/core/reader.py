"""How is one event read in its place? Its fields, then its row, its move, what it leaves on the time line."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from engine.core.clocks import read_clocks
from engine.core.docket import docket_of
from engine.core.evaluate import Seen, evaluate
from engine.core.goes_by import court_of_event, renames_since
from engine.core.machine import Picked, pick
from engine.core.marks import Trace
from engine.core.order import effective_at, event_key
from engine.core.rows import instants
from engine.core.stays import Intention, Read, Reading, Stay
from engine.core.terms import Court
from engine.model.condition import Answer, Check
from engine.model.decision import Outcome
from engine.model.doing import Set
from engine.model.event import Event, EventKind, Heard
from engine.model.version import Renames
from engine.model.workflow import BACK, BUILT_IN_EVENTS, Transition, Workflow

CLOCK_SOURCE = "clock"
"""Source of events that a timeline row raised; extra: policy, clock, row."""


class Reader:
    """Carries the reading from one event to the next."""

    def __init__(self, court: Court, opened_at: datetime) -> None:
        self.court = court
        self.reading = Reading()
        self.at = opened_at
        """Instant of the event in hand; never before the opening."""
        self._renames: Renames = {}
        """What the rules that first decided the event in hand called otherwise."""

    def read(self, heard: Heard, *, opening: bool) -> None:
        self._renames = renames_since(self.court.rulebook, heard.version)
        event = self._under_todays_names(heard.event)
        court = court_of_event(self.court, heard)
        workflow = court.workflow
        self.reading.order.append(heard)
        self.at = effective_at(event) if opening else max(effective_at(event), self.reading.stays[0].entered_at)
        if event.kind is EventKind.RECEIPT:
            self._trace(event, event_key(event), (), sent=event.extra.get("message", ""))
            return
        key = event_key(event)
        if opening:
            self._open(workflow, event, key)
        before = self.reading.state
        read = self._read(court, event, key, opening=opening)
        self.reading.contradictions += read.outcome is Outcome.CONTRADICTION
        self.reading.reads[key] = Read(read.outcome, read.row, read.checks, before, self.reading.state, read.span)

    def _under_todays_names(self, event: Event) -> Event:
        """Its fields, the policy that raised it, the message it speaks of."""
        if not self._renames:
            return event
        fields = self._renames.get(f"fields/{self.court.workflow.name}", {})
        data = {fields.get(name, name): text for name, text in event.data.items()}
        extra = dict(event.extra)
        for key, kind in (("policy", "policies"), ("message", "messages")):
            if key in extra:
                extra[key] = self._renames.get(kind, {}).get(extra[key], extra[key])
        return replace(event, data=data, extra=extra)

    def _stay_key(self, key: str, state: str) -> str:
        """Names a stay for ever: by the event that began it, and the state as it was called then."""
        states = self._renames.get(f"states/{self.court.workflow.name}", {})
        return f"{key}>{next((old for old, now in states.items() if now == state), state)}"

    def _open(self, workflow: Workflow, event: Event, key: str) -> None:
        stay_key = self._stay_key(key, workflow.start_state)
        self.reading.state = workflow.start_state
        self.reading.stays.append(Stay(stay_key, workflow.start_state, self.at, True))
        changed = self._take_fields(workflow, event)
        self.reading.traces.append(
            Trace(
                at=self.at,
                heard_at=event.received_at,
                key=stay_key,
                before="",
                after=workflow.start_state,
                moved=True,
                seen=True,
                leaving="",
                name=event.name,
                sent="",
                texts=dict(self.reading.texts),
                changed=changed,
            )
        )

    def _read(self, court: Court, event: Event, key: str, *, opening: bool) -> Read:
        """Under the rules that first decided it."""
        workflow = court.workflow
        if event.name not in workflow.events and event.name not in BUILT_IN_EVENTS and not opening:
            return Read(Outcome.UNKNOWN_EVENT)
        if event.source == CLOCK_SOURCE and not self._still_due(court, event):
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
        if picked.recorded or opening or event.name in BUILT_IN_EVENTS:
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
            stay_key = self._stay_key(key, state)
            self.reading.stays.append(Stay(stay_key, state, self.at, last))
            self.reading.state = state
            self.reading.traces.append(
                Trace(
                    at=self.at,
                    heard_at=event.received_at,
                    key=stay_key,
                    before=before,
                    after=state,
                    moved=True,
                    seen=last,
                    leaving=event.name if place == 0 else "",
                    name=event.name if last else "",
                    sent="",
                    raised_by=_raiser(event),
                    texts=dict(self.reading.texts),
                    changed=changed if last else frozenset(),
                    unseen_before=len(path) > 1,
                )
            )

    def _trace(self, event: Event, key: str, changed: frozenset[str] | tuple[str, ...], sent: str = "") -> None:
        state = self.reading.state
        name = "" if sent else event.name
        last = self.reading.traces[-1].texts
        self.reading.traces.append(
            Trace(
                at=self.at,
                heard_at=event.received_at,
                key=key,
                before=state,
                after=state,
                moved=False,
                seen=True,
                leaving=name,
                name=name,
                sent=sent,
                texts=last if last == self.reading.texts else dict(self.reading.texts),
                changed=frozenset(changed),
                raised_by=_raiser(event),
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
        counters = docket_of(workflow).counters.get(event.name)
        return self._put({counter: str(seen) for counter in counters}) if counters else frozenset()

    def _put(self, values: dict[str, str]) -> frozenset[str]:
        changed = frozenset(name for name, text in values.items() if self.reading.texts.get(name, "") != text)
        self.reading.texts.update(values)
        return changed

    def _still_due(self, court: Court, event: Event) -> bool:
        """An event raised by a clock falls if that clock, recomputed, was not due at that instant; an edit alone fells none."""
        name = event.extra.get("policy", "")
        policies = court.rulebook.policies
        policy = policies.get(name) or next((one for one in policies.values() if one.was == name), None)
        if policy is None:
            return True
        for clock in read_clocks(court, [policy], self.reading.traces, self.at):
            if clock.key == event.extra.get("clock") and clock.live:
                return any(one.key == event.extra.get("row") and one.at <= self.at for one in instants(court, clock, None))
        return False


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
