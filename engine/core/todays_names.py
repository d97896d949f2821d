"""How does an earlier rulebook read under today's names? Renamed states, fields, policies, chains and messages, wherever they stand."""

import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import TypeVar

from engine.model.condition import Clause
from engine.model.doing import Escalate, Open, Send, Set
from engine.model.message import Message, Placeholder
from engine.model.policy import DueField, Enters, IsSent, Policy
from engine.model.rulebook import Rulebook
from engine.model.version import Renames
from engine.model.workflow import Field, Milestone, State, Transition, Workflow

Names = Mapping[str, str]
T = TypeVar("T")

_MARK = re.compile(r"\{(\w+)")


def under_todays_names(rulebook: Rulebook, renames: Renames) -> Rulebook:
    """The same rules; keys of rows stay as they were, for what was issued is known by them."""
    if not any(renames.values()):
        return rulebook
    words = {name: _Words(renames, name) for name in rulebook.workflows}
    workflows = {name: _workflow(one, words[name]) for name, one in rulebook.workflows.items()}
    policies = [_walk(one, words[one.workflow]) for one in rulebook.policies.values() if one.workflow in words]
    messages = [_walk(one, words.get(one.workflow) or _Words(renames, "")) for one in rulebook.messages.values()]
    plain = _Words(renames, "")
    chains = [replace(one, name=plain.chains.get(one.name, one.name)) for one in rulebook.chains.values()]
    return replace(
        rulebook,
        workflows=workflows,
        policies={one.name: one for one in sorted(policies, key=lambda one: one.name)},
        messages={one.name: one for one in messages},
        chains={one.name: one for one in chains},
    )


class _Words:
    """The renames that count within one workflow."""

    def __init__(self, renames: Renames, workflow: str) -> None:
        self.states = renames.get(f"states/{workflow}", {})
        self.fields = renames.get(f"fields/{workflow}", {})
        self.policies = renames.get("policies", {})
        self.chains = renames.get("chains", {})
        self.messages = renames.get("messages", {})


def _workflow(workflow: Workflow, words: _Words) -> Workflow:
    if not (words.states or words.fields or words.messages or words.chains):
        return workflow
    walked: Workflow = _walk(workflow, words)
    return replace(
        walked,
        version=f"{workflow.version}/renamed",
        start_state=words.states.get(walked.start_state, walked.start_state),
        identified_by=_each(walked.identified_by, words.fields),
        one_open_per=_each(walked.one_open_per, words.fields),
        states={state.name: state for state in walked.states.values()},
        fields={field.name: field for field in walked.fields.values()},
    )


def _walk(node: T, words: _Words) -> T:
    """A copy with every name replaced, from the leaves up."""
    if isinstance(node, tuple):
        return tuple(_walk(item, words) for item in node)  # type: ignore[return-value]  # A tuple again.
    if isinstance(node, Mapping):
        return {key: _walk(item, words) for key, item in node.items()}  # type: ignore[return-value]  # A mapping again.
    if not is_dataclass(node) or isinstance(node, type):
        return node
    inner = {one.name: getattr(node, one.name) for one in fields(node)}
    changed = {name: now for name, item in inner.items() if (now := _walk(item, words)) is not item and now != item}
    copied = replace(node, **changed) if changed else node
    rename = _RENAMES.get(type(copied))
    return rename(copied, words) if rename else copied  # type: ignore[return-value]  # The table is by type.


def _each(names: tuple[str, ...], words: Names) -> tuple[str, ...]:
    return tuple(words.get(name, name) for name in names)


def _clause(one: Clause, words: _Words) -> Clause:
    if one.subject == "state":
        return replace(one, operands=tuple(words.states.get(item, item) if isinstance(item, str) else item for item in one.operands))
    return replace(one, subject=words.fields.get(one.subject, one.subject))


def _policy(one: Policy, words: _Words) -> Policy:
    return replace(
        one,
        name=words.policies.get(one.name, one.name),
        while_states=_each(one.while_states, words.states),
        pauses=_each(one.pauses, words.states),
    )


def _message(one: Message, words: _Words) -> Message:
    return replace(
        one,
        name=words.messages.get(one.name, one.name),
        to=words.fields.get(one.to, one.to) if one.to_field else one.to,
        correct=words.messages.get(one.correct, one.correct) if one.correct else None,
    )


def _placeholder(one: Placeholder, words: _Words) -> Placeholder:
    head, dot, rest = one.name.partition(".")
    return replace(one, name=f"{words.policies.get(head, head)}.{rest}" if dot else words.fields.get(head, head))


def _send(one: Send, words: _Words) -> Send:
    return replace(one, message=words.messages.get(one.message, one.message), to=words.fields.get(one.to, one.to) if one.to else None)


def _escalate(one: Escalate, words: _Words) -> Escalate:
    message = words.messages.get(one.message, one.message) if one.message else None
    return replace(one, chain=words.chains.get(one.chain, one.chain), message=message)


def _filled(text: str, words: _Words) -> str:
    return _MARK.sub(lambda found: "{" + words.fields.get(found[1], found[1]), text)


def _state_of(name: str | None, words: _Words) -> str | None:
    return words.states.get(name, name) if name is not None else None


_RENAMES: Mapping[type, Callable[..., object]] = {
    Clause: _clause,
    DueField: lambda one, words: replace(one, field=words.fields.get(one.field, one.field)),
    Enters: lambda one, words: replace(one, state=_state_of(one.state, words)),
    Escalate: _escalate,
    Field: lambda one, words: replace(one, name=words.fields.get(one.name, one.name)),
    IsSent: lambda one, words: replace(one, message=words.messages.get(one.message, one.message)),
    Message: _message,
    Milestone: lambda one, words: replace(one, state=_state_of(one.state, words)),
    Open: lambda one, words: replace(one, fill={name: _filled(text, words) for name, text in one.fill.items()}),
    Placeholder: _placeholder,
    Policy: _policy,
    Send: _send,
    Set: lambda one, words: replace(one, values={words.fields.get(name, name): _filled(text, words) for name, text in one.values.items()}),
    State: lambda one, words: replace(one, name=_state_of(one.name, words)),
    Transition: lambda one, words: replace(one, to=_state_of(one.to, words)),
}
