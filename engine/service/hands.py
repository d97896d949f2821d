"""What do people do? Claim and finish tasks and calls, acknowledge chains; each leaves an event."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from engine.model.event import Event, EventKind, Report
from engine.model.plain import plain
from engine.model.rulebook import Rulebook
from engine.ports.store import NotFound
from engine.ports.worklist import Task, TaskStatus
from engine.service import brake, ingest
from engine.service.desk import FinishAnswer, Incoming, Problem
from engine.service.simulate import Stores

CLAIM_FOR = timedelta(minutes=10)

CALL_RESULTS = {
    "told": ("delivered", "told"),
    "confirmed": ("delivered", "confirmed"),
    "refused": ("rejected", "refused"),
    "away": ("rejected", "away"),
    "bad_number": ("rejected", "bad_number"),
}
"""Result of a call -> verdict and reason of its receipt (messaging.md section 8)."""

_OPEN = (TaskStatus.OPEN, TaskStatus.CLAIMED)


def claim(stores: Stores, task_id: str, by: str, now: datetime) -> Task | None:
    """Hold a task for ten minutes; None when somebody else does or it is no longer open."""
    return stores.worklist.claim(task_id, by, now, now + CLAIM_FOR)


def release(stores: Stores, task_id: str, by: str, now: datetime) -> bool:
    """Put one's own task back on the list before its time is over; False: somebody else holds it, or nobody does."""
    task = stores.worklist.get(task_id)
    if task is None or task.status is not TaskStatus.CLAIMED or task.claimed_by != by:
        return False
    # A claim that ends now has run out: what the beat does with those in time is done at once.
    given_back = stores.worklist.claim(task_id, by, now, now) is not None
    stores.worklist.release_expired(now)
    return given_back


def finish(
    stores: Stores, rulebook: Rulebook, task_id: str, by: str, now: datetime, *,
    result: str = "", note: str = "", data: Mapping[str, object] | None = None, at: datetime | None = None,
) -> FinishAnswer:  # fmt: skip
    """Close a task by one of its events or a tracking note, a call by its result; once (R36). `at`: when it was done, if told later."""
    task, note = stores.worklist.get(task_id), plain(note).strip()
    if task is None:
        return FinishAnswer("unknown", None, (Problem("task", f"没有这项任务:{task_id}", f"no such task: {task_id}"),))
    if task.status is TaskStatus.CLAIMED and task.claimed_by != by and task.claim_until is not None and task.claim_until > now:
        problem = Problem("by", f"{task.claimed_by} 正在办理", f"held by {task.claimed_by}")
        return FinishAnswer("not_yours", task, (problem,))
    if task.kind == brake.ALARM:
        return _finish_alarm(stores, rulebook, task, by, now, result, note)
    try:
        report = _report(stores, rulebook, task, by, now, result, note, data or {})
        also = _also_told(stores, task, by, now, result, note)
    except ingest.Refused as refusal:
        return FinishAnswer("refused", task, refusal.problems)
    report, *also = (replace(one, event=replace(one.event, occurred_at=at or now)) for one in (report, *also))
    finished = stores.worklist.finish(task_id, by, now, result=result, note=note, report=report, also=also)
    return FinishAnswer("finished" if finished.first else "already", finished.task)


def _finish_alarm(stores: Stores, rulebook: Rulebook, task: Task, by: str, now: datetime, result: str, note: str) -> FinishAnswer:
    """An alarm is of no case: a storm is released or dropped, a silent feed is noted."""
    if task.asks and result not in task.asks:
        options = "、".join(task.asks)
        problem = Problem("result", f"请选择一项结果:{options}", f"choose one of: {', '.join(task.asks)}")
        return FinishAnswer("refused", task, (problem,))
    if task.id.startswith(brake.INCIDENT) and task.status in _OPEN:
        # First the deed, then the tick: a crash in between leaves an incident that can be finished again.
        brake.carry_out(stores.outbox, rulebook, task, result, now)
    finished = stores.worklist.finish(task.id, by, now, result=result, note=note, report=None)
    return FinishAnswer("finished" if finished.first else "already", finished.task)


