"""What does a customer see of a case? Its number, state, promises and course in the rules' words for customers; nothing else."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from engine.model.case import ClockVerdict, ClockView
from engine.model.customer import CustomerPage, CustomerTicket
from engine.model.decision import JournalRow, Outcome
from engine.model.erased import is_erased
from engine.model.rulebook import Rulebook
from engine.model.values import FieldType
from engine.model.workflow import Field, Workflow
from engine.ports.directory import CaseRow
from engine.reports.report_case import happened
from engine.reports.report_shape import Dossier

SHORT_CHARS_MAX = 60
"""A longer text gets a box of several lines."""
EVENTS_MAX = 50
KEPT = {
    ClockVerdict.MET: "kept", ClockVerdict.MET_REPORTED_LATE: "kept", ClockVerdict.LATE: "late", ClockVerdict.RUNNING: "running",
    ClockVerdict.PAUSED: "paused",
}  # fmt: skip
"""Verdict -> the word of the page for it; others are not shown: nothing was promised, or nobody saw."""


@dataclass(frozen=True, slots=True)
class Promise:
    """One line: what, by when, and what became of it (a value of KEPT, or `overdue`: late, and not done yet)."""

    what: str
    due: str
    kept: str
    estimated: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """One input of the form."""

    name: str
    label: str
    kind: str
    """choice, tel, text, long"""
    needed: bool
    chars_max: int
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """The whole page, in one language."""

    number: str
    state: str
    since: str
    final: bool
    promises: Sequence[Promise]
    course: Sequence[tuple[str, str]]
    """(when, what), the newest first."""
    asks: Sequence[Asked]


def view_of(rulebook: Rulebook, row: CaseRow, journal: Sequence[JournalRow], lang: str) -> View | None:
    """None: the rules show customers nothing of this kind of case."""
    workflow = rulebook.workflows.get(row.workflow)
    if workflow is None or workflow.customer is None:
        return None
    words, zone = _Words(workflow.customer, lang), ZoneInfo(rulebook.timezone)
    state = workflow.states.get(row.state) or next((one for one in workflow.states.values() if one.was == row.state), None)
    return View(
        number=number_of(workflow, row),
        state=words.of(state.name, state.label) if state else words.of(row.state, row.state),
        since=wall(row.entered_at, zone), final=row.final, promises=_promises(rulebook, workflow.customer, row.clocks, words, zone),
        course=_course(workflow, workflow.customer, row, journal, words, zone),
        asks=_asks(rulebook, workflow.customer.ticket, words) if workflow.customer.ticket else (),
    )  # fmt: skip


def number_of(workflow: Workflow, row: CaseRow) -> str:
    """As the customer knows it: the last of the names that it got, so the waybill's number once there is one."""
    names = [row.names[name] for name in workflow.identified_by if row.names.get(name) and not workflow.fields[name].private]
    return names[-1] if names else row.id.partition(":")[2]


def filled_ticket(ticket: CustomerTicket, row: CaseRow) -> dict[str, object]:
    """What the rules fill in: fixed words, and public fields of this case. A blank stays away."""
    known: Mapping[str, str] = {**row.fields, **row.names}

    def word(mark: re.Match[str]) -> str:
        text = known.get(mark[1], "")
        return "" if is_erased(text) else text

    filled = {name: re.sub(r"\{([^{}\n]*)\}", word, text).strip() for name, text in ticket.fill.items()}
    return {name: text for name, text in filled.items() if text}


def wall(at: datetime, zone: tzinfo) -> str:
    """On the wall clock of the rulebook."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


@dataclass(frozen=True, slots=True)
class _Words:
    page: CustomerPage
    lang: str

    def of(self, name: str, label: str) -> str:
        """As customers are told; an English page never shows a Chinese label where it has a name to show."""
        if self.lang == "en":
            return self.page.says_en.get(name) or name.replace("_", " ")
        return self.page.says.get(name) or label


def _promises(rulebook: Rulebook, page: CustomerPage, clocks: Sequence[ClockView], words: _Words, zone: tzinfo) -> list[Promise]:
    found = []
    for name in page.promises:
        policy = rulebook.policies.get(name)
        last = max((one for one in clocks if one.policy == name), key=lambda one: one.number, default=None)
        if policy is None or last is None or last.due is None or last.verdict not in KEPT:
            continue
        found.append(Promise(words.of(name, policy.label), wall(last.due, zone), _kept(last), last.estimated))
    return found


def _kept(clock: ClockView) -> str:
    return "overdue" if clock.verdict is ClockVerdict.LATE and clock.stopped_at is None else KEPT[clock.verdict]


def _course(
    workflow: Workflow, page: CustomerPage, row: CaseRow, journal: Sequence[JournalRow], words: _Words, zone: tzinfo
) -> list[tuple[str, str]]:  # fmt: skip
    """What happened and stands, of the listed kinds; what changed nothing because it could not be is left out."""
    shown = [
        one
        for one in happened(Dossier(case=row, journal=journal))
        if one.name in page.events and one.outcome in (Outcome.MOVED, Outcome.STAYED, Outcome.RECORDED)
    ]
    told = [(wall(one.occurred_at, zone), _event(workflow, one.name, words)) for one in shown]
    # Two scans of one minute are one line to whoever waits for a parcel.
    return list(reversed(list(dict.fromkeys(told))))[:EVENTS_MAX]


def _event(workflow: Workflow, name: str, words: _Words) -> str:
    event = workflow.events.get(name)
    return words.of(name, event.label if event else name)


def _asks(rulebook: Rulebook, ticket: CustomerTicket, words: _Words) -> list[Asked]:
    fields = rulebook.workflows[ticket.workflow].fields
    listed = [(name, True) for name in ticket.fields] + [(name, False) for name in ticket.optional]
    return [_asked(fields[name], words, needed=needed) for name, needed in listed]


def _asked(field: Field, words: _Words, *, needed: bool) -> Asked:
    chars_max = int(field.max) if field.max is not None and field.type is FieldType.TEXT else SHORT_CHARS_MAX
    if field.type is FieldType.YES_NO:
        choices: tuple[tuple[str, str], ...] = (
            ("yes", "yes" if words.lang == "en" else "是"),
            ("no", "no" if words.lang == "en" else "否"),
        )
    else:
        choices = tuple((one, words.of(one, one)) for one in field.choices)
    kind = "choice" if choices else "tel" if field.type is FieldType.PHONE else "long" if chars_max > SHORT_CHARS_MAX else "text"
    return Asked(field.name, words.of(field.name, field.label), kind, needed, chars_max, choices)
