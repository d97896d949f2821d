"""What does a page get, and what may it answer? One request of one person, and the row that says who may make it.

Trouble    ends a visit; says in both languages what is wrong and what to do next
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from urllib.parse import quote
from zoneinfo import ZoneInfo

from starlette.datastructures import FormData, QueryParams
from starlette.responses import Response

from adapters.web.console.jobs import Jobs
from adapters.web.console.kept import Kept
from adapters.web.console.oidc import Provider
from adapters.web.console.stores import DeskStores
from adapters.web.console.words import say
from engine.ports.directory import CaseRow
from engine.ports.staff import Access, Session, User
from engine.ports.trail import Deed
from engine.reports.report_groups import DIMENSIONS
from engine.service.case_hands import UNDO_SECONDS
from engine.service.desk import Desk

PREFIX = "/desk"


class Trouble(Exception):
    """`status` as HTTP has it; `key` of the words for what is wrong, `<key>_next` for what to do."""

    def __init__(self, status: int, key: str = "", **values: object) -> None:
        super().__init__(f"{status} {key}")
        self.status = status
        self.key = key or f"frame.trouble_{status}"
        self.values = values


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One row of the permission table: what is asked, who may, and who answers."""

    path: str
    """Below /desk: `/tasks`, `/tasks/{id:path}/finish`. The first row that fits answers."""
    act: Callable[["Visit"], Response]
    """Runs in a thread: plain code, no `async`."""
    least: Access | None
    """The least access that may; None: anybody, signed in or not."""
    method: str = "GET"


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """What all pages share."""

    desk: Desk
    stores: DeskStores
    now: Callable[[], datetime]
    """The real hour, aware UTC: of sessions and the audit. The desk's own (`visit.now`) may be that of a demonstration."""
    monotonic: Callable[[], float]
    nonce: Callable[[], str]
    """32 hex digits nobody can foretell."""
    lang: str = "zh"
    origin: str = ""
    """`https://desk.example.com`, as browsers see us; empty: http, under whatever name they use."""
    version: str = ""
    store: Callable[[], Mapping[str, object]] = dict
    """What the system page says of the store: kind, size, step, daemon, leader, free."""
    decides: bool = True
    """False: served beside the daemons."""
    second_person: bool = True
    """Nobody publishes rules alone (`waybill run --publish second-person`); beside the daemons always so."""
    undo_seconds: int = UNDO_SECONDS
    """So long a person may take back what cannot be taken back afterwards."""
    provider: Provider | None = None
    """The company's identity provider; None: accounts and passwords of our own only."""


class Shown(Protocol):
    """What a page asks of the looks."""

    jobs: Jobs

    def show(self, visit: "Visit", template: str, status: int, values: Mapping[str, object]) -> Response: ...


@dataclass(slots=True, kw_only=True)
class Visit:
    """One request, admitted and read whole."""

    console: Console
    looks: "Shown"
    kept: Kept
    page: Page
    path: str
    lang: str
    theme: str
    csrf: str
    address: str
    user: User | None = None
    """None only on pages open to anybody."""
    session: Session | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    query: QueryParams = field(default_factory=QueryParams)
    form: FormData = field(default_factory=FormData)
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    secure: bool = False
    """Reached over https."""
    token: str = field(default="", repr=False)

    @property
    def desk(self) -> Desk:
        return self.console.desk

    @property
    def stores(self) -> DeskStores:
        return self.console.stores

    @property
    def now(self) -> datetime:
        """The desk's hour."""
        return self.console.desk.now()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.desk.rulebook().timezone)

    @property
    def by(self) -> str:
        """Who acts, as the books write it."""
        return self.user.name if self.user else ""

    @property
    def partial(self) -> bool:
        """Whether htmx asks for a part of a page."""
        return self.headers.get("hx-request") == "true" and self.headers.get("hx-boosted") != "true"

    def may(self, least: Access) -> bool:
        """Whether this person may do what takes `least`: to leave out a button. The table decides, not the button."""
        return self.user is not None and self.user.access.covers(least)

    def may_see(self, row: CaseRow) -> bool:
        """Whether the case lies in this person's areas; of no known area yet: see `unplaced`. One that is not decided yet shows nothing."""
        if self.user is None or not self.user.areas:
            return self.user is not None
        area = next((row.fields[name] for name in DIMENSIONS["area"].fields if row.fields.get(name)), "")
        if area or not row.revision:
            return not area or area in self.user.areas
        return self.unplaced is None or row.workflow in self.unplaced

    @property
    def unplaced(self) -> tuple[str, ...] | None:
        """Workflows whose cases of no known area this person sees too: those that know none at all; None: all, for whoever decides."""
        if self.user is None or not self.user.areas or self.may(Access.SUPERVISOR):
            return None
        return tuple(name for name, flow in self.desk.rulebook().workflows.items() if not set(DIMENSIONS["area"].fields) & set(flow.fields))

    def text(self, name: str, chars_max: int = 2000) -> str:
        """A field of the form, stripped; empty if absent. Raises Trouble 422 when it is longer."""
        value = self.form.get(name, "")
        text = value.strip() if isinstance(value, str) else ""
        if len(text) > chars_max:
            raise Trouble(422)
        return text

    def say(self, key: str, **values: object) -> str:
        """A word of ours in this person's language."""
        return say(key, self.lang, **values)

    def of(self, zh: str, en: str) -> str:
        """Of a text that comes in both languages, the one wanted."""
        return en if self.lang == "en" else zh

    def did(self, what: str, *, about: str = "", why: str = "", detail: str = "", who: str = "") -> None:
        """Into the audit: call it after every write and before every reveal of a personal value."""
        deed = Deed(at=self.console.now(), who=who or self.by, what=what, about=about, why=why, detail=detail, address=self.address)
        self.stores.trail.write(deed)

    def show(self, template: str, **values: object) -> Response:
        """A template with these values (`status`: as HTTP has it, 200), and what every template knows (see looks)."""
        status = values.pop("status", 200)
        assert isinstance(status, int)
        return self.looks.show(self, template, status, values)

    def go(self, path: str, *, said: str = "") -> Response:
        """On to another page of ours; `said`: key of the words of a toast shown there."""
        where = f"{PREFIX}{path}" if not path.startswith(PREFIX) else path
        if said:
            where += ("&" if "?" in where else "?") + f"said={quote(said)}"
        if self.headers.get("hx-request") == "true":
            return Response(status_code=200, headers={"HX-Redirect": where})
        return Response(status_code=303, headers={"Location": where})


def toasted(response: Response, text: str, *, bad: bool = False) -> Response:
    """The response, with a toast for the page that asked by htmx."""
    response.headers["HX-Trigger"] = json.dumps({"toast": {"text": text, "bad": bad}})
    return response
