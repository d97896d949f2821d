"""What does an `if:` mean? Forms over declared fields -> typed clauses; every part has its place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from engine.language import texts
from engine.language.diagnostics import Findings, did_you_mean
from engine.language.names import Scope
from engine.language.source import Node, Path, Source
from engine.model.condition import AllOf, AnyOf, Clause, Condition, NoneOf, Operand, Word
from engine.model.fieldtext import BadValue, read_text
from engine.model.span import Span
from engine.model.values import FieldType
from engine.model.workflow import Field

STARTED_AT_TIME = "started_at_time"
_GROUPS = ("any_of", "none_of")
_WRITTEN_WORDS = tuple(word.value for word in Word if word not in (Word.IS, Word.ONE_OF))
_EQUAL = frozenset({Word.IS, Word.ONE_OF, Word.IS_NOT})
_TEXT = _EQUAL | {Word.CONTAINS, Word.STARTS_WITH, Word.BLANK}
_NUMBER = _EQUAL | {Word.MORE_THAN, Word.AT_LEAST, Word.LESS_THAN, Word.AT_MOST, Word.BLANK}
WORDS: Mapping[FieldType, frozenset[Word]] = {
    FieldType.TEXT: _TEXT, FieldType.PHONE: _TEXT, FieldType.SERIAL: _TEXT, FieldType.CHOICE: _EQUAL | {Word.BLANK},
    FieldType.NUMBER: _NUMBER, FieldType.MONEY: _NUMBER, FieldType.COUNT: _NUMBER, FieldType.YES_NO: _EQUAL | {Word.BLANK},
    FieldType.TIME: frozenset({Word.BEFORE, Word.FROM, Word.BLANK}), FieldType.DATE: _EQUAL | {Word.BEFORE, Word.FROM, Word.BLANK},
}  # fmt: skip
"""Type of a field -> the comparison words that fit."""
_PARTIAL = (Word.CONTAINS, Word.STARTS_WITH)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a clause may speak about: which words fit, how an operand is read."""

    words: frozenset[Word]
    read: Callable[[str, Word], Operand]
    private: bool = False
    choices: tuple[str, ...] = ()
    """The only values there are: choices of a field, or states."""
    choice_code: str = "C204"
    label: str = ""
    """What people call the field."""


Subjects = Callable[[str], Subject | None]


def compile_condition(scope: Scope, source: Source, path: Path, subjects: Subjects, known: tuple[str, ...]) -> Condition | None:
    """Compile what stands at a path; None where nothing is written or it is wrong (then it is reported).

    subjects: name -> Subject, None for a name that is unknown; known: the names for did-you-mean.
    """
    node = _node(source, path)
    if node is None:
        if path in source.keys:
            fix = ("写成 {字段: 值},不要条件就删去这个键", "write {field: value}, or delete the key where none is wanted")
            scope.findings.add("C207", source.key(*path), f"“{path[-1]}” 后面是空的", f"“{path[-1]}” is empty", fix=fix)
        return None
    return _Compiler(scope.findings, source, subjects, known).all_of(node, path)


def field_subjects(scope: Scope, workflow: str, *, started: bool = False) -> tuple[Subjects, tuple[str, ...]]:
    """Subjects of a workflow's conditions: its fields, `state`, and `started_at_time` in exceptions."""
    names = scope.names.workflows.get(workflow)
    known = (*(names.fields if names else ()), "state", *((STARTED_AT_TIME,) if started else ()))

    def subject(name: str) -> Subject | None:
        if name == "state":
            return Subject(_EQUAL, lambda text, word: text, choices=scope.names.of("state", workflow), choice_code="R301")
        if name == STARTED_AT_TIME and started:
            return Subject(frozenset({Word.BEFORE, Word.FROM}), lambda text, word: texts.read_time_of_day(text))
        found = scope.field(workflow, name)
        if found is not None:
            return of_field(found, scope.timezone)
        broken = names is None or name in names.fields
        return Subject(frozenset(Word), lambda text, word: text) if broken else None

    return subject, known


def path_subjects(name: str) -> Subject | None:
    """Subjects of a connection's `match:`: any path, compared as text."""
    return Subject(_TEXT, lambda text, word: text)


def of_field(declared: Field, zone: str) -> Subject:
    """A declared field as a subject."""

    def read(text: str, word: Word) -> Operand:
        if word in _PARTIAL:
            return text
        limitless = declared if declared.type is FieldType.CHOICE else _without_max(declared)
        value = read_text(limitless, text, zone)
        if value is None:
            raise BadValue("比较的值是空的", "the compared value is blank")
        return value

    return Subject(WORDS[declared.type], read, declared.private, declared.choices, label=declared.label)


def _without_max(declared: Field) -> Field:
    return Field(name=declared.name, type=declared.type, label=declared.label, choices=declared.choices, span=declared.span)


def _node(source: Source, path: Path) -> Node:
    node = source.data
    for part in path:
        if isinstance(node, dict) and isinstance(part, str):
            node = node.get(part)
        elif isinstance(node, list) and isinstance(part, int) and part < len(node):
            node = node[part]
        else:
            return None
    return node


