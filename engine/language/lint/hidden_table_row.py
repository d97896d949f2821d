"""Is there a row of a table that an earlier one always hides?

hidden-table-row (W525)

What it finds: a row of a look-up table below one whose filled cells are the same, or blank where this one's are filled.
Why it matters: rows are tried from the top and a blank cell fits everything; the district's own clerk is never asked.
Example: `- {city: 深圳, clerk: zhao_min}` and below it `- {city: 深圳, district: 南山, clerk: li_qiang}`.
Better: the row with more filled cells first.
When to allow it: never needed; it is a warning.
"""

from collections.abc import Mapping
from datetime import date

from engine.language.diagnostics import Findings
from engine.model.contact import Table
from engine.model.rulebook import Rulebook


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report rows that an earlier row takes away."""
    for table in rulebook.contacts.tables.values():
        for place, row in enumerate(table.rows):
            first = next((before for before in range(place) if _fits(table, table.rows[before], row)), None)
            if first is not None:
                line = table.spans[first].line
                fix = ("格子填得多的行写在前面,或删去一行", "put the row with more filled cells first, or delete one")
                zh, en = f"第 {line} 行已经全占了,这一行永远轮不到", f"line {line} takes all its cases: this row is never reached"
                findings.add("W525", table.spans[place], zh, en, fix=fix, related=[table.spans[first]])


def _fits(table: Table, wide: Mapping[str, str], narrow: Mapping[str, str]) -> bool:
    """Whether whatever fits `narrow` fits `wide`."""
    return all(not wide.get(column) or wide.get(column) == narrow.get(column) for column in table.compared or ())
