"""What do these files say together? Texts of a rulebook folder -> a compiled rulebook, or every problem at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from engine.language.compile_calendars import compile_calendars, compile_disruptions, read_zone
from engine.language.compile_connections import compile_connection
from engine.language.compile_contacts import check_tables, compile_contacts
from engine.language.compile_holidays import gather
from engine.language.compile_messages import compile_caps, compile_chains, compile_costs, compile_messages
from engine.language.compile_reports import compile_reports
from engine.language.compile_sla import compile_sla
from engine.language.compile_stories import compile_stories
from engine.language.compile_workflow import compile_fields, compile_workflow
from engine.language.diagnostics import Findings, did_you_mean
from engine.language.fingerprint import stamp
from engine.language.form_keeping import KeepingForm
from engine.language.form_people import CalendarsForm, ContactsForm
from engine.language.form_reports import ReportsForm
from engine.language.form_rules import EscalationsForm, MessagesForm, SlaForm
from engine.language.form_types import Form
from engine.language.form_workflow import WorkflowForm
from engine.language.form_world import ConnectionForm, StoriesForm
from engine.language.lint import lint
from engine.language.meaning import check_meaning
from engine.language.names import Scope, collect, perhaps_declared
from engine.language.reader import read_source
from engine.language.source import Source
from engine.language.validate import fill_in
from engine.model.connection import ConnectionType
from engine.model.contact import Contacts
from engine.model.diagnostic import Diagnostic
from engine.model.keeping import Keeping
from engine.model.message import Caps
from engine.model.report_round import ReportRound
from engine.model.rulebook import Rulebook
from engine.model.workflow import Workflow

TIMEZONE = "Asia/Shanghai"
"""The zone where no calendars file says another."""

REMEMBERED_MAX = 64
"""Files whose reading is remembered."""

FORMS: dict[str, type[Form]] = {
    "workflow": WorkflowForm, "sla": SlaForm, "escalations": EscalationsForm, "messages": MessagesForm,
    "contacts": ContactsForm, "calendars": CalendarsForm, "connection": ConnectionForm, "stories": StoriesForm,
    "keeping": KeepingForm, "reports": ReportsForm,
}  # fmt: skip
"""kind -> form of the whole file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A rulebook, or why there is none."""

    rulebook: Rulebook | None
    """None if any diagnostic is an error."""
    diagnostics: tuple[Diagnostic, ...]
    """Sorted by file and line; warnings too."""


def compile_rulebook(files: Mapping[str, str]) -> Compiled:
    """Compile all files of a rulebook folder.

    files: path relative to the folder (`workflows/shipment.yaml`, CSVs and samples too) -> text.
    Never raises for what an operator wrote; reports all problems at once.
    """
    findings = Findings()
    filled = [_fill_in(file, files[file]) for file in sorted(files) if file.endswith((".yaml", ".yml"))]
    for each in filled:
        findings.extend(each.diagnostics)
        findings.perhaps |= each.perhaps
    names = collect([each.source for each in filled if each.source is not None], findings)
    forms = [each.form for each in filled if each.form is not None]
    scope = Scope(names=names, findings=findings, timezone=TIMEZONE, files=files)
    scope.timezone = _timezone(scope, forms)
    rulebook = _assemble(scope, forms)
    if not findings.failed:
        check_meaning(scope, rulebook)
    if not findings.failed:
        findings.extend(lint(rulebook))
    return Compiled(rulebook=None if findings.failed else stamp(rulebook), diagnostics=findings.sorted())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Filled:
    """One file, read and fitted to its form; depends on nothing but its text."""

    source: Source | None
    form: Form | None
    diagnostics: tuple[Diagnostic, ...]
    perhaps: frozenset[str]
    """Names it may declare, where it could not be read."""


@lru_cache(maxsize=REMEMBERED_MAX)
def _fill_in(file: str, text: str) -> _Filled:
    """Read one file and fit it to its form. Remembered: an edit of one file reads no other again."""
    findings = Findings()
    source = read_source(file, text, findings)
    kind = source.data.get("kind") if source is not None and isinstance(source.data, dict) else None
    if source is None or not isinstance(kind, str) or kind not in FORMS:
        if source is not None:
            note, fix = did_you_mean(str(kind or ""), FORMS)
            zh, en = (f"没有叫“{kind}”的 kind", f"there is no kind “{kind}”") if kind else ("第一行要写 kind", "the file must say its kind")
            findings.add("F100", source.at("kind"), zh, en, note=note, fix=fix)
        return _Filled(source=source, form=None, diagnostics=findings.sorted(), perhaps=frozenset(perhaps_declared(text)))
    form = fill_in(FORMS[kind], source, findings)
    return _Filled(source=source, form=form, diagnostics=findings.sorted(), perhaps=frozenset())


def _timezone(scope: Scope, forms: list[Form]) -> str:
    for form in forms:
        if isinstance(form, CalendarsForm) and form.timezone is not None:
            return read_zone(scope, form, form.timezone, TIMEZONE)
    return TIMEZONE


def _assemble(scope: Scope, forms: list[Form]) -> Rulebook:
    """Compile every form; workflows' fields first, for conditions and texts are typed by them."""
    for form in forms:
        if isinstance(form, WorkflowForm) and form.workflow in scope.names.workflows:
            scope.names.workflows[form.workflow].typed.update(compile_fields(form))
    calendars = [form for form in forms if isinstance(form, CalendarsForm)]
    lists = gather(scope, [form.holidays or {} for form in calendars])
    workflows: dict[str, Workflow] = {form.workflow: compile_workflow(scope, form) for form in forms if isinstance(form, WorkflowForm)}
    policies = {name: policy for form in forms if isinstance(form, SlaForm) for name, policy in compile_sla(scope, form).items()}
    messages = [form for form in forms if isinstance(form, MessagesForm)]
    caps = [found for form in messages if (found := compile_caps(form)) is not None]
    connections = [compile_connection(scope, form) for form in forms if isinstance(form, ConnectionForm)]
    rulebook = Rulebook(
        fingerprint="", timezone=scope.timezone, workflows=workflows,
        policies=dict(sorted(policies.items())),  # Decisions follow this order, and the order in a file means nothing.
        chains={name: chain for form in forms if isinstance(form, EscalationsForm) for name, chain in compile_chains(scope, form).items()},
        messages={name: message for form in messages for name, message in compile_messages(scope, form).items()},
        caps=caps[0] if caps else Caps(), costs=compile_costs(scope, messages),
        contacts=_contacts([compile_contacts(scope, form) for form in forms if isinstance(form, ContactsForm)]),
        calendars={name: calendar for form in calendars for name, calendar in compile_calendars(scope, form, lists).items()},
        disruptions=tuple(found for form in calendars for found in compile_disruptions(scope, form)),
        connections={connection.name: connection for connection in connections},
        reports=_reports(scope, forms),
        keeping=_keeping(scope, [form for form in forms if isinstance(form, KeepingForm)]),
        stories=tuple(story for form in forms if isinstance(form, StoriesForm) for story in compile_stories(scope, form)),
    )  # fmt: skip
    check_tables(scope, rulebook)
    return rulebook