@dataclass(frozen=True, slots=True)
class _Compiler:
    findings: Findings
    source: Source
    subjects: Subjects
    known: tuple[str, ...]

    def all_of(self, node: Node, path: Path) -> Condition | None:
        """A mapping: all must hold."""
        if not isinstance(node, dict) or not node:
            self._say("C207", path, "条件要写成 {字段: 值}", "a condition is written {field: value}")
            return None
        parts: list[Condition] = []
        for name, value in node.items():
            here = (*path, name)
            if name in _GROUPS:
                parts += self._group(name, value, here)
            else:
                parts += self._clauses(name, value, here)
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _group(self, word: str, value: Node, path: Path) -> list[Condition]:
        if not isinstance(value, list) or not value:
            self._say(
                "C201",
                path,
                f"{word} 后面要写列表",
                f"{word} takes a list",
                ("例如 `any_of: [{客户级别: VIP}, {件数: {at_least: 10}}]`", "for example `any_of: [{a: 1}, {b: 2}]`"),
            )
            return []
        parts = tuple(part for index, item in enumerate(value) if (part := self.all_of(item, (*path, index))) is not None)
        return [AnyOf(parts) if word == "any_of" else NoneOf(parts)]

    def _clauses(self, name: str, value: Node, path: Path) -> list[Condition]:
        subject = self.subjects(name)
        if subject is None:
            note, fix = did_you_mean(name, self.known)
            self.findings.add("C202", self.source.key(*path), f"没有叫“{name}”的字段", f"no field is called “{name}”", note=note, fix=fix)
            return []
        if not isinstance(value, dict):
            word = Word.ONE_OF if isinstance(value, list) else Word.IS
            return self._clause(name, subject, word, value, path)
        if not value:
            self._say("C207", path, "比较是空的", "the comparison is empty")
        found: list[Condition] = []
        for written, operand in value.items():
            if written not in _WRITTEN_WORDS:
                note, fix = did_you_mean(written, _WRITTEN_WORDS)
                self.findings.add(
                    "C205",
                    self.source.key(*path, written),
                    f"不认识的比较词“{written}”",
                    f"unknown comparison “{written}”",
                    note=note,
                    fix=fix,
                )
                continue
            found += self._clause(name, subject, Word(written), operand, (*path, written))
        return found

    def _clause(self, name: str, subject: Subject, word: Word, value: Node, path: Path) -> list[Condition]:
        span = self.source.key(*path)
        if word not in subject.words:
            can = "、".join(other for other in _WRITTEN_WORDS if Word(other) in subject.words)
            self.findings.add(
                "C206",
                span,
                f"“{name}”不能用“{word}”比较",
                f"“{name}” cannot be compared with “{word}”",
                fix=(f"可用:{can}", f"possible: {can}"),
            )
            return []
        if word is Word.BLANK:
            return self._blank(name, value, path, span, subject.private)
        items = value if isinstance(value, list) else [value]
        if isinstance(value, list) and word not in _EQUAL:
            self._say("C203", path, f"“{word}”只能比一个值", f"“{word}” takes one value")
            return []
        operands = [
            self._operand(name, subject, word, item, (*path, index) if isinstance(value, list) else path)
            for index, item in enumerate(items)
        ]
        read = tuple(operand for operand in operands if operand is not None)
        if not items:
            self._say("C207", path, "列表是空的", "the list is empty")
        if len(read) != len(items) or not items:
            return []
        one = word is Word.ONE_OF and len(read) == 1
        return [Clause(name, Word.IS if one else word, read, span, subject.private)]

    def _blank(self, name: str, value: Node, path: Path, span: Span, private: bool) -> list[Condition]:
        wanted = texts.fits(texts.read_yes_no, value) if isinstance(value, str) else None
        if wanted is None:
            self._say("C203", path, "blank 后面写 yes 或 no", "blank takes yes or no")
            return []
        return [Clause(name, Word.BLANK, (wanted,), span, private)]

    def _operand(self, name: str, subject: Subject, word: Word, value: Node, path: Path) -> Operand | None:
        if not isinstance(value, str):
            self._say("C203", path, "这里要写一个值", "a value is wanted here")
            return None
        if subject.choices and value not in subject.choices:
            note, fix = did_you_mean(value, subject.choices)
            zh, en = f"“{subject.label}”没有“{value}”这个选项", f"field {name} ({subject.label}) has no choice “{value}”"
            if not subject.label:
                zh, en = f"没有叫“{value}”的状态", f"no state is called “{value}”"
            self.findings.add(subject.choice_code, self.source.at(*path), zh, en, note=note, fix=fix)
            return None
        try:
            operand = subject.read(value, word)
        except BadValue as error:
            self._say("C203", path, error.zh, error.en)
            return None
        except texts.BadText as error:
            self._say("C203", path, error.zh, error.en, (error.fix_zh, error.fix_en))
            return None
        return Decimal(operand) if isinstance(operand, Decimal) else operand

    def _say(self, code: str, path: Path, zh: str, en: str, fix: tuple[str, str] = ("", "")) -> None:
        self.findings.add(code, self.source.at(*path), zh, en, fix=fix)
