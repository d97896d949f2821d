"""What rows are in this CSV text? The first line names the columns, or the connection does; a short row has blanks."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from engine.model.documents.tree import ITEMS_MAX, Tree, Unreadable

COLUMNS_MAX = 1000


@dataclass(frozen=True, slots=True)
class TableProfile:
    """How a table is written."""

    delimiter: str = ","
    columns: tuple[str, ...] = ()
    """Names of the columns, for a table without a line of headings."""


def rows(text: str, profile: TableProfile) -> list[tuple[Tree, str]]:
    """(row by column name, `line 7`), blank lines left out. Raises Unreadable: no headings, too many lines, a cell without an end."""
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=profile.delimiter, strict=True)
    try:
        return list(_named(((cells, reader.line_num) for cells in reader), profile.columns))
    except csv.Error as problem:
        raise Unreadable("表格读不下去", f"not CSV: {problem}", f"line {reader.line_num}") from None


def _named(lines: Iterable[tuple[list[str], int]], columns: Sequence[str]) -> Iterator[tuple[Tree, str]]:
    names = list(columns)
    count = 0
    for cells, line in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if not names:
            names = [cell.strip() for cell in cells]
            if len(names) > COLUMNS_MAX:
                raise Unreadable(f"超过 {COLUMNS_MAX} 列", f"more than {COLUMNS_MAX} columns")
            continue
        count += 1
        if count > ITEMS_MAX:
            raise Unreadable(f"超过 {ITEMS_MAX} 行", f"more than {ITEMS_MAX} lines")
        padded = [*cells, *[""] * (len(names) - len(cells))]
        yield {name: cell for name, cell in zip(names, padded, strict=False) if name}, f"line {line}"
    if not names:
        raise Unreadable("表格是空的,没有列名", "an empty table, without headings")
