"""What has a person to fill in for an event, and where does a choice lead? Read from the rules, for forms."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.core.machine import possible
from engine.core.needs import needed_fields
from engine.model.condition import AllOf, AnyOf, Clause, Condition, NoneOf, Word
from engine.model.fieldtext import write_text
from engine.model.message import Optional_, Placeholder
from engine.model.rulebook import Rulebook
from engine.model.span import Span
from engine.model.values import FieldType
from engine.model.workflow import Field, Transition, Workflow

OURS = (FieldType.COUNT, FieldType.SERIAL)
"""Counted and numbered by ourselves: nobody is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The fields of a form, in the order of the workflow."""

    needed: tuple[Field, ...] = ()
    """Without a value it cannot be sent."""
    wanted: tuple[Field, ...] = ()
    """Blank, and looked at by the rows of this event, or due of every case."""
    more: tuple[Field, ...] = ()
    """All others that a person may tell."""


@dataclass(frozen=True, slots=True)
class Ends:
    """Where a choice leads: this event then ends the case in this state."""

    choice: str
    event: str
    state: str
    place: Span


def asked_to_open(rulebook: Rulebook, workflow: Workflow) -> Asked:
    """For an event that opens a case: what it must have, then what the rules decide by or say to somebody."""
    told = [one for one in workflow.fields.values() if one.type not in OURS]
    read = needed_fields(rulebook) | {f"{workflow.name}.{name}" for name in said(rulebook, workflow)}
    optional = [one for one in told if one.optional]
    return Asked(
        needed=tuple(one for one in told if not one.optional),
        wanted=tuple(one for one in optional if f"{workflow.name}.{one.name}" in read),
        more=tuple(one for one in optional if f"{workflow.name}.{one.name}" not in read),
    )


def asked_for(workflow: Workflow, event: str, known: Mapping[str, str]) -> Asked:
    """For an event of a case of which `known` has a value; what is known is not asked again, but may be told anew."""
    told = [one for one in workflow.fields.values() if one.type not in OURS]
    read = {name for row in rows_on(workflow, event) for name in subjects(row.condition)}
    on_line = any(event in one.events for one in workflow.milestones)  # A step forward is when a case gets its next number.
    wanted = {
        one.name
        for one in told
        if not known.get(one.name) and (one.name in read or (one.name in workflow.identified_by and on_line) or not one.optional)
    }
    return Asked(
        wanted=tuple(one for one in told if one.name in wanted), more=tuple(one for one in told if one.name not in wanted)
    )  # fmt: skip


def possible_now(workflow: Workflow, state: str) -> tuple[str, ...]:
    """Events a person may report in this state; none in a state the workflow does not know."""
    return possible(workflow, state) if state in workflow.states else ()


def endings(workflow: Workflow, state: str) -> Mapping[str, tuple[Ends, ...]]:
    """Field -> its choices with which the next step out of this state is the end, as the rules say it in one clause."""
    found: dict[str, tuple[Ends, ...]] = {}
    for row in workflow.states[state].transitions if state in workflow.states else ():
        clause = _alone(row.condition)
        target = workflow.states.get(row.to or "")
        if clause is None or target is None or not target.final or clause.word not in (Word.IS, Word.ONE_OF):
            continue
        ends = tuple(Ends(write_text(one), row.event, target.name, row.span) for one in clause.operands if isinstance(one, str))
        found[clause.subject] = (*found.get(clause.subject, ()), *ends)
    return found


def rows_on(workflow: Workflow, event: str) -> Iterator[Transition]:
    """Every row of this event."""
    for state in workflow.states.values():
        yield from (row for row in state.transitions if row.event == event)
    yield from (row for row in workflow.from_any_state if row.event == event)


def said(rulebook: Rulebook, workflow: Workflow) -> Iterator[str]:
    """The marks that the texts of this workflow's messages hold: fields among them."""
    for message in rulebook.messages.values():
        if message.workflow == workflow.name:
            for part in message.text:
                for piece in part.parts if isinstance(part, Optional_) else (part,):
                    if isinstance(piece, Placeholder):
                        yield piece.name


def subjects(condition: Condition | None) -> Iterator[str]:
    """The fields an `if:` looks at."""
    match condition:
        case Clause():
            yield condition.subject
        case AllOf() | AnyOf() | NoneOf():
            for part in condition.parts:
                yield from subjects(part)
        case None:
            return


def _alone(condition: Condition | None) -> Clause | None:
    """The clause, where there is only one."""
    if isinstance(condition, AllOf | AnyOf) and len(condition.parts) == 1:
        return _alone(condition.parts[0])
    return condition if isinstance(condition, Clause) else None
