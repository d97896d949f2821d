"""May a customer see this case, and what is it asked? The page behind a signed link: no session, no script, one case (R104, R1, R38)."""

import hashlib
import logging
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from adapters.signing.customer_link import ExpiredLink, LinkProblem, case_of_link
from adapters.web.customer_view import Asked, View, filled_ticket, view_of, wall
from adapters.web.customer_words import LANGS, say
from adapters.web.turnstile import Pace, Turnstile
from engine.model.customer import CustomerTicket
from engine.ports.directory import CaseRow
from engine.ports.store import StoreUnavailable
from engine.service.desk import Answer, Desk, Incoming, Problem, Said

log = logging.getLogger("waybill.customer")
HERE = Path(__file__).parent / "customer_pages"
PREFIX = "/t"
SOURCE = "customer"
FORM_BYTES_MAX = 16 * 1024
LOOKS, LOOKS_OF_ADDRESS = Pace(30, 60), Pace(120, 60)
"""Looks with one link, and from one address."""
WORDS_SENT, WORDS_OF_ADDRESS = Pace(5, 600), Pace(20, 600)
"""Forms sent with one link, and from one address."""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # The address is the key to the page: it is told to nobody, kept by nobody, found by nobody.
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_ONCE = re.compile(r"[0-9a-f]{32}")


class _No(Exception):
    """Ends a visit: `<key>` is what is wrong, `<key>_next` what to do."""

    def __init__(self, status: int, key: str, *, wait: float = 0) -> None:
        super().__init__(key)
        self.status = status
        self.key = key
        self.wait = wait


