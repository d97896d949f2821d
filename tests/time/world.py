"""In what small world are the complaints played? One ticket workflow, rules written in the test, wall-clock words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from textwrap import dedent, indent
from zoneinfo import ZoneInfo

from adapters.memory import open_memory
from adapters.sql.stores import SqlStores, open_stores
from engine.language.compile import compile_rulebook
from engine.model.case import ClockView
from engine.model.decision import JournalRow
from engine.model.diagnostic import Diagnostic, Severity
from engine.model.rulebook import Rulebook
from engine.service import hands
from engine.service.desk import Answer, Incoming
from engine.service.publish import Publication, Told
from engine.service.running import Running
from engine.service.simulate import Simulation, Stores

ZONE = ZoneInfo("Asia/Shanghai")

WORKFLOW = """
kind: workflow
workflow: ticket
label: 工单
identified_by: [no]
start: {state: new, by: [created]}
running_cases: adopt
fields:
  no:       {type: text, label: 单号, max: 20}
  tier:     {type: choice, label: 级别, choices: [普通, VIP], optional: yes}
  topic:    {type: choice, label: 类别, choices: [查询, 投诉], optional: yes}
  city:     {type: text, label: 城市, max: 10, optional: yes}
  owner:    {type: text, label: 负责人, max: 10, optional: yes}
  promised: {type: time, label: 承诺时间, optional: yes}
  phone:    {type: phone, label: 客户电话, private: yes, optional: yes}
events:
  created: 新建
  taken: 接单
  replied: 答复客户
  note: 内部备注
  private_note: 私下评论
  called: 打电话
  customer_wrote: 客户来信
  bounced: 退信
  auto_reply: 自动回复
  asked: 问客户
  answered: 客户已答
  solved: 解决
  thanked: 客户致谢
  back_again: 客户又来
  merged: 并入别单
  nag: 催一下
  silent: 无消息
  escalated: 已升级
states:
  new:
    label: 新单
    no_deadline: 由测试定
    transitions:
      - {event: replied, to: answered}
      - {event: asked, to: waiting}
      - {event: taken, to: line2}
      - {event: nag, if: {tier: VIP}, to: line2}
      - {event: nag}
  line2:
    label: 二线
    no_deadline: 由测试定
    transitions:
      - {event: replied, to: answered}
      - {event: asked, to: waiting}
      - {event: taken, to: new}
  answered:
    label: 已答复
    no_deadline: 由测试定
    transitions:
      - {event: customer_wrote, to: unanswered}
  unanswered:
    label: 待答复
    no_deadline: 由测试定
    transitions:
      - {event: replied, to: answered}
      - {event: asked, to: waiting}
  waiting:
    label: 等客户
    no_deadline: 由测试定
    transitions:
      - {event: answered, to: back}
  solved:
    label: 已解决
    no_deadline: 由测试定
    transitions:
      - {event: back_again, to: new}
  done: {label: 结束, final: yes}
  duplicate: {label: 并入别单, final: yes}
from_any_state:
  - {event: solved, to: solved}
  - {event: thanked, to: done}
  - {event: merged, to: duplicate}
  - {event: silent, to: line2}
  - {event: note}
  - {event: private_note}
  - {event: called}
  - {event: bounced}
  - {event: auto_reply}
  - {event: customer_wrote}
  - {event: escalated}
"""

CONTACTS = """
kind: contacts
people:
  ann: {name: 安, phone: 13800000001, wechat_work: ann}
  bob: {name: 鲍, phone: 13800000002}
  cat: {name: 凯, phone: 13800000003, wechat_work: cat}
  eve: {name: 艾, email: eve@example.com}
  all_night: {name: 夜班, phone: 13800000009, wechat_work: night}
roles:
  desk: {label: 坐席, person: ann}
  boss: {label: 经理, person: bob}
  lead: {label: 组长, person: cat}
  mute: {label: 没有电话的人, person: eve}
  last_resort: {label: 兜底, person: all_night}
"""

CALENDARS = """
kind: calendars
timezone: Asia/Shanghai
calendars:
  desk:
    label: 坐席
    hours:
      - {days: mon-fri, open: 08:30-17:00}
"""

CHAINS = """
kind: escalations
chains:
  ladder:
    label: 催办
    group_wait: 0 min
    steps:
      - {wait: 0 min, channel: wechat_work, to: desk}
      - {wait: 30 min, channel: sms, to: boss}
    repeat_last: {every: 1 h, times: 2}
