"""Is there an event that rules wait for and nobody sends?

event-nobody-sends (W537)

What it finds: an event of a row, milestone or clock that no connection, task, timer or story brings.
Why it matters: what waits for it waits for ever, unless somebody reports it by hand.
Example: `- {event: weighed, to: ready}` while no connection, task or timeline ever says `weighed`.
Better: a row in the connection that hears of it, or a task that asks it; a story, where a person reports it.
When to allow it: an event that people report by themselves; one story with it says so. It is an information.
"""

from collections.abc import Iterator
from datetime import date

from engine.language.diagnostics import Findings
from engine.language.lint.event_never_used import used_events
from engine.language.walk import doings
from engine.model.doing import Assign, Command, Raise
from engine.model.rulebook import Rulebook
from engine.model.workflow import BUILT_IN_EVENTS, Workflow


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report events that rules use and nobody brings. Silent where nothing brings events at all: no connection, no story yet."""
    for workflow in rulebook.workflows.values():
        sent = set(_from_outside(rulebook, workflow))
        if not sent:
            continue
        used = used_events(rulebook, workflow)
        sent |= {*_from_inside(rulebook, workflow), *workflow.start_events, *BUILT_IN_EVENTS}
        for event in workflow.events.values():
            if event.name in used and event.name not in sent:
                fix = ("写进对接、待办的 asks,或写一个故事", "name it in a connection, in the asks of a task, or in a story")
                zh, en = f"规则在等事件“{event.label}”,却没有谁会报它", f"rules wait for event “{event.name}”, and nobody sends it"
                findings.add("W537", event.span, zh, en, fix=fix)


def _from_outside(rulebook: Rulebook, workflow: Workflow) -> Iterator[str]:
    """What connections hear, and what people report in stories."""
    for connection in rulebook.connections.values():
        if connection.inbound is not None and connection.inbound.workflow == workflow.name:
            yield from (row.event for row in connection.inbound.events if row.event)
            yield from (code["event"] for code in connection.inbound.codes.values() if code.get("event"))
    for story in rulebook.stories:
        for step in story.steps if story.workflow == workflow.name else ():
            yield from (name for name in (step.event, step.finished[1] if step.finished else None) if name)


def _from_inside(rulebook: Rulebook, workflow: Workflow) -> Iterator[str]:
    for owner, do in doings(rulebook):
        if owner.name == workflow.name and isinstance(do, Command):
            # What the neighbour answers comes back as one of these.
            yield from ("command_accepted", "command_rejected")
        if owner.name == workflow.name and isinstance(do, Assign):
            yield from do.asks
        elif owner.name == workflow.name and isinstance(do, Raise):
            yield do.event