def _keeping(scope: Scope, forms: list[KeepingForm]) -> Keeping | None:
    """One file says it all: of two nobody could say which holds."""
    for form in forms[1:]:
        zh, en = "保留期限写了两个文件", "two files say how long things are kept"
        scope.findings.add("F110", form.key_span("keep"), zh, en, fix=("合成一个文件", "make them one file"))
    kept = forms[0].keep if forms else None
    if kept is None:
        return None
    spans = {"": forms[0].key_span("keep"), **{key: kept.key_span(key) for key in kept.model_fields_set}}
    return Keeping(personal=kept.personal, texts=kept.texts, raw=kept.raw, history=kept.history, spans=spans)


def _reports(scope: Scope, forms: list[Form]) -> dict[str, ReportRound] | None:
    files = [form for form in forms if isinstance(form, ReportsForm)]
    has_mail = any(isinstance(form, ConnectionForm) and form.type == ConnectionType.SMTP.value for form in forms)
    rounds = {name: one for form in files for name, one in compile_reports(scope, form, has_mail=has_mail).items()}
    return rounds or None


def _contacts(parts: list[Contacts]) -> Contacts:
    return Contacts(
        people={name: person for part in parts for name, person in part.people.items()},
        tables={name: table for part in parts for name, table in part.tables.items()},
        roles={name: role for part in parts for name, role in part.roles.items()},
        rotas={name: rota for part in parts for name, rota in part.rotas.items()},
    )
