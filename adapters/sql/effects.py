"""What does a decision put on its way? Outbox rows, tasks, alarms, and what it takes back."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, insert, literal, select, update

from adapters.sql.codec import EFFECT
from adapters.sql.database import Row
from adapters.sql.fence import behind
from adapters.sql.prepared import Prepared, PreparedList, one_of
from adapters.sql.shards import shard_of
from adapters.sql.tables import ALARM, OUTBOX, TASK, is_one_of
from adapters.sql.worklist import as_row as task_row
from engine.model.decision import Decision
from engine.model.effect import Drop, Effect, EffectKind
from engine.ports.outbox import OutboxStatus
from engine.ports.worklist import Task, TaskStatus

POST, ASSIGN, RAISE_ALARM = Prepared(insert(OUTBOX)), Prepared(insert(TASK)), Prepared(insert(ALARM))
UNSEND = Prepared(
    update(OUTBOX)
    .where(OUTBOX.c.effect_id == bindparam("b_id"), is_one_of(OUTBOX.c.status, "ready", "waiting", "retry"))
    .values(status=literal(OutboxStatus.DROPPED.value), why=bindparam("why"))
)
MINE = TASK.c.id == bindparam("b_id")
WITHDRAW = Prepared(
    update(TASK)
    .where(MINE, TASK.c.status == TaskStatus.OPEN.value)
    .values(status=literal(TaskStatus.WITHDRAWN.value), withdrawn_why=bindparam("why"), finished_at=bindparam("now"))
)
TELL = Prepared(update(TASK).where(MINE, TASK.c.status == TaskStatus.CLAIMED.value).values(withdrawn_why=bindparam("why")))
OFFER_AGAIN = Prepared(
    update(OUTBOX)
    .where(OUTBOX.c.carried_by == bindparam("b_id"), is_one_of(OUTBOX.c.status, "accepted"))
    .values(status=literal(OutboxStatus.READY.value), carried_by=None)
)
OPEN_TASKS = PreparedList(
    lambda size: select(TASK.c.id, TASK.c.kind, TASK.c.status).where(
        one_of(TASK.c.id, size), is_one_of(TASK.c.status, TaskStatus.OPEN.value, TaskStatus.CLAIMED.value)
    )
)


def write(
    connection: Connection, decided: Iterable[tuple[Decision, datetime, bool]], restored_at: datetime | None = None
) -> Callable[[], None]:
    """Issue the effects of each (decision, when, whether the fence holds them), then take back what they drop.

    MAIL comes to us as reports. `restored_at`: of the store; what is sent from now on bears it in its key.
    What comes back is to be called when the trip is over: then it is known which tasks are to be withdrawn.
    """
    posted: list[Row] = []
    tasks: list[Row] = []
    alarms: list[Row] = []
    dropped: list[tuple[Drop, datetime]] = []
    for decision, now, fenced in decided:
        dropped += [(drop, now) for drop in decision.drops]
        for effect in decision.effects:
            if effect.kind is EffectKind.ALARM:
                alarms.append(alarm_row(effect))
            elif effect.kind is EffectKind.TASK and not effect.shadow:
                tasks.append(task_row(task(effect)))
            elif effect.kind is not EffectKind.MAIL:
                row = outbox_row(effect if restored_at is None else replace(effect, restored_at=restored_at))
                posted.append(behind(row) if fenced else row)
    POST.send_many(connection, posted)
    ASSIGN.send_many(connection, tasks)
    RAISE_ALARM.send_many(connection, alarms)
    return take_back(connection, dropped)


def leaves(effect: Effect) -> bool:
    """Whether it goes out into the world, by the outbox."""
    return not effect.shadow and effect.kind not in (EffectKind.ALARM, EffectKind.TASK, EffectKind.MAIL)


def outbox_row(effect: Effect) -> Row:
    """A new row of the outbox; a command's channel is its connection, a group is held open for its companions."""
    status = OutboxStatus.WAITING if effect.waits_for_channel else OutboxStatus.READY
    return {
        "effect_id": effect.id, "case_id": effect.case, "effect": EFFECT.dump_json(effect).decode(), "message": effect.message,
        "channel": effect.channel or effect.target, "group_key": effect.group, "waits_for_channel": effect.waits_for_channel,
        "status": (OutboxStatus.SHADOW if effect.shadow else status).value,
        "due_at": (effect.not_before or effect.at) + timedelta(seconds=effect.group_wait_seconds),
        "attempts": 0, "owner": "", "provider_id": "", "masked": "", "error": "", "why": "", "vshard": shard_of(effect.case),
    }  # fmt: skip


def task(effect: Effect) -> Task:
    """The work list's row of a TASK."""
    return Task(
        id=effect.id, case=effect.case, workflow=effect.workflow, kind="task", role=effect.to or "", text=effect.text or "",
        asks=effect.asks, message=effect.message, created_at=effect.at,
    )  # fmt: skip


def alarm_row(effect: Effect) -> Row:
    """An alarm as it is listed."""
    return {"effect_id": effect.id, "case_id": effect.case, "cause": effect.cause, "at": effect.at, "text": effect.text or ""}


def take_back(connection: Connection, dropped: Sequence[tuple[Drop, datetime]]) -> Callable[[], None]:
    """Withdraw what is not yet on its way; what is, stays."""
    UNSEND.send_many(connection, [{"b_id": drop.effect_id, "why": drop.why} for drop, _ in dropped])
    open_tasks = OPEN_TASKS.send(connection, [drop.effect_id for drop, _ in dropped])
    return lambda: _withdraw(connection, open_tasks.rows(), dropped)


def _withdraw(connection: Connection, open_tasks: Sequence[Row], dropped: Sequence[tuple[Drop, datetime]]) -> None:
    tasks = {row["id"]: row for row in open_tasks}
    for drop, now in dropped:
        task = tasks.get(drop.effect_id)
        if task is not None:
            if task["kind"] == "call" and task["status"] == TaskStatus.OPEN.value:
                # A call that spoke for several cases is withdrawn with its own; the others are still owed one.
                OFFER_AGAIN.send(connection, {"b_id": drop.effect_id})
            WITHDRAW.send(connection, {"b_id": drop.effect_id, "why": drop.why, "now": now})
            # Whoever works on one sees why it is no longer needed, and it is not offered again.
            TELL.send(connection, {"b_id": drop.effect_id, "why": drop.why})
