"""How does a request reach its page? The application of the console, made from the permission table."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from adapters.web.console import guard
from adapters.web.console.live import Streams
from adapters.web.console.looks import HEADERS, Looks
from adapters.web.console.menu import all_pages, menu_of
from adapters.web.console.numbers import Numbers
from adapters.web.console.sign_in import holder_of
from adapters.web.console.visit import PREFIX, Console, Page, Trouble, Visit, toasted
from engine.ports.staff import Access
from engine.ports.store import StoreUnavailable

log = logging.getLogger("waybill.console")
FORM_SECONDS_MAX = 20.0
NOWHERE = Page(path="", act=lambda visit: visit.show("trouble.html"), least=None)
STREAM = Page(path="/stream", act=lambda visit: Response(status_code=204), least=Access.VIEWER)


class Desktop:
    """The console: `mount` for a server, `close()` before the server stops."""

    def __init__(self, console: Console, table: Sequence[Page] | None = None) -> None:
        """`table`: every page in place of those in pages/, for tests."""
        self.console = console
        self.table = (STREAM, *(all_pages() if table is None else table))
        self.looks = Looks(Numbers(console.desk, console.monotonic), menu_of(self.table))
        self.streams = Streams(console)
        routes = [Route(page.path, self._serving(page), methods=[page.method]) for page in self.table]
        routes.append(Route("/static/{name:path}", self._static))
        routes.append(Route("/", self._front))
        trouble: Callable[[Request, Exception], Awaitable[Response]] = self._unserved
        self.app = Starlette(routes=routes, exception_handlers={HTTPException: trouble})
        self.mount = Mount(PREFIX, app=self.app)

    def close(self) -> None:
        """End the streams: a server waits for them."""
        self.streams.close()
        self.looks.jobs.close()

    def _serving(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        async def serve(request: Request) -> Response:
            form = FormData()
            try:
                async with asyncio.timeout(FORM_SECONDS_MAX):
                    form = await guard.read_form(request) if page.method == "POST" else form
                visit = await run_in_threadpool(guard.admit, self.console, self.looks, request, page, form)
                if page is STREAM:
                    response = self.streams.open(visit)
                else:
                    response = await run_in_threadpool(page.act, visit)
            except Exception as problem:  # noqa: BLE001  # The one boundary: a person gets a sentence, the log gets the rest.
                response = await run_in_threadpool(self._told, request, page, problem)
            await form.close()
            return _closed(response)

        return serve

    def _told(self, request: Request, page: Page, problem: Exception) -> Response:
        """What went wrong, in words and with the next step; a toast where htmx asked for a part."""
        visit = guard.stranger(self.console, self.looks, request, page)
        if isinstance(problem, guard.NotSignedIn):
            return _sent_to_login(visit, problem)
        if not isinstance(problem, StoreUnavailable) and visit.token:
            held = holder_of(self.console.stores.staff, visit.token, self.console.now(), uses=False)
            visit.user, visit.session = held if held is not None else (None, None)
        trouble = self._trouble(visit, problem)
        what, then = visit.say(trouble.key, **trouble.values), visit.say(f"{trouble.key}_next", **trouble.values)
        if visit.headers.get("hx-request") == "true":
            return toasted(Response(status_code=trouble.status, headers={"HX-Reswap": "none"}), f"{what}。{then}", bad=True)
        return visit.show("trouble.html", status=trouble.status, what=what, then=then, code=trouble.status)

    def _trouble(self, visit: Visit, problem: Exception) -> Trouble:
        match problem:
            case Trouble():
                return problem
            case HTTPException():
                return Trouble(problem.status_code if problem.status_code in (404, 405, 413) else 400)
            case StoreUnavailable():
                return Trouble(503)
            case TimeoutError() | ClientDisconnect():
                return Trouble(400)
        number = self.console.nonce()[:8]
        log.error("a page failed", extra={"trouble": number, "path": visit.page.path}, exc_info=problem)
        return Trouble(500, id=number)

    async def _unserved(self, request: Request, problem: Exception) -> Response:
        return _closed(await run_in_threadpool(self._told, request, NOWHERE, problem))

    async def _static(self, request: Request) -> Response:
        name, version = str(request.path_params["name"]), request.query_params.get("v", "")
        found = await run_in_threadpool(self.looks.static, name, version, request.headers.get("if-none-match", ""))
        if found.status_code == 404:
            raise HTTPException(404)
        return _closed(found)

    async def _front(self, request: Request) -> Response:
        return _closed(Response(status_code=303, headers={"Location": f"{PREFIX}/board"}))


def _sent_to_login(visit: Visit, problem: guard.NotSignedIn) -> Response:
    where = guard.to_login(problem.back, "login.ended" if visit.token and not problem.back else "")
    if visit.headers.get("hx-request") == "true":
        return Response(status_code=401, headers={"HX-Redirect": where})
    if visit.headers.get("accept", "").startswith("text/event-stream"):
        return Response(status_code=401)
    return Response(status_code=303, headers={"Location": where})


def _closed(response: Response) -> Response:
    """The headers of every answer, except where the page said otherwise."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
