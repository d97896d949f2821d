"""What of the rules does every decision ask for? Read off the rulebook once, not once per event."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.core.once import once
from engine.model.policy import Policy
from engine.model.rulebook import Rulebook
from engine.model.values import FieldType
from engine.model.workflow import Workflow

RULEBOOKS_MAX = 64
"""Rulebooks whose tables are kept; rehearsals and mutants bring many."""


@dataclass(frozen=True, slots=True)
class Docket:
    """What a workflow is asked for at every event."""

    ranks: Mapping[str, int]
    """Event -> place of its first milestone on the main line."""
    declared: Mapping[str, int]
    """Event -> place in written order."""
    counters: Mapping[str, tuple[str, ...]]
    """Event -> the COUNT fields that count it."""
    private: frozenset[str]
    """Names of private fields."""


@once(RULEBOOKS_MAX)
def policies_of(rulebook: Rulebook) -> Mapping[str, tuple[Policy, ...]]:
    """Workflow -> its policies, in written order; a workflow without any is left out."""
    sorted_: dict[str, list[Policy]] = {}
    for policy in rulebook.policies.values():
        sorted_.setdefault(policy.workflow, []).append(policy)
    return {workflow: tuple(policies) for workflow, policies in sorted_.items()}


@once(RULEBOOKS_MAX * 4)
def docket_of(workflow: Workflow) -> Docket:
    """The tables of a workflow."""
    ranks: dict[str, int] = {}
    for place, milestone in enumerate(workflow.milestones):
        for event in milestone.events:
            ranks.setdefault(event, place)
    counters: dict[str, tuple[str, ...]] = {}
    for field in workflow.fields.values():
        if field.type is FieldType.COUNT and field.of is not None:
            counters[field.of] = (*counters.get(field.of, ()), field.name)
    return Docket(
        ranks=ranks,
        declared={name: place for place, name in enumerate(workflow.events)},
        counters=counters,
        private=frozenset(name for name, one in workflow.fields.items() if one.private),
    )
