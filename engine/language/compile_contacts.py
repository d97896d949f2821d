"""Who is it? Forms of people, tables, roles and rotas -> contacts, with every cell checked."""

import csv
import io

from engine.language import texts
from engine.language.compile_rotas import compile_rota
from engine.language.diagnostics import did_you_mean
from engine.language.form_people import ContactsForm, PersonForm, TableForm
from engine.language.lint.gap_in_rota import covers_the_week
from engine.language.names import Scope
from engine.model.contact import Contacts, Person, Role, Table
from engine.model.fieldtext import BadValue, read_text
from engine.model.policy import LookUp, Policy
from engine.model.rulebook import Rulebook
from engine.model.span import Span
from engine.model.values import FieldType
from engine.model.workflow import Field

_PHONE_CHANNELS = ("phone", "sms")


def compile_contacts(scope: Scope, form: ContactsForm) -> Contacts:
    """Compile one contacts file; tables are checked once all is known (check_tables)."""
    for name, role in (form.roles or {}).items():
        for key, kind in (("person", "person"), ("look_up", "table"), ("on_duty", "rota")):
            if getattr(role, key) is not None:
                scope.refer(kind, getattr(role, key), form.span("roles", name, key))
    return Contacts(
        people={name: _person(scope, name, person) for name, person in (form.people or {}).items()},
        tables={name: _table(scope, name, table) for name, table in (form.tables or {}).items()},
        roles={
            name: Role(
                name=name,
                label=role.label,
                person=role.person,
                look_up=role.look_up,
                take=role.take,
                on_duty=role.on_duty,
                span=role.key_span(),
            )
            for name, role in (form.roles or {}).items()
        },
        rotas={name: compile_rota(scope, name, rota) for name, rota in (form.rotas or {}).items()},
    )


def _person(scope: Scope, name: str, form: PersonForm) -> Person:
    addresses = form.__pydantic_extra__ or {}
    for channel, address in addresses.items():
        allowed = scope.names.of("channel")
        if channel not in allowed:
            note, fix = did_you_mean(channel, ("name", *allowed))
            scope.findings.add(
                "F101", form.key_span(channel), f"这里没有 “{channel}” 这个键", f"there is no key “{channel}” here", note=note, fix=fix
            )
        elif channel in _PHONE_CHANNELS:
            _check_phone(scope, form, channel, address)
    if not addresses:
        fix = ("补上 `phone: ……`", "add `phone: ...`")
        scope.findings.add("F102", form.key_span(), f"“{form.name}”没有任何联系方式", f"“{name}” has no address", fix=fix)
    return Person(id=name, name=form.name, addresses=dict(addresses), span=form.key_span())


def _check_phone(scope: Scope, form: PersonForm, channel: str, address: str) -> None:
    try:
        read_text(Field(name=channel, label=form.name, type=FieldType.PHONE, span=form.span(channel)), address, scope.timezone)
    except BadValue as error:
        scope.findings.add("F110", form.span(channel), error.zh, error.en)


def _table(scope: Scope, name: str, form: TableForm) -> Table:
    if form.rows_from is not None:
        text = scope.attached(form.sheet, form.rows_from, (*form.where, "rows_from"))
        rows, spans = _csv_rows(beside_name(form), text or "")
    else:
        rows = [{column: cell or "" for column, cell in row.items()} for row in form.rows or ()]
        spans = [form.span("rows", index) for index in range(len(rows))]
    columns = tuple(dict.fromkeys(column for row in rows for column in row))
    fields = {field for workflow in scope.names.workflows.values() for field in workflow.fields}
    return Table(
        name=name,
        label=form.label,
        columns=columns,
        rows=tuple(rows),
        spans=tuple(spans),
        compared=tuple(column for column in columns if column in fields),
        span=form.key_span(),
    )


def beside_name(form: TableForm) -> str:
    """The path of a table's CSV, for places inside it."""
    folder = form.sheet.file.rpartition("/")[0]
    return f"{folder}/{form.rows_from}" if folder else str(form.rows_from)


