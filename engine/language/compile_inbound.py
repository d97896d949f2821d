"""How do their reports become our events? An inbound form -> paths, codes and rows."""

import csv
import io
from collections.abc import Mapping
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.language.compile_conditions import compile_condition, path_subjects
from engine.language.compile_json import json_text
from engine.language.compile_providers import SECRET, say_literal
from engine.language.compile_samples import check_samples
from engine.language.diagnostics import did_you_mean
from engine.language.form_inbound import CsvForm, EventRowForm, HappenedForm, InboundForm, RefusedForm, ReplyForm, SignatureForm
from engine.language.names import Scope, beside
from engine.model.connection import EventRow, Inbound, Secret, Signature, TimeFormat
from engine.model.documents.read import codec_of
from engine.model.documents.table import TableProfile
from engine.model.span import Span
from engine.model.workflow import BUILT_IN_EVENTS

_SIGNATURE_OPTIONS = ("header", "algorithm", "encoding", "prefix", "normalize", "join", "at", "path", "user")
_MEANINGS = ("event", "retracts")
"""Columns of a code table that name our events."""
NOTHING = bytes(4)
"""Whatever reads letters reads it; an empty text is read without looking who reads."""


def compile_inbound(scope: Scope, form: InboundForm) -> Inbound:
    """Compile the inbound part of a connection, and prove its paths by its samples."""
    workflow = form.workflow
    scope.refer("workflow", workflow, form.span("workflow"))
    case: list[tuple[str, str]] = []
    for index, row in enumerate(form.case):
        for field, path in row.items():
            scope.refer("field", field, form.key_span("case", index, field), workflow)
            case.append((field, path))
    _check_fields(scope, form, form.fill or {}, workflow)
    codes = _codes(scope, form)
    inbound = Inbound(
        path=form.path or "", body=form.body, signature=_signature(scope, form.signature), workflow=workflow, case=tuple(case), id_at=form.id,
        happened_at=_happened(scope, form.happened_at), each=form.each.at if form.each else None,
        newest_first=bool(form.each and form.each.order == "newest_first"), unwrap=tuple((row.at, row.as_) for row in form.unwrap or ()),
        keep=dict(form.keep or {}), codes=codes, code_at=tuple(form.code_at or ()), code_fields=_code_fields(scope, codes, workflow),
        fill=dict(form.fill or {}), events=tuple(_row(scope, row, workflow) for row in form.events),
        envelope=tuple(_row(scope, row, workflow) for row in form.envelope or ()), otherwise=form.otherwise or "report",
        encoding=_encoding(scope, form), table=_table(form.csv), reply=_reply(form.reply),
        refused_reply=_reply(form.reply.refused) if form.reply else None,
        refused_status=form.reply.refused.status if form.reply and form.reply.refused else None, span=form.key_span(),
    )  # fmt: skip
    check_samples(scope, form, inbound)
    return inbound


def _encoding(scope: Scope, form: InboundForm) -> str:
    """As written, if letters can be read by it; else none, so that samples are read all the same."""
    named = (form.encoding or "").lower()
    try:
        NOTHING.decode(codec_of(named) if named else "utf-8")
    except (LookupError, ValueError):  # Unknown; known, but not of letters (`hex`); no name at all.
        zh, en = f"不认识的编码“{form.encoding}”", f"an unknown encoding “{form.encoding}”"
        scope.findings.add("F103", form.span("encoding"), zh, en, fix=("例如 gbk、utf-8", "such as gbk or utf-8"))
        return ""
    return named


def _table(form: CsvForm | None) -> TableProfile:
    if form is None:
        return TableProfile()
    delimiter = "\t" if form.delimiter == "tab" else form.delimiter or ","
    return TableProfile(delimiter=delimiter, columns=tuple(form.columns or ()))


def _reply(form: ReplyForm | RefusedForm | None) -> str | None:
    if form is None:
        return None
    if form.xml is not None:
        return form.xml
    return form.text if form.text is not None else json_text(form.sheet, (*form.where, "json"))


def _signature(scope: Scope, form: SignatureForm | None) -> Signature | None:
    if form is None:
        return None
    options = {key: str(value) for key in _SIGNATURE_OPTIONS if (value := getattr(form, key)) is not None}
    if form.over:
        options["over"] = ",".join(form.over)
    if form.urlencode is not None:
        options["urlencode"] = "yes" if form.urlencode else "no"
    if form.subject:
        options["subject"] = "\n".join(form.subject)
    return Signature(kind=form.kind, secrets=_secrets(scope, form), options=options, allow_ips=tuple(form.allow_ips or ()))


