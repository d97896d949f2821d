"""Which private fields may be shown here? `private_ok`, by name: each a private field that this text or request really shows."""

from collections.abc import Collection, Sequence

from engine.language.diagnostics import did_you_mean
from engine.language.form_types import Form
from engine.language.names import Scope


def compile_private_ok(
    scope: Scope, form: Form, allowed: Sequence[str], shown: Collection[str], workflows: Collection[str]
) -> tuple[str, ...]:
    """The names. `shown`: the marks of the text or request; `workflows`: whose fields they are.

    A permission that nothing needs is an error: it would silently cover what somebody writes later.
    """
    known = [scope.names.workflows[name] for name in workflows if name in scope.names.workflows]
    for index, name in enumerate(allowed):
        place = form.span("private_ok", index)
        if not any(name in workflow.fields for workflow in known):
            note, fix = did_you_mean(name, sorted({field for workflow in known for field in workflow.fields}))
            scope.findings.add("R302", place, f"没有登记字段“{name}”", f"no field is called “{name}”", note=note, fix=fix)
            continue
        typed = [workflow.typed[name] for workflow in known if name in workflow.typed]
        why = (
            ("这里没有用到它", "nothing here shows it") if name not in shown else ("它没有写 private: yes", "it does not say private: yes")
        )
        if name not in shown or (typed and not any(field.private for field in typed)):
            fix = ("从 private_ok 里去掉它", "leave it out of private_ok")
            scope.findings.add("F110", place, f"“{name}”用不着允许:{why[0]}", f"“{name}” needs no permission: {why[1]}", fix=fix)
    return tuple(allowed)
