"""What is promised? SLA forms -> policies; terms, marks, timeline rows with canonical keys."""

from engine.language import texts
from engine.language.compile_conditions import compile_condition, field_subjects
from engine.language.compile_doing import compile_doing
from engine.language.form_rules import DueForm, ExceptForm, LimitForm, MarkForm, PolicyForm, SlaForm, TimelineForm
from engine.language.names import Scope
from engine.model.condition import AllOf
from engine.model.policy import (
    AfterDowntime,
    Amount,
    DueAt,
    DueDay,
    DueField,
    Enters,
    Exception_,
    Happens,
    IsSent,
    LookUp,
    Mark,
    Mode,
    OnReturn,
    Policy,
    Terms,
    TimelineRow,
    When,
)  # fmt: skip
from engine.model.values import FieldType


def compile_sla(scope: Scope, form: SlaForm) -> dict[str, Policy]:
    """Compile the policies of one file."""
    found: dict[str, Policy] = {}
    for name, policy in form.policies.items():
        if scope.refer("workflow", policy.workflow, policy.span("workflow")):
            found[name] = _policy(scope, name, policy)
    return found


def _policy(scope: Scope, name: str, form: PolicyForm) -> Policy:
    workflow = form.workflow
    subjects, known = field_subjects(scope, workflow)
    _check_states(scope, form)
    downtime, skip_after = _after_downtime(scope, form)
    if form.valid_from and form.valid_to and form.valid_to < form.valid_from:
        scope.findings.add("W509", form.span("valid_to"), "结束早于开始", "the end lies before the beginning")
    terms = _terms(scope, form, workflow)
    _check_business_days(scope, form, terms)
    return Policy(
        name=name, label=form.label, workflow=workflow,
        condition=compile_condition(scope, form.sheet, (*form.where, "if"), subjects, known),
        while_states=tuple(form.while_), starts=_marks(scope, form.starts, workflow), stops=_marks(scope, form.stops, workflow), pauses=tuple(form.pauses or ()),
        on_return=OnReturn(form.on_return or "again"), terms=terms,
        excepts=tuple(_exception(scope, row, workflow) for row in form.except_ or ()),
        calendar=form.calendar, timeline=_timeline(scope, form), hears_from=form.hears_from, after_downtime=downtime, skip_after=skip_after,
        valid_from=form.valid_from, valid_to=form.valid_to, mode=Mode(form.mode or "live"), was=form.was, span=form.key_span(),
    )  # fmt: skip


def _check_states(scope: Scope, form: PolicyForm) -> None:
    for key, states in (("while", form.while_), ("pauses", form.pauses or [])):
        for index, state in enumerate(states):
            scope.refer("state", state, form.span(key, index), form.workflow)
    if form.calendar is not None:
        scope.refer("calendar", form.calendar, form.span("calendar"))
    if form.hears_from is not None:
        scope.refer("connection", form.hears_from, form.span("hears_from"))


def _check_business_days(scope: Scope, form: PolicyForm, terms: Terms | None) -> None:
    """Business days need a calendar that says which days those are."""
    if form.calendar is not None:
        return
    fix = ("补上 `calendar: 日历名`", "add `calendar: name`")
    zh, en = "按工作日算要写 calendar", "business days need a calendar"
    if isinstance(terms, Amount) and terms.business_days:
        scope.findings.add("F102", form.span("limit"), zh, en, fix=fix)
    for exception in form.except_ or ():
        amount = exception.limit.amount if exception.limit else None
        if amount is not None and amount.business_days:
            scope.findings.add("F102", exception.span("limit"), zh, en, fix=fix)
    for row in form.timeline or ():
        for key in ("after", "left", "late"):
            amount = getattr(row, key)
            if amount is not None and amount.business_days:
                scope.findings.add("F102", row.span(key), zh, en, fix=fix)
    if isinstance(terms, DueAt) and terms.day is DueDay.NEXT_OPEN_DAY:
        scope.findings.add("F102", form.span("due"), "next_open_day 要写 calendar", "next_open_day needs a calendar", fix=fix)


def _marks(scope: Scope, forms: list[MarkForm] | None, workflow: str) -> tuple[Mark, ...]:
    marks: list[Mark] = []
    for form in forms or ():
        if form.enters is not None:
            scope.refer("state", form.enters, form.span("enters"), workflow)
            marks.append(Enters(form.enters))
        elif form.event is not None:
            scope.refer("event", form.event, form.span("event"), workflow)
            marks.append(Happens(form.event))
        elif form.sent is not None:
            scope.refer("message", form.sent, form.span("sent"))
            marks.append(IsSent(form.sent))
    return tuple(marks)


