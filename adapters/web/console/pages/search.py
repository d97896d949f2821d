"""Which case is meant? By any number, name, phone, date or word; what is typed may be personal, so it comes in the body and stays out of addresses."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from starlette.responses import Response

from adapters.web.console.pages.case_show import at_case
from adapters.web.console.visit import Page, Visit
from engine.core.called import Called
from engine.model.case import ClockView
from engine.model.fieldtext import BadValue, read_text
from engine.model.masks import mask_by_field, mask_text
from engine.model.plain import plain
from engine.model.span import NOWHERE
from engine.model.values import FieldType
from engine.model.workflow import Field
from engine.ports.directory import CaseRow
from engine.ports.staff import Access

ROWS = 40
TEXT_CHARS_MAX = 100
AMONG = 5_000
"""Words are looked for in so many of the newest cases; numbers and names in all."""
DIGITS_MIN = 4
"""A shorter number begins too many."""
PHONE = Field(name="phone", type=FieldType.PHONE, label="", span=NOWHERE)
_DAY = re.compile(r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?")
_RELATIVE = {"今天": 0, "today": 0, "昨天": 1, "yesterday": 1, "前天": 2}


@dataclass(frozen=True, slots=True)
class Hit:
    """One case found."""

    row: CaseRow
    name: str
    state: str
    workflow: str
    by: str
    """What it was found by, masked."""
    about: str
    clock: ClockView | None
    late: bool


def search(visit: Visit) -> Response:
    """What fits; the only one that fits to the letter is opened at once. Nothing typed: the newest cases, or those in a state."""
    if visit.query.get("state"):
        return _standing(visit)
    text = plain(visit.text("q", TEXT_CHARS_MAX) or visit.query.get("q", "")[:TEXT_CHARS_MAX]).strip()
    exact = _seen(visit, visit.stores.finder.exactly(forms_of(text), ROWS)) if text else []
    if len(exact) == 1:
        return visit.go(at_case(exact[0].id))
    begun = _begun(visit, text) if text and not exact else []
    said = _said(visit, text) if not exact else []
    rows = list({row.id: row for row in (*exact, *begun, *said)}.values())[:ROWS]
    named = {row.id for row in (*exact, *begun)}
    called = Called(visit.desk.rulebook(), visit.lang)
    hits = [_hit(visit, called, row, text if row.id in named else "") for row in rows]
    return visit.show(
        "search/search.html",
        text=text,
        hits=hits,
        among=AMONG,
        full=len(rows) == ROWS,
        may_open=visit.may(Access.AGENT),
        where="",
        older="",
    )


def _standing(visit: Visit) -> Response:
    """The cases of a workflow that stand in a state, page by page."""
    workflow, state, last = (visit.query.get(name, "")[:200] for name in ("workflow", "state", "after"))
    called, rows, after = Called(visit.desk.rulebook(), visit.lang), list[CaseRow](), last or None
    while len(rows) < ROWS and (page := visit.desk.directory.cases(workflow=workflow, state=state, after=after, limit=ROWS)):
        for row in page:
            after = row.id
            if visit.may_see(row):
                rows.append(row)
            if len(rows) == ROWS:
                break
    hits = [_hit(visit, called, row, "") for row in rows]
    where = f"{called.workflow(workflow)} · {called.state(workflow, state)}"
    more = urlencode({"workflow": workflow, "state": state, "after": after or ""}) if len(rows) == ROWS else ""
    return visit.show(
        "search/search.html", text="", hits=hits, among=AMONG, full=False, may_open=visit.may(Access.AGENT), where=where, older=more
    )  # fmt: skip


def forms_of(text: str) -> set[str]:
    """As it may stand in the books: as typed, without blanks, as a phone number is kept."""
    found = {text, "".join(text.split())}
    try:
        phone = read_text(PHONE, text, "UTC")
    except BadValue:
        return found
    return found | {str(phone)} if phone else found


def _begun(visit: Visit, text: str) -> list[CaseRow]:
    """Numbers of cases may be cut short; of personal values only names and addresses, never phones."""
    number = text.replace(" ", "").replace("-", "").isdigit()
    if len(text) < (DIGITS_MIN if number else 1) or (len(text) == 1 and text.isascii()):
        return []
    return _seen(visit, visit.stores.finder.beginning(text, ROWS, personal=not number))


def _said(visit: Visit, text: str) -> list[CaseRow]:
    words, days = [], list[date]()
    for word in text.split():
        day = _day(visit, word)
        if day is not None:
            days.append(day)
        else:
            words.append(word)
    since = datetime.combine(min(days), time(), visit.zone) if days else None
    until = datetime.combine(max(days) + timedelta(days=1), time(), visit.zone) if days else None
    return _seen(visit, visit.stores.finder.saying(words, ROWS, among=AMONG, since=since, until=until))


def _day(visit: Visit, word: str) -> date | None:
    today = visit.now.astimezone(visit.zone).date()
    if word.lower() in _RELATIVE:
        return today - timedelta(days=_RELATIVE[word.lower()])
    match = _DAY.fullmatch(word)
    try:
        return date(int(match[1] or today.year), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None


def _seen(visit: Visit, rows: Iterable[CaseRow]) -> list[CaseRow]:
    return [row for row in rows if visit.may_see(row)]


def _hit(visit: Visit, called: Called, row: CaseRow, text: str) -> Hit:
    clock = live_clock(row)
    return Hit(
        row, mask_text(next(iter(row.names.values()), "") or row.id.partition(":")[2]), called.state(row.workflow, row.state),
        called.workflow(row.workflow), _by(visit, called, row, text), " · ".join(_about(row)), clock, any(one.verdict.value == "late" for one in row.clocks),
    )  # fmt: skip


def live_clock(row: CaseRow) -> ClockView | None:
    """The promise that runs out first, or ran out first and goes on."""
    live = [one for one in row.clocks if one.due is not None and one.stopped_at is None and one.verdict.value in ("running", "late")]
    return min(live, key=lambda one: one.due or one.started_at) if live and not row.final else None


def _by(visit: Visit, called: Called, row: CaseRow, text: str) -> str:
    """`发货人电话 138******78`."""
    if not text:
        return ""
    wanted = forms_of(text)
    workflow = called.rulebook.workflows.get(row.workflow)
    for name, value in row.names.items():
        if any(value.startswith(one) for one in wanted):
            return f"{called.field(row.workflow, name)} {mask_text(value)}"
    for name, value in visit.desk.directory.private(row.id).items():
        if any(value.startswith(one) for one in wanted):
            field = workflow.fields.get(name) if workflow else None
            return f"{called.field(row.workflow, name)} {mask_by_field(name, value, field.type if field else None)}"
    return ""


def _about(row: CaseRow) -> Iterator[str]:
    """The first few public values that a person knows a case by."""
    known: Sequence[str] = [text for name, text in row.fields.items() if text and text not in row.names.values() and not text[:1].isascii()]
    yield from (mask_text(text) for text in known[:5])


ROUTES = (
    Page(path="/cases", act=search, least=Access.VIEWER),
    Page(path="/cases", method="POST", act=search, least=Access.VIEWER),
    Page(path="/search", act=search, least=Access.VIEWER),
)
"""A GET is for addresses people keep (`/cases?q=261123001`); the field of the frame posts."""