def _csv_rows(file: str, text: str) -> tuple[list[dict[str, str]], list[Span]]:
    """Rows of a CSV with a header line; blank cells mean any."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    rows: list[dict[str, str]] = []
    spans: list[Span] = []
    for row in reader:
        rows.append(
            {
                column.strip(): (cell or "").strip()
                for column, cell in row.items()
                if isinstance(column, str) and column.strip() and not isinstance(cell, list)
            }
        )
        spans.append(Span(file, reader.line_num))
    return rows, spans


def check_tables(scope: Scope, rulebook: Rulebook) -> None:
    """Look-ups across the rulebook: columns exist, cells hold what is taken from them, no column is dead."""
    contacts = rulebook.contacts
    taken: dict[str, set[str]] = {name: set() for name in contacts.tables}
    for role in contacts.roles.values():
        if role.look_up is not None and role.look_up in contacts.tables and role.take is not None:
            taken[role.look_up].add(role.take)
            _check_column(scope, contacts.tables[role.look_up], role.take, role.span)
    for policy in rulebook.policies.values():
        for look_up in _look_ups(policy):
            if look_up.table in contacts.tables:
                taken[look_up.table].add(look_up.column)
                _check_durations(scope, contacts.tables[look_up.table], look_up.column, policy.span)
    fields = {name for workflow in scope.names.workflows.values() for name in workflow.fields}
    for table in contacts.tables.values():
        _check_dead_columns(scope, table, fields | taken[table.name])


def _look_ups(policy: Policy) -> list[LookUp]:
    return [terms for terms in (policy.terms, *(row.terms for row in policy.excepts)) if isinstance(terms, LookUp)]


def _check_column(scope: Scope, table: Table, column: str, span: Span) -> None:
    if table.rows and column not in table.columns:
        note, fix = did_you_mean(column, table.columns)
        scope.findings.add(
            "R304", span, f"表“{table.label}”没有“{column}”这一列", f"table “{table.name}” has no column “{column}”", note=note, fix=fix
        )
        return
    for row, place in zip(table.rows, table.spans, strict=True):
        if not row.get(column):
            scope.findings.add(
                "R303", place, f"这一行没有“{column}”", f"this row lacks “{column}”", fix=(f"补上 `{column}: ……`", f"add `{column}: ...`")
            )
        else:
            scope.refer("person", row[column], place)


def _check_durations(scope: Scope, table: Table, column: str, span: Span) -> None:
    if table.rows and column not in table.columns:
        note, fix = did_you_mean(column, table.columns)
        scope.findings.add(
            "R304", span, f"表“{table.label}”没有“{column}”这一列", f"table “{table.name}” has no column “{column}”", note=note, fix=fix
        )
        return
    for row, place in zip(table.rows, table.spans, strict=True):
        try:
            texts.read_amount(row.get(column, ""))
        except texts.BadText as error:
            scope.findings.add("F110", place, error.zh, error.en, fix=(error.fix_zh, error.fix_en))


def _check_dead_columns(scope: Scope, table: Table, known: set[str]) -> None:
    for column in table.columns:
        if column not in known:
            place = next((span for row, span in zip(table.rows, table.spans, strict=True) if column in row), table.span)
            note, fix = did_you_mean(column, sorted(known))
            zh, en = f"“{column}”既不是字段,也没有岗位或时限取用", f"“{column}” is neither a field nor taken by a role or limit"
            scope.findings.add("R304", place, zh, en, note=note, fix=fix)


def always_resolves(contacts: Contacts, role: Role) -> bool:
    """Somebody at every hour, for every case?"""
    if role.person is not None:
        return role.person in contacts.people
    if role.on_duty is not None:
        rota = contacts.rotas.get(role.on_duty)
        return rota is not None and covers_the_week(rota, rotations=False)
    table = contacts.tables.get(role.look_up or "")
    return table is not None and any(
        all(not cell or column == role.take or cell in contacts.people for column, cell in row.items()) for row in table.rows
    )
