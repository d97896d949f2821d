"""Whose paper is it? Duplicates, routing by name, opening of cases, parking."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from adapters.memory.state import CaseRecord, Name, Paper, State
from engine.model.case import Case
from engine.model.event import UNSTATED_TIME, Acceptance, Accepted, Event, EventKind, Report
from engine.ports.directory import Unread

PARKED_DAYS = 7
COUNTER = re.compile("#+")


def accept(state: State, reports: Sequence[Report], now: datetime) -> Sequence[Acceptance]:
    """File every report; nothing here can fail half-way."""
    if reports:
        expire(state, now)
    return [file(state, report, now) for report in reports]


def expire(state: State, now: datetime) -> None:
    """Parked papers whose days are over stay listed, and are tried no more."""
    for paper, _ in list(state.parked.values()):
        if paper.park_until is not None and paper.park_until <= now:
            paper.status = "expired"
            del state.parked[paper.id]


def file(state: State, report: Report, now: datetime) -> Acceptance:
    """One report: known already, of a case, opening one, or parked."""
    known = state.by_key.get((report.event.source, report.event.id))
    if known is not None:
        return again(state, known, report)
    event, case_id = route(state, report)
    if case_id is None and report.may_open and report.case_id is None:
        return opening(state, report, now)
    if case_id is None:
        return park(state, report, now)
    write(state, event, body(report.event), case_id, report.private)
    return Acceptance(Accepted.ACCEPTED, case_id)


def again(state: State, known: Paper, report: Report) -> Acceptance:
    """The same id: a duplicate if the body is the same, else a conflict that is kept apart."""
    if known.body == body(report.event):
        return Acceptance(Accepted.DUPLICATE, known.case_id)
    if report.restated is not None:
        return restate(state, known.case_id, report.restated)
    event = report.event
    state.quarantine.append(
        Unread(
            kind="conflict", source=event.source, event_id=event.id, name=event.name,
            received_at=event.received_at, detail=known.case_id or "",
        )
    )  # fmt: skip
    return Acceptance(Accepted.CONFLICT, known.case_id)


def restate(state: State, case_id: str | None, event: Event) -> Acceptance:
    """Other words for what is known: kept once, with the case that has it."""
    if case_id is None or (event.source, event.id) in state.by_key:
        return Acceptance(Accepted.DUPLICATE, case_id)
    write(state, event, body(event), case_id, frozenset())
    return Acceptance(Accepted.ACCEPTED, case_id)


def body(event: Event) -> tuple[object, ...]:
    """What makes two arrivals the same event; a time its sender did not state is no part of it."""
    stated = None if event.extra.get(UNSTATED_TIME) else event.occurred_at
    return (event.name, stated, dict(event.data), dict(event.extra))


def route(state: State, report: Report) -> tuple[Event, str | None]:
    """The case the report belongs to, and the event as that case will read it."""
    event = report.event
    if report.case_id is not None:
        return event, report.case_id if report.case_id in state.cases else None
    if report.follows is not None:
        earlier = state.by_key.get((event.source, report.follows))
        if earlier is not None and earlier.case_id is not None:
            return event, earlier.case_id
    for name in keys(report.workflow, report.names):
        if name in state.names:
            return event, state.names[name]
    if report.open_key is not None:
        holders = state.open_keys.get((report.workflow, report.open_key))
        if holders:
            first = min(holders, key=lambda case_id: (state.cases[case_id].case.opened_at, case_id))
            return replace(event, name="opened_again", kind=EventKind.HAPPENED), first
    return event, None


def keys(workflow: str, names: Mapping[str, str]) -> list[Name]:
    """The names that have a value, as keys, in written order."""
    return [(workflow, field, value) for field, value in names.items() if value]


def write(state: State, event: Event, compared: tuple[object, ...], case_id: str, private: frozenset[str]) -> Paper:
    """A new undecided paper of a case."""
    paper = Paper(state.next_id(), event, compared, case_id, "new", private)
    state.by_key[(event.source, event.id)] = paper
    enqueue(state, paper)
    return paper


def enqueue(state: State, paper: Paper) -> None:
    """Put the paper at the end of its case's queue."""
    assert paper.case_id is not None
    record = state.cases[paper.case_id]
    state.papers[paper.id] = paper
    state.undecided[paper.id] = paper
    record.undecided[paper.id] = paper
    record.papers.append(paper)


