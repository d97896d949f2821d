"""What does a case wait for, until when, and what then? Everything that would happen by itself, and everything that must come."""

from collections.abc import Iterator

from engine.core.escalate import RESUME_ROW
from engine.core.holding import OWNER as HOLD_OWNER
from engine.core.machine import possible
from engine.core.moment import Moment
from engine.core.rows import DUE_ROW
from engine.core.why_chain import say_step
from engine.core.why_hold import wait_for_the_end
from engine.core.why_words import say_channel, say_do, say_feed, say_row
from engine.model.effect import EffectKind
from engine.model.explanation import Wait
from engine.model.span import NOWHERE, Span
from engine.model.timer import Timer


def waits_of(m: Moment) -> tuple[Wait, ...]:
    """In order of their instants; then what no clock brings. Only an ended case may wait for nothing."""
    if not m.case.history:
        return ()
    timed = sorted(
        (_bell(m, timer) for timer in m.timers if timer.owner != HOLD_OWNER), key=lambda one: (one.until is None, one.until, one.rule)
    )
    end = wait_for_the_end(m)
    return (*((end,) if end else ()), *timed, *_tasks(m), *_events(m))


def _bell(m: Moment, timer: Timer) -> Wait:
    kind, _, name = timer.owner.partition(":")
    until = timer.due_at
    if kind == "policy":
        return _row(m, timer, name)
    if kind == "chain":
        run = next((one for one in m.case.ledger.chains if one.chain == name), None)
        chain = (run.drawn if run else None) or m.court.rulebook.chains.get(name)
        if chain is None or run is None or timer.row == RESUME_ROW:
            return Wait(
                what=m.of(f"{m.chain(name)}:中断过去", f"{name}: the disruption to pass"),
                until=until,
                then=m.of("接着往上催", "it goes on"),
                rule=name,
            )
        then = m.of(f"第 {run.step + 1} 档通知{say_step(m, chain, run.step)}", f"step {run.step + 1} tells {say_step(m, chain, run.step)}")
        place = chain.steps[min(run.step, len(chain.steps) - 1)].span
        return Wait(
            what=m.of(f"{m.chain(name)}下一档", f"{name}, the next step"),
            until=until,
            then=then,
            rule=f"{name} {run.step + 1}",
            place=place,
        )
    if kind == "disruption":
        return Wait(
            what=m.of(f"中断“{name}”开始", f"disruption {name} to begin"),
            until=until,
            then=m.of("告知客户", "the customer is told"),
            rule=name,
        )
    return _delivery(m, timer, name)


def _row(m: Moment, timer: Timer, name: str) -> Wait:
    policy = m.court.rulebook.policies.get(name)
    label = m.policy(name)
    feed = m.of(f"(并等{say_feed(m, timer.waits_for)}来报)", f" (and for {timer.waits_for} to be heard)") if timer.waits_for else ""
    row = next((one for one in policy.timeline if one.key == timer.row), None) if policy else None
    place: Span = (row.span if row else policy.span) if policy else NOWHERE
    if row is None or timer.row == DUE_ROW:
        then = m.of("记为超时", "it is recorded late")
        return Wait(what=m.of(f"{label}到期{feed}", f"{label} to fall due{feed}"), until=timer.due_at, then=then, rule=name, place=place)
    what = m.of(f"{label}“{say_row(m, row)}”{feed}", f"{label} {row.key}{feed}")
    return Wait(what=what, until=timer.due_at, then=say_do(m, row.do), rule=f"{name} {row.key}", place=place)


def _delivery(m: Moment, timer: Timer, effect: str) -> Wait:
    one = next((each for each in m.case.ledger.issued if each.id == effect), None)
    message = m.court.rulebook.messages.get(one.message or "") if one else None
    name = m.message(one.message if one else "")
    fallback = message.fallback if message else None
    then = (
        m.of(f"改走{say_channel(m, fallback.channel)}给{m.role(fallback.to)}", f"{fallback.channel} to {fallback.to} instead")
        if fallback
        else m.of("走备用办法", "the fallback")
    )
    place = fallback.span if fallback else None
    return Wait(
        what=m.of(f"“{name}”送达", f"{name} to be delivered"),
        until=timer.due_at,
        then=then,
        rule=message.name if message else "",
        place=place,
    )


def _tasks(m: Moment) -> Iterator[Wait]:
    for one in m.case.ledger.issued:
        if one.kind == EffectKind.TASK and one.open and one.dropped is None:
            who = m.role(one.to)
            yield Wait(
                what=m.of(f"{who}办完待办({m.rule_of(one.row)})", f"{who} to finish a task ({m.rule_of(one.row)})"),
                until=None,
                then=m.of("待办办结", "the task is done"),
                rule=one.row,
            )


def _events(m: Moment) -> Iterator[Wait]:
    state = m.court.workflow.states.get(m.reading.state)
    if state is None:
        return
    events = possible(m.court.workflow, state.name)
    if state.final and not events:
        yield Wait(
            what=m.of("不等什么", "nothing"),
            until=None,
            then=m.of(f"单已结束({m.state(state.name)})", f"the case has ended ({state.name})"),
            place=state.span,
        )
        return
    named = m.of("、", ", ").join(m.event(one) for one in events)
    reason = m.of(f"(没有期限:{state.no_deadline})", f" (no deadline: {state.no_deadline})") if state.no_deadline else ""
    if events:
        yield Wait(
            what=m.of(f"其中一件事{reason}:{named}", f"one of these events{reason}: {named}"), until=None,
            then=m.of("按流程走", "the workflow says"), rule=state.name, place=state.span,
        )  # fmt: skip
    elif reason:
        yield Wait(what=m.of(f"任何一件事{reason}", f"any event{reason}"), until=None, then="", rule=state.name, place=state.span)