@dataclass(frozen=True, slots=True, kw_only=True)
class _Visit:
    """One request, before anything is believed of it."""

    token: str
    lang: str
    address: str
    form: Mapping[str, str] | None = None
    """None: only looking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerDoor:
    """`routes` for a server."""

    desk: Desk
    keys: Sequence[str] = field(repr=False)
    """Of the links, the newest first; none: there are no links, and every address is answered as a wrong one."""
    monotonic: Callable[[], float]
    nonce: Callable[[], str]
    """32 hex digits nobody can foretell."""
    lang: str = "zh"
    proxies: Sequence[str] = ()
    """Addresses of proxies of ours: what they say of who asked is believed."""

    @property
    def routes(self) -> list[BaseRoute]:
        """The style sheet and the page; before whatever else takes every path."""
        rooms = _Rooms(self)
        return [
            Route(f"{PREFIX}/page.css", rooms.style, methods=["GET"]),
            Route(f"{PREFIX}/{{token}}", rooms.serve, methods=["GET", "POST"]),
        ]


class _Rooms:
    def __init__(self, door: CustomerDoor) -> None:
        self._door = door
        self._desk = door.desk
        self._looks, self._looks_of_address = (Turnstile(one, door.monotonic) for one in (LOOKS, LOOKS_OF_ADDRESS))
        self._sent, self._sent_of_address = (Turnstile(one, door.monotonic) for one in (WORDS_SENT, WORDS_OF_ADDRESS))
        self._css = (HERE / "page.css").read_bytes()
        self._jinja = Environment(
            loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )

    async def style(self, request: Request) -> Response:
        return Response(self._css, media_type="text/css", headers={**HEADERS, "Cache-Control": "public, max-age=3600"})

    async def serve(self, request: Request) -> Response:
        visit = _Visit(
            token=str(request.path_params["token"]), lang=_lang(request, self._door.lang), address=_address(request, self._door.proxies)
        )
        try:
            if request.method == "POST":
                visit = _Visit(token=visit.token, lang=visit.lang, address=visit.address, form=await _form(request))
            response = await run_in_threadpool(self._answer, visit)
        except _No as no:
            response = self._told(visit, no)
        except StoreUnavailable:
            response = self._told(visit, _No(503, "trouble"))
        except ClientDisconnect:
            response = Response(status_code=400)
        except Exception:  # The one boundary: a customer gets a sentence, the log gets the rest.
            log.exception("the customer's page failed")
            response = self._told(visit, _No(500, "trouble"))
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    def _answer(self, visit: _Visit) -> Response:
        sends = visit.form is not None
        _pass(self._sent_of_address if sends else self._looks_of_address, visit.address)
        try:
            case_id, until = case_of_link(self._door.keys, visit.token, self._desk.now())
        except ExpiredLink:
            raise _No(410, "expired") from None
        except LinkProblem:
            raise _No(404, "gone") from None
        _pass(self._sent if sends else self._looks, case_id)
        row = next((one for one in self._desk.directory.find(case_id) if one.id == case_id), None)
        view = view_of(self._desk.rulebook(), row, self._desk.directory.journal(case_id), visit.lang) if row is not None else None
        if row is None or view is None:
            raise _No(404, "gone")
        known = {"view": view, "until": wall(until, self._zone())}
        if visit.form is None:
            return self._page(visit, "page.html", 200, known | self._blank())
        return self._take(visit, row, view, known)

    def _take(self, visit: _Visit, row: CaseRow, view: View, known: Mapping[str, object]) -> Response:
        """The form: through the gate like every other event; sent twice it is one."""
        page = self._desk.rulebook().workflows[row.workflow].customer
        form = visit.form or {}
        if page is None or page.ticket is None:
            raise _No(404, "gone")
        typed = {one.name: form.get(one.name, "").strip() for one in view.asks}
        once = form.get("once", "")
        problems = {one.name: say("needed", visit.lang) for one in view.asks if one.needed and not typed[one.name]}
        if not problems:
            if not _ONCE.fullmatch(once):
                # Not from a page of ours: what was typed says which sending it is.
                once = hashlib.sha256(repr(sorted(typed.items())).encode()).hexdigest()[:32]
            answer = self._desk.accept([_incoming(page.ticket, row, typed, once)])[0]
            if answer.said is Said.CONFLICT:
                # The same page sent again with other words is another question.
                again = hashlib.sha256(f"{once}{sorted(typed.items())!r}".encode()).hexdigest()[:32]
                answer = self._desk.accept([_incoming(page.ticket, row, typed, again)])[0]
            if answer.said in (Said.ACCEPTED, Said.DUPLICATE):
                return self._thanked(visit, answer, known)
            problems = _wrong(answer.problems, view.asks, visit.lang)
        return self._page(visit, "page.html", 422, {**known, "typed": typed, "wrong": problems, "once": once or self._door.nonce()})

    def _thanked(self, visit: _Visit, answer: Answer, known: Mapping[str, object]) -> Response:
        number = (answer.case_id or "").partition(":")[2]
        key = "thanks_number" if answer.opened or answer.said is Said.DUPLICATE else "thanks_again"
        return self._page(visit, "thanks.html", 200, {**known, "told": say(key, visit.lang, number=number)})

    def _blank(self) -> dict[str, object]:
        return {"typed": {}, "wrong": {}, "once": self._door.nonce()}

    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self._desk.rulebook().timezone)

    def _told(self, visit: _Visit, no: _No) -> Response:
        minutes = max(1, math.ceil(no.wait / 60))
        then = say(f"{no.key}_next", visit.lang, minutes=minutes)
        response = self._page(visit, "no.html", no.status, {"what": say(no.key, visit.lang), "then": then})
        if no.wait:
            response.headers["Retry-After"] = str(math.ceil(no.wait))
        return response

    def _page(self, visit: _Visit, template: str, status: int, values: Mapping[str, object]) -> Response:
        def words(key: str, **filled: object) -> str:
            return say(key, visit.lang, **filled)

        known = {
            "t": words, "lang": visit.lang, "other": "zh" if visit.lang == "en" else "en", "PREFIX": PREFIX,
            "here": f"{PREFIX}/{visit.token}", "zone": self._desk.rulebook().timezone,
        }  # fmt: skip
        return HTMLResponse(self._jinja.get_template(template).render(known | dict(values)), status_code=status)


def _incoming(ticket: CustomerTicket, row: CaseRow, typed: Mapping[str, str], once: str) -> Incoming:
    """Never a case id: the gate opens a case, or finds the one that is open for the same thing."""
    told = {name: text for name, text in typed.items() if text}
    return Incoming(
        source=SOURCE, id=f"{row.id}/{once}", workflow=ticket.workflow, event=ticket.event, occurred_at=None,
        data={**filled_ticket(ticket, row), **told}, extra={"about": row.id},
    )  # fmt: skip


def _wrong(problems: Sequence[Problem], asks: Sequence[Asked], lang: str) -> dict[str, str]:
    """What the gate found, beside the input it is about; what is about none of them is ours to mend."""
    shown = {one.name for one in asks}
    found = {one.field: one.en if lang == "en" else one.zh for one in problems if one.field in shown}
    if not found:
        log.error("a customer's form is refused by the rules", extra={"problems": [one.en for one in problems]})
        raise _No(500, "trouble")
    return found


def _pass(turnstile: Turnstile, caller: str) -> None:
    wait = turnstile.wait(caller)
    if wait:
        raise _No(429, "often", wait=wait)


def _lang(request: Request, default: str) -> str:
    """By the link on the page, else as the browser prefers."""
    chosen = request.query_params.get("lang", "")
    wanted = [chosen, *(part.strip()[:2].lower() for part in request.headers.get("accept-language", "").split(","))]
    return next((one for one in wanted if one in LANGS), default)


def _address(request: Request, proxies: Sequence[str]) -> str:
    """Who asks; behind a proxy of ours, whom that one names last: what stands before it anybody may have written."""
    peer = request.client.host if request.client else ""
    if peer not in proxies:
        return peer
    return request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()[:60] or peer


async def _form(request: Request) -> dict[str, str]:
    """At most 16 KB, as browsers send a form; the first of equal names counts."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise _No(415, "trouble")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_BYTES_MAX:
            raise _No(413, "trouble")
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=100)
    except ValueError:
        raise _No(400, "trouble") from None
    return dict(reversed(pairs))
