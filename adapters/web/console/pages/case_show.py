"""Where does a case stand, how did it come there, why, and what will come? One page, personal values masked; and each in full on request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from adapters.web.console.timeline import lines_of, may_undo
from adapters.web.console.visit import Page, Trouble, Visit
from engine.core.again import cannot_leave_again, may_be_taken_back
from engine.core.called import Called
from engine.core.goes_by import court_of
from engine.core.why_data import say_place
from engine.core.words import VERDICTS
from engine.model.case import Case, ClockView
from engine.model.condition import Check
from engine.model.explanation import Explanation, Wait
from engine.model.masks import mask_by_field, mask_text
from engine.model.plain import plain
from engine.model.rulebook import Rulebook
from engine.model.workflow import Workflow
from engine.ports.directory import CaseRow
from engine.ports.staff import Access
from engine.ports.store import NotFound
from engine.service.asking import possible_now

REASON_CHARS_MAX = 200
RULE_CHARS_MAX = 200
LINES_MAX = 200
"""Of the timeline; `all=yes` shows every one."""


@dataclass(frozen=True, slots=True)
class Personal:
    """A personal value, masked."""

    name: str
    label: str
    masked: str
    erased: bool


@dataclass(frozen=True, slots=True)
class Promise:
    """A clock as it stands."""

    name: str
    verdict: str
    tone: str
    clock: ClockView
    live: bool


def show(visit: Visit) -> Response:
    """The whole page."""
    row, case, workflow = the_case(visit)
    return visit.show("case/case.html", status=200, **_page(visit, row, case, workflow))


def part(visit: Visit) -> Response:
    """What changes by itself: timeline, waits, promises."""
    row, case, workflow = the_case(visit)
    return visit.show("case/live.html", **_page(visit, row, case, workflow))


def reveal(visit: Visit) -> Response:
    """One personal value in full; who looked, at what, and why is in the audit first."""
    row, _, workflow = the_case(visit)
    name, why = visit.text("field", 100), plain(visit.text("why", REASON_CHARS_MAX))
    known = visit.desk.directory.private(row.id)
    if not known.get(name):
        raise Trouble(404)
    called = Called(visit.desk.rulebook(), visit.lang)
    one = _masked(called, row.workflow, workflow, name, known[name])
    if not why:
        return visit.show("case/personal.html", status=422, one=one, row=row, value="", wrong=True, may_work=True)
    visit.did(f"reveal.{name}", about=row.id, why=mask_text(why))
    return visit.show("case/personal.html", one=one, row=row, value=known[name], wrong=False, may_work=True)


def why(visit: Visit) -> Response:
    """Why, or why not: one rule of any kind, now or as it stood at a minute."""
    row, _, _ = the_case(visit)
    rule, at = visit.query.get("rule", "").strip()[:RULE_CHARS_MAX], _minute(visit, visit.query.get("at", ""))
    found = visit.desk.why(row.id, rule=rule or None, lang=visit.lang, at=at)
    return visit.show(
        "case/why.html", answers=[(one, [_clause(check) for check in one.checks], say_place(one.place)) for one in found.answers],
        found=found, rule=rule, at=at, mask=mask_text, version=found.rulebook[:12],
    )  # fmt: skip


def the_case(visit: Visit) -> tuple[CaseRow, Case, Workflow | None]:
    """The case of this address and the workflow it goes by. Raises Trouble 404, also for one of another area."""
    row = visit.stores.finder.cases([visit.params["id"]]).get(visit.params["id"])
    if row is None or not visit.may_see(row):
        raise Trouble(404, "case.unknown")
    try:
        case = visit.stores.store.load(row.id)
    except NotFound:
        raise Trouble(404, "case.unknown") from None
    rulebook = visit.desk.rulebook()
    return row, case, court_of(rulebook, case).workflow if row.workflow in rulebook.workflows else None


def at_case(case_id: str, more: str = "") -> str:
    """Its address below /desk."""
    return f"/cases/{quote(case_id)}{more}"


def _page(visit: Visit, row: CaseRow, case: Case, workflow: Workflow | None) -> dict[str, Any]:
    rulebook, directory = visit.desk.rulebook(), visit.desk.directory
    called = Called(rulebook, visit.lang)
    opening = workflow.start_events if workflow else ()
    always = visit.may(Access.SUPERVISOR)
    lines = lines_of(
        visit, called, row.workflow, directory.journal(row.id), directory.sent(row.id), visit.stores.worklist.tasks(case=row.id),
        undoes=lambda one: visit.may(Access.AGENT) and may_undo(visit, one, opening, always=always),
    )  # fmt: skip
    whole = visit.query.get("all") == "yes"
    promises = _promises(visit, called, row)
    private = directory.private(row.id)
    found = visit.desk.why(row.id, lang=visit.lang)
    possible = possible_now(workflow, row.state) if workflow else ()
    return {
        "row": row, "called": called, "title": _name(row), "lines": lines if whole else lines[:LINES_MAX], "hidden": 0 if whole else max(0, len(lines) - LINES_MAX),
        "facts": _facts(called, row, workflow), "personal": [_masked(called, row.workflow, workflow, name, private[name]) for name in _order(workflow, private) if private[name]],
        "again": _again(case) if visit.may(Access.AGENT) else (), "again_back": [one.id for one in case.ledger.issued if may_be_taken_back(one)],
        "promises": promises, "hold": found.hold, "once": visit.console.nonce(), "undo_seconds": visit.console.undo_seconds,
        "late": any(one.tone == "bad" for one in promises), "waits": _timed(found), "open_waits": [one for one in found.waits if one.until is None and one.rule != row.state],
        "chains": [one for one in case.ledger.chains if not one.ended], "events": [(name, called.event(row.workflow, name)) for name in possible],
        "rules": rule_names(called, rulebook, row.workflow), "wall": f"{visit.now.astimezone(visit.zone):%Y-%m-%dT%H:%M}", "place": say_place,
        "value": "", "wrong": False, "mask": mask_text, "may_work": visit.may(Access.AGENT), "may_decide": always,
    }  # fmt: skip


def _again(case: Case) -> list[str]:
    """Messages that may be sent again, as far as the case knows."""
    issued = {one.id: one for one in case.ledger.issued}
    return [] if case.ledger.hold is not None else [one.id for one in issued.values() if not cannot_leave_again(one, issued)]


def _timed(found: Explanation) -> list[Wait]:
    return [one for one in found.waits if one.until is not None]


def _name(row: CaseRow) -> str:
    return mask_text(next(iter(row.names.values()), "") or row.id.partition(":")[2])


def _order(workflow: Workflow | None, known: Mapping[str, str]) -> Sequence[str]:
    """As the workflow declares them, then what it does not know any more."""
    declared = [name for name in workflow.fields if name in known] if workflow else []
    return [*declared, *(name for name in known if name not in declared)]


def _facts(called: Called, row: CaseRow, workflow: Workflow | None) -> list[tuple[str, str]]:
    return [
        (called.field(row.workflow, name), mask_text(called.value(row.workflow, name, row.fields[name])))
        for name in _order(workflow, row.fields)
        if row.fields[name]
    ]


def _masked(called: Called, workflow_name: str, workflow: Workflow | None, name: str, value: str) -> Personal:
    field = workflow.fields.get(name) if workflow else None
    masked = mask_by_field(name, value, field.type if field else None)
    return Personal(name, called.field(workflow_name, name), masked, masked == value)


def _promises(visit: Visit, called: Called, row: CaseRow) -> list[Promise]:
    """Those under way first, the most urgent first; then what was kept or broken."""
    shown = []
    for one in row.clocks:
        verdict = one.verdict.value
        live = one.stopped_at is None and not row.final and one.due is not None and verdict in ("running", "late")
        late = verdict == "late" or (live and one.due is not None and one.due < visit.now)
        tone = "bad" if late else "good" if verdict.startswith("met") else "off" if verdict in ("none", "not_seen") else ""
        shown.append(Promise(called.policy(one.policy), called.of(VERDICTS.get(verdict, verdict), verdict), tone, one, live))
    return sorted(shown, key=lambda one: (not one.live, one.clock.due or one.clock.started_at))


def rule_names(called: Called, rulebook: Rulebook, workflow_name: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """What one can ask about, in groups: (kind, [(name, as it is said)])."""
    workflow = rulebook.workflows.get(workflow_name)
    policies = [one for one in rulebook.policies.values() if one.workflow == workflow_name]
    rows = [(f"{one.name} {row.key}", f"{called.policy(one.name)} · {called.row(row.key)}") for one in policies for row in one.timeline]
    messages = [(one.name, called.message(one.name)) for one in rulebook.messages.values() if one.workflow == workflow_name]
    groups = [
        ("policy", [(one.name, called.policy(one.name)) for one in policies]), ("row", rows), ("message", messages),
        ("chain", [(name, called.chain(name)) for name in rulebook.chains]),
        ("event", [(name, called.event(workflow_name, name)) for name in workflow.events] if workflow else []),
        ("state", [(name, called.state(workflow_name, name)) for name in workflow.states] if workflow else []),
    ]  # fmt: skip
    return [(kind, names) for kind, names in groups if names]


def _clause(check: Check) -> dict[str, str]:
    return {
        "text": f"{check.subject} {check.word} {check.expected}", "seen": mask_text(check.seen), "answer": check.answer.value,
        "place": say_place(check.span),
    }  # fmt: skip


def _minute(visit: Visit, text: str) -> datetime | None:
    """The minute that was asked for, to its end; None: now, or no time."""
    try:
        at = datetime.fromisoformat(text)
        at = (at if at.tzinfo else at.replace(tzinfo=visit.zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    # What is set to the minute of now means now.
    return None if visit.now - timedelta(minutes=1) < at else at


ROUTES = (
    Page(path="/cases/{id:path}/part", act=part, least=Access.VIEWER),
    Page(path="/cases/{id:path}/why", act=why, least=Access.VIEWER),
    Page(path="/cases/{id:path}/reveal", method="POST", act=reveal, least=Access.AGENT),
    Page(path="/cases/{id:path}", act=show, least=Access.VIEWER),
)
