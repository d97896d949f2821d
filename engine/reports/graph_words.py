"""What stands beside an arrow? Conditions and doings of a row in a few words, in Chinese or English."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Protocol

from engine.model.condition import AllOf, AnyOf, Clause, Condition, NoneOf, Operand, Word
from engine.model.doing import Assign, Command, Do, Escalate, Open, Raise, Send, Set
from engine.model.fieldtext import write_text
from engine.model.rulebook import Rulebook
from engine.model.workflow import Workflow

_SIGNS = {
    Word.IS: "=",
    Word.ONE_OF: "∈",
    Word.IS_NOT: "≠",
    Word.MORE_THAN: ">",
    Word.AT_LEAST: "≥",
    Word.LESS_THAN: "<",
    Word.AT_MOST: "≤",
    Word.BEFORE: "<",
    Word.FROM: "≥",
    Word.CONTAINS: "∋",
    Word.STARTS_WITH: "^=",
}


def say_condition(condition: Condition | None, workflow: Workflow, lang: str = "zh") -> str:
    """`重量(公斤)>1000 且 提货失败次数≥3`; empty for none."""
    match condition:
        case None:
            return ""
        case Clause():
            return _clause(condition, workflow, lang)
        case AllOf(parts):
            return (" 且 " if lang == "zh" else " and ").join(_inner(part, workflow, lang) for part in parts)
        case AnyOf(parts):
            return (" 或 " if lang == "zh" else " or ").join(_inner(part, workflow, lang) for part in parts)
        case NoneOf(parts):
            return ("都不: " if lang == "zh" else "none of: ") + (", ".join(_inner(part, workflow, lang) for part in parts))


def _inner(condition: Condition, workflow: Workflow, lang: str) -> str:
    said = say_condition(condition, workflow, lang)
    return said if isinstance(condition, Clause) or (isinstance(condition, AllOf) and len(condition.parts) == 1) else f"({said})"


def _clause(clause: Clause, workflow: Workflow, lang: str) -> str:
    field = workflow.fields.get(clause.subject)
    subject = {"state": "状态", "started_at_time": "起算时刻"}.get(clause.subject, field.label if field else clause.subject)
    if lang != "zh":
        subject = clause.subject
    if clause.word is Word.BLANK:
        blank = clause.operands == (True,)
        return f"{subject}{'为空' if blank else '不为空'}" if lang == "zh" else f"{subject} is {'' if blank else 'not '}blank"
    values = [_value(one, clause.subject, workflow, lang) for one in clause.operands]
    word = Word.ONE_OF if len(values) > 1 and clause.word is Word.IS else clause.word
    return f"{subject}{_SIGNS[word]}{'/'.join(values)}"


def _value(value: Operand, subject: str, workflow: Workflow, lang: str) -> str:
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, bool):
        return ("是" if value else "否") if lang == "zh" else ("yes" if value else "no")
    if isinstance(value, Decimal | date | datetime):
        return write_text(value)
    if subject == "state" and lang == "zh" and value in workflow.states:
        return workflow.states[value].label
    return value


def say_do(do: Sequence[Do], lang: str = "zh", rulebook: Rulebook | None = None) -> str:
    """`发 dispatch_order,待办 desk_agent:致电收货人`; empty for nothing. In Chinese by their labels, where the rulebook is at hand."""
    return (",".join if lang == "zh" else ", ".join)(_one(one, lang, rulebook if lang == "zh" else None) for one in do)


def _one(do: Do, lang: str, known: Rulebook | None) -> str:
    chinese = lang == "zh"
    match do:
        case Send(message, to):
            sent, to = (_label(known.messages, message), _label(known.contacts.roles, to or "")) if known else (message, to or "")
            return f"{'发' if chinese else 'send'} {sent}{f' → {to}' if to else ''}"
        case Assign(text, role):
            return f"{'待办' if chinese else 'task'} {_label(known.contacts.roles, role) if known else role}:{text}"
        case Escalate(chain):
            return f"{'升级' if chinese else 'escalate'} {_label(known.chains, chain) if known else chain}"
        case Open(workflow):
            return f"{'开' if chinese else 'open'} {_label(known.workflows, workflow) if known else workflow}"
        case Command(connection, name):
            return f"{'指令' if chinese else 'command'} {_label(known.connections, connection) if known else connection}.{name}"
        case Raise(event):
            return f"{'触发' if chinese else 'raise'} {event}"
        case Set(values):
            return f"{'填' if chinese else 'set'} {', '.join(values)}"


class _Labelled(Protocol):
    @property
    def label(self) -> str: ...


def _label(known: Mapping[str, _Labelled], name: str) -> str:
    found = known.get(name)
    return found.label if found is not None else name
