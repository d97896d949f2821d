"""What do we ask of a neighbour? Commands, polls and drop folders, compiled from their forms."""

import re
from collections.abc import Mapping
from dataclasses import replace

from engine.language.compile_json import json_text
from engine.language.compile_private import compile_private_ok
from engine.language.compile_providers import SECRET, say_literal
from engine.language.compile_text import marks_in
from engine.language.diagnostics import did_you_mean
from engine.language.form_outbound import AskForm, FilesForm, LoginForm, PollForm, RequestForm, SftpForm
from engine.language.form_types import Form
from engine.language.form_world import ConnectionForm
from engine.language.names import Scope
from engine.language.source import Path
from engine.model.connection import Drop, Fetch, Login, Outgoing, Poll, Retry, Secret, Sftp
from engine.model.span import Span

COMMAND_MARKS = ("key", "case")
STATUS_MARKS = ("reference",)
POLL_MARKS = ("since", "page", "next")
TRIES_MAX = 20
KEEP_TOKEN_SECONDS = 1200
OVERLAP_SECONDS = 600
FIRST_SECONDS = 86_400
REST_SECONDS = 60
TAKE = ("*.ready", "*.csv", "*.json", "*.jsonl", "*.xml", "*.x12", "*.edi", "*.txt")
_USER_IN_ADDRESS = re.compile(r"://[^/@\s]*@")


def address_of(scope: Scope, form: ConnectionForm) -> Secret | str | None:
    """`base_url`: of the environment, or literal; a literal one holds no user and password."""
    part = form.outbound or form.poll
    base = part.base_url if part else form.base_url
    if base is None or SECRET.fullmatch(base):
        return Secret(base) if base is not None else None
    if _USER_IN_ADDRESS.search(base):
        zh, en = "地址里不能写用户名和密码", "no user or password may stand in an address"
        fix = ("用 `basic_password: env:名字`", "use `basic_password: env:NAME`")
        scope.findings.add("F120", part.span("base_url") if part else form.span("base_url"), zh, en, fix=fix)
    return base


def compile_secrets(scope: Scope, form: ConnectionForm) -> dict[str, Secret]:
    """`secrets:` mark -> reference."""
    part = form.outbound or form.poll
    found: dict[str, Secret] = {}
    for name, value in ((part.secrets if part else None) or {}).items():
        if part is not None and not SECRET.fullmatch(value):
            say_literal(scope, part, ("secrets", name))
        found[name] = Secret(value)
    return found


def compile_commands(scope: Scope, form: ConnectionForm, secrets: Mapping[str, Secret]) -> dict[str, Outgoing]:
    """`outbound: commands:`; marks are the fields of every workflow."""
    fields = tuple(dict.fromkeys(name for workflow in scope.names.workflows.values() for name in workflow.fields))
    marks = (*fields, *COMMAND_MARKS, *secrets)
    by_key = (form.options or {}).get("dedup") == "by_key"
    requests = (form.outbound.commands if form.outbound else None) or {}
    return {name: compile_request(scope, name, request, marks, by_key=by_key) for name, request in requests.items()}


def compile_request(scope: Scope, name: str, form: RequestForm, marks: tuple[str, ...], *, by_key: bool = False) -> Outgoing:
    """A command, or how a message is handed over."""
    _check_saved(scope, form)
    reference = form.reference
    asked = _ask(scope, f"{name}.status_of", form.status_of, (*marks, *STATUS_MARKS)) if form.status_of else None
    compiled = _ask(
        scope, name, form, marks,
        reason_at=form.reason_at or "", reference_at=reference.at if reference else "",
        save_as=(reference.save_as or "") if reference else "", retry=_retry(scope, form, by_key=by_key), status_of=asked, human=bool(form.human),
    )  # fmt: skip
    permitted = compile_private_ok(scope, form, form.private_ok or (), marks_shown(compiled), tuple(scope.names.workflows))
    return replace(compiled, private_ok=permitted)


def marks_shown(request: Outgoing) -> list[str]:
    """Names of the marks that a request fills in, those of asking after it included; in the order written, once each."""
    texts = [request.path, request.json or "", *request.form.values(), request.xml or "", request.text or "", *request.headers.values()]
    own = [mark.partition("|")[0] for text in texts for mark, _ in marks_in(text)]
    return list(dict.fromkeys([*own, *(marks_shown(request.status_of) if request.status_of else ())]))