def _secrets(scope: Scope, form: SignatureForm) -> tuple[Secret, ...]:
    found: list[Secret] = []
    for index, value in enumerate(form.secret or ()):
        if SECRET.fullmatch(value):
            found.append(Secret(value))
        else:
            say_literal(scope, form, ("secret", index))
    return tuple(found)


def _happened(scope: Scope, form: HappenedForm | None) -> TimeFormat | None:
    if form is None:
        return None
    if form.timezone is not None and not _is_zone(form.timezone):
        _no_zone(scope, form.span("timezone"), form.timezone)
    by = form.timezone_by
    return TimeFormat(
        at=form.at[0], then_at=tuple(form.at[1:]), formats=tuple(form.formats or ()), timezone=form.timezone, or_received_at=form.or_ is not None,
        precision=form.precision, zone_at=tuple(by.at) if by else (), zones=_zones(scope, form) if by else {},
    )  # fmt: skip


def _zones(scope: Scope, form: HappenedForm) -> dict[str, str]:
    """The table place,timezone; places in capitals, for partners write them as they like."""
    assert form.timezone_by is not None
    name = form.timezone_by.table
    zones: dict[str, str] = {}
    for row, line in _rows(scope, form, name, ("timezone_by", "table")):
        place, zone = row.get("place", ""), row.get("timezone", "")
        if not _is_zone(zone):
            _no_zone(scope, Span(beside(form.sheet.file, name), line), zone)
        elif place:
            zones[place.upper()] = zone
    return zones


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _no_zone(scope: Scope, span: Span, name: str) -> None:
    zh, en = f"没有叫“{name}”的时区", f"there is no time zone “{name}”"
    scope.findings.add("R301", span, zh, en, fix=("例如 Asia/Shanghai", "for example Asia/Shanghai"))


def _row(scope: Scope, form: EventRowForm, workflow: str) -> EventRow:
    for key in _MEANINGS:
        if getattr(form, key) is not None:
            scope.refer("event", getattr(form, key), form.span(key), workflow)
    _check_fields(scope, form, form.fill or {}, workflow)
    match = compile_condition(scope, form.sheet, (*form.where, "match"), path_subjects, ())
    return EventRow(
        label=form.label,
        match=match,
        event=form.event,
        retracts=form.retracts,
        retracts_id_at=form.retracts_id,
        fill=dict(form.fill or {}),
        span=form.span(),
    )


def _check_fields(scope: Scope, form: InboundForm | EventRowForm, fill: Mapping[str, str], workflow: str) -> None:
    names = scope.names.workflows.get(workflow)
    for field in fill if names is not None else ():
        if names is not None and field not in names.fields:
            note, fix = did_you_mean(field, names.fields)
            zh, en = f"流程“{workflow}”没有登记字段“{field}”", f"workflow “{workflow}” has no field “{field}”"
            scope.findings.add("R302", form.key_span("fill", field), zh, en, note=note, fix=fix)


def _codes(scope: Scope, form: InboundForm) -> dict[str, dict[str, str]]:
    """The code table: code, event or retracts, and further columns; the first row of a code counts."""
    if form.codes is None:
        return {}
    codes: dict[str, dict[str, str]] = {}
    allowed = (*scope.names.of("event", form.workflow), *BUILT_IN_EVENTS)
    file = beside(form.sheet.file, form.codes)
    for row, line in _rows(scope, form, form.codes, ("codes",)):
        code = row.pop("code", "")
        for column in _MEANINGS:
            if row.get(column) and row[column] not in allowed:
                scope.refer("event", row[column], Span(file, line), form.workflow)
        if code:
            codes.setdefault(code, row)
    if file in scope.files and not codes:
        scope.findings.add(
            "F102", form.span("codes"), "码表是空的,或没有 code、event 两列", "the code table is empty or lacks the columns code and event"
        )
    return codes


def _code_fields(scope: Scope, codes: Mapping[str, Mapping[str, str]], workflow: str) -> tuple[str, ...]:
    names = scope.names.workflows.get(workflow)
    columns = dict.fromkeys(column for row in codes.values() for column in row)
    return tuple(column for column in columns if names is not None and column in names.fields)


def _rows(scope: Scope, form: InboundForm | HappenedForm, name: str, at: tuple[str, ...]) -> list[tuple[dict[str, str], int]]:
    """(cells by column, line) of a CSV file beside this one."""
    text = scope.attached(form.sheet, name, (*form.where, *at))
    reader = csv.DictReader(io.StringIO((text or "").removeprefix("\ufeff")))
    found: list[tuple[dict[str, str], int]] = []
    for row in reader:
        cells = {str(column).strip(): (cell or "").strip() for column, cell in row.items() if not isinstance(cell, list)}
        found.append((cells, reader.line_num))
    return found
