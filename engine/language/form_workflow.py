"""What may a workflow file say? Fields, events, states, rows, the main line, and the closed list of `do:`."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from engine.language.form_customer import CustomerForm
from engine.language.form_types import Form, Number, OneOrList, Pattern, Raw, Words, YesNo, custom, exactly_one

RunningCasesWord = Literal["keep", "adopt", "adopt_at_next_state"]
TypeWord = Literal["text", "number", "money", "phone", "time", "date", "choice", "yes_no", "serial", "count"]
_DOINGS = ("send", "task", "escalate", "open", "command", "event", "set")
_BELONGS = (("to", "send"), ("for_", "task"), ("asks", "task"), ("message", "escalate"))


class OpenForm(Form):
    """`open: {workflow, with}`."""

    workflow: str
    with_: dict[str, str] | None = Field(default=None, alias="with")


class CommandForm(Form):
    """`command: {connection, name}`."""

    connection: str
    name: str


class DoForm(Form):
    """One thing to do; exactly one of the seven."""

    send: str | None = None
    to: str | None = None
    task: str | None = None
    for_: str | None = Field(default=None, alias="for")
    asks: Words | None = None
    escalate: str | None = None
    message: str | None = None
    open: OpenForm | None = None
    command: CommandForm | None = None
    event: str | None = None
    set: dict[str, str] | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        exactly_one(self, _DOINGS)
        for key, owner in _BELONGS:
            if getattr(self, key) is not None and getattr(self, owner) is None:
                word = key.rstrip("_")
                raise custom(f"“{word}” 只能和 “{owner}” 一起写", f"“{word}” goes with “{owner}” only")
        if self.task is not None and self.for_ is None:
            raise custom("任务要写给谁", "a task needs somebody to do it", "补上 `for: 岗位`", "add `for: role`")
        return self


class RowForm(Form):
    """One transition: on this event, if this holds, go there and do that."""

    event: str
    if_: Raw = Field(default=None, alias="if")
    to: str | None = None
    do: Annotated[list[DoForm], OneOrList] | None = None


class StateForm(Form):
    """One state."""

    label: str
    transitions: list[RowForm] | None = None
    final: YesNo | None = None
    ignores_scans: YesNo | None = None
    no_deadline: str | None = None
    was: str | None = None


class FieldForm(Form):
    """One declared field."""

    type: TypeWord
    label: str
    max: Number | None = None
    choices: list[str] | None = None
    private: YesNo | None = None
    optional: YesNo | None = None
    pattern: Pattern | None = None
    of: str | None = None
    was: str | None = None

    @model_validator(mode="after")
    def _needs(self) -> Self:
        for kind, key in (("choice", "choices"), ("serial", "pattern"), ("count", "of")):
            written = getattr(self, key) is not None
            if self.type == kind and not written:
                raise custom(f"{kind} 字段要写 {key}", f"a {kind} field needs {key}", f"补上 `{key}: ……`", f"add `{key}: ...`", "F102")
            if self.type != kind and written:
                raise custom(f"只有 {kind} 字段才写 {key}", f"only a {kind} field has {key}")
        return self


class MilestoneForm(Form):
    """One step of the main line."""

    state: str
    event: Words | None = None


class StartForm(Form):
    """Where a case begins, and by which events."""

    state: str
    by: Words


class WorkflowForm(Form):
    """A whole workflow file."""

    kind: Literal["workflow"]
    workflow: str
    label: str
    identified_by: Words
    start: StartForm
    one_open_per: Words | None = None
    running_cases: RunningCasesWord | None = None
    fields: dict[str, FieldForm]
    events: dict[str, str]
    milestones: list[MilestoneForm] | None = None
    states: dict[str, StateForm]
    from_any_state: list[RowForm] | None = None
    customer: CustomerForm | None = None
