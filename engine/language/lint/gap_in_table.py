"""Is there a case for which a table names nobody?

gap-in-table (W526)

What it finds: a table from which a role is looked up, without a row that fits every case.
Why it matters: for the first order from a new city nobody is found; it goes to `last_resort`, at any hour.
Example: `rows: [{city: 深圳, clerk: zhao_min}]` and nothing else.
Better: a last row without a city: `- {clerk: zhao_min}`; or a row for every choice of a choice field.
When to allow it: where `last_resort` is meant to take all others; it is a warning.
"""

from collections.abc import Iterator
from datetime import date
from itertools import product

from engine.language.boundaries import SITUATIONS_MAX
from engine.language.diagnostics import Findings
from engine.model.contact import Table
from engine.model.rulebook import Rulebook
from engine.model.values import FieldType
from engine.model.workflow import Field


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report tables of roles that leave some cases without anybody."""
    for table in rulebook.contacts.tables.values():
        asked = [role for role in rulebook.contacts.roles.values() if role.look_up == table.name]
        gap = next(_gaps(rulebook, table), None) if asked else None
        if gap is not None:
            roles = "、".join(role.label for role in asked)
            findings.add(
                "W526",
                table.span,
                f"表“{table.label}”没有管到 {gap} 的单:这些单找不到{roles}",
                f"table “{table.name}” has no row for {gap}: nobody is found there",
                fix=("最后加一行,比较的格子都空着", "add a last row whose compared cells are blank"),
            )


def _gaps(rulebook: Rulebook, table: Table) -> Iterator[str]:
    """Cases no row fits, one for each combination of cells; a value no row names stands as 其他."""
    columns = [column for column in table.compared or () if any(row.get(column) for row in table.rows)]
    values = [_values(rulebook, table, column) for column in columns]
    for number, combination in enumerate(product(*values)):
        case = dict(zip(columns, combination, strict=True))
        if number >= SITUATIONS_MAX:
            return
        if not any(all(not row.get(column) or row[column] == case[column] for column in columns) for row in table.rows):
            yield ", ".join(f"{column}={value}" for column, value in case.items()) or "任何"


def _values(rulebook: Rulebook, table: Table, column: str) -> list[str]:
    fields: list[Field] = [workflow.fields[column] for workflow in rulebook.workflows.values() if column in workflow.fields]
    if fields and all(field.type is FieldType.CHOICE and not field.optional for field in fields):
        return list(dict.fromkeys(choice for field in fields for choice in field.choices))
    return ["其他", *dict.fromkeys(cell for row in table.rows if (cell := row.get(column)))]
