"""What request does this command or message become? Marks filled into method, path, body and headers; pure.

Unfillable    a mark has no value where one is needed, or the connection's address is not one
"""

import json
import re
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from adapters.signing import json_tree
from adapters.signing.json_tree import Tree
from engine.model.connection import Outgoing

_MARK = re.compile(r"\{([^{}]+)\}")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
REQUEST_BYTES_MAX = 256 * 1024


class Unfillable(Exception):
    """The request cannot be made. `ours`: the connection file or a setting is wrong, not this one case."""

    def __init__(self, why: str, *, ours: bool) -> None:
        super().__init__(why)
        self.ours = ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request, complete but for its signature."""

    method: str
    url: str
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    private: bool = True
    """May it go into the house's own network? No where the rules name the address, unless they say so."""


def build(outgoing: Outgoing, base_url: str, marks: Mapping[str, str], *, key: str) -> Request:
    """Fill the marks. `marks`: name -> text, blank if the case has none. Raises Unfillable.

    JSON values are put into the parsed structure, path parts percent-encoded and form fields encoded, so that no
    value can change what stands around it.
    """
    method = outgoing.method.upper()
    if method not in METHODS:
        raise Unfillable(f"no such method: {outgoing.method}", ours=True)
    url = _address(base_url) + _path(outgoing.path, marks)
    headers = {"idempotency-key": key, "user-agent": "waybill", "accept": "application/json, */*;q=0.5", "accept-encoding": "identity"}
    body = b""
    if outgoing.json is not None:
        body = json.dumps(_filled(_template(outgoing.json), marks), ensure_ascii=False, separators=(",", ":")).encode("utf-8")
        headers["content-type"] = "application/json; charset=utf-8"
    elif outgoing.xml is not None:
        body = _MARK.sub(lambda found: escape(_printable(_mark(found[1], marks)), {'"': "&quot;", "'": "&apos;"}), outgoing.xml).encode(
            "utf-8"
        )
        headers["content-type"] = "application/xml; charset=utf-8"
    elif outgoing.text is not None:
        body = _text(outgoing.text, marks).encode("utf-8")
        headers["content-type"] = "text/plain; charset=utf-8"
    elif outgoing.form:
        form = urllib.parse.urlencode({name: _text(template, marks) for name, template in outgoing.form.items()})
        if method == "GET":
            url += ("&" if "?" in url else "?") + form
        else:
            body = form.encode("ascii")
            headers["content-type"] = "application/x-www-form-urlencoded"
    headers |= {name.lower(): _header(template, marks) for name, template in outgoing.headers.items()}
    if len(body) + len(url) > REQUEST_BYTES_MAX:
        raise Unfillable("the request is too large", ours=False)
    return Request(method=method, url=url, body=body, headers=headers)


def _address(base_url: str) -> str:
    parts = urllib.parse.urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise Unfillable("base_url is not an http(s) address", ours=True)
    if "@" in parts.netloc:
        # It would be read as a password, and shown wherever an address is.
        raise Unfillable("base_url holds a user or password; use basic_password", ours=True)
    return base_url.rstrip("/")


def _path(template: str, marks: Mapping[str, str]) -> str:
    def fill(found: re.Match[str]) -> str:
        value = _mark(found[1], marks)
        if not value.strip():
            raise Unfillable(f"{found[1]} is blank and stands in the address", ours=False)
        if set(value) == {"."}:
            # `..` would climb to another path, and servers read it so even when it is encoded.
            raise Unfillable(f"{found[1]} is only dots and stands in the address", ours=False)
        return urllib.parse.quote(value, safe="")

    path = _MARK.sub(fill, template)
    return path if path.startswith("/") or not path else "/" + path


def _template(text: str) -> Tree:
    try:
        return json_tree.parse(text.encode("utf-8"))
    except json_tree.Unreadable as problem:
        raise Unfillable(f"the body template is not JSON: {problem}", ours=True) from None


def _filled(node: Tree, marks: Mapping[str, str]) -> Tree:
    if isinstance(node, dict):
        return {name: _filled(child, marks) for name, child in node.items()}
    if isinstance(node, list):
        return [_filled(child, marks) for child in node]
    if isinstance(node, str):
        return _text(node, marks)
    if node is None or isinstance(node, bool | int):
        return node
    return float(str(node))


def _text(template: str, marks: Mapping[str, str]) -> str:
    return _MARK.sub(lambda found: _mark(found[1], marks), template)


def _header(template: str, marks: Mapping[str, str]) -> str:
    """One line of printable ASCII; a line end would begin another header."""
    value = _text(template, marks)
    if not value.isascii() or not value.isprintable():
        raise Unfillable("a header takes printable ASCII only", ours=False)
    return value


def _printable(text: str) -> str:
    """XML has no way to write control characters."""
    return "".join(letter for letter in text if letter.isprintable() or letter in "\t\n")


def _mark(name: str, marks: Mapping[str, str]) -> str:
    # `check` knows every mark that may stand here; one without a value now is a field the case has not got. A format
    # (`|time`) belongs to texts, which are rendered before they come here.
    value = marks.get(name.partition("|")[0], "")
    # A lone surrogate, as broken input leaves behind, cannot be written in UTF-8.
    return value.encode("utf-8", "replace").decode("utf-8")
