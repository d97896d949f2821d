"""Is there a row that can never be reached, because an earlier one always fits?

hidden-row (W504)

What it finds: a row after a row of the same event that has no `if`.
Why it matters: rows are tried from the top and the first that fits wins; the later one is dead text.
Example: `- {event: scan, to: a}` and below it `- {event: scan, if: {vip: yes}, to: b}`.
Better: put the row with the condition first.
When to allow it: never needed; it is a warning.
"""

from collections.abc import Sequence
from datetime import date

from engine.language.diagnostics import Findings
from engine.model.rulebook import Rulebook
from engine.model.workflow import Transition


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report rows below an unconditional row of the same event."""
    for workflow in rulebook.workflows.values():
        for rows in (*(state.transitions for state in workflow.states.values()), workflow.from_any_state):
            _check_rows(rows, findings)


def _check_rows(rows: Sequence[Transition], findings: Findings) -> None:
    always: dict[str, Transition] = {}
    for row in rows:
        first = always.get(row.event)
        if first is not None:
            fix = (
                f"把有 if 的行写到第 {first.span.line} 行前面,或删去",
                f"put the row with the condition above line {first.span.line}, or delete it",
            )
            findings.add(
                "W504",
                row.span,
                f"前面的“{row.event}”没有条件,这一行永远轮不到",
                f"an earlier row of “{row.event}” always fits",
                fix=fix,
                related=[first.span],
            )
        elif row.condition is None:
            always[row.event] = row
