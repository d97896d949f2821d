"""Is there a state that no case can ever leave, though it is not an end?

dead-end (W503)

What it finds: a state without `final: yes` that no transition leaves.
Why it matters: a case stays there for ever, counted as open, with its deadline late.
Example: `lost: {label: 丢失, no_deadline: 待查}` and no row.
Better: `final: yes`, or a row that leads on.
When to allow it: never; say `final: yes` if it is an end.
"""

from datetime import date

from engine.language.diagnostics import Findings
from engine.language.lint.unreachable_state import exits
from engine.model.rulebook import Rulebook


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report states without a way out."""
    for workflow in rulebook.workflows.values():
        for state in workflow.states.values():
            if not state.final and not exits(workflow, state):
                fix = ("是终点就写 `final: yes`,不是就写一条流转", "write `final: yes` if it is an end, else a row that leads on")
                findings.add(
                    "W503",
                    state.span,
                    f"“{state.label}”不是结束状态,却没有出路",
                    f"state “{state.name}” is not final and has no way out",
                    fix=fix,
                )
