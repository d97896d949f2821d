"""What is a case's life? A workflow form -> fields, events, states, rows, the main line."""

from collections.abc import Sequence
from dataclasses import replace

from engine.language.compile_conditions import compile_condition, field_subjects
from engine.language.compile_customer import compile_customer
from engine.language.compile_doing import compile_doing
from engine.language.diagnostics import Findings
from engine.language.form_workflow import FieldForm, RowForm, StateForm, WorkflowForm
from engine.language.names import Scope
from engine.model.values import FieldType
from engine.model.workflow import BACK, BUILT_IN_EVENTS, EventName, Field, Milestone, RunningCases, State, Transition, Workflow

ANY_STATE = "*"


def compile_fields(form: WorkflowForm) -> dict[str, Field]:
    """The declared fields; called for all workflows before anything that compares or fills them."""
    return {name: _field(name, field) for name, field in form.fields.items()}


def _field(name: str, form: FieldForm) -> Field:
    return Field(
        name=name, type=FieldType(form.type), label=form.label, max=form.max, choices=tuple(form.choices or ()), private=bool(form.private),
        optional=bool(form.optional), pattern=form.pattern, of=form.of, was=form.was, span=form.key_span(),
    )  # fmt: skip


def compile_workflow(scope: Scope, form: WorkflowForm) -> Workflow:
    """Compile one workflow; its version is filled in afterwards (fingerprint.py)."""
    name = form.workflow
    _check_names(scope, form)
    states = {key: _state(scope, key, state, name) for key, state in form.states.items()}
    return Workflow(
        name=name, label=form.label, version="",
        identified_by=tuple(form.identified_by), start_state=form.start.state, start_events=tuple(form.start.by), one_open_per=tuple(form.one_open_per or ()),
        fields=compile_fields(form),
        events={key: EventName(key, label, form.key_span("events", key)) for key, label in form.events.items()},
        milestones=tuple(Milestone(milestone.state, tuple(milestone.event or ()), milestone.span("state")) for milestone in form.milestones or ()),
        states=states,
        from_any_state=_rows(scope, form.from_any_state or (), ANY_STATE, name),
        running_cases=RunningCases(form.running_cases) if form.running_cases else RunningCases.ADOPT_AT_NEXT_STATE,
        customer=compile_customer(scope, form),
        span=form.span("workflow"),
    )  # fmt: skip


def _state(scope: Scope, name: str, form: StateForm, workflow: str) -> State:
    if form.no_deadline is not None and form.final:
        scope.findings.add("F110", form.key_span("no_deadline"), "结束状态不用写 no_deadline", "a final state needs no no_deadline")
    return State(
        name=name, label=form.label, transitions=_rows(scope, form.transitions or (), name, workflow), final=bool(form.final),
        ignores_scans=bool(form.ignores_scans), no_deadline=form.no_deadline, was=form.was, span=form.key_span(),
    )  # fmt: skip


def _rows(scope: Scope, forms: Sequence[RowForm], state: str, workflow: str) -> tuple[Transition, ...]:
    subjects, known = field_subjects(scope, workflow)
    rows: list[Transition] = []
    counts: dict[str, int] = {}
    for form in forms:
        scope.refer("event", form.event, form.span("event"), workflow)
        if form.to is not None and form.to != BACK:
            scope.refer("state", form.to, form.span("to"), workflow)
        counts[form.event] = counts.get(form.event, 0) + 1
        condition = compile_condition(scope, form.sheet, (*form.where, "if"), subjects, known)
        row = Transition(
            key="", event=form.event, condition=condition, to=form.to, do=compile_doing(scope, form.do, workflow), span=form.span("event")
        )
        rows.append(replace(row, key=f"{state}/{form.event}/{counts[form.event]}"))
    return tuple(rows)


def _check_names(scope: Scope, form: WorkflowForm) -> None:
    name, findings = form.workflow, scope.findings
    scope.refer("state", form.start.state, form.start.span("state"), name)
    for index, event in enumerate(form.start.by):
        scope.refer("event", event, form.start.span("by", index), name)
    for key in ("identified_by", "one_open_per"):
        for index, field in enumerate(getattr(form, key) or ()):
            scope.refer("field", field, form.span(key, index), name)
    for field_form in form.fields.values():
        if field_form.of is not None:
            scope.refer("event", field_form.of, field_form.span("of"), name)
    for milestone in form.milestones or ():
        scope.refer("state", milestone.state, milestone.span("state"), name)
        for index, event in enumerate(milestone.event or ()):
            scope.refer("event", event, milestone.span("event", index), name)
    _check_reserved(form, findings)


def _check_reserved(form: WorkflowForm, findings: Findings) -> None:
    for event in form.events:
        if event in BUILT_IN_EVENTS:
            findings.add(
                "R305",
                form.key_span("events", event),
                f"事件“{event}”每个流程都有,不用登记",
                f"event “{event}” is built in",
                fix=("删去这一行", "delete this line"),
            )
    for state in form.states:
        if state == BACK:
            findings.add("R305", form.key_span("states", state), "“back”有特别的意思,不能当状态名", "“back” is reserved")
    for field in form.fields:
        if field in ("state", "started_at_time", "any_of", "none_of", "why", "nth"):
            findings.add("R305", form.key_span("fields", field), f"“{field}”有特别的意思,不能当字段名", f"“{field}” is reserved")
    seen: set[str] = set()
    for milestone in form.milestones or ():
        if milestone.state in seen:
            findings.add(
                "R305", milestone.span("state"), f"主线上“{milestone.state}”写了两次", f"milestone “{milestone.state}” is written twice"
            )
        seen.add(milestone.state)