def _also_told(stores: Stores, task: Task, by: str, now: datetime, result: str, note: str) -> list[Report]:
    """One call that spoke for several orders: each of them hears what came of it."""
    if task.kind != "call":
        return []
    rows = [row.effect for row in stores.outbox.carried(task.id)]
    return [
        _call_report(replace(task, id=one.id, case=one.case, workflow=one.workflow, message=one.message), by, now, result, note)
        for one in rows
    ]


def acknowledge(stores: Stores, case_id: str, chain: str, by: str, now: datetime) -> Report:
    """已知晓: holds a chain for a while."""
    event = Event(
        id=f"{case_id}/{chain}/{by}/{now.isoformat()}",
        source=f"hand/{by}",
        kind=EventKind.ACKNOWLEDGED,
        name="acknowledged",
        occurred_at=now,
        received_at=now,
        extra={"chain": chain, "by": by},
    )
    return Report(event=event, workflow=case_id.partition(":")[0], names={}, case_id=case_id)


def _report(
    stores: Stores, rulebook: Rulebook, task: Task, by: str, now: datetime, result: str, note: str, data: Mapping[str, object]
) -> Report:
    if task.kind == "call":
        return _call_report(task, by, now, result, note)
    if result:
        return _event_report(stores, rulebook, task, by, now, result, note, data)
    if task.asks and not (task.withdrawn_why and note):
        options = "、".join(task.asks)
        raise ingest.Refused(Problem("result", f"请选择一项结果:{options}", f"choose one of: {', '.join(task.asks)}"))
    if not note:
        raise ingest.Refused(Problem("note", "请填写跟踪记录", "a tracking note is required"))
    event = Event(
        id=task.id,
        source=f"hand/{by}",
        kind=EventKind.NOTE,
        name="note",
        occurred_at=now,
        received_at=now,
        extra={"task": task.id, "by": by, "note": note},
    )
    return Report(event=event, workflow=task.workflow, names={}, case_id=task.case)


def _call_report(task: Task, by: str, now: datetime, result: str, note: str) -> Report:
    if result not in CALL_RESULTS:
        options = "、".join(CALL_RESULTS)
        raise ingest.Refused(Problem("result", f"请选择通话结果:{options}", f"choose one of: {', '.join(CALL_RESULTS)}"))
    verdict, reason = CALL_RESULTS[result]
    event = Event(
        id=f"{task.id}/{verdict}/{reason}",
        source=f"hand/{by}",
        kind=EventKind.RECEIPT,
        name="receipt",
        occurred_at=now,
        received_at=now,
        extra={"effect": task.id, "verdict": verdict, "reason": reason, "message": task.message or "", "by": by, "note": note},
    )
    return Report(event=event, workflow=task.workflow, names={}, case_id=task.case)


def _event_report(
    stores: Stores, rulebook: Rulebook, task: Task, by: str, now: datetime, result: str, note: str, data: Mapping[str, object]
) -> Report:
    if result not in task.asks:
        options = "、".join(task.asks) or "无"
        raise ingest.Refused(Problem("result", f"这项任务的结果只能是:{options}", f"not one of this task's events: {', '.join(task.asks)}"))
    incoming = Incoming(
        source=f"hand/{by}",
        id=task.id,
        workflow=task.workflow,
        event=result,
        occurred_at=now,
        received_at=now,
        case=task.case,
        data=data,
        extra={"task": task.id, "by": by, "note": note},
        by_person=True,
    )
    report = ingest.report_of(rulebook, incoming, now)
    try:
        ingest.refuse_impossible(stores.store, stores.directory, rulebook, report)
    except NotFound:
        raise ingest.Refused(Problem("case", f"找不到单“{task.case}”", f"no such case: {task.case}")) from None
    return report
