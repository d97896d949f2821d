"""What may an editor offer? JSON Schemas made from the forms, with this project's names filled in."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from engine.language.compile import FORMS
from engine.language.names import CHANNELS
from engine.model.condition import Word
from engine.model.rulebook import Rulebook
from engine.model.workflow import BACK, BUILT_IN_EVENTS

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_REFERENCES: Mapping[tuple[str, str], str] = {
    ("DoForm", "send"): "message", ("DoForm", "message"): "message", ("DoForm", "for"): "role", ("DoForm", "to"): "recipient", ("DoForm", "asks"): "event",
    ("DoForm", "escalate"): "chain", ("DoForm", "event"): "event", ("OpenForm", "workflow"): "workflow", ("CommandForm", "connection"): "connection",
    ("RowForm", "event"): "event", ("RowForm", "to"): "target", ("StartForm", "state"): "state", ("StartForm", "by"): "event",
    ("MilestoneForm", "state"): "state", ("MilestoneForm", "event"): "event", ("WorkflowForm", "identified_by"): "field", ("WorkflowForm", "one_open_per"): "field",
    ("PolicyForm", "workflow"): "workflow", ("PolicyForm", "while"): "state", ("PolicyForm", "pauses"): "state", ("PolicyForm", "calendar"): "calendar",
    ("PolicyForm", "hears_from"): "connection", ("MarkForm", "enters"): "state", ("MarkForm", "event"): "event", ("MarkForm", "sent"): "message",
    ("LimitForm", "look_up"): "table", ("DueForm", "field"): "field", ("StepForm", "channel"): "channel", ("StepForm", "to"): "role",
    ("StepForm", "during"): "calendar", ("ChainForm", "during"): "calendar", ("MessageForm", "workflow"): "workflow", ("MessageForm", "channel"): "channel",
    ("MessageForm", "to"): "recipient", ("MessageForm", "copy_to"): "role", ("MessageForm", "send_hours"): "calendar", ("MessageForm", "correct"): "message",
    ("FallbackForm", "channel"): "channel", ("FallbackForm", "to"): "recipient", ("RoleForm", "person"): "person", ("RoleForm", "look_up"): "table",
    ("RoleForm", "on_duty"): "rota", ("ShiftForm", "people"): "person", ("ShiftForm", "during"): "calendar", ("ShiftForm", "on_open_days"): "calendar", ("ShiftForm", "on_closed_days"): "calendar",
    ("RotateForm", "people"): "person", ("SwapForm", "person"): "person",
    ("DisruptionForm", "pauses"): "policy", ("DisruptionForm", "tell"): "message", ("InboundForm", "workflow"): "workflow",
    ("EventRowForm", "event"): "event", ("EventRowForm", "retracts"): "event", ("StoryForm", "workflow"): "workflow", ("StoryStepForm", "answered"): "recipient",
    ("StoryStepForm", "acknowledged"): "chain", ("ExpectForm", "state"): "state", ("ExpectForm", "tasks"): "role", ("ExpectForm", "late"): "policy",
    ("ExpectForm", "corrected"): "policy", ("ExpectForm", "opened"): "workflow",
}  # fmt: skip
"""(form, key) -> the kind of thing its value names."""
_CONDITIONS = (("RowForm", "if"), ("PolicyForm", "if"), ("ExceptForm", "if"), ("DisruptionForm", "if"), ("MessageForm", "drop_if"))
FREE_TEXT: list[Json] = ["string", "number", "boolean"]
"""Free text may look like a number to an editor (`phone: 13800000001`)."""


def json_schema(rulebook: Rulebook | None) -> dict[str, Json]:
    """One schema per kind of file: kind -> JSON Schema (2020-12).

    With a rulebook, whatever names something of the project is an enum of its names; without one, any text will do. There are
    no unions of forms and no nulls, for editors explain those badly (authoring.md section 7). `check` stays the judge.
    """
    names = _names(rulebook)
    return {kind: _finish(form.model_json_schema(by_alias=True), names, rulebook) for kind, form in FORMS.items()}


def _names(rulebook: Rulebook | None) -> dict[str, list[str]]:
    if rulebook is None:
        return {}
    contacts, workflows = rulebook.contacts, rulebook.workflows.values()
    states = [state for workflow in workflows for state in workflow.states]
    fields = [name for workflow in workflows for name in workflow.fields]
    found: dict[str, Sequence[str]] = {
        "workflow": list(rulebook.workflows), "state": states, "target": [*states, BACK], "event": [*(name for workflow in workflows for name in workflow.events), *BUILT_IN_EVENTS],
        "field": fields, "calendar": list(rulebook.calendars), "role": list(contacts.roles), "recipient": [*contacts.roles, *fields], "person": list(contacts.people),
        "rota": list(contacts.rotas), "table": list(contacts.tables), "chain": list(rulebook.chains), "message": list(rulebook.messages),
        "policy": list(rulebook.policies), "connection": list(rulebook.connections),
        "channel": [*CHANNELS, *(connection.carries for connection in rulebook.connections.values() if connection.carries)],
    }  # fmt: skip
    return {kind: list(dict.fromkeys(listed)) for kind, listed in found.items()}


def _finish(schema: Mapping[str, Json], names: Mapping[str, list[str]], rulebook: Rulebook | None) -> Json:
    finished = _simplify(dict(schema))
    assert isinstance(finished, dict)
    forms = finished.get("$defs")
    for name, form in (*(forms.items() if isinstance(forms, dict) else ()), (str(finished.get("title")), finished)):
        properties = form.get("properties") if isinstance(form, dict) else None
        for key, value in (properties or {}).items() if isinstance(properties, dict) else ():
            if isinstance(value, dict):
                _fill(value, name, key, names, rulebook)
    return {"$schema": DIALECT, **finished}


def _fill(value: dict[str, Json], form: str, key: str, names: Mapping[str, list[str]], rulebook: Rulebook | None) -> None:
    """Replace a reference by the project's names, and a condition by its fields."""
    if (form, key) in _CONDITIONS:
        value.update(_condition(rulebook))
        return
    listed = names.get(_REFERENCES.get((form, key), ""))
    if listed:
        _name(value, list(listed))


