"""How does an answer look? Templates, what each of them knows, files of ours, and the headers that keep strangers out."""

import hashlib
import json
import mimetypes
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from adapters.web.console.jobs import Jobs
from adapters.web.console.kept import Kept
from adapters.web.console.numbers import Numbers
from adapters.web.console.visit import PREFIX, Visit
from adapters.web.console.words import all_words, say

HERE = Path(__file__).parent
STATIC = HERE / "static"
CSP = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}
"""On every answer; a page that needs another policy sets it itself."""
HTMX = {
    "allowEval": False, "selfRequestsOnly": True, "includeIndicatorStyles": False, "historyCacheSize": 0, "timeout": 20000,
    "responseHandling": [
        {"code": "204", "swap": False}, {"code": "[23]..", "swap": True}, {"code": "422", "swap": True},
        {"code": "[45]..", "swap": False, "error": True},
    ],
}  # fmt: skip
_YEAR = "public, max-age=31536000, immutable"


class Looks:
    """The templates and static files of one console."""

    def __init__(self, numbers: Numbers, menu: Mapping[str, tuple[str, str, object]]) -> None:
        """`menu`: see menu.MENU, less what is not there."""
        self._numbers = numbers
        self.kept = Kept(numbers.monotonic)
        self.jobs = Jobs(numbers.monotonic)
        self._menu = menu
        self._files: dict[str, tuple[float, bytes, str]] = {}
        self._jinja = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
            extensions=["jinja2.ext.do"],
        )  # fmt: skip
        self._jinja.globals |= {"asset": self.asset, "PREFIX": PREFIX, "htmx_config": json.dumps(HTMX)}

    def show(self, visit: Visit, template: str, status: int, values: Mapping[str, object]) -> Response:
        """HTML of a template."""
        said = visit.query.get("said", "")
        known: dict[str, object] = {
            "visit": visit, "user": visit.user, "lang": visit.lang, "t": visit.say, "may": visit.may, "csrf": visit.csrf,
            "menu": [(key, path, letter) for key, (path, letter, least) in self._menu.items() if visit.user and visit.user.access.covers(least)],  # type: ignore[arg-type]  # An Access.
            "menu_keys": frozenset(self._menu), "numbers": self._numbers.four(), "now": visit.now,
            "said": visit.say(said) if said in all_words() else "",
            "hour": lambda at: at.astimezone(visit.zone).strftime("%m-%d %H:%M") if at else "—",
            "instant": lambda at: at.astimezone(visit.zone).strftime("%Y-%m-%d %H:%M:%S") if at else "—",
            "iso": lambda at: at.astimezone(visit.zone).isoformat(timespec="seconds"),
            "long": lambda amount: long(amount, visit.lang),
        }  # fmt: skip
        return HTMLResponse(self._jinja.get_template(template).render(known | dict(values)), status_code=status)

    def asset(self, name: str) -> str:
        """The address of a file under static/, which changes when the file does."""
        return f"{PREFIX}/static/{name}?v={self._file(name)[2]}"

    def static(self, name: str, version: str, known: str) -> Response:
        """A file under static/; 404 for anything else. `known`: the ETag the browser holds."""
        if not _inside(name):
            return Response(status_code=404)
        _, body, tag = self._file(name)
        headers = {"ETag": f'"{tag}"', "Cache-Control": _YEAR if version == tag else "no-cache"}
        if known == f'"{tag}"':
            return Response(status_code=304, headers=headers)
        kind = "text/javascript" if name.endswith(".js") else mimetypes.guess_type(name)[0] or "application/octet-stream"
        return Response(body, media_type=kind, headers=headers)

    def _file(self, name: str) -> tuple[float, bytes, str]:
        path = STATIC / name
        changed = path.stat().st_mtime
        held = self._files.get(name)
        if held is None or held[0] != changed:
            body = path.read_bytes()
            held = self._files[name] = (changed, body, hashlib.sha256(body).hexdigest()[:12])
        return held


def long(amount: timedelta | float | None, lang: str) -> str:
    """How long, in one unit: 40 秒, 12 分, 3 小时, 2 天."""
    if amount is None:
        return "—"
    seconds = abs(amount.total_seconds() if isinstance(amount, timedelta) else amount)
    for unit, size, until in (("seconds", 1, 60), ("minutes", 60, 5400), ("hours", 3600, 172800)):
        if seconds < until:
            return say(f"frame.{unit}", lang, n=int(seconds // size))
    return say("frame.days", lang, n=int(seconds // 86400))


def since(then: datetime, now: datetime) -> float:
    """Seconds from then to now, at least 0."""
    return max(0.0, (now - then).total_seconds())


def _inside(name: str) -> bool:
    path = (STATIC / name).resolve()
    return path.is_relative_to(STATIC.resolve()) and path.is_file()
