"""Which kind of thing does a key name? For editors: what to offer there, and where it is declared."""

from collections.abc import Mapping

from engine.language.project import Declared, Project
from engine.model.workflow import BACK

REFERENCES: Mapping[tuple[str, str], str] = {
    ("DoForm", "send"): "message", ("DoForm", "message"): "message", ("DoForm", "for"): "role", ("DoForm", "to"): "recipient", ("DoForm", "asks"): "event",
    ("DoForm", "escalate"): "chain", ("DoForm", "event"): "event", ("OpenForm", "workflow"): "workflow", ("CommandForm", "connection"): "connection",
    ("CommandForm", "name"): "command", ("RowForm", "event"): "event", ("RowForm", "to"): "target", ("StartForm", "state"): "state", ("StartForm", "by"): "event",
    ("MilestoneForm", "state"): "state", ("MilestoneForm", "event"): "event", ("FieldForm", "of"): "event", ("WorkflowForm", "identified_by"): "field",
    ("ReportRoundForm", "calendar"): "calendar", ("ReportRoundForm", "to"): "role",
    ("CustomerForm", "promises"): "policy", ("CustomerForm", "events"): "event", ("CustomerTicketForm", "workflow"): "workflow",
    ("WorkflowForm", "one_open_per"): "field", ("PolicyForm", "workflow"): "workflow", ("PolicyForm", "while"): "state", ("PolicyForm", "pauses"): "state",
    ("PolicyForm", "calendar"): "calendar", ("PolicyForm", "hears_from"): "connection", ("MarkForm", "enters"): "state", ("MarkForm", "event"): "event",
    ("MarkForm", "sent"): "message", ("LimitForm", "look_up"): "table", ("DueForm", "field"): "field", ("StepForm", "channel"): "channel", ("StepForm", "to"): "role",
    ("StepForm", "during"): "calendar", ("ChainForm", "during"): "calendar", ("MessageForm", "workflow"): "workflow", ("MessageForm", "channel"): "channel",
    ("MessageForm", "to"): "recipient", ("MessageForm", "copy_to"): "role", ("MessageForm", "send_hours"): "calendar", ("MessageForm", "correct"): "message",
    ("FallbackForm", "channel"): "channel", ("FallbackForm", "to"): "recipient", ("RoleForm", "person"): "person", ("RoleForm", "look_up"): "table",
    ("RoleForm", "on_duty"): "rota", ("ShiftForm", "people"): "person", ("ShiftForm", "during"): "calendar", ("ShiftForm", "on_open_days"): "calendar",
    ("ShiftForm", "on_closed_days"): "calendar", ("RotateForm", "people"): "person", ("SwapForm", "person"): "person", ("CalendarForm", "holidays"): "holiday list",
    ("DisruptionForm", "pauses"): "policy", ("DisruptionForm", "tell"): "message", ("ConnectionForm", "for"): "role", ("ConnectionForm", "backup_for"): "connection",
    ("InboundForm", "workflow"): "workflow", ("EventRowForm", "event"): "event", ("EventRowForm", "retracts"): "event", ("StoryForm", "workflow"): "workflow",
    ("StoryStepForm", "event"): "event", ("StoryStepForm", "retracted"): "event", ("StoryStepForm", "linked"): "workflow", ("StoryStepForm", "answered"): "recipient",
    ("StoryStepForm", "acknowledged"): "chain", ("StoryStepForm", "sent_again"): "message", ("ExpectForm", "state"): "state", ("ExpectForm", "tasks"): "role", ("ExpectForm", "late"): "policy",
    ("ExpectForm", "corrected"): "policy", ("ExpectForm", "opened"): "workflow", ("ExpectForm", "commands"): "command",
}  # fmt: skip
"""(form, key) -> the kind of thing its value names: one, or each of a list."""

NAMED_KEYS: Mapping[tuple[str, str], str] = {
    ("DoForm", "set"): "field", ("OpenForm", "with"): "field", ("StoryForm", "with"): "field", ("StoryStepForm", "with"): "field", ("StoryStepForm", "case"): "field",
    ("InboundForm", "case"): "field", ("EventRowForm", "fill"): "field", ("StoryStepForm", "event"): "event", ("StoryStepForm", "finished"): "role",
    ("StoryStepForm", "answered"): "recipient", ("StoryStepForm", "channels"): "carrier", ("ExpectForm", "verdicts"): "policy",
}  # fmt: skip
"""(form, key) -> the kind of thing the keys below it name."""

CONDITIONS = frozenset(
    {("RowForm", "if"), ("PolicyForm", "if"), ("ExceptForm", "if"), ("DisruptionForm", "if"), ("MessageForm", "drop_if")}
)
"""(form, key) whose value is a condition over fields."""


def offered(kind: str, project: Project, workflow: str = "") -> dict[str, Declared]:
    """name -> declaration of what may stand where a kind of thing is named; beside KINDS: `target`, `recipient`, `carrier`."""
    if kind == "target":
        return {**project.of("state", workflow), BACK: Declared(kind="state", name=BACK)}
    if kind == "recipient":
        return project.recipients(workflow)
    if kind == "carrier":
        return {**project.of("channel"), **project.of("connection")}
    return project.of(kind, workflow)
