"""What lies on the table while a memory store works? Plain records, shared by all its ports."""

from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from engine.model.case import Case
from engine.model.decision import JournalRow, Standing
from engine.model.effect import Effect
from engine.model.event import Event
from engine.model.timer import Timer
from engine.ports.directory import Unread
from engine.ports.outbox import OutboxStatus
from engine.ports.store import Feed
from engine.ports.worklist import Task

Name = tuple[str, str, str]
"""(workflow, field, value)."""

Bell = tuple[datetime, str, str, str, int, str]
"""(due_at, case, owner, row, gen, slot): sorts as timers are rung."""

LIVE = (OutboxStatus.READY, OutboxStatus.RETRY)


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

    @property
    def channel(self) -> str | None:
        """What must be up for it: a channel, or a command's connection."""
        return self.effect.channel or self.effect.target


@dataclass(slots=True)
class State:
    """The table itself."""

    papers: dict[int, Paper] = field(default_factory=dict)
    by_key: dict[tuple[str, str], Paper] = field(default_factory=dict)
    undecided: dict[int, Paper] = field(default_factory=dict)
    """New and dead ones; insertion order is the order of inbox ids."""
    parked: dict[int, tuple[Paper, frozenset[Name]]] = field(default_factory=dict)
    quarantine: list[Unread] = field(default_factory=list)
    alarms: list[Unread] = field(default_factory=list)
    cases: dict[str, CaseRecord] = field(default_factory=dict)
    names: dict[Name, str] = field(default_factory=dict)
    open_keys: dict[tuple[str, str], dict[str, None]] = field(default_factory=dict)
    counters: dict[Name, int] = field(default_factory=dict)
    bells: list[Bell] = field(default_factory=list)
    outbox: dict[str, Posted] = field(default_factory=dict)
    live: dict[str, Posted] = field(default_factory=dict)
    """Rows of the outbox that are ready or to be tried again."""
    tasks: dict[str, Task] = field(default_factory=dict)
    feeds: dict[str, Feed] = field(default_factory=dict)
    rulebooks: dict[str, Mapping[str, str]] = field(default_factory=dict)
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

    def post(self, row: Posted, status: OutboxStatus) -> None:
        """Move an outbox row to a status and keep the index of live rows in step."""
        row.status = status
        if status in LIVE:
            self.live[row.effect.id] = row
        else:
            self.live.pop(row.effect.id, None)

    def armed(self) -> Iterator[Timer]:
        """Every armed timer, oldest first."""
        for bell in self.bells:
            yield self.cases[bell[1]].timers[bell]
