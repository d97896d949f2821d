"""Who makes the call? A person of the desk: each call is a row on the work list, finished once, with its result."""

from engine.model.receipt import Capabilities, Parcel, Receipt, Sent, Verdict
from engine.ports.clock import Clock
from engine.ports.worklist import Task, TaskStatus, Worklist

SEARCH_MAX = 10_000
_RESULTS = {
    "told": (Verdict.DELIVERED, "told"),
    "refused": (Verdict.REJECTED, "refused"),
    "away": (Verdict.REJECTED, "away"),
    "bad_number": (Verdict.REJECTED, "bad_number"),
}


class CallList:
    """A gateway whose counter is the work list (messaging.md section 8). The service writes the receipt when a call is finished.

    `role`: who takes the calls (`for:` of the connection); empty: the role the parcel names.
    """

    def __init__(self, worklist: Worklist, clock: Clock, *, role: str = "", name: str = "call_list") -> None:
        self.name = name
        self.capabilities = Capabilities(receipts=True, dedup_by_key=True, look_up=True, validity=True)
        self._worklist = worklist
        self._clock = clock
        self._role = role

    def send(self, parcel: Parcel) -> Receipt:
        """One row per effect; a repetition answers as the first did."""
        now = self._clock.now()
        if parcel.expired(now):
            return Receipt(verdict=Verdict.REJECTED, reason="expired", key=parcel.key, at=now, final=True)
        task = Task(
            id=parcel.effect_id,
            case=parcel.case,
            # A case's id is `workflow:first name`.
            workflow=parcel.case.partition(":")[0],
            kind="call",
            role=self._role or parcel.role,
            text=parcel.text,
            remark=parcel.remark,
            address=parcel.address,
            message=parcel.message or None,
            key=parcel.key,
            created_at=now,
        )
        if not self._worklist.add(task):
            task = self._worklist.get(parcel.effect_id) or task
        return Receipt(verdict=Verdict.ACCEPTED, key=parcel.key, at=task.created_at, provider_id=task.id)

    def look_up(self, sent: Sent) -> Receipt | None:
        """How the call stands; None if there is no such row."""
        key = sent.key
        task = self._worklist.get(sent.provider_id) if sent.provider_id else self._by_key(key, tuple(TaskStatus))
        if task is None or task.key != key:
            return None
        at = task.finished_at or task.created_at
        if task.status is TaskStatus.DONE:
            verdict, reason = _RESULTS.get(task.result, (Verdict.DELIVERED, "told"))
            return Receipt(verdict=verdict, reason=reason, key=key, at=at, provider_id=task.id, final=True)
        if task.status is TaskStatus.WITHDRAWN:
            return Receipt(verdict=Verdict.REJECTED, reason="expired", key=key, at=at, provider_id=task.id, final=True)
        return Receipt(verdict=Verdict.ACCEPTED, key=key, at=task.created_at, provider_id=task.id)

    def cancel(self, key: str) -> None:
        """Withdraw the call if nobody has claimed it; a claimed one goes on and shows why it is no longer needed."""
        task = self._by_key(key, (TaskStatus.OPEN,))
        if task is not None:
            self._worklist.withdraw(task.id, "reason_gone", self._clock.now())

    def probe(self) -> bool:
        """A list can always be written on."""
        return True

    def _by_key(self, key: str, status: tuple[TaskStatus, ...]) -> Task | None:
        rows = self._worklist.tasks(status=status, limit=SEARCH_MAX)
        return next((task for task in rows if task.key == key), None)
