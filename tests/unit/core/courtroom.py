"""A small rulebook and a hand to play it with, for tests of the court."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from textwrap import dedent
from zoneinfo import ZoneInfo

from adapters.memory import open_memory
from engine.language.compile import compile_rulebook
from engine.model.case import Case, ClockView
from engine.model.decision import JournalRow
from engine.model.diagnostic import Severity
from engine.model.event import Event
from engine.model.rulebook import Rulebook
from engine.service.desk import Answer, Incoming
from engine.service.simulate import Simulation

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE).astimezone(UTC)

PARCEL = """
kind: workflow
workflow: parcel
label: 包裹
identified_by: [no]
start: {state: new, by: [ordered]}
fields:
  no:       {type: text, label: 单号, max: 20}
  tier:     {type: choice, label: 级别, choices: [普通, VIP], optional: yes}
  weight:   {type: number, label: 重量, max: 9999, optional: yes}
  promised: {type: time, label: 应送达, optional: yes}
  phone:    {type: phone, label: 电话, private: yes, optional: yes}
  fails:    {type: count, label: 失败次数, of: failed}
events:
  ordered: 下单
  picked: 提货
  moving: 在途
  delivered: 签收
  failed: 失败
  fixed: 已处理
  silent: 无消息
  asked: 问客户
  answered: 客户已答
  loop: 打转
milestones:
  - {state: new}
  - {state: picked_up, event: picked}
  - {state: in_transit, event: moving}
  - {state: done, event: delivered}
states:
  new:
    label: 新单
    transitions:
      - {event: asked, to: waiting}
      - event: failed
        if: {weight: {more_than: 1000}}
        to: trouble
        do: [{escalate: ladder}]
      - {event: failed, if: {fails: {at_least: 2}}, to: trouble}
      - {event: failed}
  waiting:
    label: 等客户
    no_deadline: 客户想多久就多久
    transitions:
      - {event: answered, to: back}
  picked_up: {label: 已提货}
  in_transit: {label: 运输中}
  trouble:
    label: 异常
    transitions:
      - {event: fixed, to: back}
  done: {label: 已签收, final: yes}
from_any_state:
  - event: silent
    to: trouble
    do:
      - {task: 查一查, for: desk, asks: [fixed]}
  - {event: loop}
"""

RULES = """
kind: sla
policies:
  pick_in_time:
    label: 提货
    workflow: parcel
    while: [new, waiting]
    stops: {enters: picked_up}
    pauses: [waiting]
    limit: 2 h
    except:
      - {if: {tier: VIP}, limit: 30 min}
    timeline:
      - left: 30 min
        do: [{send: hurry}]
      - late: 0 min
        do: [{escalate: ladder, message: hurry}]
  keep_promise:
    label: 送达
    workflow: parcel
    while: [picked_up, in_transit, trouble]
    stops: {enters: done}
    due: {field: promised}
    timeline:
      - late: 0 min
        do: [{send: sorry}]
  no_news:
    label: 无消息
    workflow: parcel
    while: [picked_up, in_transit]
    starts: [{enters: picked_up}, {enters: in_transit}, {event: moving}]
    limit: 24 h
    timeline:
      - late: 0 min
        do: [{event: silent}]
  in_trouble:
    label: 异常处理
    workflow: parcel
    while: trouble
    limit: 48 h
"""

PEOPLE = """
kind: contacts
people:
  ann: {name: 安, phone: 13800000001, wechat_work: ann}
  bob: {name: 鲍, phone: 13800000002}
roles:
  desk: {label: 坐席, person: ann}
  boss: {label: 经理, person: bob}
  last_resort: {label: 兜底, person: bob}
"""

CHAINS = """
kind: escalations
chains:
  ladder:
    label: 催办
    pause_when_acknowledged: 1 h
    steps:
      - {wait: 0 min, channel: wechat_work, to: desk}
      - {wait: 30 min, channel: sms, to: boss}
    repeat_last: {every: 1 h, times: 2}
