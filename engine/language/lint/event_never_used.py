"""Is there a declared event that nothing uses?

event-never-used (W505)

What it finds: an event that no row, milestone, start, clock, count, task or connection names.
Why it matters: it is recorded and changes nothing; perhaps a row was forgotten.
Example: `events: {weighed: 已称重}` and no row with `event: weighed`.
Better: a row, or delete the event.
When to allow it: events kept for reports only; it is an information.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from engine.language.diagnostics import Findings
from engine.model.doing import Assign, Do, Raise
from engine.model.policy import Happens
from engine.model.rulebook import Rulebook
from engine.model.workflow import Workflow


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report events that nothing names."""
    for workflow in rulebook.workflows.values():
        used = used_events(rulebook, workflow)
        for event in workflow.events.values():
            if event.name not in used:
                findings.add("W505", event.span, f"事件“{event.label}”登记了却没有用到", f"event “{event.name}” is declared and never used")


def used_events(rulebook: Rulebook, workflow: Workflow) -> set[str]:
    """Events that a row, milestone, start, clock, count or task names."""
    return set(_used(rulebook, workflow))


def _used(rulebook: Rulebook, workflow: Workflow) -> Iterator[str]:
    yield from workflow.start_events
    yield from (field.of for field in workflow.fields.values() if field.of)
    yield from (event for milestone in workflow.milestones for event in milestone.events)
    for row in (*(row for state in workflow.states.values() for row in state.transitions), *workflow.from_any_state):
        yield row.event
        yield from _named(row.do)
    for policy in rulebook.policies.values():
        if policy.workflow == workflow.name:
            yield from (mark.event for mark in (*policy.starts, *policy.stops) if isinstance(mark, Happens))
            yield from (event for row in policy.timeline for event in _named(row.do))


def _named(do: Iterable[Do]) -> Iterator[str]:
    for item in do:
        if isinstance(item, Raise):
            yield item.event
        elif isinstance(item, Assign):
            yield from item.asks
