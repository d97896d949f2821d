"""Can an event raise itself again, for ever?

event-loop (W532)

What it finds: rows that raise events one after the other and come back to where they began.
Why it matters: the case stops at the bound of 16 steps with the outcome `limit_exceeded`, and does what it did 16 times over.
Example: in one state `- {event: checked, do: [{event: again}]}` and `- {event: again, do: [{event: checked}]}`.
Better: let one of the two move the case to another state, or raise nothing.
When to allow it: where a condition surely ends it, such as a count; it is a warning.
"""

from datetime import date

from engine.language.diagnostics import Findings
from engine.language.walk import rows_in
from engine.model.doing import Raise
from engine.model.rulebook import Rulebook
from engine.model.workflow import BACK, Transition, Workflow

Place = tuple[str, str]
"""State and row key: where a row is carried out."""


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report each circle once, at the first of its rows."""
    for workflow in rulebook.workflows.values():
        graph = _graph(workflow)
        reported: set[str] = set()
        for place, (row, _) in graph.items():
            circle = _circle(graph, place)
            if circle and not reported & {key for _, key in circle}:
                reported |= {key for _, key in circle}
                names = " → ".join(graph[one][0].event for one in (*circle, circle[0]))
                fix = ("让其中一行走到别的状态,或不再发出事件", "let one of the rows lead to another state, or raise nothing")
                findings.add("W532", row.span, f"事件会一直绕回来:{names}", f"these events raise each other for ever: {names}", fix=fix)


def _graph(workflow: Workflow) -> dict[Place, tuple[Transition, list[Place]]]:
    """Each row in each state, and the rows its events may reach from where it leads."""
    graph: dict[Place, tuple[Transition, list[Place]]] = {}
    for state in workflow.states.values():
        for row in rows_in(workflow, state):
            raised = [do.event for do in row.do if isinstance(do, Raise)]
            targets = list(workflow.states) if row.to == BACK else [row.to or state.name]
            reached = [(target, key) for target in targets for event in raised for key in _tried(workflow, target, event)]
            graph[(state.name, row.key)] = (row, reached)
    return graph


def _tried(workflow: Workflow, state: str, event: str) -> list[str]:
    """Rows of an event in a state that may be carried out: up to the first without a condition."""
    keys: list[str] = []
    for row in rows_in(workflow, workflow.states[state]):
        if row.event == event:
            keys.append(row.key)
            if row.condition is None:
                break
    return keys


def _circle(graph: dict[Place, tuple[Transition, list[Place]]], start: Place) -> list[Place]:
    """A way from a row back to itself; empty if there is none."""
    ways = [[start]]
    seen: set[Place] = set()
    while ways:
        way = ways.pop()
        for following in graph[way[-1]][1]:
            if following == start:
                return way
            if following in graph and following not in seen:
                seen.add(following)
                ways.append([*way, following])
    return []
