"""What does a decision put on its way? Outbox rows, tasks, alarms, and what it takes back."""

from dataclasses import replace
from datetime import datetime, timedelta

from adapters.memory.state import LIVE, State
from engine.model.decision import Decision
from engine.model.effect import Drop, Effect, EffectKind
from engine.ports.directory import Unread
from engine.ports.outbox import OutboxStatus
from engine.ports.worklist import Task, TaskStatus

DROPPABLE = (*LIVE, OutboxStatus.WAITING)


def write(state: State, decision: Decision, now: datetime) -> None:
    """Issue the decision's effects, then take back what it drops."""
    for effect in decision.effects:
        if effect.kind is EffectKind.ALARM:
            state.alarms.append(alarm(effect))
        elif effect.kind is EffectKind.TASK and not effect.shadow:
            if effect.id not in state.tasks:
                state.put_task(task(effect))
        elif effect.kind is not EffectKind.MAIL:
            state.issue(effect, first_status(effect), not_before(effect), effect.waits_for_channel or "")
    for drop in decision.drops:
        take_back(state, drop, now)


def first_status(effect: Effect) -> OutboxStatus:
    """Where a row begins."""
    if effect.shadow:
        return OutboxStatus.SHADOW
    return OutboxStatus.WAITING if effect.waits_for_channel else OutboxStatus.READY


def not_before(effect: Effect) -> datetime:
    """The earliest instant of sending; a group is held open for its companions."""
    return (effect.not_before or effect.at) + timedelta(seconds=effect.group_wait_seconds)


def task(effect: Effect) -> Task:
    """The work list's row of a TASK."""
    return Task(
        id=effect.id, case=effect.case, workflow=effect.workflow, kind="task", role=effect.to or "", text=effect.text or "",
        asks=effect.asks, message=effect.message, created_at=effect.at,
    )  # fmt: skip


def alarm(effect: Effect) -> Unread:
    """An alarm as it is listed."""
    return Unread(kind="alarm", source=effect.case, event_id=effect.id, name=effect.cause, received_at=effect.at, detail=effect.text or "")


def take_back(state: State, drop: Drop, now: datetime) -> None:
    """Withdraw what is not yet on its way; what is, stays."""
    row = state.outbox.get(drop.effect_id)
    if row is not None and row.status in DROPPABLE:
        row.why = drop.why
        state.post(row, OutboxStatus.DROPPED)
    open_task = state.tasks.get(drop.effect_id)
    if open_task is not None and open_task.status is TaskStatus.OPEN:
        state.put_task(replace(open_task, status=TaskStatus.WITHDRAWN, withdrawn_why=drop.why, finished_at=now))
        _offer_again(state, drop.effect_id)
    elif open_task is not None and open_task.status is TaskStatus.CLAIMED:
        # Somebody works on it: it says why it is no longer needed, and is not offered again when the claim runs out.
        state.put_task(replace(open_task, withdrawn_why=drop.why))


def _offer_again(state: State, call: str) -> None:
    """A call that spoke for several cases is withdrawn with its own; the others are still owed one."""
    for row in list(state.carried.get(call, {}).values()):
        if row.status is OutboxStatus.ACCEPTED:
            state.carry(row, None)
            state.post(row, OutboxStatus.READY)
