"""What does a `do:` row do? The closed list of seven, with every name checked."""

from collections.abc import Sequence

from engine.language.compile_text import marks_in
from engine.language.diagnostics import did_you_mean
from engine.language.form_types import Form
from engine.language.form_workflow import DoForm
from engine.language.names import Scope
from engine.language.source import Part
from engine.model.doing import Assign, Command, Do, Escalate, Open, Raise, Send, Set
from engine.model.fieldtext import BadValue, read_text
from engine.model.values import FieldType


def compile_doing(scope: Scope, forms: Sequence[DoForm] | None, workflow: str) -> tuple[Do, ...]:
    """Compile the rows of one `do:`."""
    return tuple(done for form in forms or () if (done := _do(scope, form, workflow)) is not None)


def _do(scope: Scope, form: DoForm, workflow: str) -> Do | None:
    span = form.span()
    if form.send is not None:
        return _send(scope, form, form.send, workflow)
    if form.task is not None:
        role = form.for_ or ""
        scope.refer("role", role, form.span("for"))
        asks = tuple(form.asks or ())
        for index, event in enumerate(asks):
            scope.refer("event", event, form.span("asks", index), workflow)
        return Assign(form.task, role, asks, span)
    if form.escalate is not None:
        scope.refer("chain", form.escalate, form.span("escalate"))
        if form.message is not None:
            check_message(scope, form, form.message, workflow, "message")
        return Escalate(form.escalate, form.message, span)
    if form.event is not None:
        scope.refer("event", form.event, form.span("event"), workflow)
        return Raise(form.event, span)
    if form.command is not None:
        command = form.command
        if scope.refer("connection", command.connection, command.span("connection")):
            _check_command(scope, command, command.connection, command.name)
        return Command(command.connection, command.name, span)
    if form.set is not None:
        _check_fill(scope, form, ("set",), form.set, workflow, workflow)
        return Set(dict(form.set), span)
    return _open(scope, form, workflow)


def _send(scope: Scope, form: DoForm, message: str, workflow: str) -> Do:
    check_message(scope, form, message, workflow, "send")
    if form.to is not None:
        customer = check_recipient(scope, form, form.to, workflow, "to")
        check_audience(scope, form, message, workflow, to_customer=customer, at=("to",))
    return Send(message, form.to, form.span())


def _open(scope: Scope, form: DoForm, workflow: str) -> Do | None:
    opened = form.open
    if opened is None:
        return None
    fill = dict(opened.with_ or {})
    if scope.refer("workflow", opened.workflow, opened.span("workflow")):
        _check_fill(scope, opened, ("with",), fill, opened.workflow, workflow)
    return Open(opened.workflow, fill, form.span())


def _check_command(scope: Scope, form: Form, connection: str, name: str) -> None:
    allowed = scope.names.commands.get(connection, ())
    if name not in allowed:
        note, fix = did_you_mean(name, allowed)
        scope.findings.add(
            "R301",
            form.span("name"),
            f"连接“{connection}”没有叫“{name}”的指令",
            f"connection “{connection}” has no command “{name}”",
            note=note,
            fix=fix,
        )


def check_message(scope: Scope, form: Form, message: str, workflow: str, *at: Part) -> None:
    """A message must exist and belong to the same workflow."""
    if scope.refer("message", message, form.span(*at)):
        owner = scope.names.belongs["message"].get(message)
        if owner is not None and owner != workflow:
            zh, en = (
                f"消息“{message}”是流程“{owner}”的,不是“{workflow}”的",
                f"message “{message}” belongs to workflow “{owner}”, not to “{workflow}”",
            )
            scope.findings.add("R301", form.span(*at), zh, en)


def check_recipient(scope: Scope, form: Form, to: str, workflow: str, *at: Part) -> bool:
    """A role, or a phone field of the case. Returns True for a field."""
    declared = scope.field(workflow, to)
    if declared is not None and _is_field(scope, to, workflow):
        if declared.type is not FieldType.PHONE:
            zh, en = f"“{declared.label}”不是电话字段,不能当收件人", f"“{to}” is no phone field and cannot be a recipient"
            scope.findings.add(
                "R301", form.span(*at), zh, en, fix=("写岗位,或 type: phone 的字段", "write a role, or a field of type phone")
            )
        return True
    scope.refer("role", to, form.span(*at))
    return False


def _is_field(scope: Scope, to: str, workflow: str) -> bool:
    """A field of the case, as long as no role bears its name."""
    return scope.field(workflow, to) is not None and to not in scope.names.of("role")


def check_audience(scope: Scope, form: Form, message: str, workflow: str, *, to_customer: bool, at: tuple[Part, ...]) -> None:
    """What is written for staff never reaches a customer, and a customer's text is not sent to staff instead (T19)."""
    own = scope.names.recipients.get(message)
    if own is None or scope.names.belongs["message"].get(message) != workflow:
        return
    for_customer = _is_field(scope, own, workflow)
    known = for_customer or own in scope.names.of("role")
    if not known or for_customer is to_customer:
        return
    zh, en = (
        (f"消息“{message}”是发给客户的,这里是内部岗位", f"message “{message}” is for the customer; this is staff")
        if for_customer
        else (f"消息“{message}”是内部的,这里是客户", f"message “{message}” is for staff; this is a customer")
    )
    fix = (
        f"另写一条{'内部' if for_customer else '给客户的'}消息",
        f"write a message of its own for {'staff' if for_customer else 'the customer'}",
    )
    scope.findings.add("R309", form.span(*at), zh, en, fix=fix)


def _check_fill(scope: Scope, form: Form, at: tuple[Part, ...], fill: dict[str, str], target: str, workflow: str) -> None:
    for name, text in fill.items():
        check_value(scope, form, (*at, name), name, text, target, workflow)


def check_value(scope: Scope, form: Form, at: tuple[Part, ...], name: str, text: str, target: str, workflow: str | None) -> None:
    """A value for a field: known, not counted, and readable; `{field}` marks name fields of `workflow`."""
    names = scope.names.workflows.get(target)
    if names is None:
        return
    if name not in names.fields:
        note, fix = did_you_mean(name, names.fields)
        scope.findings.add(
            "R302",
            form.key_span(*at),
            f"流程“{target}”没有登记字段“{name}”",
            f"workflow “{target}” has no field “{name}”",
            note=note,
            fix=fix,
        )
        return
    declared = names.typed.get(name)
    if declared is not None and declared.type is FieldType.COUNT:
        scope.findings.add("R302", form.key_span(*at), f"“{declared.label}”是数出来的,不能填", f"“{name}” is counted and cannot be set")
        return
    marks = marks_in(text) if workflow is not None else []
    for mark, offset in marks:
        if mark not in scope.names.of("field", workflow):
            note, fix = did_you_mean(mark, scope.names.of("field", workflow))
            place = form.sheet.inside((*form.where, *at), offset, len(mark) + 2)
            scope.findings.add(
                "N401", place, f"流程“{workflow}”没有登记字段“{mark}”", f"workflow “{workflow}” has no field “{mark}”", note=note, fix=fix
            )
    if declared is not None and declared.choices and not marks and text not in declared.choices:
        note, fix = did_you_mean(text, declared.choices)
        scope.findings.add(
            "C204", form.span(*at), f"“{declared.label}”没有“{text}”这个选项", f"{name} has no choice “{text}”", note=note, fix=fix
        )
    elif declared is not None and not marks:
        try:
            read_text(declared, text, scope.timezone)
        except BadValue as error:
            scope.findings.add("C203", form.span(*at), error.zh, error.en)
