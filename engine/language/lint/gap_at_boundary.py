"""Is there a value that just falls between two rows?

gap-at-boundary (W524)

What it finds: a value of a number, date or time that no row takes, while one row takes what is just below and another what is just above.
Why it matters: exactly 50 kg falls to the default, or is refused, on the one day somebody weighs exactly 50 kg.
Example: `- {if: {weight: {less_than: 50}}, limit: 2 h}` and `- {if: {weight: {more_than: 50}}, limit: 4 h}`.
Better: `at_least: 50` in the second row; `before` and `from` meet without a gap.
When to allow it: never needed; it is a warning.
"""

from datetime import date

from engine.language.boundaries import point_gaps, told
from engine.language.diagnostics import Findings
from engine.language.walk import rows_in
from engine.model.condition import Condition
from engine.model.rulebook import Rulebook
from engine.model.span import Span
from engine.model.workflow import Workflow


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report single values between two exceptions, or between two rows of one event."""
    for policy in rulebook.policies.values():
        workflow = rulebook.workflows[policy.workflow]
        _check([(row.condition, row.span) for row in policy.excepts], workflow, policy.while_states, findings)
    for workflow in rulebook.workflows.values():
        for state in workflow.states.values():
            rows = rows_in(workflow, state)
            for event in dict.fromkeys(row.event for row in state.transitions):
                _check([(row.condition, row.span) for row in rows if row.event == event], workflow, (state.name,), findings)


def _check(rows: list[tuple[Condition | None, Span]], workflow: Workflow, states: tuple[str, ...], findings: Findings) -> None:
    if len(rows) < 2 or any(condition is None for condition, _ in rows):
        return
    for subject, value in point_gaps([condition for condition, _ in rows], workflow, states):
        shown = told({subject: value}, workflow)
        fix = ("一边改成含边界的 at_least、at_most 或 from", "let one side include it: at_least, at_most or from")
        findings.add("W524", rows[-1][1], f"正好 {shown} 时,前后两行都不管", f"exactly {shown} fits neither row", fix=fix)
