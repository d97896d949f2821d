"""Which facts do the rules decide by? Fields and events that a history must hold for the rules to show what they do."""

from collections.abc import Iterable, Iterator

from engine.model.condition import AllOf, AnyOf, Clause, Condition, NoneOf
from engine.model.contact import Contacts
from engine.model.doing import Assign, Do, Escalate, Raise, Send
from engine.model.policy import DueField, Happens, LookUp, Policy
from engine.model.rulebook import Rulebook
from engine.model.values import FieldType
from engine.model.workflow import BUILT_IN_EVENTS, Transition, Workflow


def needed_fields(rulebook: Rulebook) -> frozenset[str]:
    """`workflow.field` of every field that a condition, a due time, a look-up or an address reads; not what we count or number ourselves."""
    found: set[str] = set()
    for workflow in rulebook.workflows.values():
        policies = [one for one in rulebook.policies.values() if one.workflow == workflow.name]
        messages = [one for one in rulebook.messages.values() if one.workflow == workflow.name]
        read = {name for row in _rows(workflow) for name in _subjects(row.condition)}
        read |= {name for policy in policies for name in _fields_of(rulebook, policy)}
        read |= {name for message in messages for name in (*_subjects(message.drop_if), *((message.to,) if message.to_field else ()))}
        read |= {name for role in _roles(rulebook, workflow, policies) for name in _asked(rulebook.contacts, role)}
        found |= {f"{workflow.name}.{name}" for name in read if _told(workflow, name)}
    return frozenset(found)


def needed_events(rulebook: Rulebook) -> frozenset[str]:
    """`workflow.event` of every event that a row, a milestone or a clock waits for; not those the rules raise themselves."""
    found: set[str] = set()
    for workflow in rulebook.workflows.values():
        policies = [one for one in rulebook.policies.values() if one.workflow == workflow.name]
        waited = {row.event for row in _rows(workflow)} | {event for one in workflow.milestones for event in one.events}
        waited |= {mark.event for one in policies for mark in (*one.starts, *one.stops) if isinstance(mark, Happens)}
        raised = {do.event for do in _doing(workflow, policies) if isinstance(do, Raise)}
        found |= {f"{workflow.name}.{event}" for event in waited - raised - set(BUILT_IN_EVENTS)}
    return frozenset(found)


def _rows(workflow: Workflow) -> Iterator[Transition]:
    for state in workflow.states.values():
        yield from state.transitions
    yield from workflow.from_any_state


def _doing(workflow: Workflow, policies: Iterable[Policy]) -> Iterator[Do]:
    for row in _rows(workflow):
        yield from row.do
    for policy in policies:
        for line in policy.timeline:
            yield from line.do


def _subjects(condition: Condition | None) -> Iterator[str]:
    match condition:
        case Clause():
            yield condition.subject
        case AllOf() | AnyOf() | NoneOf():
            for part in condition.parts:
                yield from _subjects(part)
        case None:
            return


def _fields_of(rulebook: Rulebook, policy: Policy) -> Iterator[str]:
    yield from _subjects(policy.condition)
    for row in policy.excepts:
        yield from _subjects(row.condition)
    for terms in (policy.terms, *(row.terms for row in policy.excepts)):
        if isinstance(terms, DueField):
            yield terms.field
        if isinstance(terms, LookUp):
            yield from _columns(rulebook.contacts, terms.table)


def _roles(rulebook: Rulebook, workflow: Workflow, policies: Iterable[Policy]) -> Iterator[str]:
    """Roles that the rules of a workflow speak to."""
    for do in _doing(workflow, policies):
        match do:
            case Assign():
                yield do.role
            case Send():
                message = rulebook.messages[do.message]
                yield from (do.to or message.to, *message.copy_to)
            case Escalate():
                yield from (step.to for step in rulebook.chains[do.chain].steps)
            case _:
                pass


def _asked(contacts: Contacts, name: str) -> Iterator[str]:
    role = contacts.roles.get(name)
    if role is not None and role.look_up is not None:
        yield from _columns(contacts, role.look_up)


def _columns(contacts: Contacts, name: str) -> Iterator[str]:
    table = contacts.tables.get(name)
    if table is not None:
        yield from table.compared if table.compared is not None else table.columns


def _told(workflow: Workflow, name: str) -> bool:
    """A field that reports must bring."""
    declared = workflow.fields.get(name)
    return declared is not None and declared.type not in (FieldType.COUNT, FieldType.SERIAL)
