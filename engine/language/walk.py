"""What does a rulebook do, and where? Every row, every doing, every clause, in written order; for the checks."""

from collections.abc import Iterator

from engine.model.condition import Clause, Condition
from engine.model.doing import Do
from engine.model.policy import Happens, IsSent, Mark, Policy
from engine.model.rulebook import Rulebook
from engine.model.workflow import State, Transition, Workflow


def rows_of(workflow: Workflow) -> Iterator[tuple[State | None, Transition]]:
    """Every row with its state; None for those of from_any_state."""
    for state in workflow.states.values():
        yield from ((state, row) for row in state.transitions)
    yield from ((None, row) for row in workflow.from_any_state)


def rows_in(workflow: Workflow, state: State) -> tuple[Transition, ...]:
    """The rows tried in a state, in the order in which they are tried."""
    return state.transitions if state.final else (*state.transitions, *workflow.from_any_state)


def policies_of(rulebook: Rulebook, workflow: Workflow) -> list[Policy]:
    """The policies of one workflow."""
    return [policy for policy in rulebook.policies.values() if policy.workflow == workflow.name]


def doings(rulebook: Rulebook) -> Iterator[tuple[Workflow, Do]]:
    """Everything that rows and timelines do, with the workflow of the case they do it to."""
    for workflow in rulebook.workflows.values():
        for _, row in rows_of(workflow):
            yield from ((workflow, do) for do in row.do)
        for policy in policies_of(rulebook, workflow):
            yield from ((workflow, do) for row in policy.timeline for do in row.do)


def clauses(condition: Condition | None) -> Iterator[Clause]:
    """Every comparison of a condition."""
    if isinstance(condition, Clause):
        yield condition
    elif condition is not None:
        for part in condition.parts:
            yield from clauses(part)


def told_mark(mark: Mark) -> str:
    """A start or stop as it is written: `event: signed`."""
    if isinstance(mark, Happens):
        return f"event: {mark.event}"
    return f"sent: {mark.message}" if isinstance(mark, IsSent) else f"enters: {mark.state}"
