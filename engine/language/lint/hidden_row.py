"""Is there a row that can never be reached, because an earlier one always fits where it does?

hidden-row (W504)

What it finds: a row after a row of the same event that has no `if`, or after rows whose conditions take all its cases.
Why it matters: rows are tried from the top and the first that fits wins; the later one is dead text.
Example: `- {event: scan, to: a}` and below it `- {event: scan, if: {vip: yes}, to: b}`.
Better: put the row with the condition first.
When to allow it: never needed; it is a warning.
"""

from collections.abc import Sequence
from datetime import date

from engine.language.boundaries import holds, situations
from engine.language.diagnostics import Findings
from engine.model.rulebook import Rulebook
from engine.model.workflow import Transition, Workflow


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report rows whose cases earlier rows of the same event take."""
    for workflow in rulebook.workflows.values():
        for state in workflow.states.values():
            _check_rows(state.transitions, workflow, (state.name,), findings)
        live = tuple(state.name for state in workflow.states.values() if not state.final)
        _check_rows(workflow.from_any_state, workflow, live, findings)


def _check_rows(rows: Sequence[Transition], workflow: Workflow, states: Sequence[str], findings: Findings) -> None:
    for place, row in enumerate(rows):
        earlier = [one for one in rows[:place] if one.event == row.event]
        always = next((one for one in earlier if one.condition is None), None)
        if always is not None:
            zh, en = f"前面的“{row.event}”没有条件,这一行永远轮不到", f"an earlier row of “{row.event}” always fits"
            _report(row, [always], (zh, en), findings)
        elif earlier and row.condition is not None and _all_taken(earlier, row, workflow, states):
            zh, en = f"前面的“{row.event}”已经全占了,这一行永远轮不到", f"earlier rows of “{row.event}” take all its cases"
            _report(row, earlier, (zh, en), findings)


def _all_taken(earlier: Sequence[Transition], row: Transition, workflow: Workflow, states: Sequence[str]) -> bool:
    """Whether at every boundary where the row fits an earlier one does; one that fits nowhere is condition-never-holds."""
    looked_at = situations([row.condition, *(one.condition for one in earlier)], workflow, states) or []
    fits = [values for values in looked_at if holds(row.condition, values)]
    return bool(fits) and all(any(holds(one.condition, values) for one in earlier) for values in fits)


def _report(row: Transition, earlier: Sequence[Transition], told: tuple[str, str], findings: Findings) -> None:
    line = earlier[0].span.line
    fix = (f"把范围小的行写到第 {line} 行前面,或删去", f"put the narrower row above line {line}, or delete it")
    findings.add("W504", row.span, *told, fix=fix, related=[earlier[0].span])
