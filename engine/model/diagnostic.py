"""What is wrong with the text? A diagnostic: code, place, next step."""

from dataclasses import dataclass
from enum import StrEnum

from engine.model.span import Span


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One problem. Errors refuse the rulebook; warnings do not."""

    code: str
    """A letter and three digits, stable for ever."""
    name: str
    """unknown-name"""
    severity: Severity
    span: Span
    zh: str
    """One headline, Chinese."""
    en: str
    note_zh: str = ""
    """Text under the caret."""
    note_en: str = ""
    help_zh: str = ""
    """The next step."""
    help_en: str = ""
    related: tuple[Span, ...] = ()
