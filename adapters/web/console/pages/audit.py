"""Who did what, when, from where, and who looked at whose number? For administrators."""

from datetime import datetime, time, timedelta
from urllib.parse import urlencode

from starlette.responses import Response

from adapters.web.console.visit import Page, Visit
from adapters.web.console.words import all_words
from engine.core.called import Called
from engine.ports.staff import Access
from engine.ports.trail import broken_at

PAGE_ROWS = 100
CHECK_ROWS = 5_000
REVEAL = "reveal."
"""Every look at a personal value begins so."""


def listed(visit: Visit) -> Response:
    """Newest first, by what was searched for."""
    asked = {name: visit.query.get(name, "").strip()[:100] for name in ("who", "what", "about", "address", "since", "until")}
    before = visit.query.get("before", "")
    found = visit.stores.trail.search(
        who=asked["who"], what=asked["what"], about=asked["about"], address=asked["address"], since=_day(visit, asked["since"]),
        until=_day(visit, asked["until"], 1), before=int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None,
        limit=PAGE_ROWS + 1,
    )  # fmt: skip
    entries = found[:PAGE_ROWS]
    query = {name: value for name, value in asked.items() if value}
    older = urlencode(query | {"before": str(entries[-1].number)}) if len(found) > PAGE_ROWS else ""
    return visit.show("audit/audit.html", entries=entries, asked=asked, older=older, reveal=REVEAL, deed=lambda what: _deed(visit, what))


def check(visit: Visit) -> Response:
    """Whether every entry is as it was written, from the first one on."""
    trail, seen, digest, broken = visit.stores.trail, 0, "", None
    while broken is None:
        part = trail.from_first(seen, CHECK_ROWS)
        if not part:
            break
        broken = broken_at(part, after=seen, digest=digest)
        seen, digest = part[-1].number, part[-1].digest
    visit.did("audit.check", detail=f"{seen} entries, broken at {broken}" if broken else f"{seen} entries")
    return visit.show("audit/checked.html", seen=seen, broken=broken)


def _deed(visit: Visit, what: str) -> str:
    """A deed in words; empty for one that has none."""
    if f"deeds.{what}" in all_words():
        return visit.say(f"deeds.{what}")
    kind, _, about = what.partition(".")
    called = Called(visit.desk.rulebook(), visit.lang)
    known = [name for name, flow in called.rulebook.workflows.items() if about in flow.events or about in flow.fields]
    if kind == "batch" and f"batches.kind_{about}" in all_words():
        about = visit.say(f"batches.kind_{about}")
    elif kind == "event" and known:
        about = called.event(known[0], about)
    elif kind == "reveal":
        about = visit.of("电话", "phone") if about == "phone" else called.field(known[0], about) if known else about
    return visit.say(f"deeds.{kind}", what=about) if f"deeds.{kind}" in all_words() else ""


def _day(visit: Visit, text: str, plus: int = 0) -> datetime | None:
    """Midnight of a date in the rulebook's zone; None: no date."""
    try:
        day = datetime.fromisoformat(text).date() + timedelta(days=plus)
    except (ValueError, OverflowError):
        return None
    return datetime.combine(day, time(), visit.zone)


ROUTES = (
    Page(path="/audit", act=listed, least=Access.ADMIN),
    Page(path="/audit/check", method="POST", act=check, least=Access.ADMIN),
)
