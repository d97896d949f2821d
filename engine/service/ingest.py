"""May this event come in? Checks and translates what neighbours and people hand in; the Registry keeps it."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from engine.core.decide import decide
from engine.core.goes_by import court_of
from engine.core.machine import possible
from engine.core.order import OPENED_BY_CASE
from engine.core.standing import open_key_of
from engine.model.decision import Outcome
from engine.model.event import UNSTATED_TIME, Event, Report
from engine.model.fieldtext import BadValue, read_text, write_text
from engine.model.plain import plain
from engine.model.rulebook import Rulebook
from engine.model.values import FieldType
from engine.model.workflow import BUILT_IN_EVENTS, Workflow
from engine.ports.directory import Directory
from engine.ports.store import NotFound, Store
from engine.service.desk import Answer, Incoming, Problem, Said

NO_WAY = (Outcome.NO_TRANSITION, Outcome.CONDITION_FALSE, Outcome.FINISHED, Outcome.CONTRADICTION, Outcome.UNKNOWN_EVENT)
"""Outcomes that refuse a person's event; a feed's is kept and listed."""

_HASHES = re.compile("#+")


class Refused(Exception):  # an answer to the sender, not a fault of ours
    """The event cannot be taken as it is."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(problems)
        self.problems = problems


def accept(store: Store, directory: Directory, rulebook: Rulebook, incoming: Sequence[Incoming], now: datetime) -> list[Answer]:
    """Check each, keep the good ones in one transaction, answer one by one in the order given."""
    answers: dict[int, Answer] = {}
    reports: dict[int, Report] = {}
    for place, one in enumerate(incoming):
        try:
            report = report_of(rulebook, one, now)
            if one.by_person:
                refuse_blank(directory, rulebook, report)
                refuse_impossible(store, directory, rulebook, report)
            reports[place] = report
        except Refused as refusal:
            answers[place] = Answer(Said.REFUSED, event_id=one.id or "", problems=refusal.problems)
    for (place, report), taken in zip(reports.items(), store.accept(list(reports.values()), now) if reports else (), strict=True):
        said = Said(taken.verdict.value)
        answers[place] = Answer(said, taken.case_id, report.event.id, taken.opened)
    return [answers[place] for place in range(len(incoming))]


def report_of(rulebook: Rulebook, incoming: Incoming, now: datetime) -> Report:
    """The event as the Registry takes it. Raises Refused with every problem found."""
    workflow = workflow_of(rulebook, incoming)
    received = incoming.received_at or now
    data, extra, problems = _data_of(rulebook, workflow, incoming)
    if incoming.occurred_at is not None and incoming.occurred_at.tzinfo is None:
        problems.append(Problem("time", "时间没有时区", "the time has no zone"))
    if not incoming.event:
        problems.append(Problem("event", "没有写事件名", "no event name"))
    if problems:
        raise Refused(*problems)
    occurred = incoming.occurred_at or received
    if incoming.occurred_at is None:
        extra[UNSTATED_TIME] = "yes"
    opens = workflow is not None and incoming.event in workflow.start_events
    names, case_id = _names_of(workflow, incoming, data, opens=opens)
    event = Event(
        id=incoming.id or _digest(incoming, names, occurred),
        source=incoming.source,
        name=incoming.event,
        occurred_at=occurred.astimezone(UTC),
        received_at=received.astimezone(UTC),
        data=data,
        extra=extra,
        sequence=incoming.sequence,
    )
    if workflow is None:
        return Report(event=event, workflow=incoming.workflow or "", names={})
    report = addressed(rulebook, workflow, event, names, case_id=case_id, may_open=opens)
    return replace(report, restated=_restated(event, incoming.restated_id)) if incoming.restated_id else report


def _restated(event: Event, wording: str) -> Event:
    """The new words alone, as an edit that changes no field."""
    kept = {name: text for name, text in event.extra.items() if name.startswith("kept_")}
    return replace(event, id=wording, name="edited", data={}, extra={**kept, "restates": event.id})


def addressed(
    rulebook: Rulebook, workflow: Workflow, event: Event, names: Mapping[str, str], *, case_id: str | None, may_open: bool
) -> Report:
    """A report with everything the Registry needs to find or open its case."""
    serials = {}
    if may_open:
        day = event.received_at.astimezone(ZoneInfo(rulebook.timezone))
        serials = {
            one.name: serial_pattern(one.pattern or "", day)
            for one in workflow.fields.values()
            if one.type is FieldType.SERIAL and not event.data.get(one.name)
        }
    places = {name: names.get(name, "") for name in workflow.identified_by if names.get(name) or name in serials}
    return Report(
        event=event,
        workflow=workflow.name,
        names=places,
        case_id=case_id,
        may_open=may_open,
        open_key=open_key_of(workflow.one_open_per, dict(event.data)) if may_open else None,
        serials=serials,
        private=frozenset(name for name in event.data if name in workflow.fields and workflow.fields[name].private),
    )


def serial_pattern(pattern: str, day: datetime) -> str:
    """`yyMMdd###` with its date filled in: `261123###`."""
    for mark, text in (("yyyy", f"{day:%Y}"), ("yy", f"{day:%y}"), ("MM", f"{day:%m}"), ("dd", f"{day:%d}")):
        pattern = pattern.replace(mark, text)
    return pattern if _HASHES.search(pattern) else pattern + "###"


