"""Does a condition hold? Yes, no, or could not tell; every clause leaves a Check."""

from collections.abc import Mapping
from datetime import time

from engine.model.comparing import satisfies
from engine.model.condition import AllOf, Answer, AnyOf, Check, Clause, Condition, NoneOf, Operand
from engine.model.fieldtext import BadValue, read_text, write_text
from engine.model.workflow import Workflow

HIDDEN = "•"
"""What a Check shows of a private field (decision 1 of architecture.md)."""


class Seen:
    """What a condition may look at: the case's fields as typed values, its state, the clock's start."""

    __slots__ = ("_workflow", "_zone", "texts", "typed")

    def __init__(self, workflow: Workflow, texts: Mapping[str, str], zone: str, state: str, started_at: time | None = None) -> None:
        self._workflow = workflow
        self._zone = zone
        self.texts = texts
        self.typed: dict[str, Operand | None] = {"state": state, "started_at_time": started_at}
        """What was looked at so far."""

    def value(self, subject: str) -> Operand | None:
        """The typed value of a subject; None when blank. Raises BadValue when the text does not fit the type."""
        if subject not in self.typed:
            text = self.texts.get(subject, "")
            declared = self._workflow.fields.get(subject)
            self.typed[subject] = read_text(declared, text, self._zone) if text and declared else (text or None)
        return self.typed[subject]


def evaluate(condition: Condition | None, seen: Seen) -> tuple[Answer, tuple[Check, ...]]:
    """Answer a condition and say what every clause saw. No condition: yes."""
    if condition is None:
        return Answer.YES, ()
    checks: list[Check] = []
    answer = _answer(condition, seen, checks)
    return answer, tuple(checks)


def _answer(condition: Condition, seen: Seen, checks: list[Check]) -> Answer:
    match condition:
        case Clause():
            return _clause(condition, seen, checks)
        case AllOf(parts):
            return _all([_answer(part, seen, checks) for part in parts])
        case AnyOf(parts):
            return _not(_all([_not(_answer(part, seen, checks)) for part in parts]))
        case NoneOf(parts):
            return _all([_not(_answer(part, seen, checks)) for part in parts])


def _all(answers: list[Answer]) -> Answer:
    if Answer.NO in answers:
        return Answer.NO
    return Answer.COULD_NOT_TELL if Answer.COULD_NOT_TELL in answers else Answer.YES


def _not(answer: Answer) -> Answer:
    match answer:
        case Answer.YES:
            return Answer.NO
        case Answer.NO:
            return Answer.YES
        case Answer.COULD_NOT_TELL:
            return answer


def _clause(clause: Clause, seen: Seen, checks: list[Check]) -> Answer:
    shown = seen.texts.get(clause.subject, "")
    try:
        value = seen.value(clause.subject)
        answer = Answer.YES if satisfies(clause.word, value, clause.operands) else Answer.NO
        shown = _show(value)
    except (BadValue, TypeError):
        answer = Answer.COULD_NOT_TELL
    if clause.private and shown:
        shown = HIDDEN
    expected = " | ".join(_show(operand) for operand in clause.operands)
    checks.append(Check(clause.subject, clause.word.value, expected, shown, answer, clause.span))
    return answer


def _show(value: Operand | None) -> str:
    if value is None:
        return ""
    return value.strftime("%H:%M") if isinstance(value, time) else write_text(value)


def subjects(condition: Condition | None) -> frozenset[str]:
    """The names a condition looks at; used to know when it must be read again."""
    match condition:
        case None:
            return frozenset()
        case Clause():
            return frozenset({condition.subject})
        case AllOf(parts) | AnyOf(parts) | NoneOf(parts):
            return frozenset().union(*(subjects(part) for part in parts))
