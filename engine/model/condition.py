"""What does an `if:` say? A tree of forms over fields, never an expression string."""

from dataclasses import dataclass
from datetime import time
from enum import StrEnum

from engine.model.span import Span
from engine.model.values import Value

Operand = Value | time
"""What a clause compares with. `time` only for the subject `started_at_time`."""


class Word(StrEnum):
    """The closed list of comparison words."""

    IS = "is"
    ONE_OF = "one_of"
    IS_NOT = "is_not"
    MORE_THAN = "more_than"
    AT_LEAST = "at_least"
    LESS_THAN = "less_than"
    AT_MOST = "at_most"
    BEFORE = "before"
    FROM = "from"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    BLANK = "blank"


@dataclass(frozen=True, slots=True)
class Clause:
    """One comparison: subject, word, operands."""

    subject: str
    """A field's name, `state`, or `started_at_time` (local wall time at which the clock started)."""
    word: Word
    operands: tuple[Operand, ...]
    """One value; several for ONE_OF (and IS_NOT of a list); for BLANK one bool: True asks for blank."""
    span: Span
    private: bool = False
    """A private field: its Check names the field and never shows its value."""


@dataclass(frozen=True, slots=True)
class AllOf:
    """All parts hold. No parts: true."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class NoneOf:
    """No part holds."""

    parts: tuple["Condition", ...]


Condition = Clause | AllOf | AnyOf | NoneOf


class Answer(StrEnum):
    """Three answers: a condition that cannot be evaluated is neither true nor false."""

    YES = "yes"
    NO = "no"
    COULD_NOT_TELL = "could_not_tell"


@dataclass(frozen=True, slots=True)
class Check:
    """One clause as it was answered, with what it saw."""

    subject: str
    word: str
    expected: str
    seen: str
    """The value as text; empty for blank; `•` for a private field."""
    answer: Answer
    span: Span
