"""A desk in memory: a true implementation of the Desk protocol, small enough to read, for the web gate's tests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from adapters.clock import SettableClock
from adapters.memory import MemoryStores, open_memory
from engine.model.case import ClockVerdict, ClockView
from engine.model.condition import Answer as Told
from engine.model.condition import Check
from engine.model.connection import Connection
from engine.model.contact import Contacts
from engine.model.decision import JournalRow, Outcome
from engine.model.diagnostic import Diagnostic
from engine.model.event import Acceptance, Accepted, Event, Report
from engine.model.explanation import Explanation
from engine.model.message import Caps
from engine.model.rulebook import Rulebook
from engine.model.span import Span
from engine.model.timer import Timer
from engine.model.values import FieldType
from engine.model.workflow import Field, State, Workflow
from engine.ports.directory import CaseRow, Directory, SentRow, Unread
from engine.ports.gateway import Gateway
from engine.ports.store import RulebookShelf, StoreUnavailable
from engine.ports.worklist import Task, TaskStatus
from engine.service.case_hands import CaseHands
from engine.service.counters import Counters
from engine.service.desk import Ailment, Answer, FinishAnswer, Health, Incoming, Problem, Reason, Said
from engine.service.provider_hands import ProviderHands
from engine.service.publish import Press

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
PLACE = Span("workflows/shipment.yaml", 41, 9)
PHONE = "13812345678"
EVENTS = ("order_created", "picked_up", "signed", "damaged", "retracted", "unrecognised", "scanned", "no_tracking")


def a_rulebook(connections: Mapping[str, Connection]) -> Rulebook:
    fields = {
        "order_no": Field(name="order_no", type=FieldType.TEXT, label="单号", span=PLACE),
        "shipper_name": Field(name="shipper_name", type=FieldType.TEXT, label="发货人", private=True, span=PLACE),
        "shipper_phone": Field(name="shipper_phone", type=FieldType.PHONE, label="电话", private=True, span=PLACE),
    }
    shipment = Workflow(
        name="shipment",
        label="托运单",
        version="v",
        identified_by=("order_no",),
        start_state="intake",
        start_events=("order_created",),
        one_open_per=(),
        fields=fields,
        events={},
        milestones=(),
        states={"intake": State(name="intake", label="受理", span=PLACE)},
        from_any_state=(),
        span=PLACE,
    )
    return Rulebook(
        fingerprint="f",
        timezone="Asia/Shanghai",
        workflows={"shipment": shipment},
        policies={},
        chains={},
        messages={},
        caps=Caps(),
        contacts=Contacts(),
        calendars={},
        disruptions=(),
        connections=connections,
        stories=(),
    )


def a_case(number: int = 1, **changes: object) -> CaseRow:
    clock = ClockView(
        policy="pickup_deadline", number=1, started_at=NOW, due=NOW + timedelta(hours=1), verdict=ClockVerdict.LATE, late_seconds=60.0
    )
    row = CaseRow(
        id=f"shipment:26112300{number}",
        workflow="shipment",
        state="intake",
        entered_at=NOW,
        opened_at=NOW,
        revision=1,
        final=False,
        names={"order_no": f"26112300{number}"},
        fields={"order_no": f"26112300{number}", "remark": f"打{PHONE}"},
        clocks=(clock,),
        next_due=NOW,
    )
    return replace(row, **changes)  # type: ignore[arg-type]  # A builder takes any field by name.


@dataclass
class Books:
    """The directory of the desk in memory."""

    rows: list[CaseRow] = field(default_factory=list)

    def cases(
        self,
        *,
        workflow: str | None = None,
        state: str | None = None,
        late: bool | None = None,
        final: bool | None = None,
        after: str | None = None,
        limit: int = 100,
    ) -> Sequence[CaseRow]:
        kept = [row for row in sorted(self.rows, key=lambda row: row.id) if (after is None or row.id > after)]
        kept = [row for row in kept if workflow in (None, row.workflow) and state in (None, row.state) and final in (None, row.final)]
        is_late = {row.id: any(clock.verdict is ClockVerdict.LATE for clock in row.clocks) for row in kept}
        return [row for row in kept if late in (None, is_late[row.id])][:limit]

    def find(self, text: str) -> Sequence[CaseRow]:
        return [row for row in self.rows if row.id == text or text in row.names.values()]

    def journal(self, case_id: str) -> Sequence[JournalRow]:
        check = Check("weight_kg", "at_most", "1000", "1200", Told.NO, PLACE)
        return [
            JournalRow(
                case=case_id, revision=1, event_id="e1", source="hand/8011", kind="happened", name="order_created", occurred_at=NOW,
                received_at=NOW, decided_at=NOW, outcome=Outcome.MOVED, state_before="", state_after="intake", transition="intake/x/1",
                span=PLACE, checks=(check,), data={"remark": f"打{PHONE}"},
            )
        ]  # fmt: skip

    def sent(self, case_id: str) -> Sequence[SentRow]:
        return [
            SentRow(
                effect_id=f"{case_id}/1/1", kind="message", message="chase_pickup", channel="sms", to="hub_dispatcher", status="done",
                at=NOW, sent_at=NOW, masked="[261123001]客王*", attempts=1, error="", why="",
            )
        ]  # fmt: skip

    def private(self, case_id: str) -> Mapping[str, str]:
        return {"shipper_name": "王小明", "shipper_phone": PHONE}

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        return {"shipment": {"intake": len(self.rows)}}

    def backlog(self) -> Mapping[str, float | int]:
        return {}

    def unread(self, limit: int = 200) -> Sequence[Unread]:
        return []


@dataclass
class MemoryDesk:
    """Keeps what it accepted; knows the events of EVENTS; a case opens with its order_no."""

    connections: dict[str, Connection] = field(default_factory=dict)
    books: Books = field(default_factory=Books)
    taken: dict[tuple[str, str], Incoming] = field(default_factory=dict)
    work: dict[str, Task] = field(default_factory=dict)
    acknowledged: list[tuple[str, str, str]] = field(default_factory=list)
    deeds: list[Event] = field(default_factory=list)
    down: bool = False
    broken: bool = False
    well: bool = True
    shelf: RulebookShelf = field(default_factory=lambda: open_memory().shelf)
    stores: MemoryStores = field(default_factory=open_memory)
    gateways: dict[str, Gateway] = field(default_factory=dict)

    @property
    def directory(self) -> Directory:
        return self.books

    def rulebook(self) -> Rulebook:
        return a_rulebook(self.connections)

    @property
    def press(self) -> Press:
        return Press(self.shelf, self.books, None)

    @property
    def providers(self) -> ProviderHands:
        stores = self.stores
        counters = Counters(self.gateways, stores.providers)
        return ProviderHands(
            stores.store, stores.outbox, stores.worklist, stores.doubts, self.rulebook, counters, SettableClock(NOW), lambda: None
        )

    def refused_rules(self) -> Sequence[Diagnostic]:
        return ()

    def now(self) -> datetime:
        return NOW

    def accept(self, incoming: Sequence[Incoming]) -> Sequence[Answer]:
        if self.down:
            raise StoreUnavailable("locked")
        if self.broken:
            raise RuntimeError(f"a bug that shows {PHONE}")
        return [self._accept(item) for item in incoming]

    def _accept(self, item: Incoming) -> Answer:
        if item.event not in EVENTS:
            return Answer(Said.REFUSED, problems=(Problem("event", "没有这个事件", "no such event"),))
        key = (item.source, item.id or repr(item))
        before = self.taken.get(key)
        if before is not None:
            return Answer(Said.DUPLICATE if before == item else Said.CONFLICT, event_id=key[1])
        self.taken[key] = item
        name = item.case or item.data.get("order_no")
        if item.event == "order_created":
            return Answer(Said.ACCEPTED, case_id=f"shipment:{name}", event_id=key[1], opened=True)
        known = self.books.find(str(name))
        return Answer(Said.ACCEPTED, case_id=known[0].id, event_id=key[1]) if known else Answer(Said.PARKED, event_id=key[1])

    def tasks(self, *, role: str | None = None, case: str | None = None, all_states: bool = False) -> Sequence[Task]:
        live = (TaskStatus.OPEN, TaskStatus.CLAIMED)
        return [
            task
            for task in self.work.values()
            if role in (None, task.role) and case in (None, task.case) and (all_states or task.status in live)
        ]

    def claim(self, task_id: str, by: str) -> Task | None:
        task = self.work.get(task_id)
        if task is None or task.status is TaskStatus.DONE or (task.status is TaskStatus.CLAIMED and task.claimed_by != by):
            return None
        self.work[task_id] = replace(task, status=TaskStatus.CLAIMED, claimed_by=by, claim_until=NOW)
        return self.work[task_id]

    def finish(
        self, task_id: str, by: str, *, result: str, note: str = "", data: Mapping[str, object] | None = None, at: datetime | None = None
    ) -> FinishAnswer:
        task = self.work.get(task_id)
        if task is None:
            return FinishAnswer("unknown", None)
        if task.status is TaskStatus.DONE:
            return FinishAnswer("already", task)
        if task.claimed_by not in ("", by):
            return FinishAnswer("not_yours", task)
        if not result and not note:
            return FinishAnswer("refused", task, (Problem("note", "请写跟踪记录", "a note is needed"),))
        self.work[task_id] = replace(task, status=TaskStatus.DONE, claimed_by=by, result=result, note=note, finished_at=NOW)
        return FinishAnswer("finished", self.work[task_id])

    def acknowledge(self, case_id: str, chain: str, by: str) -> Answer:
        self.acknowledged.append((case_id, chain, by))
        return Answer(Said.ACCEPTED, case_id=case_id, event_id="ack")

    @property
    def case_hands(self) -> CaseHands:
        return CaseHands(self.stores, self.rulebook, SettableClock(NOW), self._take_hand)

    def _take_hand(self, report: Report) -> Acceptance:
        self.deeds.append(report.event)
        return Acceptance(Accepted.ACCEPTED, report.case_id)

    def waiting(self, case_id: str) -> Sequence[Timer]:
        return [Timer(case=case_id, owner="policy:pickup_deadline", row="due", gen=1, due_at=NOW)]

    def explain(self, case_id: str, *, rule: str | None = None, lang: str = "zh") -> Sequence[Reason]:
        return [Reason(NOW, "moved" if lang == "en" else "流转", f"{rule or 'all'}", str(PLACE))]

    def why(self, case_id: str, *, rule: str | None = None, lang: str = "zh", at: datetime | None = None) -> Explanation:
        return Explanation(case=case_id, at=at or NOW, state="dispatched", rulebook="f")

    def health(self) -> Health:
        return Health(
            ok=self.well, ailments=() if self.well else (Ailment("心跳停了", "心跳停了"),), last_beat_age_seconds=1.5, numbers={"inbox_pending": 3, "outbox.ready": 2.5}, rulebook="f"
        )  # fmt: skip


def a_call(**changes: object) -> Task:
    task = Task(
        id="shipment:261123001/3/1", case="shipment:261123001", workflow="shipment", kind="call", role="desk_agent",
        text=f"[261123001]客王小明{PHONE}", remark="短信不通", address=PHONE, key="k", created_at=NOW,
    )  # fmt: skip
    return replace(task, **changes)  # type: ignore[arg-type]  # A builder takes any field by name.