def compile_login(scope: Scope, form: LoginForm | None, secrets: Mapping[str, Secret]) -> Login | None:
    """`login:`; marks are the secrets."""
    if form is None:
        return None
    prefix = form.prefix if form.prefix is not None else "Bearer " if form.header is None else ""
    return Login(
        request=_ask(scope, "login", form, tuple(secrets)), token_at=form.token_at, header=form.header or "Authorization",
        prefix=prefix, keep_seconds=form.keep or KEEP_TOKEN_SECONDS,
    )  # fmt: skip


def compile_poll(scope: Scope, form: PollForm | None, secrets: Mapping[str, Secret]) -> Poll | None:
    """`poll:`; the request must ask for what is new, or it would fetch everything each time."""
    if form is None:
        return None
    marks = (*POLL_MARKS, *secrets)
    since, pages = form.since, form.pages
    return Poll(
        request=_ask(scope, "poll", form.request, marks), every_seconds=max(1, form.every),
        overlap_seconds=since.overlap if since and since.overlap is not None else OVERLAP_SECONDS,
        first_seconds=since.first if since and since.first is not None else FIRST_SECONDS,
        format=since.format if since else None, timezone=since.timezone if since else None,
        page_first=pages.first if pages and pages.first is not None else 1, page_size=pages.size if pages else None,
        next_at=(pages.next_at or "") if pages else "", at_most=form.at_most,
        fetch=Fetch(each=form.fetch.each or "", id_at=form.fetch.id, request=_ask(scope, "fetch", form.fetch, ("id", *marks))) if form.fetch else None,
    )  # fmt: skip


def compile_drop(scope: Scope, form: FilesForm | None) -> Drop | None:
    """`files:`; a literal folder lies below the daemon's own, elsewhere only the environment may point."""
    if form is None:
        return None
    literal = not SECRET.fullmatch(form.folder)
    if literal and form.sftp is None and (form.folder.startswith(("/", "~")) or ".." in form.folder.split("/")):
        fix = ("写成 `env:名字`", "write `env:NAME`")
        scope.findings.add("F110", form.span("folder"), "规则里的文件夹只能是相对路径", "a folder in the rules is a relative path", fix=fix)
    for key in ("archive", "quarantine", "answers"):
        value = getattr(form, key)
        if value is not None and (not value or "/" in value or value.startswith(".")):
            scope.findings.add("F110", form.span(key), f"{key} 是文件夹里的一个子文件夹名", f"{key} names a folder inside the folder")
    return Drop(
        folder=form.folder if literal else Secret(form.folder), take=tuple(form.take or TAKE),
        rest_seconds=form.rest if form.rest is not None else REST_SECONDS, archive=form.archive or "archive",
        quarantine=form.quarantine or "quarantine", answers=form.answers or "", sftp=_sftp(scope, form.sftp),
    )  # fmt: skip


def check_ways(scope: Scope, form: ConnectionForm) -> None:
    """Each type has its own way in, and no other's."""
    wants = {"poll": form.poll, "files": form.files}
    for name, part in wants.items():
        if form.type == name and part is None:
            scope.findings.add("F102", form.span("type"), f"{name} 要写 {name}", f"{name} needs `{name}:`")
        if form.type != name and part is not None:
            scope.findings.add("F101", form.key_span(name), f"{form.type} 没有“{name}”这个键", f"{form.type} has no key “{name}”")
    if form.type in wants and form.inbound is None:
        scope.findings.add("F102", form.span("type"), f"{form.type} 要写 inbound:怎样读", f"{form.type} needs `inbound:`: how it is read")
    if form.type in wants and form.inbound is not None:
        for key in ("path", "signature"):
            if getattr(form.inbound, key) is not None:
                zh, en = f"{form.type} 是我们自己去取,不写 {key}", f"{form.type} fetches by itself and has no {key}"
                scope.findings.add("F101", form.inbound.key_span(key), zh, en)
    if form.inbound is not None and form.inbound.path is None and form.type not in wants:
        scope.findings.add("F102", form.inbound.key_span(), "inbound 要写 path:对方往哪里报", "inbound needs a path: where they post to")
    if form.outbound is not None and form.poll is not None:
        scope.findings.add("F110", form.key_span("outbound"), "轮询和指令分成两个对接", "a poll and commands are two connections")