"""

TEXTS = """
kind: messages
messages:
  hurry:
    label: 催
    workflow: parcel
    channel: sms
    to: boss
    correct: never_mind
    max_chars: 64
    text: |
      {no}请尽快,{pick_in_time.due|time}前[[,第{nth}次]]。
  never_mind:
    label: 更正
    workflow: parcel
    channel: sms
    to: boss
    max_chars: 64
    text: |
      {no}已按时,前信作废。
  sorry:
    label: 抱歉
    workflow: parcel
    channel: sms
    to: boss
    max_chars: 64
    text: |
      {no}晚了[[{keep_promise.late_by|hours}]]。
"""

CALENDARS = """
kind: calendars
timezone: Asia/Shanghai
"""

FILES = {
    "workflows/parcel.yaml": PARCEL,
    "rules/sla.yaml": RULES,
    "rules/contacts.yaml": PEOPLE,
    "rules/escalations.yaml": CHAINS,
    "rules/messages.yaml": TEXTS,
    "rules/calendars.yaml": CALENDARS,
}


def rulebook(**changed: str) -> Rulebook:
    """The small rulebook, with single files replaced: `rulebook(sla=...)`."""
    files = dict(FILES)
    for name, text in changed.items():
        path = f"workflows/{name}.yaml" if name == "parcel" else f"rules/{name}.yaml"
        files[path] = dedent(text)
    compiled = compile_rulebook(files)
    errors = [f"{one.span} {one.code} {one.zh}" for one in compiled.diagnostics if one.severity is Severity.ERROR]
    assert compiled.rulebook is not None, errors
    return compiled.rulebook


PARCEL_RULES = rulebook()


class Play:
    """One simulated world with short words for tests. Times are minutes after Monday 09:00 unless they are datetimes."""

    def __init__(self, rules: Rulebook = PARCEL_RULES) -> None:
        self.stores = open_memory()
        self.simulation = Simulation(rules, self.stores, MONDAY)

    def hear(self, event: str, minute: float, *, happened: float | None = None, case: str = "P1", **data: str) -> Answer:
        """An event received at a minute, and what follows at that instant."""
        received = MONDAY + timedelta(minutes=minute)
        occurred = received if happened is None else MONDAY + timedelta(minutes=happened)
        self.simulation.run_until(received, inclusive=False)
        answer = self.simulation.accept(
            [
                Incoming(
                    source="connection/test", id=f"{event}@{minute}", workflow="parcel", event=event, occurred_at=occurred,
                    received_at=received, case=case, data=data,
                )
            ]
        )[0]  # fmt: skip
        self.simulation.run_until(received)
        return answer

    def until(self, minute: float) -> None:
        """Let time pass."""
        self.simulation.run_until(MONDAY + timedelta(minutes=minute))

    def case(self, name: str = "P1") -> Case:
        return self.stores.store.load(f"parcel:{name}")

    def state(self, name: str = "P1") -> str:
        return self.stores.directory.find(name)[0].state

    def clocks(self, name: str = "P1") -> Mapping[str, ClockView]:
        return {view.policy: view for view in self.simulation.clocks(f"parcel:{name}")}

    def verdict(self, policy: str, name: str = "P1") -> str | None:
        view = self.clocks(name).get(policy)
        return view.verdict.value if view else None

    def journal(self, name: str = "P1") -> list[JournalRow]:
        return list(self.stores.directory.journal(f"parcel:{name}"))

    def notes(self, kind: str, name: str = "P1") -> list[str]:
        return [note.subject for row in self.journal(name) for note in row.notes if note.kind == kind]

    def sent(self) -> list[tuple[float, str, str, str]]:
        """(minute, channel, role, text) of everything that left, in order."""
        lines = []
        for row in self.stores.directory.cases(limit=1000):
            lines += [
                (one.sent_at, one.channel or "", one.to or "", one.masked) for one in self.stores.directory.sent(row.id) if one.sent_at
            ]
        return [((at - MONDAY).total_seconds() / 60, *rest) for at, *rest in sorted(lines)]


def an_event(name: str, minute: float, received: float | None = None, **data: str) -> Event:
    """An event for direct calls of the court."""
    return Event(
        id=f"{name}@{minute}",
        source="test",
        name=name,
        occurred_at=MONDAY + timedelta(minutes=minute),
        received_at=MONDAY + timedelta(minutes=minute if received is None else received),
        data=data,
    )


def minute(number: float) -> datetime:
    """The instant so many minutes after Monday 09:00."""
    return MONDAY + timedelta(minutes=number)
