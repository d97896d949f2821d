"""What does a customer get to see? The `customer:` of a workflow, checked against the names it speaks of."""

from collections.abc import Mapping

from engine.language.compile_doing import check_value
from engine.language.compile_text import marks_in
from engine.language.diagnostics import did_you_mean
from engine.language.form_customer import CustomerForm, CustomerTicketForm
from engine.language.form_types import Form
from engine.language.form_workflow import WorkflowForm
from engine.language.names import Scope
from engine.model.customer import VALID_DAYS, CustomerPage, CustomerTicket
from engine.model.span import Span
from engine.model.values import FieldType

OURS = (FieldType.COUNT, FieldType.SERIAL)
"""Counted and numbered by ourselves: a customer is never asked."""


def compile_customer(scope: Scope, workflow: WorkflowForm) -> CustomerPage | None:
    """The page, or None where a workflow has none."""
    form = workflow.customer
    if form is None:
        return None
    _check_promises(scope, form, workflow.workflow)
    for index, event in enumerate(form.events or ()):
        scope.refer("event", event, form.span("events", index), workflow.workflow)
    ticket = _ticket(scope, form.opens, workflow.workflow) if form.opens is not None else None
    _check_words(scope, form, workflow.workflow)
    shown = form.events if form.events is not None else _main_line(workflow)
    return CustomerPage(
        valid_days=form.valid or VALID_DAYS, promises=tuple(form.promises or ()), events=tuple(shown), says=dict(form.says or {}),
        says_en=dict(form.says_en or {}), ticket=ticket, spans=_places(form, {"says": form.says, "says_en": form.says_en}),
    )  # fmt: skip


def _places(form: Form, named: Mapping[str, Mapping[str, str] | None]) -> dict[str, Span]:
    """Where each key stands, and each name under those that hold names."""
    found = {"": form.key_span(), **{key: form.key_span(key) for name in form.model_fields_set for key in [name.rstrip("_")]}}
    return found | {f"{key}/{name}": form.key_span(key, name) for key, names in named.items() for name in names or ()}


def _main_line(workflow: WorkflowForm) -> list[str]:
    """Nothing said: what opens a case, and the events of its main line."""
    return list(dict.fromkeys([*workflow.start.by, *(event for one in workflow.milestones or () for event in one.event or ())]))


def _check_promises(scope: Scope, form: CustomerForm, workflow: str) -> None:
    for index, policy in enumerate(form.promises or ()):
        span = form.span("promises", index)
        if scope.refer("policy", policy, span) and scope.names.belongs["policy"].get(policy, workflow) != workflow:
            owner = scope.names.belongs["policy"][policy]
            zh, en = (
                f"时效“{policy}”是流程“{owner}”的,不是“{workflow}”的",
                f"policy “{policy}” belongs to workflow “{owner}”, not to “{workflow}”",
            )
            scope.findings.add("R301", span, zh, en)


def _check_words(scope: Scope, form: CustomerForm, workflow: str) -> None:
    """A word for something the page never shows is a slip."""
    if form.opens is not None and form.opens.workflow not in scope.names.workflows:
        return  # Reported already; whose words these are nobody can say.
    names = scope.names
    known = [*names.of("state", workflow), *names.of("event", workflow), *(form.promises or ())]
    if form.opens is not None:
        asked = [*form.opens.fields, *(form.opens.optional or ())]
        fields = [declared for name in asked if (declared := scope.field(form.opens.workflow, name)) is not None]
        known += [*asked, *(choice for declared in fields for choice in declared.choices)]
    for key, said in (("says", form.says), ("says_en", form.says_en)):
        for name in said or ():
            if name not in known:
                note, fix = did_you_mean(name, known)
                zh, en = (
                    f"客户页上没有叫“{name}”的状态、事件、时效、字段或选项",
                    f"the page shows no state, event, policy, field or choice called “{name}”",
                )
                scope.findings.add("R301", form.key_span(key, name), zh, en, note=note, fix=fix)


def _ticket(scope: Scope, form: CustomerTicketForm, workflow: str) -> CustomerTicket:
    target, asked, fill = form.workflow, [*form.fields, *(form.optional or ())], dict(form.with_ or {})
    if scope.refer("workflow", target, form.span("workflow")):
        _check_event(scope, form)
        for key, listed in (("fields", form.fields), ("optional", form.optional or ())):
            for index, name in enumerate(listed):
                if scope.refer("field", name, form.span(key, index), target):
                    _check_asked(scope, form, name, index, key)
        for name, text in fill.items():
            check_value(scope, form, ("with", name), name, text, target, workflow)
            _check_public(scope, form, name, text, workflow)
        _check_nothing_missing(scope, form, {*asked, *fill})
    return CustomerTicket(
        workflow=target, event=form.event, fields=tuple(form.fields), optional=tuple(form.optional or ()), fill=fill,
        spans=_places(form, {"with": form.with_}),
    )  # fmt: skip


def _check_event(scope: Scope, form: CustomerTicketForm) -> None:
    starts = scope.names.workflows[form.workflow].starts
    if scope.refer("event", form.event, form.span("event"), form.workflow) and starts and form.event not in starts:
        note, fix = did_you_mean(form.event, starts)
        zh, en = f"事件“{form.event}”不会开单,要写 start 里 by 的事件", f"“{form.event}” opens no case; write an event of `start: by`"
        scope.findings.add("R301", form.span("event"), zh, en, note=note, fix=fix)


def _check_asked(scope: Scope, form: Form, name: str, index: int, key: str) -> None:
    assert isinstance(form, CustomerTicketForm)
    declared = scope.field(form.workflow, name)
    if declared is not None and declared.type in OURS:
        scope.findings.add(
            "R302", form.span(key, index), f"“{declared.label}”由系统填,不问客户", f"“{name}” is given by us; a customer is not asked"
        )
    elif name in (form.with_ or {}):
        scope.findings.add("R305", form.span(key, index), f"“{name}”在 with 里已经填了", f"“{name}” is filled in by `with` already")


def _check_public(scope: Scope, form: Form, name: str, text: str, workflow: str) -> None:
    """Whoever holds the link need not be whom the case knows: no personal value goes into what that one says."""
    for mark, _ in marks_in(text):
        declared = scope.field(workflow, mark)
        if declared is not None and declared.private:
            zh, en = f"“{declared.label}”是个人信息,不会替客户填上", f"“{mark}” is personal and is not filled in for a customer"
            fix = ("写进 fields,由客户自己填", "ask for it in `fields`")
            scope.findings.add("R302", form.span("with", name), zh, en, fix=fix)


def _check_nothing_missing(scope: Scope, form: CustomerTicketForm, known: set[str]) -> None:
    """A case that lacks what it needs would be refused, and the customer with it."""
    for name, declared in scope.names.workflows[form.workflow].typed.items():
        if name not in known and not declared.optional and declared.type not in OURS:
            zh, en = f"开“{form.workflow}”要有“{declared.label}”", f"a case of “{form.workflow}” needs “{name}”"
            fix = (
                f"写进 fields 问客户,或用 `with: {{{name}: ……}}` 填好",
                f"ask for it in `fields`, or fill it in by `with: {{{name}: ...}}`",
            )
            scope.findings.add("F102", form.key_span("fields"), zh, en, fix=fix)
