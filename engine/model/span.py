"""Where was it written? A place in an operator's file."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a rule file; lines and columns count from 1, width in characters."""

    file: str
    line: int
    column: int = 1
    width: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


NOWHERE = Span("", 0)
"""The span of what no operator wrote: a default of the language."""
