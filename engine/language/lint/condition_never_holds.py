"""Is there a condition that no case can ever fulfil?

condition-never-holds (W522)

What it finds: an `if` or `drop_if` that says no at every boundary of what it compares.
Why it matters: the row or policy is dead text, while whoever wrote it believes it at work.
Example: `if: {weight: {more_than: 50, less_than: 30}}`.
Better: `if: {any_of: [{weight: {more_than: 50}}, {weight: {less_than: 30}}]}`, or the two numbers the other way round.
When to allow it: never needed; it is a warning.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from engine.language.boundaries import holds, situations
from engine.language.diagnostics import Findings
from engine.language.walk import policies_of, rows_of
from engine.model.condition import Condition
from engine.model.rulebook import Rulebook
from engine.model.span import Span
from engine.model.workflow import Workflow

Asked = tuple[Condition | None, Sequence[str], Span]
"""A condition, the states in which it is asked (none: any), its place."""


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report conditions that are no everywhere."""
    for workflow in rulebook.workflows.values():
        for condition, states, span in _asked(rulebook, workflow):
            looked_at = situations([condition], workflow, states) if condition is not None else None
            if looked_at is not None and not any(holds(condition, values) for values in looked_at):
                fix = ("看看数字是不是写反了,或改用 any_of", "see whether the numbers stand the wrong way round, or write any_of")
                findings.add("W522", span, "这个条件没有一单能符合", "no case can fulfil this condition", fix=fix)


def _asked(rulebook: Rulebook, workflow: Workflow) -> Iterator[Asked]:
    live = tuple(state.name for state in workflow.states.values() if not state.final)
    for state, row in rows_of(workflow):
        yield row.condition, (state.name,) if state is not None else live, row.span
    for policy in policies_of(rulebook, workflow):
        yield policy.condition, (), policy.span
        yield from ((row.condition, policy.while_states, row.span) for row in policy.excepts)
    yield from ((message.drop_if, (), message.span) for message in rulebook.messages.values() if message.workflow == workflow.name)
