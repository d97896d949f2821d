"""What have people to do? The work list in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from adapters.memory import registry
from adapters.memory.state import State
from engine.model.event import Report
from engine.ports.store import NotFound
from engine.ports.worklist import Finished, Task, TaskStatus

HELD = (TaskStatus.OPEN, TaskStatus.CLAIMED)


class MemoryWorklist:
    """See Worklist."""

    def __init__(self, state: State) -> None:
        self._state = state

    def add(self, task: Task) -> bool:
        """See Worklist.add."""
        known = self._state.tasks.get(task.id)
        return known is task or (known is None and self._state.put_task(task) is task)

    def tasks(
        self, *, status: Sequence[TaskStatus] = (), role: str | None = None, case: str | None = None, limit: int = 200
    ) -> Sequence[Task]:
        """See Worklist.tasks; oldest first."""
        found = [
            task
            for task in self._of(status or tuple(TaskStatus))
            if (role is None or task.role == role) and (case is None or task.case == case)
        ]
        found.sort(key=lambda task: task.created_at)
        return found[:limit]

    def get(self, task_id: str) -> Task | None:
        """See Worklist.get."""
        return self._state.tasks.get(task_id)

    def claim(self, task_id: str, by: str, now: datetime, until: datetime) -> Task | None:
        """See Worklist.claim; an expired claim holds nobody back."""
        task = self._state.tasks.get(task_id)
        if task is None or task.status not in HELD:
            return None
        if task.status is TaskStatus.CLAIMED and task.claimed_by != by and not expired(task, now):
            return None
        return self._put(replace(task, status=TaskStatus.CLAIMED, claimed_by=by, claim_until=until))

    def finish(
        self, task_id: str, by: str, now: datetime, *, result: str, note: str, report: Report | None, also: Sequence[Report] = ()
    ) -> Finished:
        """See Worklist.finish. Raises NotFound."""
        task = self._state.tasks.get(task_id)
        if task is None:
            raise NotFound(task_id)
        if task.status not in HELD:
            return Finished(False, task)
        done = replace(
            task, status=TaskStatus.DONE, claimed_by=by, claim_until=None, result=result, note=note, finished_at=now
        )  # fmt: skip
        registry.accept(self._state, [*([report] if report else []), *also], now)
        return Finished(True, self._put(done))

    def withdraw(self, task_id: str, why: str, now: datetime) -> bool:
        """See Worklist.withdraw."""
        task = self._state.tasks.get(task_id)
        if task is None or task.status is not TaskStatus.OPEN:
            return False
        self._put(replace(task, status=TaskStatus.WITHDRAWN, withdrawn_why=why, finished_at=now))
        return True

    def reword(self, task_id: str, text: str) -> None:
        """See Worklist.reword."""
        task = self._state.tasks.get(task_id)
        if task is not None and task.status in HELD:
            self._put(replace(task, text=text))

    def release_expired(self, now: datetime) -> int:
        """See Worklist.release_expired."""
        late = [task for task in self._of((TaskStatus.CLAIMED,)) if expired(task, now)]
        for task in late:
            if task.withdrawn_why:
                self._put(replace(task, status=TaskStatus.WITHDRAWN, claimed_by="", claim_until=None, finished_at=now))
            else:
                self._put(replace(task, status=TaskStatus.OPEN, claimed_by="", claim_until=None))
        return len(late)

    def _put(self, task: Task) -> Task:
        return self._state.put_task(task)

    def _of(self, status: Sequence[TaskStatus]) -> list[Task]:
        """Tasks of these statuses, in order of their first filing."""
        state = self._state
        ids = [task_id for one in dict.fromkeys(status) for task_id in state.tasks_by_status.get(one, {})]
        return [state.tasks[task_id] for task_id in sorted(ids, key=state.task_numbers.__getitem__)]


def expired(task: Task, now: datetime) -> bool:
    """Whether a claim's time is over."""
    return task.claim_until is not None and task.claim_until <= now
