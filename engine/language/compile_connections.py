"""How do we speak with a neighbour? A connection form -> reports in, commands out; secrets by reference only."""

import re

from engine.language.compile_inbound import compile_inbound
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
from engine.language.form_world import ConnectionForm
from engine.language.names import Scope, beside
from engine.model.connection import Connection, ConnectionType
from engine.model.message import Cap

PARCEL_MARKS = ("number", "text", "key", "message", "case", "sign")
"""What a provider's request may fill in."""


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
        usual_lag_seconds=form.usual_lag or 0, heard_every_seconds=form.heard_every, inbound=compile_inbound(scope, form.inbound) if form.inbound else None,
        base_url=address_of(scope, form), commands=compile_commands(scope, form, secrets),
        login=compile_login(scope, part.login if part else None, secrets), secrets=secrets, poll=compile_poll(scope, form.poll, secrets),
        drop=compile_drop(scope, form.files), send=compile_request(scope, "send", form.send, PARCEL_MARKS) if form.send else None, options=options,
        templates=compile_templates(scope, form), per_number=_caps(form.limits.per_number if form.limits else None), at_most=_caps(form.limits.at_most if form.limits else None),
        receipts=compile_receipts(scope, form.receipts),
        samples=tuple(beside(form.sheet.file, sample) for sample in (form.inbound.samples if form.inbound else None) or ()), span=form.span("connection"),
    )  # fmt: skip


def _caps(written: list[Cap] | None) -> tuple[Cap, ...]:
    return tuple(written or ())


def _check_options(scope: Scope, form: ConnectionForm, options: dict[str, str]) -> None:
    for name, value in (form.options or {}).items():
        if re.search(r"secret|password|token|_key$|_sk$", name) and not SECRET.fullmatch(value):
            say_literal(scope, form, ("options", name))
