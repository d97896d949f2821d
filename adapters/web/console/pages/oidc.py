"""How does one come in with the company's account? Away to the identity provider, and back."""

import hashlib
import logging
from dataclasses import replace

from starlette.responses import Response

from adapters.web.console import oidc, sign_in
from adapters.web.console.accounts import LABEL_CHARS_MAX, NAME_CHARS_MAX, clean_name
from adapters.web.console.guard import way_back
from adapters.web.console.pages.login import signed_in
from adapters.web.console.visit import Page, Trouble, Visit
from engine.model.plain import plain
from engine.ports.staff import Access, User

log = logging.getLogger("waybill.console")
COOKIE, SECURE_COOKIE = "waybill_oidc", "__Host-waybill_oidc"
SECONDS = 600


def away(visit: Visit) -> Response:
    """To the provider. What proves the way back stays in this browser; nothing changes here."""
    secret = visit.console.nonce() + visit.console.nonce()
    try:
        where = _provider(visit).away_to(secret)
    except oidc.ProviderAway as problem:
        log.warning("the identity provider does not answer", extra={"why": str(problem)})
        raise Trouble(502, "oidc.away") from None
    response = Response(status_code=303, headers={"Location": where})
    # Lax: the way back comes from the provider's site.
    response.set_cookie(
        _cookie(visit),
        f"{secret}{way_back(visit.query.get('next', ''))}",
        max_age=SECONDS,
        path="/",
        httponly=True,
        samesite="lax",
        secure=visit.secure,
    )
    return response


def back(visit: Visit) -> Response:
    """From the provider: a session, for whom its groups give access. The cookie proves that this browser began it."""
    kept = visit.cookies.get(_cookie(visit), "")
    try:
        if visit.query.get("error") and kept:
            raise Trouble(403, "oidc.cancelled")
        user = _user(visit, _provider(visit).person(kept[:64], visit.query))
    except oidc.ProviderAway as problem:
        log.warning("the identity provider does not answer", extra={"why": str(problem)})
        raise Trouble(502, "oidc.away") from None
    except oidc.NotBelieved as problem:
        log.warning("a sign-in was not believed", extra={"why": str(problem), "address": visit.address})
        visit.did(sign_in.FAILED, who="-", detail=f"oidc: {problem}")
        raise Trouble(403, "oidc.refused") from None
    response = signed_in(visit, user, kept[64:])
    response.delete_cookie(_cookie(visit), path="/", httponly=True, samesite="lax", secure=visit.secure)
    return response


def _user(visit: Visit, person: oidc.Person) -> User:
    """The account of this person, as the groups say it now; made at the first sign-in. Areas and roles are ours to give."""
    staff = visit.stores.staff
    access = _provider(visit).access_of(person)
    known = next((one for one in staff.users() if one.subject == person.subject), None)
    if known is not None and known.disabled:
        visit.did(sign_in.FAILED, who=known.name, detail="oidc: disabled")
        raise Trouble(403, "oidc.disabled")
    if access is None:
        if known is not None:
            staff.end(user=known.name)
        visit.did(sign_in.FAILED, who=known.name if known else clean_name(person.name) or "-", detail="oidc: no access")
        raise Trouble(403, "oidc.no_access")
    label = plain(person.label).strip()[:LABEL_CHARS_MAX]
    if known is None:
        return _made(visit, person, access, label)
    now = replace(known, access=access, label=label or known.label)
    if now != known:
        staff.change(now)
        visit.did("user.change", who=known.name, about=known.name, why="oidc", detail=f"access: {known.access} -> {now.access}")
    return now


def _made(visit: Visit, person: oidc.Person, access: Access, label: str) -> User:
    """A name that somebody bears already is another person's, whatever the provider calls this one."""
    digest = hashlib.sha256(person.subject.encode()).hexdigest()[:6]
    name = clean_name(person.name)[: NAME_CHARS_MAX - 7]
    for candidate in filter(None, (name, f"{name or 'user'}-{digest}")):
        user = User(name=candidate, label=label, access=access, subject=person.subject, created_at=visit.console.now())
        if visit.stores.staff.add(user):
            visit.did("user.add", who=candidate, about=candidate, why="oidc", detail=access.value)
            return user
        there = visit.stores.staff.user(candidate)
        if there is not None and there.subject == person.subject:
            return there
    raise Trouble(409, "oidc.refused")


def _provider(visit: Visit) -> oidc.Provider:
    if visit.console.provider is None:
        raise Trouble(404)
    return visit.console.provider


def _cookie(visit: Visit) -> str:
    return SECURE_COOKIE if visit.secure else COOKIE


ROUTES = (
    Page(path="/oidc", act=away, least=None),
    Page(path="/oidc/back", act=back, least=None),
)
