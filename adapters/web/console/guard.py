"""May this person do this? Session, permission, origin and token are looked at here, for every page alike."""

import hmac
from collections.abc import Mapping
from typing import cast
from urllib.parse import quote, urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.types import Message

from adapters.web.console.looks import Looks
from adapters.web.console.sign_in import csrf_of, holder_of
from adapters.web.console.visit import PREFIX, Console, Page, Trouble, Visit
from adapters.web.console.words import LANGS
from engine.ports.staff import Session, User

BODY_BYTES_MAX = 2 * 1024 * 1024
COOKIE, SECURE_COOKIE = "waybill_desk", "__Host-waybill_desk"
LANG, THEME = "waybill_lang", "waybill_theme"
LOGIN = f"{PREFIX}/login"


class NotSignedIn(Exception):
    """Asks for the login page, and for the way back from it."""

    def __init__(self, back: str) -> None:
        super().__init__("not signed in")
        self.back = back


def admit(console: Console, looks: Looks, request: Request, page: Page, form: FormData) -> Visit:
    """The visit, if it may be made. Raises NotSignedIn, Trouble."""
    visit = stranger(console, looks, request, page)
    held = holder_of(console.stores.staff, visit.token, console.now(), uses=page.path != "/stream") if visit.token else None
    if held is not None:
        visit.user, visit.session = held
    visit.form = form
    if page.least is not None:
        _permitted(visit, held, request)
    if page.method != "GET":
        _from_our_page(console, request)
        offered = request.headers.get("x-csrf-token") or str(form.get("csrf", ""))
        if not visit.token or not hmac.compare_digest(offered.encode("utf-8", "replace"), visit.csrf.encode()):
            raise Trouble(403, "frame.trouble_token")
    return visit


def stranger(console: Console, looks: Looks, request: Request, page: Page) -> Visit:
    """The visit of whom nobody knows yet."""
    secure = is_secure(console, request)
    token = request.cookies.get(SECURE_COOKIE if secure else COOKIE, "")[:64]
    theme = request.cookies.get(THEME, "")
    return Visit(
        console=console, looks=looks, kept=looks.kept, page=page, path=request.url.path, lang=lang_of(request.headers, request.cookies, console.lang),
        theme=theme if theme in ("light", "dark") else "", csrf=csrf_of(token), token=token, secure=secure,
        address=request.client.host if request.client else "", query=request.query_params, headers=request.headers,
        cookies=request.cookies, params={name: str(value) for name, value in request.path_params.items()},
    )  # fmt: skip


def _permitted(visit: Visit, held: tuple[User, Session] | None, request: Request) -> None:
    if held is None:
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        raise NotSignedIn(asked if request.method == "GET" and not visit.partial else "")
    least = visit.page.least
    if least is None or not held[0].access.covers(least):
        raise Trouble(403, least=visit.say(f"frame.access_{least}"))


def _from_our_page(console: Console, request: Request) -> None:
    """Browsers say where a request comes from; a client that says nothing must still know the token."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin", "")
    if site != "same-origin" or (origin and origin != (console.origin or f"{request.url.scheme}://{request.headers.get('host', '')}")):
        raise Trouble(403, "frame.trouble_origin")


def is_secure(console: Console, request: Request) -> bool:
    """Whether browsers reach us by https."""
    return console.origin.startswith("https://") or request.url.scheme == "https"


def lang_of(headers: Mapping[str, str], cookies: Mapping[str, str], default: str) -> str:
    """By choice, else as the browser prefers, else as the console was started."""
    if cookies.get(LANG) in LANGS:
        return cookies[LANG]
    for part in headers.get("accept-language", "").split(","):
        if part.strip()[:2].lower() in LANGS:
            return part.strip()[:2].lower()
    return default


def way_back(text: str) -> str:
    """Where to go after the login: an address of the console, or the board."""
    parts = urlsplit(text)
    fine = text.startswith(f"{PREFIX}/") and not parts.scheme and not parts.netloc and "\\" not in text and not text.startswith(LOGIN)
    return text if fine else f"{PREFIX}/board"


def to_login(back: str, said: str = "") -> str:
    """The address of the login page."""
    return f"{LOGIN}?next={quote(back, safe='')}" + (f"&said={said}" if said else "")


async def read_form(request: Request) -> FormData:
    """The form of a POST, at most 2 MB. Raises Trouble 413."""
    size = 0

    async def capped() -> Message:
        nonlocal size
        message = await request.receive()
        size += len(cast(bytes, message.get("body", b"")))
        if size > BODY_BYTES_MAX:
            raise Trouble(413)
        return message

    return await Request(request.scope, capped).form(max_files=4, max_fields=500, max_part_size=BODY_BYTES_MAX)
