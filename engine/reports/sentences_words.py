"""How is one piece of a rule said? Lengths of time, hours, conditions, what is done; in Chinese or English."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from engine.model.calendar import DAY_SECONDS, Hours
from engine.model.condition import AllOf, AnyOf, Clause, Condition, NoneOf, Operand, Word
from engine.model.doing import Assign, Command, Do, Escalate, Open, Raise, Send, Set
from engine.model.fieldtext import write_text
from engine.model.message import Cap
from engine.model.policy import Amount
from engine.model.rulebook import Rulebook
from engine.model.span import Span
from engine.reports.sentences_lexicon import Lexicon


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One thing that a rule says."""

    key: str
    """What of its rule it says, the same in every version; rows of a list share one."""
    topic: str
    """How the sentence begins: `时限`."""
    says: str
    """What two versions are compared by: `24 小时`."""
    aside: str = ""
    """What follows from other sentences, for the reader only: `(共 45 分钟后)`."""
    run: int | None = None
    """A place in a row of days: neighbours that say the same are read as `mon to fri`."""
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """One rule, read out."""

    kind: str
    """workflow, policy, chain, message, caps, calendar, disruption, people, table, roles, rota, connection, report, keeping, rulebook."""
    name: str
    label: str
    shadow: bool = False
    sentences: tuple[Sentence, ...]
    span: Span


