"""Is there a state that no case can ever enter?

unreachable-state (W501)

What it finds: a state that no transition, milestone or start enters.
Why it matters: a case can never be there, so its deadlines and messages are dead text; usually a name was mistyped.
Example: `lost: {label: 丢失}` while every row says `to: exception`.
Better: a row `- {event: lost, to: lost}`, or delete the state.
When to allow it: a state kept only for old histories; it is a warning and does not fail `check`.
"""

from datetime import date

from engine.language.diagnostics import Findings
from engine.model.rulebook import Rulebook
from engine.model.workflow import State, Workflow


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report states that nothing enters."""
    for workflow in rulebook.workflows.values():
        reached = reached_states(workflow)
        for state in workflow.states.values():
            if state.name not in reached:
                fix = ("写一条 `to` 到它的流转,或删去", "write a row that leads to it, or delete it")
                findings.add("W501", state.span, f"没有任何流转能到“{state.label}”", f"no transition enters state “{state.name}”", fix=fix)


def reached_states(workflow: Workflow) -> set[str]:
    """States a case can come to from the start."""
    reached: set[str] = set()
    waiting = [workflow.start_state]
    while waiting:
        name = waiting.pop()
        state = workflow.states.get(name)
        if name in reached or state is None:
            continue
        reached.add(name)
        waiting += exits(workflow, state)
    return reached


def exits(workflow: Workflow, state: State) -> set[str]:
    """States that can follow a state; `back` leads where a case has already been."""
    targets = {row.to for row in state.transitions if row.to}
    if not state.final:
        targets |= {row.to for row in workflow.from_any_state if row.to}
        if not state.ignores_scans:
            line = [milestone.state for milestone in workflow.milestones]
            later = line.index(state.name) + 1 if state.name in line else 0
            targets |= {milestone.state for milestone in workflow.milestones[later:] if milestone.events}
    return targets - {state.name}
