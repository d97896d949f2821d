"""A desk in memory with a connection that is polled or fed by files, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from adapters.clock import SettableClock
from adapters.memory import open_memory
from adapters.memory.store import MemoryStores
from adapters.web.inbound import take_in
from adapters.wms_tms.decode import ReadEvent
from engine.language.compile import compile_rulebook
from engine.model.connection import Connection
from engine.service.library import Library
from engine.service.running import Running

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
WORKFLOW = """\
kind: workflow
workflow: parcel
label: 包裹
identified_by: [waybill_no]
start: {state: waiting, by: [ordered, collected]}
fields:
  waybill_no: {type: text, label: 运单号, max: 20}
  city: {type: text, label: 城市, max: 10, optional: yes}
events: {ordered: 下单, collected: 揽收, signed: 签收}
milestones:
  - {state: waiting}
  - {state: moving, event: collected}
  - {state: done, event: signed}
states:
  waiting: {label: 待揽收, no_deadline: 试}
  moving: {label: 运输中, no_deadline: 试}
  done: {label: 已签收, final: yes}
"""
INBOUND = """\
inbound:
  body: csv
  workflow: parcel
  case: {waybill_no: bill}
  fill: {city: city}
  happened_at: {at: time, formats: ["%Y-%m-%d %H:%M"], timezone: Asia/Shanghai}
  events:
    - {label: 揽收, match: {code: GOT}, event: collected}
    - {label: 签收, match: {code: POD}, event: signed}
"""
FILES = (
    """\
kind: connection
connection: depot
label: 外仓
type: files
files: {folder: env:DROP, rest: 30 s}
"""
    + INBOUND
)


def a_connection(text: str) -> Connection:
    """The one connection of a rule file. Fails with the diagnostics."""
    compiled = compile_rulebook({"workflows/parcel.yaml": WORKFLOW, "rules/connections/one.yaml": text})
    assert compiled.rulebook is not None, [str(one) for one in compiled.diagnostics]
    return next(iter(compiled.rulebook.connections.values()))


@dataclass
class Desk:
    """A running desk, and the events that were offered to it."""

    connection: Connection
    text: str
    stores: MemoryStores = field(default_factory=open_memory)
    clock: SettableClock = field(default_factory=lambda: SettableClock(NOW))
    heard: list[str] = field(default_factory=list)
    offered: list[ReadEvent] = field(default_factory=list)

    def __post_init__(self) -> None:
        compiled = compile_rulebook({"workflows/parcel.yaml": WORKFLOW, "rules/connections/one.yaml": self.text})
        assert compiled.rulebook is not None
        self.running = Running(self.stores, Library(compiled.rulebook), self.clock, {})

    def deliver(self, connection: Connection, events: Sequence[ReadEvent]) -> list[str]:
        self.offered += events
        return take_in(self.running, connection, events)

    def pass_time(self, seconds: float) -> datetime:
        return self.clock.advance(timedelta(seconds=seconds))

    def states(self) -> Mapping[str, str]:
        """Waybill -> state, once everything is decided."""
        self.running.beat(self.running.clock.monotonic() + 60)
        return {row.names.get("waybill_no", ""): row.state for row in self.stores.directory.cases(limit=1000)}

    def kept(self) -> int:
        """Events in the journals."""
        self.running.beat(self.running.clock.monotonic() + 60)
        return sum(len(self.stores.directory.journal(row.id)) for row in self.stores.directory.cases(limit=1000))


def a_desk(text: str = FILES) -> Desk:
    """A desk whose only connection is this one."""
    return Desk(a_connection(text), text)
