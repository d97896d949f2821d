"""How does one come in, and go? Login, logout, and the choice of language and colours."""

from starlette.responses import Response

from adapters.web.console import sign_in
from adapters.web.console.guard import COOKIE, LANG, SECURE_COOKIE, THEME, way_back
from adapters.web.console.sign_in import csrf_of
from adapters.web.console.visit import PREFIX, Page, Visit
from adapters.web.console.words import LANGS
from engine.model.plain import plain
from engine.ports.staff import User

NAME_CHARS_MAX = 60
YEAR_SECONDS = 365 * 86400


def ask(visit: Visit) -> Response:
    """The form. It carries a token as every form does: that of a cookie that signs nobody in."""
    if visit.user is not None:
        return visit.go("/board")
    return _form(visit)


def enter(visit: Visit) -> Response:
    """Name and password; a new token, whatever the browser held before."""
    name, password = plain(visit.text("name", NAME_CHARS_MAX)), str(visit.form.get("password", ""))
    stores, now = visit.stores, visit.console.now()
    if sign_in.too_many(stores.trail, name, visit.address, now):
        return _form(visit, 429, "login.throttled", name)
    user = sign_in.proven(stores.staff, name, password)
    if user is None:
        visit.did(sign_in.FAILED, who=name or "-")
        return _form(visit, 422, "login.wrong", name)
    return signed_in(visit, user, visit.text("next"))


def signed_in(visit: Visit, user: User, back: str) -> Response:
    """A session for whoever was proven, under a new token; on to where this person wanted."""
    staff = visit.stores.staff
    if visit.session is not None:
        staff.end(digest=visit.session.digest)
    token = visit.console.nonce()
    sign_in.begin(staff, user, token, visit.console.now(), visit.address, visit.headers.get("user-agent", ""))
    visit.did("login.done", who=user.name)
    response = Response(status_code=303, headers={"Location": way_back(back)})
    _keep(visit, response, token)
    return response


def leave(visit: Visit) -> Response:
    """The session ends; its cookie goes."""
    if visit.session is not None:
        visit.stores.staff.end(digest=visit.session.digest)
        visit.did("login.out")
    response = Response(status_code=303, headers={"Location": f"{PREFIX}/login?said=login.out"})
    _keep(visit, response, "")
    return response


def prefer(visit: Visit) -> Response:
    """Language, light or dark: kept by the browser for a year."""
    response = Response(status_code=303, headers={"Location": way_back(visit.text("next")) if visit.user else f"{PREFIX}/login"})
    for name, value, known in ((LANG, visit.text("lang"), LANGS), (THEME, visit.text("theme"), ("light", "dark"))):
        if value in known:
            response.set_cookie(name, value, max_age=YEAR_SECONDS, path="/", httponly=True, samesite="lax", secure=visit.secure)
    return response


def _form(visit: Visit, status: int = 200, problem: str = "", name: str = "") -> Response:
    fresh = "" if visit.token else visit.console.nonce()
    if fresh:
        visit.csrf = csrf_of(fresh)
    minutes = int(sign_in.TRY_WITHIN.total_seconds() // 60)
    back = visit.text("next") or visit.query.get("next", "")
    response = visit.show(
        "login.html", status=status, problem=problem, minutes=minutes, name=name, next=back, nobody=not visit.stores.staff.users(),
        company=visit.console.provider.settings.label or visit.say("oidc.button") if visit.console.provider else "",
    )  # fmt: skip
    if fresh:
        _keep(visit, response, fresh)
    return response


def _keep(visit: Visit, response: Response, token: str) -> None:
    name = SECURE_COOKIE if visit.secure else COOKIE
    if token:
        response.set_cookie(name, token, path="/", httponly=True, samesite="lax", secure=visit.secure)
    else:
        response.delete_cookie(name, path="/", httponly=True, samesite="lax", secure=visit.secure)


ROUTES = (
    Page(path="/login", act=ask, least=None),
    Page(path="/login", method="POST", act=enter, least=None),
    Page(path="/logout", method="POST", act=leave, least=None),
    Page(path="/prefer", method="POST", act=prefer, least=None),
)
