"""What is a thing of the rules called? Labels in Chinese, the names the rules are written with in English."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from engine.core.why_words import RECEIPTS, SUPPRESSED
from engine.core.words import CALL_RESULTS, CHANNELS, HELD, NOT_DELIVERED, in_chinese, say_trouble
from engine.model.fieldtext import BadValue, read_text
from engine.model.receipt import Verdict
from engine.model.rulebook import Rulebook
from engine.model.values import FieldType
from engine.model.workflow import Field, Workflow

_LINES = {"hand": ("", ""), "connection": ("对接 ", "connection "), "gateway": ("通道 ", "gateway "), "case": ("单 ", "case ")}
_OURS = {"timer": ("到点", "timer"), "clock": ("规则", "rules")}
_ROWS = {"after": "开始后", "left": "还剩", "used": "用去", "late": "超时", "every_day_while_late": "超时每天", "due": "到期"}
_AT_ONCE = {"after": "开始时", "late": "到期时"}
_ALARMS = {
    "nobody": ("找不到人", "nobody there"), "chain_exhausted": ("升级到头", "chain exhausted"), "could_not_tell": ("无法判断", "could not tell"),
    "flagged": ("待人决定", "left to a person"),
}  # fmt: skip
_SETTLED = {
    "release": ("放行", "let go"), "drop": ("都不发", "drop them"), "confirm": ("时间是对的", "the time is right"), "paused": ("已暂停", "paused"),
    "resumed": ("已恢复", "resumed"), "suppressed": ("已列入名单", "suppressed"), "lifted": ("已移出名单", "lifted"),
}  # fmt: skip
"""Result of an alarm -> how it is said."""
_BUILT_IN = {"edited": ("更正资料", "edited"), "retracted": ("撤回", "retracted"), "opened_again": ("再次建单", "opened again"),
             "reason_gone": ("原因已消除", "reason gone"), "opened_by_case": ("由另一张单开出", "opened by a case")}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Called:
    """The names of one rulebook in one language; a name nobody knows any more stays as it is."""

    rulebook: Rulebook
    lang: str

    def of(self, zh: str, en: str) -> str:
        return en if self.lang == "en" else zh

    def workflow(self, name: str) -> str:
        found = self.rulebook.workflows.get(name)
        return self.of(found.label if found else name, name)

    def state(self, workflow: str, name: str) -> str:
        found = self._workflow(workflow)
        states = found.states if found else {}
        state = states.get(name) or next((one for one in states.values() if one.was == name), None)
        return self.of(state.label if state else name, name)

    def event(self, workflow: str, name: str) -> str:
        if name in _BUILT_IN:
            return self.of(*_BUILT_IN[name])
        found = self._workflow(workflow)
        event = found.events.get(name) if found else None
        return self.of(event.label if event else name, name)

    def result(self, workflow: str, kind: str, name: str) -> str:
        """Of a task an event, of a call what came of it."""
        if kind == "call" and name in CALL_RESULTS:
            return self.of(*CALL_RESULTS[name])
        if kind == "alarm" and name in _SETTLED:
            return self.of(*_SETTLED[name])
        return self.event(workflow, name)

    def field(self, workflow: str, name: str) -> str:
        found = self._workflow(workflow)
        field = found.fields.get(name) if found else None
        return self.of(field.label if field else name, name)

    def value(self, workflow: str, name: str, text: str) -> str:
        """Instants on the wall clock, yes and no as words."""
        found = self._workflow(workflow)
        field = found.fields.get(name) if found else None
        if field is None or field.type not in (FieldType.TIME, FieldType.YES_NO):
            return text
        if field.type is FieldType.YES_NO:
            return self.of({"yes": "是", "no": "否"}.get(text, text), text)
        try:
            return self.wall(field, text)
        except BadValue:
            return text

    def wall(self, field: Field, text: str) -> str:
        """A time as people write it: `2026-11-26 18:00`. Raises BadValue."""
        at = read_text(field, text, self.rulebook.timezone)
        return f"{at.astimezone(ZoneInfo(self.rulebook.timezone)):%Y-%m-%d %H:%M}" if isinstance(at, datetime) else text

    def policy(self, name: str) -> str:
        found = self.rulebook.policies.get(name)
        return self.of(found.label if found else name, name)

    def row(self, key: str) -> str:
        """A row of a timeline: `超时 30 分钟`."""
        word, _, rest = key.partition(" ")
        at_once = _AT_ONCE.get(word) if rest in ("0 min", "0 h", "0 s") else None
        return self.of(at_once or f"{_ROWS.get(word, word)} {in_chinese(rest)}".strip(), key)

    def chain(self, name: str) -> str:
        found = self.rulebook.chains.get(name)
        return self.of(found.label if found else name, name)

    def message(self, name: str) -> str:
        found = self.rulebook.messages.get(name)
        return self.of(found.label if found else name, name)

    def role(self, name: str, workflow: str = "") -> str:
        """A role, or the field of the case that is addressed."""
        found = self.rulebook.contacts.roles.get(name)
        return self.of(found.label, name) if found else self.field(workflow, name)

    def channel(self, name: str) -> str:
        return self.of(CHANNELS.get(name, name), name)

    def reason(self, name: str) -> str:
        """Why a message did not arrive; the provider's own words stand in brackets."""
        return say_trouble(name, self.lang)

    def carrier(self, name: str) -> str:
        """A connection by its label, a channel that needs none by its word."""
        found = self.rulebook.connections.get(name)
        return self.of(found.label, name) if found else self.channel(name)

    def answer(self, text: str) -> str:
        """What a provider answered, as the books count it: `rejected/account 51`."""
        verdict, _, reason = text.partition("/")
        said = self.of(*RECEIPTS[Verdict(verdict)]) if verdict in list(Verdict) else verdict
        return f"{said}: {self.reason(reason)}" if reason else said

    def held(self, why: str) -> str:
        """Why a message waits."""
        return self.of(*HELD[why]) if why in HELD else why

    def alarm(self, workflow: str, text: str) -> str:
        """`nobody:chase:hub_manager`, `flagged:pickup_deadline late 30 min`."""
        kind, _, about = text.partition(":")
        if kind not in _ALARMS:
            return text
        first, _, role = about.partition(":")
        told = [self.of(*_ALARMS[kind]), self.subject(workflow, first), self.role(role, workflow) if role else ""]
        return " · ".join(one for one in told if one)

    def person(self, name: str) -> str:
        """Who did it: somebody of the rules by the label, anybody else as signed in."""
        found = self.rulebook.contacts.people.get(name)
        return self.of(found.name, name) if found else name

    def gone(self, why: str) -> str:
        """Why something was taken back or not sent."""
        return self.of(*SUPPRESSED[why]) if why in SUPPRESSED else self.reason(why)

    def remark(self, text: str) -> str:
        """Why a call is made, as it was put on the list in Chinese (engine.core.words.say_why)."""
        if self.lang != "en":
            return text
        channel, _, reason = text.partition("未送达:")
        by_word = {word: name for words in (CHANNELS, NOT_DELIVERED) for name, word in words.items()}
        if reason:
            return f"{by_word.get(channel, channel)} not delivered: {self.reason(by_word.get(reason, reason))}"
        late = next((one.name for one in self.rulebook.policies.values() if text == f"{one.label}超时"), "")
        event = next((one.name for flow in self.rulebook.workflows.values() for one in flow.events.values() if text == one.label), text)
        return f"{late} late" if late else event

    def subject(self, workflow: str, text: str) -> str:
        """What a note is about: a policy with or without a row, a chain, a message, an event or a state."""
        first, _, rest = text.partition(" ")
        for known, say in (
            (self.rulebook.policies, self.policy),
            (self.rulebook.chains, self.chain),
            (self.rulebook.messages, self.message),
        ):
            if first in known:
                return f"{say(first)} {self.row(rest)}".strip()
        found = self._workflow(workflow)
        if found is not None and first in found.states:
            return self.state(workflow, first)
        return self.event(workflow, text) if found is not None and text in found.events else text

    def source(self, text: str) -> str:
        """Who or what reported: `8011`, `对接 顺丰`, `到点`."""
        kind, _, name = text.partition("/")
        if kind in _OURS:
            return self.of(*_OURS[kind])
        shown = self.person(name) if kind == "hand" else self.carrier(name)
        return self.of(*_LINES[kind]) + shown if kind in _LINES else text

    def _workflow(self, name: str) -> Workflow | None:
        return self.rulebook.workflows.get(name)
