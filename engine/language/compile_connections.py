"""How do we speak with a neighbour? A connection form -> reports in, commands out; secrets by reference only."""

import csv
import io
import json
import re

from engine.language.compile_conditions import compile_condition, path_subjects
from engine.language.compile_json import json_text
from engine.language.compile_outbound import (
    address_of,
    check_ways,
    compile_commands,
    compile_drop,
    compile_login,
    compile_poll,
    compile_request,
    compile_secrets,
)
from engine.language.compile_providers import SECRET, compile_receipts, compile_templates, provider_options, say_literal
from engine.language.diagnostics import did_you_mean
from engine.language.form_world import ConnectionForm, EventRowForm, HappenedForm, InboundForm, SignatureForm
from engine.language.names import Scope, beside
from engine.language.source import Path
from engine.model.connection import Connection, ConnectionType, EventRow, Inbound, Secret, Signature, TimeFormat
from engine.model.span import Span
from engine.model.workflow import BUILT_IN_EVENTS

PARCEL_MARKS = ("number", "text", "key", "message", "case", "sign")
"""What a provider's request may fill in."""
_SIGNATURE_OPTIONS = ("header", "algorithm", "encoding", "prefix", "normalize", "at", "path", "user")


def compile_connection(scope: Scope, form: ConnectionForm) -> Connection:
    """Compile one connection file."""
    options = dict(form.options or {})
    if form.for_ is not None:
        scope.refer("role", form.for_, form.span("for"))
        options["for"] = form.for_
    if form.claim_for is not None:
        options["claim_for_seconds"] = str(form.claim_for)
    if form.sign is not None:
        options["sign"] = form.sign
    if form.backup_for is not None:
        scope.refer("connection", form.backup_for, form.span("backup_for"))
    _check_options(scope, form, options)
    options |= provider_options(scope, form)
    if form.private_network:
        options["private_network"] = "yes"
    check_ways(scope, form)
    secrets = compile_secrets(scope, form)
    part = form.outbound or form.poll
    return Connection(
        name=form.connection, label=form.label, type=ConnectionType(form.type), carries=form.carries, backup_for=form.backup_for,
        usual_lag_seconds=form.usual_lag or 0, heard_every_seconds=form.heard_every, inbound=_inbound(scope, form.inbound) if form.inbound else None,
        base_url=address_of(scope, form), commands=compile_commands(scope, form, secrets),
        login=compile_login(scope, part.login if part else None, secrets), secrets=secrets, poll=compile_poll(scope, form.poll, secrets),
        drop=compile_drop(scope, form.files), send=compile_request(scope, "send", form.send, PARCEL_MARKS) if form.send else None, options=options,
        templates=compile_templates(scope, form), per_number=tuple(form.limits.per_number) if form.limits else (),
        receipts=compile_receipts(scope, form.receipts),
        samples=tuple(beside(form.sheet.file, sample) for sample in (form.inbound.samples if form.inbound else None) or ()), span=form.span("connection"),
    )  # fmt: skip


def _check_options(scope: Scope, form: ConnectionForm, options: dict[str, str]) -> None:
    for name, value in (form.options or {}).items():
        if re.search(r"secret|password|token|_key$|_sk$", name) and not SECRET.fullmatch(value):
            say_literal(scope, form, ("options", name))


def _secrets(scope: Scope, form: SignatureForm) -> tuple[Secret, ...]:
    found: list[Secret] = []
    for index, value in enumerate(form.secret or ()):
        if SECRET.fullmatch(value):
            found.append(Secret(value))
        else:
            say_literal(scope, form, ("secret", index))
    return tuple(found)


def _inbound(scope: Scope, form: InboundForm) -> Inbound:
    workflow = form.workflow
    scope.refer("workflow", workflow, form.span("workflow"))
    case: list[tuple[str, str]] = []
    for index, row in enumerate(form.case):
        for field, path in row.items():
            scope.refer("field", field, form.key_span("case", index, field), workflow)
            case.append((field, path))
    inbound = Inbound(
        path=form.path or "", body=form.body, signature=_signature(scope, form.signature), workflow=workflow, case=tuple(case), id_at=form.id,
        happened_at=_happened(form.happened_at), each=form.each.at if form.each else None, newest_first=bool(form.each and form.each.order == "newest_first"),
        unwrap=tuple((row.at, row.as_) for row in form.unwrap or ()), keep=dict(form.keep or {}), codes=_codes(scope, form), code_at=tuple(form.code_at or ()),
        events=tuple(_row(scope, row, workflow) for row in form.events), otherwise=form.otherwise or "report",
        reply=json_text(form.sheet, (*form.where, "reply", "json")) if form.reply else None, span=form.key_span(),
    )  # fmt: skip
    _check_samples(scope, form, inbound)
    return inbound


def _signature(scope: Scope, form: SignatureForm | None) -> Signature | None:
    if form is None:
        return None
    options = {key: str(value) for key in _SIGNATURE_OPTIONS if (value := getattr(form, key)) is not None}
    if form.over:
        options["over"] = ",".join(form.over)
    if form.urlencode is not None:
        options["urlencode"] = "yes" if form.urlencode else "no"
    return Signature(kind=form.kind, secrets=_secrets(scope, form), options=options, allow_ips=tuple(form.allow_ips or ()))