def _ask(
    scope: Scope, name: str, form: AskForm, marks: tuple[str, ...], *, reason_at: str = "", reference_at: str = "", save_as: str = "",
    retry: Retry | None = None, status_of: Outgoing | None = None, human: bool = False,
) -> Outgoing:  # fmt: skip
    _check_marks(scope, form, form.path, ("path",), marks)
    for key in ("json", "form", "xml", "text", "headers"):
        written = form.json_ if key == "json" else getattr(form, key)
        _check_marks(scope, form, written, (key,), marks)
    return Outgoing(
        name=name, method=form.method or "", path=form.path or "",
        json=json_text(form.sheet, (*form.where, "json")) if form.json_ is not None else None, form=dict(form.form or {}), xml=form.xml,
        text=form.text, headers=dict(form.headers or {}), ok_when=dict(form.ok_when or {}), refused_when=dict(form.refused_when or {}),
        reason_at=reason_at, reference_at=reference_at, save_as=save_as, retry=retry, status_of=status_of, human=human, span=form.key_span(),
    )  # fmt: skip


def _retry(scope: Scope, form: RequestForm, *, by_key: bool) -> Retry | None:
    if form.retry is None:
        return None
    unsure = [word for word in form.retry.when if word in ("no_answer", "5xx")]
    if unsure and not by_key and form.method != "GET":
        zh, en = f"{unsure[0]} 是结果不明,重发会做两遍", f"after {unsure[0]} it may have been done; again would do it twice"
        fix = (
            "对方认去重键时写 `options: {dedup: by_key}`,否则去掉",
            "with a neighbour that honours keys write `options: {dedup: by_key}`; else leave it out",
        )
        scope.findings.add("F110", form.retry.span("when"), zh, en, fix=fix)
    times = form.retry.times if form.retry.times is not None else len(form.retry.waits or ()) + 1 if form.retry.waits else 8
    if not 1 <= times <= TRIES_MAX:
        scope.findings.add("F110", form.retry.span("times"), f"次数在 1 到 {TRIES_MAX} 之间", f"times is between 1 and {TRIES_MAX}")
    return Retry(when=tuple(form.retry.when), waits=tuple(form.retry.waits or ()), times=times)


def _check_saved(scope: Scope, form: RequestForm) -> None:
    name = form.reference.save_as if form.reference else None
    if name is None or form.reference is None:
        return
    typed = [workflow.typed[name] for workflow in scope.names.workflows.values() if name in workflow.typed]
    if not typed and not any(name in workflow.fields for workflow in scope.names.workflows.values()):
        note, fix = did_you_mean(name, [field for workflow in scope.names.workflows.values() for field in workflow.fields])
        scope.findings.add(
            "R302", form.reference.span("save_as"), f"没有登记字段“{name}”", f"no field is called “{name}”", note=note, fix=fix
        )


def _sftp(scope: Scope, form: SftpForm | None) -> Sftp | None:
    if form is None:
        return None
    for key in ("password", "key"):
        value = getattr(form, key)
        if value is not None and not SECRET.fullmatch(value):
            say_literal(scope, form, (key,))
    return Sftp(
        host=form.host, port=form.port or 22, user=form.user, host_key=form.host_key,
        password=Secret(form.password) if form.password else None, key=Secret(form.key) if form.key else None,
    )  # fmt: skip


def _check_marks(scope: Scope, form: Form, written: object, at: Path, marks: tuple[str, ...]) -> None:
    """Every `{mark}` in the texts below a key."""
    if isinstance(written, dict):
        for key, value in written.items():
            _check_marks(scope, form, value, (*at, str(key)), marks)
    elif isinstance(written, list):
        for index, value in enumerate(written):
            _check_marks(scope, form, value, (*at, index), marks)
    elif isinstance(written, str):
        for mark, offset in marks_in(written):
            _unknown_mark(scope, form.sheet.inside((*form.where, *at), offset, len(mark) + 2), mark, marks)


def _unknown_mark(scope: Scope, span: Span, mark: str, marks: tuple[str, ...]) -> None:
    name = mark.partition("|")[0]
    if name not in marks:
        note, fix = did_you_mean(name, marks)
        scope.findings.add("N401", span, f"“{{{mark}}}”不是已登记的字段", f"“{{{mark}}}” is no known mark", note=note, fix=fix)
