"""How does a sheet get into any spreadsheet? As CSV that opens in the right characters, and in which no text is ever a formula."""

import csv
from decimal import Decimal
from io import StringIO

from engine.model.plain import plain
from engine.reports.report_shape import Cell, FilledSheet
from engine.reports.report_told import heads, shown, unit_head

DANGEROUS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula; the wide ones count in Chinese and Japanese editions."""
BREAKS = ("\t", "\r", "\n")
"""A cell that begins with one is read past it."""
PLACES = 6
"""Decimal places for programs."""


def as_csv(found: FilledSheet, lang: str) -> bytes:
    """UTF-8 with its mark, one line per row, no total (a pivot makes its own)."""
    text = StringIO()
    writer = csv.writer(text)
    bare = heads(found, lang)
    first = len(bare) - len(found.sheet.columns)
    units = [unit_head(head, one, lang) for head, one in zip(bare[first:], found.sheet.columns, strict=True)]
    writer.writerow([safe(one) for one in [*bare[:first], *units]])
    for row in found.rows:
        group = [safe(shown(one, lang)) for one in row.group]
        writer.writerow([*([row.period] if found.scope.period else []), *group, *(number(cell) for cell in row.cells)])
    return text.getvalue().encode("utf-8-sig")


def safe(text: str) -> str:
    """A text that begins like a formula gets a quote before it; numbers of ours are no texts and stay numbers."""
    return f"'{text}" if like_a_formula(text) else text


def like_a_formula(text: str) -> bool:
    """Also behind blanks of any width, and behind signs that nobody sees."""
    return text.startswith(BREAKS) or plain(text).lstrip().startswith(DANGEROUS)


def number(cell: Cell) -> int | float | None:
    """A number for programs and spreadsheets."""
    if isinstance(cell, Decimal):
        return int(cell) if cell == cell.to_integral_value() else float(round(cell, PLACES))
    return cell