def _terms(scope: Scope, form: PolicyForm | ExceptForm, workflow: str) -> Terms | None:
    if form.limit is not None:
        return _limit(scope, form.limit)
    return _due(scope, form.due, workflow) if form.due is not None else None


def _limit(scope: Scope, form: LimitForm) -> Terms | None:
    if form.amount is not None:
        if not form.amount.seconds and not form.amount.business_days:
            scope.findings.add("F110", form.span(), "时限不能是 0", "a limit cannot be 0")
        return form.amount
    table, column = form.look_up or "", form.take or ""
    scope.refer("table", table, form.span("look_up"))
    return LookUp(table, column)


def _due(scope: Scope, form: DueForm, workflow: str) -> Terms | None:
    if form.field is not None:
        declared = scope.field(workflow, form.field)
        if (
            scope.refer("field", form.field, form.span("field"), workflow)
            and declared
            and declared.type not in (FieldType.TIME, FieldType.DATE)
        ):
            zh, en = f"“{declared.label}”不是时间字段", f"“{form.field}” is no time field"
            scope.findings.add(
                "C206", form.span("field"), zh, en, fix=("到期要写 type: time 或 date 的字段", "a due field is of type time or date")
            )
        return DueField(form.field, form.end_of == "day")
    return DueAt(DueDay(form.day), form.at) if form.day is not None and form.at is not None else None


def _exception(scope: Scope, form: ExceptForm, workflow: str) -> Exception_:
    subjects, known = field_subjects(scope, workflow, started=True)
    condition = compile_condition(scope, form.sheet, (*form.where, "if"), subjects, known)
    terms = _terms(scope, form, workflow)
    return Exception_(condition, terms, form.span()) if condition is not None and terms is not None else _broken_exception(form)


def _broken_exception(form: ExceptForm) -> Exception_:
    """Stands for a row already reported, so that the rest can be checked."""
    return Exception_(AllOf(()), Amount(), form.span())


def _timeline(scope: Scope, form: PolicyForm) -> tuple[TimelineRow, ...]:
    rows = [_row(scope, row, form.workflow) for row in form.timeline or ()]
    seen: dict[str, TimelineRow] = {}
    for row in rows:
        first = seen.setdefault(row.key, row)
        if first is not row:
            zh, en = f"“{row.key}” 写了两次", f"“{row.key}” is written twice"
            scope.findings.add(
                "R305", row.span, zh, en, fix=("把要做的事写进同一行的 do", "put both into one row's do"), related=[first.span]
            )
    return tuple(rows)


def _row(scope: Scope, form: TimelineForm, workflow: str) -> TimelineRow:
    do = compile_doing(scope, form.do, workflow)
    if form.every_day_while_late is not None:
        times = tuple(sorted(set(form.every_day_while_late)))
        return TimelineRow(key=str(When.EVERY_DAY_WHILE_LATE), when=When.EVERY_DAY_WHILE_LATE, times=times, do=do, span=form.span())
    if form.used is not None:
        return TimelineRow(key=f"used {form.used}%", when=When.USED, percent=form.used, do=do, span=form.span())
    when, amount = next((when, amount) for when in (When.AFTER, When.LEFT, When.LATE) if (amount := getattr(form, when)) is not None)
    return TimelineRow(key=f"{when} {texts.write_amount(amount)}", when=when, amount=amount, do=do, span=form.span())


def _after_downtime(scope: Scope, form: PolicyForm) -> tuple[AfterDowntime, Amount]:
    """`fire`, `flag`, or `skip_after 2 h`."""
    written = form.after_downtime
    if written in (None, "fire"):
        return AfterDowntime.FIRE, Amount()
    if written == "flag":
        return AfterDowntime.FLAG, Amount()
    word, _, amount = (written or "").partition(" ")
    try:
        if word == "skip_after":
            return AfterDowntime.SKIP_AFTER, texts.read_amount(amount)
    except texts.BadText as error:
        scope.findings.add("F110", form.span("after_downtime"), error.zh, error.en, fix=(error.fix_zh, error.fix_en))
        return AfterDowntime.FIRE, Amount()
    zh, en = f"这里不能写 “{written}”", f"“{written}” is not allowed here"
    scope.findings.add(
        "F103", form.span("after_downtime"), zh, en, fix=("可选:fire、skip_after 2 h、flag", "one of: fire, skip_after 2 h, flag")
    )
    return AfterDowntime.FIRE, Amount()
