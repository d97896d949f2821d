"""Which report goes out by itself, to whom, when? Forms of scheduled reports -> rounds."""

import re
from collections.abc import Iterator

from engine.language.diagnostics import did_you_mean
from engine.language.form_reports import ReportRoundForm, ReportsForm
from engine.language.names import Scope
from engine.language.report_words import REPORTS
from engine.model.report_round import ReportRound
from engine.model.values import FieldType

_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@.]+")


def compile_reports(scope: Scope, form: ReportsForm, *, has_mail: bool) -> dict[str, ReportRound]:
    """Compile the rounds of one file. `has_mail`: a connection of type smtp carries them."""
    if not has_mail and form.reports:
        zh, en = "报表发不出去:规则里没有邮件对接(type: smtp)", "no report can leave: the rules have no mail connection (type: smtp)"
        scope.findings.add("R301", form.key_span("reports"), zh, en, fix=("在 connections 里加一个", "add one under connections"))
    return {name: _round(scope, name, one) for name, one in form.reports.items()}


def _round(scope: Scope, name: str, form: ReportRoundForm) -> ReportRound:
    if form.report not in REPORTS:
        note, fix = did_you_mean(form.report, REPORTS)
        scope.findings.add(
            "R301", form.span("report"), f"没有叫“{form.report}”的报表", f"no report is called “{form.report}”", note=note, fix=fix
        )
    else:
        _check_sorting(scope, form)
    if form.calendar is not None:
        scope.refer("calendar", form.calendar, form.span("calendar"))
    for index, to in enumerate(form.to):
        if "@" not in to:
            scope.refer("role", to, form.span("to", index))
        elif not _ADDRESS.fullmatch(to):
            scope.findings.add("F110", form.span("to", index), f"“{to}”不是邮箱地址", f"“{to}” is no mail address")
    return ReportRound(
        name=name, label=form.label, report=form.report, over=form.over, at=form.at, to=tuple(form.to), calendar=form.calendar,
        by=None if form.by is None else tuple(form.by), only=dict(form.only or {}), lang=form.lang or "zh",
        formats=tuple(form.format or ("xlsx",)), span=form.key_span(),
    )  # fmt: skip


def _check_sorting(scope: Scope, form: ReportRoundForm) -> None:
    known = list(dict.fromkeys([*REPORTS[form.report], *_fields(scope)]))
    asked = [(word, form.span("by", index)) for index, word in enumerate(form.by or ())]
    for word, span in [*asked, *((word, form.key_span("only", word)) for word in form.only or {})]:
        if word not in known:
            note, fix = did_you_mean(word, known)
            zh, en = f"报表“{form.report}”不能按“{word}”分", f"the report “{form.report}” cannot be sorted by “{word}”"
            scope.findings.add("R301", span, zh, en, note=note, fix=fix)


def _fields(scope: Scope) -> Iterator[str]:
    for workflow in scope.names.workflows.values():
        yield from (name for name in workflow.fields if name not in workflow.typed or workflow.typed[name].type is not FieldType.COUNT)