def _name(node: Json, listed: list[Json]) -> None:
    """Every free text below becomes one of the names."""
    if not isinstance(node, dict):
        return
    options = node.get("anyOf")
    for inner in [node.get("items"), *(options if isinstance(options, list) else [])]:
        _name(inner, listed)
    if node.get("type") == FREE_TEXT:
        node.update({"type": "string", "enum": listed})


def _condition(rulebook: Rulebook | None) -> dict[str, Json]:
    words: list[Json] = [word.value for word in Word if word not in (Word.IS, Word.ONE_OF)]
    if rulebook is None:
        return {"type": "object", "description": "条件:全部成立才算"}
    fields = {name: field for workflow in rulebook.workflows.values() for name, field in workflow.fields.items()}
    properties: dict[str, Json] = {
        name: {
            "description": field.label
            + (f":{'、'.join(field.choices)}" if field.choices else f";比较词:{'、'.join(str(word) for word in words)}")
        }
        for name, field in fields.items()
    }
    for name, told in (("state", "状态"), ("started_at_time", "开始计时的时刻"), ("any_of", "任一成立"), ("none_of", "都不成立")):
        properties[name] = {"description": told}
    return {"type": "object", "description": "条件:全部成立才算", "properties": properties, "additionalProperties": False}


def _simplify(node: Json) -> Json:
    """Drop nulls and defaults: "not written" is said by not writing."""
    if isinstance(node, list):
        return [_simplify(item) for item in node]
    if not isinstance(node, dict):
        return node
    options = node.get("anyOf")
    if isinstance(options, list):
        left = [option for option in options if option != {"type": "null"}]
        if len(left) == 1 and isinstance(left[0], dict):
            node = {**{key: value for key, value in node.items() if key != "anyOf"}, **left[0]}
    simple = {key: _simplify(value) for key, value in node.items() if key != "default"}
    if simple.get("type") == "string" and "enum" not in simple and "const" not in simple:
        simple["type"] = list(FREE_TEXT)
    return simple