"""


def message(name: str, extra: str = "", *, channel: str = "sms", to: str = "boss", text: str | None = None) -> str:
    """One message of a messages file, its keys after `text` given as lines."""
    words = text or f"{{no}} {name}"
    head = f"{name}:\n  label: {name}\n  workflow: ticket\n  channel: {channel}\n  to: {to}\n"
    return indent(head + indent(dedent(extra).strip("\n"), "  ") + f"\n  text: |\n    {words}\n", "  ")


def messages(*blocks: str, caps: str = "") -> str:
    """A messages file; without blocks the one message `hurry` to the boss."""
    return f"kind: messages\n{caps}\nmessages:\n" + "".join(blocks or (message("hurry"),))


def policy(name: str, body: str) -> str:
    """One policy of an sla file on the ticket workflow."""
    return indent(f"{name}:\n  label: {name}\n  workflow: ticket\n" + indent(dedent(body).strip("\n"), "  ") + "\n", "  ")


def sla(*blocks: str) -> str:
    return "kind: sla\npolicies:\n" + "".join(blocks)


def first(body: str) -> str:
    """An sla file of one policy, `first`."""
    return sla(policy("first", body))


ON_LATE = "timeline:\n  - late: 0 min\n    do: [{send: hurry}]"
CHAIN_ON_LATE = "timeline:\n  - late: 0 min\n    do: [{escalate: ladder, message: hurry}]"
"""Rows of a policy: what is begun when it is late."""
ONE_HOUR = first("while: new\nlimit: 1 h\n" + ON_LATE)
CLIMB = first("while: new\nlimit: 1 h\n" + CHAIN_ON_LATE)
LUNCH = CALENDARS.replace("open: 08:30-17:00", "open: [08:30-12:00, 13:30-17:00]")


def files(**changed: str) -> dict[str, str]:
    """A whole rulebook as files, with single ones replaced: `files(sla=..., messages=...)`; more than these are rules files."""
    written = {
        "workflow": WORKFLOW, "sla": first("while: new\nlimit: 2 h"), "contacts": CONTACTS, "escalations": CHAINS,
        "messages": messages(), "calendars": CALENDARS, **changed,
    }  # fmt: skip
    return {("workflows/ticket.yaml" if name == "workflow" else f"rules/{name}.yaml"): dedent(text) for name, text in written.items()}


def diagnosed(**changed: str) -> list[Diagnostic]:
    """What `check` says of such a rulebook."""
    return list(compile_rulebook(files(**changed)).diagnostics)


def codes(**changed: str) -> list[str]:
    """Codes of errors and warnings."""
    return [one.code for one in diagnosed(**changed) if one.severity is not Severity.INFO]


@cache
def compiled(**changed: str) -> Rulebook:
    found = compile_rulebook(files(**changed))
    errors = [f"{one.span} {one.code} {one.zh}" for one in found.diagnostics if one.severity is Severity.ERROR]
    assert found.rulebook is not None, errors
    return found.rulebook


def when(written: str, zone: ZoneInfo = ZONE) -> datetime:
    """`11-23 14:00`, `2027-01-04 08:30:05`: a wall-clock time, of 2026 unless it names its year, as an instant."""
    day, clock = written.split(" ")
    return datetime.combine(date.fromisoformat(day if len(day) > 5 else f"2026-{day}"), time.fromisoformat(clock), zone).astimezone(UTC)


def wall(at: datetime | None, zone: ZoneInfo = ZONE) -> str:
    """The instant as `when` reads it; empty for none."""
    if at is None:
        return ""
    local = at.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M:%S}".removeprefix("2026-").removesuffix(":00")


class World:
    """One simulated desk: events at wall-clock times, and what came of them."""

    def __init__(self, start: str = "11-23 09:00", *, url: str | None = None, **changed: str) -> None:
        self.files = files(**changed)
        self.url = url
        self.stores: Stores = open_stores(url, check=False) if url else open_memory()
        self.simulation = Simulation(compiled(**changed), self.stores, when(start))
        self._ids = 0

    def hear(
        self, event: str, at: str, *, happened: str | None = None, case: str = "T1", extra: Mapping[str, str] | None = None, **data: str
    ) -> Answer:
        """An event received at a wall-clock time, and what follows at that instant."""
        received = when(at)
        self.simulation.run_until(received, inclusive=False)
        self._ids += 1
        answer = self.simulation.accept(
            [
                Incoming(
                    source="connection/test", id=f"{event}@{at}#{self._ids}", workflow="ticket", event=event,
                    occurred_at=when(happened) if happened else received, received_at=received, case=case, data=data, extra=extra or {},
                )
            ]
        )[0]  # fmt: skip
        self.simulation.run_until(received)
        return answer

    def until(self, at: str) -> World:
        """Let time pass."""
        self.simulation.run_until(when(at))
        return self

    def restart(self, at: str | None = None) -> World:
        """The daemon stops now and starts again, at once or only at a later time: same database, nothing else survives."""
        assert self.url is not None
        assert isinstance(self.stores, SqlStores)
        before = self.simulation
        self.stores.close()
        self.stores = open_stores(self.url, check=False)
        self.simulation = Simulation(before.library.rulebook, self.stores, when(at) if at else before.now)
        self.simulation.run_until(self.simulation.now)
        return self

    def close(self) -> None:
        if isinstance(self.stores, SqlStores):
            self.stores.close()

    def running(self) -> Running:
        """The daemon's own desk over this world, for what only it does."""
        return Running(stores=self.stores, library=self.simulation.library, clock=self.simulation.clock, gateways=self.simulation.gateways)

    def swap(self, at: str | None = None, **changed: str) -> Publication | None:
        """The rule files are edited; the daemon takes them as it does for real."""
        if at is not None:
            self.until(at)
        self.files = {**self.files, **{path: text for path, text in files(**changed).items() if _named(path) in changed}}
        running = self.running()
        offer = running.offer_rules(self.files)
        while running.refresher.step(self.simulation.now):
            pass
        if offer is not None:
            assert offer.told in (Told.PUBLISHED, Told.UNCHANGED), [f"{one.span} {one.code} {one.zh}" for one in offer.diagnostics]
        self.simulation.run_until(self.simulation.now)
        return offer

    def acknowledge(self, at: str, chain: str = "ladder", case: str = "T1") -> None:
        self.until(at)
        self.stores.store.accept([hands.acknowledge(self.stores, f"ticket:{case}", chain, "ann", when(at))], when(at))
        self.simulation.run_until(when(at))

    def clock(self, name: str = "first", case: str = "T1") -> ClockView | None:
        return next((view for view in self.simulation.clocks(f"ticket:{case}") if view.policy == name), None)

    def due(self, name: str = "first", case: str = "T1") -> str:
        view = self.clock(name, case)
        return wall(view.due) if view else ""

    def verdict(self, name: str = "first", case: str = "T1") -> str | None:
        view = self.clock(name, case)
        return view.verdict.value if view else None

    def state(self, case: str = "T1") -> str:
        return self.stores.directory.find(case)[0].state

    def journal(self, case: str = "T1") -> list[JournalRow]:
        return list(self.stores.directory.journal(f"ticket:{case}"))

    def notes(self, kind: str, case: str = "T1") -> list[str]:
        """`MM-DD HH:MM subject` of every note of a kind."""
        return [f"{wall(row.received_at)} {note.subject}" for row in self.journal(case) for note in row.notes if note.kind == kind]

    def details(self, kind: str, case: str = "T1") -> list[str]:
        return [note.detail for row in self.journal(case) for note in row.notes if note.kind == kind]

    def sent(self, to: str | None = None) -> list[str]:
        """`MM-DD HH:MM channel role text` of everything that left, in order."""
        lines = []
        for row in self.stores.directory.cases(limit=1000):
            left = [one for one in self.stores.directory.sent(row.id) if to is None or one.to == to]
            lines += [(one.sent_at, f"{one.channel} {one.to} {one.masked}") for one in left if one.sent_at]
        return [f"{wall(at)} {line}" for at, line in sorted(lines)]

    def carried(self) -> list[str]:
        """`channel role text` of every parcel that was handed to a channel, in order of channels; a group is one."""
        return [f"{name} {one.role} {one.text}" for name, gateway in self.simulation.gateways.items() for one in gateway.carried]

    def armed(self) -> list[str]:
        """`MM-DD HH:MM owner row` of every armed timer."""
        bells = self.stores.bells.due(when("2036-01-01 00:00"), 10_000)
        return [f"{wall(one.due_at)} {one.owner} {one.row}" for one in bells]

    def explained(self, case: str = "T1") -> str:
        return "\n".join(f"{one.what} | {one.why}" for one in self.running().explain(f"ticket:{case}"))


def _named(path: str) -> str:
    return Path(path).stem if path.startswith("rules/") else "workflow"