def workflow_of(rulebook: Rulebook, incoming: Incoming) -> Workflow | None:
    """The workflow named, or meant by the case's id, or the only one that declares the event; None: kept, and listed."""
    if incoming.workflow is not None:
        found = rulebook.workflows.get(incoming.workflow)
        if found is None:
            known = "、".join(rulebook.workflows)
            raise Refused(
                Problem("workflow", f"没有流程“{incoming.workflow}”,有:{known}", f"no workflow {incoming.workflow!r}; known: {known}")
            )
        return found
    prefix = (incoming.case or "").partition(":")[0]
    if prefix in rulebook.workflows:
        return rulebook.workflows[prefix]
    declaring = [one for one in rulebook.workflows.values() if incoming.event in one.events]
    if len(declaring) > 1:
        names = "、".join(one.name for one in declaring)
        raise Refused(
            Problem("workflow", f"事件“{incoming.event}”在几个流程里都有({names}),请写明 workflow", f"several workflows have it: {names}")
        )
    return declaring[0] if declaring else None


def _data_of(rulebook: Rulebook, workflow: Workflow | None, incoming: Incoming) -> tuple[dict[str, str], dict[str, str], list[Problem]]:
    """Values as canonical text. A feed's unreadable value is kept beside, a person's is a problem."""
    data: dict[str, str] = {}
    extra = {name: plain(text) for name, text in incoming.extra.items()}
    problems: list[Problem] = []
    lenient = incoming.source.startswith("connection/")
    for name, raw in incoming.data.items():
        text = _text_of(raw)
        declared = workflow.fields.get(name) if workflow else None
        if declared is None or not text:
            if text:
                extra[f"unknown.{name}"] = text[:200]
            continue
        try:
            data[name] = write_text(read_text(declared, text, rulebook.timezone))
        except BadValue as wrong:
            if lenient:
                extra[f"unread.{name}"] = "•" if declared.private else text[:200]
            else:
                problems.append(Problem(name, f"{declared.label}:{wrong.zh}", f"{name}: {wrong.en}"))
    return data, extra, problems


def _text_of(raw: object) -> str:
    match raw:
        case None:
            return ""
        case bool():
            return "yes" if raw else "no"
        case str():
            return plain(raw).strip()
        case dict() | list():
            return json.dumps(raw, ensure_ascii=False)
        case _:
            return str(raw)


def _names_of(workflow: Workflow | None, incoming: Incoming, data: dict[str, str], *, opens: bool) -> tuple[dict[str, str], str | None]:
    """Identifying names by field, and the case's id if that was given. A bare case name may be any of them."""
    if workflow is None:
        return {}, None
    names = {name: data[name] for name in workflow.identified_by if data.get(name)}
    case = incoming.case
    if case is None:
        return names, None
    if case.startswith(f"{workflow.name}:"):
        if not opens:
            return names, case
        case = case.partition(":")[2]
    if opens:
        first = next((name for name in workflow.identified_by if workflow.fields[name].type is not FieldType.SERIAL), None)
        if first is not None:
            data.setdefault(first, case)
            names.setdefault(first, case)
        return names, None
    return {name: names.get(name, case) for name in workflow.identified_by}, None


def _digest(incoming: Incoming, names: Mapping[str, str], occurred: datetime) -> str:
    """The event's own key when its sender has none: what it says, of whom, and when it happened."""
    body = [
        incoming.workflow,
        incoming.event,
        incoming.case,
        occurred.isoformat(timespec="microseconds"),
        incoming.sequence,
        dict(names),
        {name: _text_of(raw) for name, raw in sorted(incoming.data.items())},
        dict(incoming.extra),
    ]
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:32]


def refuse_blank(directory: Directory, rulebook: Rulebook, report: Report) -> None:
    """A person who opens a case says what its workflow needs; what a neighbour reports is taken as it is (language.md, Workflow)."""
    workflow = rulebook.workflows.get(report.workflow)
    if workflow is None or not report.may_open or _find(directory, report) is not None:
        return
    needed = [one for one in workflow.fields.values() if not one.optional and one.type not in (FieldType.SERIAL, FieldType.COUNT)]
    blank = [Problem(one.name, f"{one.label}:要填", f"{one.name}: needed") for one in needed if not report.event.data.get(one.name)]
    if blank:
        raise Refused(*blank)


def refuse_impossible(store: Store, directory: Directory, rulebook: Rulebook, report: Report) -> None:
    """A person's event that finds no row is refused with what is possible now (language.md, Workflow)."""
    if report.may_open or report.event.name in BUILT_IN_EVENTS or report.event.name == OPENED_BY_CASE:
        return
    case_id = report.case_id or _find(directory, report)
    if case_id is None:
        shown = "、".join(report.names.values()) or "?"
        raise Refused(Problem("case", f"找不到单“{shown}”", f"no such case: {shown}"))
    try:
        case = store.load(case_id)
    except NotFound:
        raise Refused(Problem("case", f"找不到单“{case_id}”", f"no such case: {case_id}")) from None
    decision = decide(rulebook, case, report.event, report.event.received_at)
    if decision.outcome in NO_WAY:
        workflow = court_of(rulebook, case).workflow
        state = workflow.states[case.state].label if case.state in workflow.states else case.state
        options = "、".join(f"{name}({workflow.events[name].label})" for name in possible(workflow, case.state)) or "没有"
        raise Refused(
            Problem(
                "event",
                f"“{state}”时不能做“{report.event.name}”,现在可以:{options}",
                f"{report.event.name} is not possible in state {case.state}; possible now: {', '.join(possible(workflow, case.state))}",
            )
        )


def _find(directory: Directory, report: Report) -> str | None:
    for value in report.names.values():
        for row in directory.find(value):
            if row.workflow == report.workflow:
                return row.id
    return None
