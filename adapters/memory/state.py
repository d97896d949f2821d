"""What lies on the table while a memory store works? Plain records, shared by all its ports."""

from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from adapters.memory.providers import Book
from engine.model.case import Case
from engine.model.decision import JournalRow, Standing
from engine.model.effect import Effect
from engine.model.event import Event
from engine.model.timer import Timer
from engine.model.version import Proposal, Version
from engine.ports.directory import Unread
from engine.ports.outbox import OutboxStatus
from engine.ports.store import Feed
from engine.ports.worklist import Task, TaskStatus

Name = tuple[str, str, str]
"""(workflow, field, value)."""

Bell = tuple[datetime, str, str, str, int, str]
"""(due_at, case, owner, row, gen, slot): sorts as timers are rung."""

LIVE = (OutboxStatus.READY, OutboxStatus.RETRY)

Place = tuple[datetime, int, str]
"""(instant, seq, effect): sorts rows of the outbox by when they may go, or when they went."""


@dataclass(slots=True)
class Paper:
    """One accepted event: `status` is new, done, parked, expired or dead."""

    id: int
    event: Event
    body: tuple[object, ...]
    """What a second arrival of the same id is compared with."""
    case_id: str | None
    status: str
    private: frozenset[str] = frozenset()
    park_until: datetime | None = None
    attempts: int = 0
    retry_at: datetime | None = None
    error: str = ""


@dataclass(slots=True)
class CaseRecord:
    """All that is kept of one case."""

    case: Case
    names: dict[str, str]
    open_key: str | None
    standing: Standing | None = None
    """None until the first decision."""
    journal: list[JournalRow] = field(default_factory=list)
    timers: dict[Bell, Timer] = field(default_factory=dict)
    papers: list[Paper] = field(default_factory=list)
    """Every paper of the case, in order of receipt."""
    posted: list["Posted"] = field(default_factory=list)
    """Its rows of the outbox, in order of issue."""
    undecided: dict[int, Paper] = field(default_factory=dict)


@dataclass(slots=True)
class Posted:
    """One effect in the outbox."""

    seq: int
    effect: Effect
    status: OutboxStatus
    due_at: datetime
    attempts: int = 0
    owner: str = ""
    lease_until: datetime | None = None
    provider_id: str = ""
    sent_at: datetime | None = None
    error: str = ""
    why: str = ""
    carried_by: str | None = None
    held_for: str = ""
    recipients: dict[str, datetime] = field(default_factory=dict)
    """To whom it was handed, and when last: a role may be several people."""
    masked: str = ""
    ask_at: datetime | None = None
    """UNKNOWN: when it is asked for again."""
    queued: Place | None = None
    """Its place among the live rows."""

    @property
    def channel(self) -> str | None:
        """What must be up for it: a channel, or a command's connection."""
        return self.effect.channel or self.effect.target


