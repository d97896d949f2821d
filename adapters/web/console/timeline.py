"""What happened to a case, in one column? Each decision with its reasons, and under it what it set going and what became of that."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from adapters.web.console.visit import Visit
from adapters.web.console.words import all_words
from engine.core.called import Called
from engine.core.moment import SIGNS, WORDS
from engine.core.noted import events_of, kind_of, note_of
from engine.core.why_data import say_place
from engine.core.why_transition import OUTCOMES
from engine.model.condition import Check
from engine.model.decision import JournalRow, Note, Outcome
from engine.model.masks import mask_text
from engine.model.workflow import BUILT_IN_EVENTS
from engine.ports.directory import SentRow
from engine.ports.worklist import Task
from engine.reports.report_case import taken_back

SAID_LATE = timedelta(minutes=1)
UNDO = timedelta(minutes=10)
"""So long whoever reported an event may take it back; a supervisor always may."""
NOT_BY_HAND = tuple(name for name in BUILT_IN_EVENTS if name not in ("edited", "retracted"))
"""What comes of other events cannot be taken back by itself; a correction and a taking back can."""
TECHNICAL = ("bell_obsolete", "receipt", "on_hold", "resumes", "sent_again", "again_taken_back")
"""Notes that say nothing the lines below do not say."""
FINE, BAD, PENDING = ("done", "delivered"), ("rejected", "dead", "unknown"), ("ready", "waiting", "retry", "sending")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One clause of a condition with what it saw."""

    text: str
    seen: str
    answer: str
    """yes, no, could_not_tell"""
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """What a decision set going, as it stands now."""

    kind: str
    """message, call, task, command"""
    what: str
    status: str
    tone: str
    """good, bad, warn, off or nothing"""
    more: Sequence[str] = ()
    link: str = ""
    doubt: str = ""
    """The effect's id, while nobody knows what became of it."""
    effect: str = ""
    """Of a message: its id."""


@dataclass(slots=True, kw_only=True)
class Line:
    """One decision."""

    at: datetime
    kind: str
    """event, note, bell, receipt, rules"""
    title: str
    moved: str = ""
    outcome: str = ""
    by: str = ""
    heard: datetime | None = None
    """When we heard of it, if that was later."""
    remark: str = ""
    values: Sequence[tuple[str, str]] = ()
    notes: Sequence[tuple[str, str]] = ()
    """(sentence, place)"""
    clauses: Sequence[Clause] = ()
    place: str = ""
    version: str = ""
    children: list[Child] = field(default_factory=list)
    retracted: bool = False
    undo: str = ""
    """The event's id, if this person may take it back."""


def lines_of(
    visit: Visit, called: Called, workflow: str, journal: Sequence[JournalRow], sent: Sequence[SentRow], tasks: Sequence[Task],
    *, undoes: Callable[[JournalRow], bool],
) -> list[Line]:  # fmt: skip
    """The newest decision first; bells and refreshes that came to nothing are left out."""
    begun: Mapping[str, SentRow] = {one.effect_id: one for one in sent}
    todo = {one.id: one for one in tasks}
    gone, events = taken_back(journal), events_of(journal)
    lines = []
    for row in journal:
        line = _line(visit, called, workflow, row, events)
        line.children = [child for effect in row.effects for child in _child(called, workflow, effect, begun, todo, visit)]
        line.retracted = row.revision in gone
        line.undo = row.event_id if not line.retracted and undoes(row) else ""
        if row.kind in ("happened", "note", "acknowledged", "hand") or line.notes or line.children:
            lines.append(line)
    return lines[::-1]


def may_undo(visit: Visit, row: JournalRow, opening: Sequence[str], *, always: bool) -> bool:
    """Whether this person may take this event back; never the one that opened the case."""
    if row.kind != "happened" or row.name in (*NOT_BY_HAND, *opening, "opened_by_case") or row.revision == 1:
        return False
    return always or (row.source == f"hand/{visit.by}" and visit.now - row.received_at <= UNDO)


def _line(visit: Visit, called: Called, workflow: str, row: JournalRow, events: Mapping[str, str]) -> Line:
    moved = row.state_before != row.state_after
    by = called.person(row.extra.get("by", "")) or (called.source(row.source) if row.source != "timer" else "")
    kind = {"happened": "event", "bell": "bell", "receipt": "receipt", "refresh": "rules", "hand": "event"}.get(row.kind, "note")
    line = Line(
        at=row.occurred_at, kind=kind, title=_title(visit, called, workflow, row), by=by, remark=mask_text(row.extra.get("note", "")),
        heard=row.received_at if row.received_at - row.occurred_at > SAID_LATE else None, version=row.rulebook[:12],
        place=say_place(row.span), clauses=[_clause(called, workflow, one) for one in row.checks],
        notes=[(_noted(visit, called, workflow, row, one, events), say_place(one.span)) for one in row.notes if one.kind not in TECHNICAL],
    )  # fmt: skip
    if row.kind == "happened":
        before, after = called.state(workflow, row.state_before), called.state(workflow, row.state_after)
        line.moved = (f"{before} → {after}" if before else after) if moved else ""
        line.outcome = called.of(*OUTCOMES[row.outcome]) if row.outcome not in (Outcome.MOVED,) and not moved else ""
        line.values = [
            (called.field(workflow, name), mask_text(called.value(workflow, name, text))) for name, text in row.data.items() if text
        ]
        if row.name == "retracted":
            line.title = f"{line.title}: {called.event(workflow, row.extra.get('retracts', ''))}"
    return line