def park(state: State, report: Report, now: datetime) -> Acceptance:
    """No such case yet: keep the paper until one of its names becomes known."""
    event = report.event
    paper = Paper(state.next_id(), event, body(event), None, "parked", report.private, park_until=now + timedelta(days=PARKED_DAYS))
    state.papers[paper.id] = paper
    state.by_key[(event.source, event.id)] = paper
    names = frozenset(keys(report.workflow, report.names))
    if report.case_id is not None:
        names = frozenset({("", "", report.case_id)})
    state.parked[paper.id] = (paper, names)
    return Acceptance(Accepted.PARKED, None)


def opening(state: State, report: Report, now: datetime) -> Acceptance:
    """A new case, its serial numbers drawn, its names known from now on."""
    event = report.event
    data, names = dict(event.data), dict(report.names)
    for field, pattern in report.serials.items():
        if not data.get(field):
            data[field] = draw(state, report.workflow, field, pattern)
        names[field] = data[field]
    case_id = free_id(state, report, names)
    case = Case(id=case_id, workflow=report.workflow, revision=0, opened_at=event.received_at)
    record = CaseRecord(case, {}, None)
    state.cases[case_id] = record
    state.set_open_key(record, report.open_key)
    write(state, replace(event, data=data), body(event), case_id, report.private)
    learn(state, record, {field: value for field, value in names.items() if value})
    return Acceptance(Accepted.ACCEPTED, case_id, opened=True)


def draw(state: State, workflow: str, field: str, pattern: str) -> str:
    """The next number of a pattern; one that somebody already uses as a name is passed over."""
    run = COUNTER.search(pattern)
    head, width, tail = (pattern[: run.start()], len(run.group()), pattern[run.end() :]) if run else (pattern, 1, "")
    key = (workflow, field, head)
    while True:
        state.counters[key] = state.counters.get(key, 0) + 1
        value = f"{head}{state.counters[key]:0{width}d}{tail}"
        if (workflow, field, value) not in state.names:
            return value


def free_id(state: State, report: Report, names: dict[str, str]) -> str:
    """`workflow:first name`; a digest of the event's key without one; numbered if another field's value took it."""
    event = report.event
    digest = hashlib.sha256(f"{event.source}\n{event.id}".encode()).hexdigest()[:12]
    wanted = f"{report.workflow}:{next((value for value in names.values() if value), digest)}"
    case_id, number = wanted, 1
    while case_id in state.cases:
        number += 1
        case_id = f"{wanted}~{number}"
    return case_id


def learn(state: State, record: CaseRecord, names: dict[str, str]) -> None:
    """Names lead to the case from now on (the first case keeps a name), and parked papers under them come in."""
    case = record.case
    fresh = {("", "", case.id)}
    for key in keys(case.workflow, names):
        if state.names.setdefault(key, case.id) == case.id:
            state.ids_by_value.setdefault(key[-1], set()).add(case.id)
            fresh.add(key)
    record.names.update(names)
    for paper, parked_under in list(state.parked.values()):
        if parked_under & fresh:
            adopt(state, paper, case.id)


def adopt(state: State, paper: Paper, case_id: str) -> None:
    """A parked paper joins the queue behind what made its name known, under a new inbox id."""
    del state.parked[paper.id]
    del state.papers[paper.id]
    paper.id, paper.case_id, paper.status, paper.park_until = state.next_id(), case_id, "new", None
    enqueue(state, paper)