def _happened(form: HappenedForm | None) -> TimeFormat | None:
    if form is None:
        return None
    return TimeFormat(
        at=form.at, formats=tuple(form.formats or ()), timezone=form.timezone, or_received_at=form.or_ is not None, precision=form.precision
    )


def _row(scope: Scope, form: EventRowForm, workflow: str) -> EventRow:
    for key in ("event", "retracts"):
        if getattr(form, key) is not None:
            scope.refer("event", getattr(form, key), form.span(key), workflow)
    for field in form.fill or {}:
        names = scope.names.workflows.get(workflow)
        if names is not None and field not in names.fields:
            note, fix = did_you_mean(field, names.fields)
            scope.findings.add(
                "R302",
                form.key_span("fill", field),
                f"流程“{workflow}”没有登记字段“{field}”",
                f"workflow “{workflow}” has no field “{field}”",
                note=note,
                fix=fix,
            )
    match = compile_condition(scope, form.sheet, (*form.where, "match"), path_subjects, ())
    return EventRow(label=form.label, match=match, event=form.event, retracts=form.retracts, fill=dict(form.fill or {}), span=form.span())


def _codes(scope: Scope, form: InboundForm) -> dict[str, dict[str, str]]:
    """The code table: code,event and further columns."""
    if form.codes is None:
        return {}
    text = scope.attached(form.sheet, form.codes, (*form.where, "codes"))
    reader = csv.DictReader(io.StringIO((text or "").removeprefix("\ufeff")))
    file = beside(form.sheet.file, form.codes)
    codes: dict[str, dict[str, str]] = {}
    allowed = (*scope.names.of("event", form.workflow), *BUILT_IN_EVENTS)
    for row in reader:
        cells = {str(column).strip(): (cell or "").strip() for column, cell in row.items() if not isinstance(cell, list)}
        code, event = cells.pop("code", ""), cells.get("event", "")
        if event and event not in allowed:
            scope.refer("event", event, Span(file, reader.line_num), form.workflow)
        if code:
            codes.setdefault(code, cells)
    if text is not None and not codes:
        scope.findings.add(
            "F102", form.span("codes"), "码表是空的,或没有 code、event 两列", "the code table is empty or lacks the columns code and event"
        )
    return codes


def _check_samples(scope: Scope, form: InboundForm, inbound: Inbound) -> None:
    """Every path named must exist in one sample: a slip in a path would otherwise stay silent."""
    trees: list[object] = []
    for index, sample in enumerate(form.samples or ()):
        text = scope.attached(form.sheet, sample, (*form.where, "samples", index))
        if text is not None and form.body == "json":
            try:
                trees.append(json.loads(text))
            except (ValueError, RecursionError):
                scope.findings.add("F110", form.span("samples", index), f"样例“{sample}”不是 JSON", f"sample “{sample}” is not JSON")
    if form.body != "json" or not trees or form.unwrap or form.each:
        return
    for path, span in _named_paths(form, inbound):
        if not any(_holds(tree, path.split(".")) for tree in trees):
            near, fix = did_you_mean(path, sorted({found for tree in trees for found in _leaves(tree, "")}))
            scope.findings.add("R307", span, f"样例报文里没有“{path}”", f"no sample holds “{path}”", note=near, fix=fix)


def _named_paths(form: InboundForm, inbound: Inbound) -> list[tuple[str, Span]]:
    found = [(path, form.span("case", index, field)) for index, row in enumerate(form.case) for field, path in row.items()]
    if form.happened_at is not None:
        found.append((form.happened_at.at, form.happened_at.span("at")))
    if form.id is not None:
        found.append((form.id, form.span("id")))
    found += [(path, form.span("keep", name)) for name, path in (form.keep or {}).items()]
    found += [(path, form.span("code_at", index)) for index, path in enumerate(form.code_at or ())]
    for row in form.events:
        found += [(path, row.span("fill", field)) for field, path in (row.fill or {}).items()]
        found += _matched_paths(row, row.match, ("match",))
    return [(path, span) for path, span in found if not path.startswith("header.")]


def _matched_paths(row: EventRowForm, match: object, at: Path) -> list[tuple[str, Span]]:
    """The paths a `match:` compares, those inside any_of and none_of too."""
    found: list[tuple[str, Span]] = []
    for path, value in match.items() if isinstance(match, dict) else ():
        if path in ("any_of", "none_of"):
            parts = enumerate(value) if isinstance(value, list) else ()
            found += [one for index, part in parts for one in _matched_paths(row, part, (*at, str(path), index))]
        else:
            found.append((str(path), row.key_span(*at, str(path))))
    return found


def _holds(tree: object, parts: list[str]) -> bool:
    for part in parts:
        if isinstance(tree, dict) and part in tree:
            tree = tree[part]
        elif isinstance(tree, list) and part.isdigit() and int(part) < len(tree):
            tree = tree[int(part)]
        else:
            return False
    return True


def _leaves(tree: object, path: str) -> list[str]:
    if isinstance(tree, dict):
        return [leaf for key, value in tree.items() for leaf in _leaves(value, f"{path}.{key}" if path else str(key))]
    return [path]
