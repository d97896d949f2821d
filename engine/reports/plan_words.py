"""How is a difference said? Rules, deeds, verdicts and money in Chinese and English, for the page and the prompt alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from engine.core.words import CHANNELS, VERDICTS
from engine.model.rulebook import Rulebook
from engine.reports.plan import Example, Plan, Swing
from engine.reports.plan_differences import Change, Line

KINDS = {
    "message": ("消息", "messages"), "call": ("电话", "calls"), "task": ("待办", "tasks"), "escalation": ("升级", "escalations"),
    "open": ("另开的单", "linked cases"), "command": ("指令", "commands"),
}  # fmt: skip
RULES = {"policy": ("时效", "policy"), "chain": ("升级链", "chain"), "workflow": ("流程", "workflow"), "message": ("更正", "correction")}
CHANGES = {
    Change.STATE: ("终点不同", "ends elsewhere"), Change.PATH: ("经过不同", "takes another way"), Change.VERDICT: ("判定", "verdict"),
    Change.DUE_EARLIER: ("到期提前", "due earlier"), Change.DUE_LATER: ("到期推后", "due later"), Change.CLOCK_NEW: ("多计一个时", "one clock more"),
    Change.CLOCK_GONE: ("不再计时", "no clock any more"), Change.NEW: ("多出", "added"), Change.GONE: ("不再有", "gone"),
    Change.MOVED: ("时间不同", "another time"), Change.TEXT: ("文字不同", "other words"),
}  # fmt: skip
ENGLISH_CHANNELS = {"sms": "SMS", "phone": "calls", "wechat_work": "WeCom", "dingtalk": "DingTalk", "feishu": "Feishu", "email": "mails"}
NOT_SIMULATED = (
    ("人的反应:办结待办、接电话、点已知晓都不模拟,除非历史里有这件事", "what people do: tasks finished, calls answered, chains acknowledged, unless the history holds it"),
    ("通道失败:每条消息都当作送到", "failures of providers: every message counts as delivered"),
    ("消息引出的后续:收到的人会怎么做", "what messages lead to: what their readers would have done"),
    ("单与单之间:上限、合并、刹车按每张单各算", "what cases do to each other: caps, groups and brakes are counted for each case alone"),
)  # fmt: skip


class Tongue(Protocol):
    """In which language."""

    @property
    def lang(self) -> str: ...

    def of(self, zh: str, en: str) -> str:
        """The one of the two that is wanted."""
        ...

    def time(self, at: datetime | None, zone: str) -> str:
        """On the wall clock of a zone."""
        ...


@dataclass(frozen=True, slots=True)
class Told:
    """Speaks of the names of two rulebooks; the new one's labels win."""

    old: Rulebook
    new: Rulebook
    speech: Tongue

    def rule(self, line: Line) -> str:
        """`时效 pickup_deadline 提货时效`."""
        kind, name = self.speech.of(*RULES[line.rule.kind]), line.rule.name
        label = self.label(line.rule.kind, name)
        return f"{kind} {name} {label}" if label and label != name else f"{kind} {name}"

    def label(self, kind: str, name: str) -> str:
        """The label of a policy, chain, workflow or message; empty if it has none."""
        for book in (self.new, self.old):
            holders: dict[str, Mapping[str, object]] = {
                "policy": book.policies, "chain": book.chains, "workflow": book.workflows, "message": book.messages,
            }  # fmt: skip
            found = holders[kind].get(name)
            if found is not None:
                return str(getattr(found, "label", ""))
        return ""

    def change(self, line: Line) -> str:
        """What kind of difference, and about what."""
        said = self.speech.of(*CHANGES[line.change])
        if line.change is Change.VERDICT:
            return f"{said} {self._verdict(line.before)} → {self._verdict(line.after)}"
        if line.change is Change.STATE:
            return f"{said} {self._state(line, line.before)} → {self._state(line, line.after)}"
        return f"{said} {self._deed(line)}" if line.kind else said

    def count(self, line: Line, count: int) -> str:
        """`+312`, `−87`, `412`."""
        sign = {Change.NEW: "+", Change.CLOCK_NEW: "+", Change.GONE: "−", Change.CLOCK_GONE: "−"}.get(line.change, "")
        return f"{sign}{count:,}"

    def example(self, one: Example) -> str:
        """`261123001 2026-11-23 15:00 → 14:00`."""
        old, new = self.when(one.old), self.when(one.new)
        if old and new and old != new and old[:10] == new[:10]:
            new = new[11:]
        told = " → ".join(dict.fromkeys(text for text in (old, new) if text))
        return f"{one.case} {told}".strip()

    def when(self, at: datetime | None) -> str:
        """On the wall clock of the new rules; empty for none."""
        return self.speech.time(at, self.new.timezone) if at else ""

    def channel(self, kind: str, channel: str) -> str:
        """What is counted in the first line: a channel's name, or the kind of deed."""
        if kind != "message":
            return self.speech.of(*KINDS[kind])
        return self.speech.of(CHANNELS.get(channel, channel), ENGLISH_CHANNELS.get(channel, channel))

    def money(self, yuan: Decimal) -> str:
        """`+¥14`, `−¥0.35`."""
        whole = abs(yuan).quantize(Decimal(1) if abs(yuan) >= 100 else Decimal("0.01")).normalize()
        return f"{'−' if yuan < 0 else '+'}¥{whole:,f}"

    def headline(self, plan: Plan, window: str, at_once: int | None) -> str:
        """The one line that is read."""
        of = self.speech.of
        parts = [
            f"{self.swing(swing)} {self.channel(kind, channel)}" for (kind, channel), swing in sorted(plan.deeds.items(), key=_biggest)
        ]
        parts += [f"{plan.moved:,} {of('个动作改了时间', 'at another time')}"] if plan.moved else []
        parts += [f"{plan.texts:,} {of('条文字不同', 'in other words')}"] if plan.texts else []
        parts += [self.money(plan.cost_new - plan.cost_old)] if plan.cost_new != plan.cost_old else []
        tail = [of(",", ", ").join(parts)] if parts else []
        tail += [of(f"{plan.saved:,} 单本可不超时", f"{plan.saved:,} would not have been late")] if plan.saved else []
        tail += [of(f"{plan.broken:,} 单会超时", f"{plan.broken:,} would have been late")] if plan.broken else []
        tail += [of(f"{at_once:,} 张未结单会立即触发", f"{at_once:,} open cases fire at once")] if at_once is not None else []
        if not plan.cases and at_once is not None:  # Only open cases were asked for.
            return "".join(tail)
        if not plan.groups:
            tail.insert(0, of("没有差别", "no difference"))
        elif not parts:
            tail.insert(0, of(f"{plan.changed:,} 单有差别", f"{plan.changed:,} cases differ"))
        return of(f"{window} {plan.cases:,} 单:", f"{window}, {plan.cases:,} cases: ") + of(";", "; ").join(tail)

    def swing(self, one: Swing) -> str:
        """`+312`, `−87`, or both."""
        return " ".join(text for text in (f"+{one.more:,}" if one.more else "", f"−{one.less:,}" if one.less else "") if text)

    def _verdict(self, name: str) -> str:
        return self.speech.of(VERDICTS.get(name, name), name.replace("_", " "))

    def _state(self, line: Line, name: str) -> str:
        if not name:
            return self.speech.of("没有建单", "never opened")
        for book in (self.new, self.old):
            workflow = book.workflows.get(line.rule.name)
            if workflow is not None and name in workflow.states:
                return self.speech.of(workflow.states[name].label, name)
        return name

    def _deed(self, line: Line) -> str:
        """`短信 催提货 给调度`."""
        of = self.speech.of
        thing = self.channel(line.kind, line.channel)
        name = line.what
        if line.kind in ("message", "call"):
            label = self.label("message", line.what) or self.label("chain", line.what)
            name = of(f"“{label or line.what}”", line.what)
        elif line.kind == "task":
            name = f"“{line.what}”"
        elif line.kind in ("escalation", "open"):
            name = of(self.label("chain" if line.kind == "escalation" else "workflow", line.what) or line.what, line.what)
        roles = self.new.contacts.roles.get(line.to) or self.old.contacts.roles.get(line.to)
        to = of(roles.label if roles else line.to, line.to)
        return f"{thing} {name}" + (of(f" 给{to}", f" to {to}") if to else "")


def _biggest(item: tuple[tuple[str, str], Swing]) -> tuple[int, int, str, str]:
    (kind, channel), swing = item
    order = list(KINDS)
    return (0 if kind == "escalation" else 1, -(swing.more + swing.less), str(order.index(kind)), channel)
