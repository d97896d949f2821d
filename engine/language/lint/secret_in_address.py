"""Does a password stand in an address or a request?

secret-in-address (W533)

What it finds: a user and password, or a key, token or signature with a literal value, in `base_url`, a path, a body or a form.
Why it matters: rule files are copied, mailed and shown on screens; whoever sees one can act in our name.
Example: `base_url: https://api.example.com/send?access_token=8f3a0c77d2` or `json: {apiKey: 8f3a0c77d2}`.
Better: `base_url: env:CHAT_URL`, or the provider's option `bearer_token: env:CHAT_TOKEN`.
When to allow it: never; a literal secret is an error.
"""

import json
import re
from collections.abc import Iterator
from datetime import date

from engine.language.diagnostics import Findings
from engine.model.connection import Connection, Outgoing
from engine.model.rulebook import Rulebook
from engine.model.span import Span

_NAME = r"(?:access_?token|token|api_?key|app_?key|app_?secret|secret|secret_?key|password|passwd|pwd|sign(?:ature)?|key)"
_QUERY = re.compile(rf"[?&]({_NAME})=([^&{{}}\s]+)", re.IGNORECASE)
_USER = re.compile(r"://[^/@\s:]+:[^/@\s]+@")
_KEY = re.compile(rf"(?:.*[_-])?{_NAME}", re.IGNORECASE)
_LITERAL = re.compile(r"(?=.*\d)[A-Za-z0-9+/=_-]{8,}")
"""A value that looks made by a machine; words of a provider's vocabulary have no digits, or are short."""


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report addresses and bodies with a literal secret."""
    for connection in rulebook.connections.values():
        for span, where in _found(connection):
            fix = ("写成 `env:名字`(环境变量)或 `file:路径`", "write `env:NAME` or `file:PATH`")
            findings.add("W533", span, f"{where} 里有明文的密码或密钥", f"a secret stands in {where}", fix=fix)


def _found(connection: Connection) -> Iterator[tuple[Span, str]]:
    if isinstance(connection.base_url, str) and _in_address(connection.base_url):
        yield connection.span, "base_url"
    for request in (*connection.commands.values(), *([connection.send] if connection.send else [])):
        if _in_address(request.path):
            yield request.span, f"{request.name}.path"
        yield from (
            (request.span, f"{request.name}.{key}") for key, value in _pairs(request) if _KEY.fullmatch(key) and _LITERAL.fullmatch(value)
        )


def _in_address(address: str) -> bool:
    return bool(_USER.search(address) or any(not value.startswith("env:") for _, value in _QUERY.findall(address)))


def _pairs(request: Outgoing) -> Iterator[tuple[str, str]]:
    yield from request.form.items()
    if request.json is not None:
        yield from _leaves("", json.loads(request.json))


def _leaves(key: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(str(name), inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(key, inner)
    elif isinstance(value, str):
        yield key, value
