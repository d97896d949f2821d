"""Is this provider's file whole? Accounts by reference, templates with their variables, limits, the door for receipts."""

import re

from engine.language.compile_text import compile_mark
from engine.language.diagnostics import did_you_mean
from engine.language.form_providers import ReceiptsForm, TemplateForm
from engine.language.form_types import Form
from engine.language.form_world import ConnectionForm
from engine.language.names import Scope
from engine.language.provider_keys import ALL_KEYS, EVERY, PROVIDERS, SECRETS
from engine.language.source import Part
from engine.model.connection import ReceiptDoor, Secret, Template

SECRET = re.compile(r"(env:[A-Za-z_][A-Za-z0-9_]*|file:\S+)")
"""`env:NAME` or `file:PATH`."""
RESEND = ".resend"
"""Of a template's name: the one for the marked second copy of a message."""


def provider_options(scope: Scope, form: ConnectionForm) -> dict[str, str]:
    """The provider's keys as options, checked against its type; a secret's value is its reference."""
    provider = PROVIDERS.get(form.type)
    written = {key: value for key in ALL_KEYS if (value := _value(form, key)) is not None}
    if provider is None:
        if form.type != "http":
            _strangers(scope, form, written, ())
        return written
    allowed = (*provider.needed, *provider.may, *EVERY)
    _strangers(scope, form, written, allowed)
    for key in provider.needed:
        if _value(form, key) is None:
            zh, en = f"{form.type} 要写 {key}", f"{form.type} needs {key}"
            fix = f"`{key}: env:名字`" if key in SECRETS else f"`{key}: …`"
            scope.findings.add("F102", form.span("type"), zh, en, fix=(f"补上 {fix}", f"add {fix}"))
    for key in written.keys() & set(SECRETS):
        if not SECRET.fullmatch(written[key]):
            say_literal(scope, form, (key,))
    if form.carries is not None and form.carries not in provider.channels:
        listed = "、".join(provider.channels)
        zh, en = f"{form.type} 不能送“{form.carries}”", f"{form.type} does not carry “{form.carries}”"
        scope.findings.add("F103", form.span("carries"), zh, en, fix=(f"可用:{listed}", f"it carries: {', '.join(provider.channels)}"))
    return written


def compile_templates(scope: Scope, form: ConnectionForm) -> dict[str, Template]:
    """`templates:` by message; each variable is filled by a mark of that message's workflow, such as `order_no` or `POLICY.due|time`."""
    found: dict[str, Template] = {}
    for name, template in (form.templates or {}).items():
        message = name.removesuffix(RESEND)
        if scope.refer("message", message, form.key_span("templates", name)):
            found[name] = _template(scope, template, scope.names.belongs["message"].get(message, ""))
    return found


def compile_receipts(scope: Scope, form: ReceiptsForm | None) -> ReceiptDoor | None:
    """`receipts:`; the token is a secret."""
    if form is None:
        return None
    for index, value in enumerate(form.token):
        if not SECRET.fullmatch(value):
            say_literal(scope, form, ("token", index))
    return ReceiptDoor(tokens=tuple(Secret(value) for value in form.token), allow_ips=tuple(form.allow_ips or ()))


def say_literal(scope: Scope, form: Form, at: tuple[Part, ...]) -> None:
    """A secret stands in the rules."""
    fix = ("写成 `env:名字`(环境变量)或 `file:路径`", "write `env:NAME` or `file:PATH`")
    scope.findings.add("F120", form.span(*at), "密码、密钥不能写在规则里", "a secret must not stand in the rules", fix=fix)


def _template(scope: Scope, form: TemplateForm, workflow: str) -> Template:
    filled = []
    for variable, mark in (form.fill or {}).items():
        filled.append((variable, compile_mark(scope, form.sheet, (*form.where, "fill", variable), mark, workflow)))
    return Template(code=form.code, fill=tuple(filled))


def _value(form: ConnectionForm, key: str) -> str | None:
    value = getattr(form, "from_" if key == "from" else key)
    return None if value is None else str(value)


def _strangers(scope: Scope, form: ConnectionForm, written: dict[str, str], allowed: tuple[str, ...]) -> None:
    for key in written:
        if key not in allowed:
            note, fix = did_you_mean(key, allowed)
            zh, en = f"{form.type} 没有“{key}”这个键", f"{form.type} has no key “{key}”"
            scope.findings.add("F101", form.key_span(key), zh, en, note=note, fix=fix)