def _noted(visit: Visit, called: Called, workflow: str, row: JournalRow, note: Note, events: Mapping[str, str]) -> str:
    said = note_of(called, visit.zone, workflow, note, events)
    title_says_it = note.kind == "row_fired" and f"policy:{note.subject}" == f"{row.extra.get('owner', '')} {row.extra.get('row', '')}"
    return str(replace(said, what=kind_of(called, note.kind)) if title_says_it else said)


def _title(visit: Visit, called: Called, workflow: str, row: JournalRow) -> str:
    match row.kind:
        case "happened":
            return called.event(workflow, row.name)
        case "bell":
            kind, _, name = row.extra.get("owner", "").partition(":")
            if kind == "policy":
                return f"{called.policy(name)} · {called.row(row.extra.get('row', ''))}"
            if kind == "hold":
                return visit.say("case.hold_ends")
            return called.chain(name) if kind == "chain" else visit.say("case.no_receipt")
        case "receipt":
            verdict, reason = row.extra.get("verdict", ""), row.extra.get("reason", "")
            said = " ".join(text for text in (_verdict(visit, verdict), called.reason(reason) if verdict == "rejected" else "") if text)
            return f"{called.message(row.extra.get('message', ''))}: {said}"
        case "acknowledged":
            return f"{visit.say('case.acknowledged')}: {called.chain(row.extra.get('chain', ''))}"
        case "hand":
            key = f"case.hand_{row.name}"
            return visit.say(key) if key in all_words() else row.name
        case "refresh":
            return visit.say("case.refreshed")
    return visit.say("case.note")


def _verdict(visit: Visit, verdict: str) -> str:
    key = f"case.verdict_{verdict}"
    return visit.say(key) if key in all_words() else verdict


def _clause(called: Called, workflow: str, check: Check) -> Clause:
    sign = SIGNS.get(check.word) or called.of(*WORDS.get(check.word, (check.word, check.word)))
    subject = called.of("状态", "state") if check.subject == "state" else called.field(workflow, check.subject)

    def say(text: str) -> str:
        return called.state(workflow, text) if check.subject == "state" else called.value(workflow, check.subject, text)

    expected = " | ".join(say(one) for one in check.expected.split(" | "))
    return Clause(
        text=f"{subject} {sign} {expected}", seen=mask_text(say(check.seen)) or called.of("空", "blank"), answer=check.answer.value,
        place=say_place(check.span),
    )  # fmt: skip


def _child(
    called: Called, workflow: str, effect: str, sent: Mapping[str, SentRow], tasks: Mapping[str, Task], visit: Visit
) -> Iterator[Child]:
    if effect in tasks:
        yield task_of(visit, called, tasks[effect])
    elif effect in sent:
        yield message_of(visit, called, workflow, sent[effect])


def task_of(visit: Visit, called: Called, task: Task) -> Child:
    """A task or call, and what came of it."""
    status = task.status.value
    more = []
    if status == "done":
        result = called.result(task.workflow, task.kind, task.result)
        more = [
            text
            for text in (visit.say("case.finished_by", name=called.person(task.claimed_by), result=result or "—"), mask_text(task.note))
            if text
        ]
    elif status == "withdrawn":
        more = [called.gone(task.withdrawn_why)]
    what = called.message(task.message or "") if task.kind == "call" else mask_text(task.text)
    tone = {"done": "good", "open": "warn", "claimed": "warn"}.get(status, "off")
    said = visit.say(f"case.task_{status}") + (f" {called.person(task.claimed_by)}" if status == "claimed" else "")
    return Child(kind=task.kind, what=f"{called.role(task.role)}: {what}", status=said, tone=tone, more=more, link=f"/tasks/{task.id}")


def message_of(visit: Visit, called: Called, workflow: str, row: SentRow) -> Child:
    """A message or command, and what became of it."""
    tone = "good" if row.status in FINE else "bad" if row.status in BAD else "warn" if row.status in PENDING else "off"
    key = f"case.sent_{row.status}"
    status = visit.say(key) if key in all_words() else row.status
    name = called.message(row.message) if row.message else visit.say("case.standard_text")
    to = called.role(row.to, workflow) if row.to else ""
    what = " · ".join(
        text for text in (f"{called.channel(row.channel or '')} → {to}" if to else called.channel(row.channel or ""), name) if text
    )
    if row.kind == "command":
        what = visit.say("case.command")
    at = f"{row.sent_at.astimezone(visit.zone):%H:%M} " if row.sent_at else ""
    reason = called.reason(row.error) if row.error and row.status not in FINE else called.gone(row.why) if row.why else ""
    return Child(
        kind=row.kind, what=what, status=f"{at}{status}", tone=tone, more=[text for text in (mask_text(reason), mask_text(row.masked)) if text],
        doubt=row.effect_id if row.status == "unknown" else "", effect=row.effect_id,
    )  # fmt: skip