@dataclass(slots=True)
class State:
    """The table itself."""

    book: Book = field(default_factory=Book)
    papers: dict[int, Paper] = field(default_factory=dict)
    by_key: dict[tuple[str, str], Paper] = field(default_factory=dict)
    undecided: dict[int, Paper] = field(default_factory=dict)
    """New and dead ones; insertion order is the order of inbox ids."""
    parked: dict[int, tuple[Paper, frozenset[Name]]] = field(default_factory=dict)
    quarantine: list[Unread] = field(default_factory=list)
    alarms: list[Unread] = field(default_factory=list)
    cases: dict[str, CaseRecord] = field(default_factory=dict)
    names: dict[Name, str] = field(default_factory=dict)
    ids_by_value: dict[str, set[str]] = field(default_factory=dict)
    """Value of any name -> the cases it leads to."""
    open_keys: dict[tuple[str, str], dict[str, None]] = field(default_factory=dict)
    counters: dict[Name, int] = field(default_factory=dict)
    bells: list[Bell] = field(default_factory=list)
    outbox: dict[str, Posted] = field(default_factory=dict)
    live: dict[str, Posted] = field(default_factory=dict)
    """Rows of the outbox that are ready or to be tried again."""
    queue: list[Place] = field(default_factory=list)
    """The live rows, by when they may go."""
    groups: dict[str, dict[str, Posted]] = field(default_factory=dict)
    """Group -> its live rows."""
    by_status: dict[OutboxStatus, dict[str, Posted]] = field(default_factory=dict)
    carried: dict[str, dict[str, Posted]] = field(default_factory=dict)
    """Row -> rows it was sent for."""
    handed: dict[str, list[Place]] = field(default_factory=dict)
    """Recipient -> when each row was handed over last."""
    tasks: dict[str, Task] = field(default_factory=dict)
    task_numbers: dict[str, int] = field(default_factory=dict)
    """Tasks in order of their first filing."""
    tasks_by_status: dict[TaskStatus, dict[str, None]] = field(default_factory=dict)
    feeds: dict[str, Feed] = field(default_factory=dict)
    versions: list[tuple[Version, Mapping[str, str]]] = field(default_factory=list)
    proposals: dict[int, Proposal] = field(default_factory=dict)
    last_proposal: int = 0
    marks: dict[str, str] = field(default_factory=dict)
    last_id: int = 0

    def next_id(self) -> int:
        """The next inbox id; never given twice."""
        self.last_id += 1
        return self.last_id

    def set_open_key(self, record: CaseRecord, key: str | None) -> None:
        """Keep the index of open cases in step with the record."""
        if key == record.open_key:
            return
        case = record.case
        if record.open_key is not None:
            self.open_keys[(case.workflow, record.open_key)].pop(case.id, None)
        if key is not None:
            self.open_keys.setdefault((case.workflow, key), {})[case.id] = None
        record.open_key = key

    def arm(self, record: CaseRecord, wanted: dict[Bell, Timer]) -> None:
        """Make the case's timers exactly the wanted ones."""
        for bell in record.timers.keys() - wanted.keys():
            del self.bells[bisect_left(self.bells, bell)]
        for bell in wanted.keys() - record.timers.keys():
            insort(self.bells, bell)
        record.timers = wanted

    def issue(self, effect: Effect, status: OutboxStatus, due_at: datetime, held_for: str) -> None:
        """A new row of the outbox."""
        row = Posted(len(self.outbox), effect, status, due_at, held_for=held_for)
        self.outbox[effect.id] = row
        self.cases[effect.case].posted.append(row)
        self.post(row, status)

    def post(self, row: Posted, status: OutboxStatus) -> None:
        """Move an outbox row to a status and keep the indexes in step; `due_at` is set before."""
        key = row.effect.id
        self.by_status.get(row.status, {}).pop(key, None)
        self.by_status.setdefault(status, {})[key] = row
        row.status = status
        if row.queued is not None:
            del self.queue[bisect_left(self.queue, row.queued)]
            row.queued = None
        group = row.effect.group
        if status in LIVE:
            self.live[key] = row
            row.queued = (row.due_at, row.seq, key)
            insort(self.queue, row.queued)
            if group is not None:
                self.groups.setdefault(group, {})[key] = row
        elif self.live.pop(key, None) is not None and group is not None:
            del self.groups[group][key]

    def carry(self, row: Posted, by: str | None) -> None:
        """The row is sent by another one, or by none."""
        if row.carried_by is not None:
            self.carried[row.carried_by].pop(row.effect.id, None)
        if by is not None:
            self.carried.setdefault(by, {})[row.effect.id] = row
        row.carried_by = by

    def hand(self, row: Posted, recipient: str, at: datetime) -> None:
        """The row goes to this recipient; of one handed over again, the last time counts."""
        places = self.handed.setdefault(recipient, [])
        before = row.recipients.get(recipient)
        if before is not None:
            del places[bisect_left(places, (before, row.seq, row.effect.id))]
        row.recipients[recipient] = at
        insort(places, (at, row.seq, row.effect.id))

    def handed_since(self, recipient: str, since: datetime) -> list[Place]:
        """What was handed to this recipient at this instant or later."""
        places = self.handed.get(recipient, [])
        return places[bisect_left(places, (since, -1, "")) :]

    def put_task(self, task: Task) -> Task:
        """Write a task, new or changed."""
        before = self.tasks.get(task.id)
        if before is not None:
            self.tasks_by_status[before.status].pop(task.id, None)
        self.task_numbers.setdefault(task.id, len(self.task_numbers))
        self.tasks[task.id] = task
        self.tasks_by_status.setdefault(task.status, {})[task.id] = None
        return task

    def armed(self) -> Iterator[Timer]:
        """Every armed timer, oldest first."""
        for bell in self.bells:
            yield self.cases[bell[1]].timers[bell]
