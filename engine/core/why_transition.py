"""Why did a case take this row of its workflow, or why not? State, event and condition, each with what it saw."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.core.marks import Trace
from engine.core.moment import Moment
from engine.core.order import effective_at, event_key
from engine.core.stays import Read
from engine.core.why_policy import say_check
from engine.core.why_words import say_do, say_row
from engine.model.condition import Answer, Check, Condition
from engine.model.decision import Outcome
from engine.model.doing import Raise
from engine.model.event import Event, EventKind
from engine.model.explanation import Stands, Why
from engine.model.policy import Policy, TimelineRow
from engine.model.span import Span
from engine.model.workflow import BACK, Milestone, State, Transition

OUTCOMES = {
    Outcome.MOVED: ("流转", "moved"),
    Outcome.STAYED: ("留在原状态", "stayed"),
    Outcome.RECORDED: ("只记录", "recorded"),
    Outcome.NO_TRANSITION: ("没有对应的流转", "no transition"),
    Outcome.CONDITION_FALSE: ("条件不符", "condition false"),
    Outcome.COULD_NOT_TELL: ("无法判断", "could not tell"),
    Outcome.FINISHED: ("单已结束", "finished"),
    Outcome.UNKNOWN_EVENT: ("未登记的事件", "unknown event"),
    Outcome.CONTRADICTION: ("与已结束的单矛盾", "contradiction"),
    Outcome.LIMIT_EXCEEDED: ("超过上限", "limit exceeded"),
}


@dataclass(frozen=True, slots=True)
class Came:
    """One time an event came: how it was read, and the fields as they were."""

    event: Event
    read: Read
    before: str
    texts: dict[str, str]

    @property
    def at(self) -> datetime:
        return effective_at(self.event)


def arrivals(m: Moment, name: str) -> list[Came]:
    """Every time an event of this name came, in order of receipt: the last one is what a person has in mind, however long ago it happened."""
    traces = _traces_by_event(m.reading.traces)
    found = []
    for heard in sorted(m.reading.order, key=lambda one: one.number):
        event = heard.event
        if event.kind is not EventKind.HAPPENED or event.name != name:
            continue
        read = m.reading.reads.get(event_key(event), Read(Outcome.RECORDED))
        trace = traces.get(event_key(event))
        found.append(Came(event, read, read.before, dict(trace.texts if trace else m.reading.texts)))
    return found


def _traces_by_event(traces: Sequence[Trace]) -> dict[str, Trace]:
    found: dict[str, Trace] = {}
    for trace in traces:
        found.setdefault(trace.key.partition(">")[0], trace)
    return found


def raisers(m: Moment, event: str) -> Iterator[tuple[Policy, TimelineRow]]:
    """Timeline rows that raise an event by themselves."""
    for policy in m.court.rulebook.policies.values():
        if policy.workflow == m.case.workflow:
            for row in policy.timeline:
                if any(isinstance(do, Raise) and do.event == event for do in row.do):
                    yield policy, row


def raised_at(m: Moment, event: str) -> tuple[datetime, Policy, TimelineRow] | None:
    """When a clock will raise an event, if nothing else comes in."""
    owners = {(f"policy:{policy.name}", row.key): (policy, row) for policy, row in raisers(m, event)}
    found = [(timer.due_at, *owners[timer.owner, timer.row]) for timer in m.timers if (timer.owner, timer.row) in owners]
    return min(found, key=lambda one: one[0], default=None)


def say_way(m: Moment, row: Transition) -> str:
    """`“提货失败”→异常`."""
    target = m.of("回到之前的状态", "back") if row.to == BACK else m.state(row.to) if row.to else m.of("留在原状态", "stays")
    return m.of(f"“{m.event(row.event)}”→{target}", f"{row.event} → {row.to or 'stays'}")


def rows_of(m: Moment) -> Iterator[Transition]:
    """Every row of the workflow, in written order."""
    workflow = m.court.workflow
    for state in workflow.states.values():
        yield from state.transitions
    yield from workflow.from_any_state


def explain_transition(m: Moment, states: Sequence[State], row: Transition) -> Why:
    """One row; `states` are those in which it is looked at."""
    label = say_way(m, row)
    return _way(
        m, _Way("transition", row.key, row.event, tuple(one.name for one in states), row.condition, row.span, label, say_do(m, row.do))
    )


def explain_milestone(m: Moment, milestone: Milestone, event: str) -> Why:
    """A step of the main line: its event leads there from everywhere that is not later."""
    line = [one.state for one in m.court.workflow.milestones]
    later = line[line.index(milestone.state) :]
    states = tuple(name for name, one in m.court.workflow.states.items() if not one.final and not one.ignores_scans and name not in later)
    label = m.of(f"主线“{m.event(event)}”→{m.state(milestone.state)}", f"main line: {event} → {milestone.state}")
    return _way(m, _Way("milestone", f"{milestone.state}/{event}", event, states, None, milestone.span, label, ""))


@dataclass(frozen=True, slots=True)
class _Way:
    kind: str
    rule: str
    event: str
    states: tuple[str, ...]
    condition: Condition | None
    span: Span
    label: str
    then: str


def _way(m: Moment, way: _Way) -> Why:
    came = arrivals(m, way.event)
    here = [one for one in came if _took(way, one) or one.before in way.states]
    if not here:
        return _awaited(m, way, came)
    taken = [one for one in here if _took(way, one)]
    return _taken(m, way, here[-1]) if taken[-1:] == here[-1:] else _refused(m, way, here[-1], taken)


def _took(way: _Way, came: Came) -> bool:
    if way.kind == "transition":
        return came.read.row is not None and came.read.row.key == way.rule and came.read.outcome is not Outcome.COULD_NOT_TELL
    return came.read.row is None and came.read.outcome is Outcome.MOVED and came.read.after == way.rule.partition("/")[0]


def _checks(m: Moment, way: _Way, state: str, seen: str, came: bool, texts: dict[str, str] | None) -> tuple[Check, ...]:
    return (
        m.check(m.of("状态", "state"), "∈", _say_states(m, way.states), m.state(state), state in way.states, way.span),
        m.check(m.of("事件", "event"), "=", m.event(way.event), seen, came, way.span),
        *m.condition(way.condition, texts, state),
    )


def _say_states(m: Moment, states: Sequence[str]) -> str:
    """All that are not final have one name."""
    every = {state.name for state in m.court.workflow.states.values() if not state.final}
    return m.of("未结束的各状态", "every state that is not final") if len(every) > 1 and every == set(states) else m.states(states)


def _taken(m: Moment, way: _Way, came: Came) -> Why:
    ahead = _ahead(m, way)
    moved = came.read.before != came.read.after
    what = (
        m.of(f"{m.state(came.before)} → {m.state(came.read.after)}", f"{came.before} → {came.read.after}")
        if moved
        else m.of("状态不变", "the state stays")
    )
    then = f",{way.then}" if way.then else ""
    heard = (
        m.of(f",{m.time(came.event.received_at)} 才收到", f", heard {m.time(came.event.received_at)}")
        if came.event.received_at > came.at
        else ""
    )
    return Why(
        kind=way.kind,
        rule=way.rule,
        stands=Stands.DONE,
        sentence=m.of(
            f"走了这一行:{m.time(came.at)}{heard} {way.label},{what}{then}。",
            f"Taken at {m.time(came.at)}{heard}: {way.label}; {what}{then}.",
        ),
        checks=_checks(m, way, came.before, m.time(came.at), True, came.texts),
        place=way.span,
        happened_at=came.event.received_at,
        will_fire_at=ahead[1] if ahead else None,
    )


def _refused(m: Moment, way: _Way, came: Came, before: Sequence[Came]) -> Why:
    """Its event came in its state, and another way was taken, or none."""
    answer = m.answer(way.condition, came.texts, came.before)
    checks = _checks(m, way, came.before, m.time(came.at), True, came.texts)
    failed = m.of(",", ", ").join(say_check(one) for one in checks if one.answer is not Answer.YES)
    outcome = m.of(*OUTCOMES[came.read.outcome])
    if answer is Answer.NO:
        why = m.of(f"条件不符 {failed}", f"its condition did not hold: {failed}")
    elif answer is Answer.COULD_NOT_TELL:
        why = m.of(f"条件无法判断 {failed}", f"its condition could not be told: {failed}")
    elif came.read.row is not None:
        why = m.of(f"写在它前面的一行({came.read.row.span})先符合", f"an earlier row, {came.read.row.key}, fitted first")
    else:
        why = m.of(f"结论是“{outcome}”", f"the outcome was: {outcome}")
    ahead = _ahead(m, way)
    return Why(
        kind=way.kind,
        rule=way.rule,
        stands=Stands.AHEAD if ahead else Stands.OFF,
        sentence=m.of(
            f"没走:{way.label};“{m.event(way.event)}”{m.time(came.at)} 来过,但{why}。{ahead[0] if ahead else ''}",
            f"Not taken: {way.label}; {way.event} came at {m.time(came.at)}, but {why}.{ahead[0] if ahead else ''}",
        ),
        checks=checks,
        remarks=(m.of(f"更早走过:{m.time(before[-1].at)}", f"taken before, at {m.time(before[-1].at)}"),) if before else (),
        place=way.span,
        will_fire_at=ahead[1] if ahead else None,
    )


def _ahead(m: Moment, way: _Way) -> tuple[str, datetime] | None:
    """A clock that will raise its event, while it is in its state and the condition holds."""
    raised = raised_at(m, way.event)
    if raised is None or m.reading.state not in way.states or m.answer(way.condition) is not Answer.YES:
        return None
    at, policy, row = raised
    return (
        m.of(
            f"若没有别的事,{m.time(at)} 由“{m.policy(policy.name)}”({say_row(m, row)})引发。",
            f" If nothing else comes in, {policy.name} ({row.key}) raises it at {m.time(at)}.",
        ),
        at,
    )


def _awaited(m: Moment, way: _Way, came: Sequence[Came]) -> Why:
    """Its event never came while the case stood in its state."""
    in_place = m.reading.state in way.states
    ahead = _ahead(m, way)
    if came:
        last = came[-1]
        seen = m.of(f"{m.time(last.at)} 来过,那时在“{m.state(last.before)}”", f"came {m.time(last.at)}, in {last.before}")
    else:
        seen = m.of("没有来过", "never came")
    if ahead:
        sentence = m.of(
            f"还没走:{way.label};“{m.event(way.event)}”{seen}。{ahead[0]}", f"Not yet: {way.label}; {way.event} {seen}.{ahead[0]}"
        )
    elif in_place:
        sentence = m.of(
            f"还没走:{way.label};在等“{m.event(way.event)}”,{seen}。", f"Not yet: {way.label}; waits for {way.event}: it {seen}."
        )
    else:
        here = m.of(f"现在是“{m.state(m.reading.state)}”", f"the state is {m.reading.state}")
        sentence = m.of(f"没走:{way.label};{here},“{m.event(way.event)}”{seen}。", f"Not taken: {way.label}; {here}, {way.event} {seen}.")
    return Why(
        kind=way.kind,
        rule=way.rule,
        stands=Stands.AHEAD if ahead else Stands.WAITING if in_place else Stands.OFF,
        sentence=sentence,
        checks=_checks(m, way, m.reading.state, seen, False, None),
        place=way.span,
        will_fire_at=ahead[1] if ahead else None,
    )
