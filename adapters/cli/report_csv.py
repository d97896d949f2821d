"""How does a sheet get into a spreadsheet? A CSV file that Excel opens in the right characters, and in which no text is ever a formula."""

import csv
from io import StringIO
from pathlib import Path

from adapters.cli.report_said import heads, plain
from adapters.cli.speech import Speech, WrongUse
from engine.reports.report_shape import Column, FilledSheet, Kind

DANGEROUS = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "\N{FULLWIDTH EQUALS SIGN}",
    "\N{FULLWIDTH PLUS SIGN}",
    "\N{FULLWIDTH HYPHEN-MINUS}",
    "\N{FULLWIDTH COMMERCIAL AT}",
)
"""What a spreadsheet takes for the beginning of a formula; the wide ones count in Chinese and Japanese editions."""
UNITS = {Kind.SECONDS: ("秒", "s"), Kind.SHARE: ("0-1", "0-1"), Kind.CHANGE: ("0-1", "0-1")}


def write_csv(found: FilledSheet, path: str, speech: Speech) -> None:
    """UTF-8 with its mark, one line per row, no total (a pivot makes its own). Raises WrongUse."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow([*(safe(one) for one in _heads(found, speech))])
    for row in found.rows:
        group = [safe(speech.of(one.zh, one.en)) for one in row.group]
        writer.writerow([*([row.period] if found.scope.period else []), *group, *(plain(cell) for cell in row.cells)])
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(text.getvalue().encode("utf-8-sig"))
    except OSError as problem:
        raise WrongUse(f"写不了 {path}({problem.strerror})", f"cannot write {path} ({problem.strerror})") from None
    speech.say(f"已写到 {path}({len(found.rows)} 行)", f"written to {path} ({len(found.rows)} rows)")
    speech.data({"report": found.sheet.name, "file": path, "rows": len(found.rows)})


def safe(text: str) -> str:
    """A text that begins like a formula gets a quote before it, also behind blanks; numbers of ours are no texts and stay numbers."""
    return f"'{text}" if text.lstrip(" \N{NO-BREAK SPACE}\N{IDEOGRAPHIC SPACE}").startswith(DANGEROUS) else text


def _heads(found: FilledSheet, speech: Speech) -> list[str]:
    plain_heads = heads(found, speech)
    columns = found.sheet.columns
    return [
        *plain_heads[: -len(columns)],
        *(_with_unit(head, one, speech) for head, one in zip(plain_heads[-len(columns) :], columns, strict=True)),
    ]


def _with_unit(head: str, column: Column, speech: Speech) -> str:
    return f"{head} ({speech.of(*UNITS[column.kind])})" if column.kind in UNITS else head