_CHANNELS = {
    "sms": "短信", "phone": "电话", "wechat_work": "企业微信", "dingtalk": "钉钉", "feishu": "飞书", "email": "邮件", "wechat": "微信",
}  # fmt: skip
_WEEKDAYS = ("一二三四五六日", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))
_WORDS = {
    Word.IS: ("是", "is"), Word.ONE_OF: ("是其一:", "is one of"), Word.IS_NOT: ("不是", "is not"), Word.MORE_THAN: ("大于 ", "is more than"),
    Word.AT_LEAST: ("不小于 ", "is at least"), Word.LESS_THAN: ("小于 ", "is less than"), Word.AT_MOST: ("不大于 ", "is at most"),
    Word.BEFORE: ("早于 ", "is before"), Word.FROM: ("不早于 ", "is not before"), Word.CONTAINS: ("含有", "contains"),
    Word.STARTS_WITH: ("开头是", "starts with"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language, and what things are called."""

    lang: str
    rulebook: Rulebook
    lexicon: Lexicon

    def of(self, zh: str, en: str) -> str:
        """The one of the two that is wanted."""
        return zh if self.lang == "zh" else en

    def name(self, kind: str, name: str, within: str = "") -> str:
        """`『待提货』`."""
        return f"『{self.lexicon.shown(kind, name, within)}』" if self.lang == "zh" else f"“{self.lexicon.shown(kind, name, within)}”"

    def names(self, kind: str, names: Iterable[str], within: str = "", *, either: bool = False) -> str:
        joint = self.of("或", " or ") if either else self.of("、", ", ")
        return joint.join(self.name(kind, name, within) for name in names)

    def states(self, workflow: str, names: Sequence[str]) -> str:
        """In the workflow's order, whatever order they were written in."""
        found = self.rulebook.workflows.get(workflow)
        order = list(found.states) if found else []
        return self.names("state", sorted(names, key=lambda one: order.index(one) if one in order else -1), workflow)

    def own(self, name: str, label: str) -> str:
        """A thing where it is declared: both its name and its label."""
        return (self.of(f"{label}({name})", f"{name} ({label})")) if label else name

    def quoted(self, text: str) -> str:
        return f"“{text}”"

    def sentence(self, key: str, topic: tuple[str, str], says: str, span: Span, aside: str = "", run: int | None = None) -> Sentence:
        return Sentence(key=key, topic=self.of(*topic), says=says, span=span, aside=aside, run=run)

    def seconds(self, seconds: float) -> str:
        """`1 小时 30 分钟`; hours are not turned into days, for a day of 24 hours is no working day."""
        hours, rest = divmod(seconds, 3600)
        minutes, left = divmod(rest, 60)
        units = ((hours, "小时", "h"), (minutes, "分钟", "min"), (left, "秒", "s"))
        return " ".join(f"{number:g} {self.of(zh, en)}" for number, zh, en in units if number) or self.of("0 分钟", "0 min")

    def amount(self, amount: Amount) -> str:
        if amount.business_days:
            days = amount.business_days
            return self.of(f"{days} 个工作日", f"{days} business day{'s' if days > 1 else ''}")
        return self.seconds(amount.seconds)

    def cap(self, cap: Cap) -> str:
        per = (
            self.of("每天", "per day")
            if cap.seconds == DAY_SECONDS
            else self.of(f"每 {self.seconds(cap.seconds)}", f"per {self.seconds(cap.seconds)}")
        )
        return self.of(f"{per}最多 {cap.count} 条", f"at most {cap.count} {per}")

    def day(self, day: int) -> str:
        """Monday is 0."""
        return f"周{_WEEKDAYS[0][day]}" if self.lang == "zh" else _WEEKDAYS[1][day]

    def hours(self, hours: Hours) -> str:
        """`08:30-12:00、13:00-17:00`; an end past midnight is of the next day."""
        return self.of("、", ", ").join(f"{self._clock(start)}-{self._clock(end)}" for start, end in hours)

    def _clock(self, second: int) -> str:
        next_day, within = divmod(second, DAY_SECONDS) if second > DAY_SECONDS else (0, second)
        minutes, left = divmod(within, 60)
        said = f"{minutes // 60:02}:{minutes % 60:02}" + (f":{left:02}" if left else "")
        return self.of("次日 ", "next day ") + said if next_day else said

    def channel(self, channel: str) -> str:
        return _CHANNELS.get(channel, channel) if self.lang == "zh" else channel

    def channels(self, channels: Iterable[str]) -> str:
        return self.of("、再是", ", else ").join(self.channel(one) for one in channels)

    def condition(self, condition: Condition, workflow: str) -> str:
        """`城市是“深圳”,且件数不小于 5`. The order in which a form was written does not matter, and is not kept."""
        match condition:
            case Clause():
                return self._clause(condition, workflow)
            case AllOf(parts):
                return self.of(",且", " and ").join(self._parts(parts, workflow)) if parts else self.of("任何情况", "always")
            case AnyOf(parts):
                return self.of(" 或 ", " or ").join(f"({part})" for part in self._parts(parts, workflow))
            case NoneOf(parts):
                listed = "".join(f"({part})" for part in self._parts(parts, workflow))
                return self.of(f"以下都不成立:{listed}", f"none of these holds: {listed}")

    def _parts(self, parts: Iterable[Condition], workflow: str) -> list[str]:
        return sorted(self.condition(part, workflow) for part in parts)

    def _clause(self, clause: Clause, workflow: str) -> str:
        subject = self._subject(clause.subject, workflow)
        if clause.word is Word.BLANK:
            blank = clause.operands == (True,)
            return subject + (self.of("空着", " is blank") if blank else self.of("已填", " is filled in"))
        several = len(clause.operands) > 1
        word = Word.ONE_OF if several and clause.word is Word.IS else clause.word
        zh, en = _WORDS[word]
        if several and word is Word.IS_NOT:
            zh, en = "不是其一:", "is none of"
        values = self.of("、", ", ").join(self._value(one, clause.subject, workflow) for one in clause.operands)
        return self.of(f"{subject}{zh}{values}", f"{subject} {en} {values}")

    def _subject(self, subject: str, workflow: str) -> str:
        built_in = {"state": ("所在状态", "the state"), "started_at_time": ("起算时刻", "the time of day of the start")}
        return self.of(*built_in[subject]) if subject in built_in else self.lexicon.shown("field", subject, workflow)

    def _value(self, value: Operand, subject: str, workflow: str) -> str:
        if isinstance(value, time):
            return f"{value:%H:%M:%S}".removesuffix(":00")
        if isinstance(value, bool):
            return self.of("“是”", "yes") if value else self.of("“否”", "no")
        if isinstance(value, datetime):
            return self.instant(value)
        if isinstance(value, Decimal | date):
            return write_text(value)
        return self.name("state", value, workflow) if subject == "state" else self.quoted(value)

    def instant(self, at: datetime) -> str:
        """On the wall clock of the rulebook."""
        return f"{at.astimezone(ZoneInfo(self.rulebook.timezone)):%Y-%m-%d %H:%M:%S}".removesuffix(":00")

    def doing(self, do: Sequence[Do], workflow: str) -> str:
        """Everything a row does, in its order."""
        return self.of(";", "; ").join(self._do(one, workflow) for one in do)

    def _do(self, do: Do, workflow: str) -> str:
        match do:
            case Send(message, to):
                return (
                    self.of("发", "send ")
                    + self.name("message", message)
                    + (self.of(",改发给", " to ") + self.receiver(to, workflow) if to else "")
                )
            case Assign(text, role, asks):
                asked = self.of(
                    f",办结时选{self.names('event', asks, workflow, either=True)}",
                    f", to be finished as {self.names('event', asks, workflow, either=True)}",
                )
                return self.of(
                    f"给{self.receiver(role, workflow)}派待办{self.quoted(text)}",
                    f"give {self.receiver(role, workflow)} the task {self.quoted(text)}",
                ) + (asked if asks else "")
            case Escalate(chain, message):
                said = self.of(f",说{self.name('message', message)}", f", saying {self.name('message', message)}") if message else ""
                return self.of("启动升级链", "begin the chain ") + self.name("chain", chain) + said
            case Open(other, fill):
                return self.of(f"开一张{self.name('workflow', other)}", f"open a {self.name('workflow', other)}") + self._filled(
                    fill, other, self.of(",填上", ", with ")
                )
            case Command(connection, name):
                return self.of(
                    f"向{self.name('connection', connection)}发指令 {name}", f"command {self.name('connection', connection)}: {name}"
                )
            case Raise(event):
                return self.of("触发", "raise ") + self.name("event", event, workflow)
            case Set(values):
                return self._filled(values, workflow, self.of("填上", "set "))

    def _filled(self, values: Mapping[str, str], workflow: str, before: str) -> str:
        said = [f"{self.lexicon.shown('field', field, workflow)}={self.quoted(text)}" for field, text in sorted(values.items())]
        return before + self.of("、", ", ").join(said) if said else ""

    def receiver(self, to: str, workflow: str) -> str:
        """A role, or the customer behind a phone field."""
        if self.lexicon.known("role", to):
            return self.name("role", to)
        return self.of(f"客户(字段{self.name('field', to, workflow)})", f"the customer (field {self.name('field', to, workflow)})")
