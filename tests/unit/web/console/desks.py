"""A console over a memory store and the shipped rulebook, and a browser that signs in to it."""

import asyncio
import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlencode

import httpx
from argon2 import PasswordHasher
from starlette.applications import Starlette

from adapters.clock import SettableClock, fresh_nonce
from adapters.files.rules import read_rules, shipped_rules_dir
from adapters.gateways import gateways_of
from adapters.memory import MemoryStores, open_memory
from adapters.web.console import sign_in
from adapters.web.console.app import Desktop
from adapters.web.console.oidc import Provider, SignOn
from adapters.web.console.visit import Console
from engine.language.compile import compile_rulebook
from engine.model.rulebook import Rulebook
from engine.ports.staff import Access, User
from engine.service.library import Library
from engine.service.running import Running
from tests.unit.web.desk import NOW

PASSWORD = "correct-horse-1"


@cache
def shipped() -> Rulebook:
    """The rulebook that ships."""
    rulebook = compile_rulebook(read_rules(shipped_rules_dir())).rulebook
    assert rulebook is not None
    return rulebook


@cache
def quick_hash(password: str) -> str:
    """As argon2id writes it, at a cost a test can pay."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(password)


@dataclass
class Desk:
    """A console under test: `stores` and `clock` to arrange with, browsers to act with."""

    stores: MemoryStores
    clock: SettableClock
    running: Running
    desktop: Desktop
    console: Console

    def user(self, name: str = "8001", access: str = "admin", **changes: Any) -> User:
        """An account with PASSWORD."""
        user = User(name=name, access=Access(access), password=quick_hash(PASSWORD), created_at=self.clock.now())
        user = replace(user, **changes)
        assert self.stores.staff.add(user)
        return user

    def browser(self, address: str = "10.0.0.7", base: str = "http://desk.test") -> "Browser":
        """Nobody yet."""
        return Browser(Starlette(routes=[self.desktop.mount]), address, base)

    def signed_in(self, access: str = "admin", name: str = "", **changes: Any) -> "Browser":
        """A browser of a new user with this access. The session is made in the store: no password is hashed."""
        user = self.user(name or f"u-{access}", access, **changes)
        browser, token = self.browser(), fresh_nonce()
        sign_in.begin(self.stores.staff, user, token, self.clock.now(), browser.address, "test")
        browser.cookies["waybill_desk"] = token
        return browser


def desk_of(
    rulebook: Rulebook | None = None, *, origin: str = "", at: datetime = NOW, sign_on: SignOn | None = None, sends: bool = False
) -> Desk:
    """A console over an empty memory store; nothing decides but `running.beat`, nothing is sent unless it `sends`, by recorders."""
    stores, clock = open_memory(), SettableClock(at)
    gateways = gateways_of(rulebook or shipped(), stores.worklist, clock) if sends else {}
    running = Running(stores, Library(rulebook or shipped()), clock, gateways)
    console = Console(
        desk=running,
        stores=stores,
        now=clock.now,
        monotonic=clock.monotonic,
        nonce=fresh_nonce,
        origin=origin,
        version="0.1",
        provider=Provider(sign_on, clock.now, clock.monotonic) if sign_on else None,
    )
    return Desk(stores, clock, running, Desktop(console), console)


@dataclass
class Browser:
    """Requests that keep cookies and, as a page of ours would, send the token."""

    app: Starlette
    address: str = "10.0.0.7"
    base: str = "http://desk.test"
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def csrf(self) -> str:
        """What a form of this browser carries."""
        token = next((value for name, value in self.cookies.items() if name.endswith("waybill_desk")), "")
        return sign_in.csrf_of(token)

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.ask("GET", path, headers=_names(headers))

    def part(self, path: str) -> httpx.Response:
        """As htmx asks."""
        return self.ask("GET", path, headers={"HX-Request": "true"})

    def post(self, path: str, *, csrf: str | None = None, htmx: bool = False, **form: str) -> httpx.Response:
        """A form; `csrf` None: the right one."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"} | ({"HX-Request": "true"} if htmx else {})
        body = urlencode(form | {"csrf": self.csrf if csrf is None else csrf})
        return self.ask("POST", path, headers=headers, content=body)

    def ask(self, method: str, path: str, *, headers: dict[str, str] | None = None, content: str | bytes | None = None) -> httpx.Response:
        """One request to /desk + path."""
        return asyncio.run(self._ask(method, path, headers or {}, content))

    async def _ask(self, method: str, path: str, headers: dict[str, str], content: str | bytes | None) -> httpx.Response:
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False, client=(self.address, 50000))
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        async with httpx.AsyncClient(transport=transport, base_url=self.base) as client:
            response = await client.request(
                method,
                path if path.startswith("/desk") else f"/desk{path}",
                headers=({"Cookie": cookie} if cookie else {}) | headers,
                content=content,
            )
        for line in response.headers.get_list("set-cookie"):
            name, _, rest = line.partition("=")
            value = rest.partition(";")[0].strip('"')
            if value and "Max-Age=0" not in line:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        return response

    def sign_in(self, name: str = "8001", password: str = PASSWORD, back: str = "") -> httpx.Response:
        """By the form."""
        self.get("/login")
        return self.post("/login", name=name, password=password, next=back)


def shown(response: httpx.Response) -> str:
    """The page's text without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.text).split())


def later(**amount: float) -> timedelta:
    """For `clock.advance`."""
    return timedelta(**amount)


def _names(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
