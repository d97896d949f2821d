"""What stands on a call sheet? Its columns, a row as it came back, and what became of that row."""

from dataclasses import dataclass

COLUMNS = {
    "task": ("编号", "task"),
    "case": ("单", "case"),
    "role": ("岗位", "role"),
    "to": ("打给谁", "who to call"),
    "number": ("号码", "number"),
    "script": ("说什么、做什么", "script"),
    "choices": ("可选结果", "choices"),
    "result": ("结果", "result"),
    "note": ("备注", "note"),
    "caller": ("谁办的", "caller"),
    "called_at": ("几时办的", "called at"),
}
"""Column -> its head; the last four are for the desk to fill in."""
NEEDED = ("task", "result", "note")
"""Columns without which nothing can be read back."""
ROWS_MAX = 10_000
FILE_BYTES_MAX = 10_000_000


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One line of the sheet: its cells by column, or why it cannot be read."""

    line: int
    cells: dict[str, str]
    broken: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one row: `finished`, `already`, `blank`, or `refused` with what is wrong and the next step."""

    line: int
    task: str
    said: str
    zh: str = ""
    en: str = ""
