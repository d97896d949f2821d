"""How does a case, a journal row or a task look as JSON? Times in the rulebook's zone, personal values masked; pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo

from engine.model.case import ClockView
from engine.model.condition import Check
from engine.model.decision import JournalRow, Note
from engine.model.diagnostic import Diagnostic
from engine.model.masks import mask_by_field, mask_phone, mask_text
from engine.model.span import Span
from engine.model.timer import Timer
from engine.model.workflow import Workflow
from engine.ports.directory import CaseRow, SentRow
from engine.ports.worklist import Task
from engine.service.desk import Reason

Shape = dict[str, object]


def time_shape(at: datetime | None, zone: tzinfo) -> str | None:
    """ISO 8601 with the zone's offset."""
    return None if at is None else at.astimezone(zone).isoformat()


def place_shape(span: Span | None) -> str | None:
    """`workflows/shipment.yaml:41:9`; None for what no operator wrote."""
    return str(span) if span is not None and span.file else None


def case_shape(row: CaseRow, zone: tzinfo) -> Shape:
    """One line of a list."""
    return {
        "id": row.id,
        "workflow": row.workflow,
        "state": row.state,
        "entered_at": time_shape(row.entered_at, zone),
        "opened_at": time_shape(row.opened_at, zone),
        "revision": row.revision,
        "final": row.final,
        "names": dict(row.names),
        "fields": {name: mask_text(text) for name, text in row.fields.items()},
        "clocks": [_clock(clock, zone) for clock in row.clocks],
        "next_due": time_shape(row.next_due, zone),
        "contradictions": row.contradictions,
    }


def personal_shape(values: Mapping[str, str], workflow: Workflow | None) -> Shape:
    """Private fields, masked."""
    declared = workflow.fields if workflow else {}
    return {name: mask_by_field(name, text, declared[name].type if name in declared else None) for name, text in values.items()}


def journal_shape(row: JournalRow, zone: tzinfo) -> Shape:
    """One line of the timeline, with the rule's place and every check."""
    return {
        "revision": row.revision,
        "event": row.name,
        "event_id": row.event_id,
        "kind": row.kind,
        "source": row.source,
        "occurred_at": time_shape(row.occurred_at, zone),
        "received_at": time_shape(row.received_at, zone),
        "decided_at": time_shape(row.decided_at, zone),
        "outcome": row.outcome.value,
        "from": row.state_before,
        "to": row.state_after,
        "transition": row.transition,
        "place": place_shape(row.span),
        "checks": [_check(check) for check in row.checks],
        "notes": [_note(note) for note in row.notes],
        "effects": list(row.effects),
        "data": {name: mask_text(text) for name, text in row.data.items()},
        "extra": {name: mask_text(text) for name, text in row.extra.items()},
        "rulebook": row.rulebook,
    }


def sent_shape(row: SentRow, zone: tzinfo) -> Shape:
    """A message as it left; its text was masked when it was kept, and is masked again in case it was not."""
    return {
        "effect": row.effect_id,
        "kind": row.kind,
        "message": row.message,
        "channel": row.channel,
        "to": mask_text(row.to) if row.to else row.to,
        "status": row.status,
        "at": time_shape(row.at, zone),
        "sent_at": time_shape(row.sent_at, zone),
        "text": mask_text(row.masked),
        "attempts": row.attempts,
        "error": mask_text(row.error),
        "why": row.why,
    }


def waiting_shape(timer: Timer, zone: tzinfo) -> Shape:
    """Until when a case waits, and for which row of which policy, chain or message."""
    kind, _, name = timer.owner.partition(":")
    return {"until": time_shape(timer.due_at, zone), "by": kind, "rule": name, "row": timer.row, "feed": timer.waits_for}


def task_shape(task: Task, zone: tzinfo, *, in_full: bool = False) -> Shape:
    """A task or call. A call's script and number are personal: in full only for whoever works on it."""
    call = task.kind == "call"
    return {
        "id": task.id,
        "case": task.case,
        "workflow": task.workflow,
        "kind": task.kind,
        "role": task.role,
        "text": task.text if in_full else None if call else mask_text(task.text),
        "remark": mask_text(task.remark),
        "address": task.address if in_full else mask_phone(task.address),
        "asks": list(task.asks),
        "message": task.message,
        "status": task.status.value,
        "created_at": time_shape(task.created_at, zone),
        "claimed_by": task.claimed_by,
        "claim_until": time_shape(task.claim_until, zone),
        "result": task.result,
        "note": mask_text(task.note),
        "finished_at": time_shape(task.finished_at, zone),
        "withdrawn_why": task.withdrawn_why,
    }


def reasons_shape(reasons: Sequence[Reason], zone: tzinfo) -> list[Shape]:
    """An explanation, line by line."""
    return [{"at": time_shape(each.at, zone), "what": each.what, "why": mask_text(each.why), "place": each.place} for each in reasons]


def diagnostic_shape(each: Diagnostic, lang: str) -> Shape:
    """Why the newest rules were refused."""
    message, help_text = (each.en, each.help_en) if lang == "en" else (each.zh, each.help_zh)
    return {"code": each.code, "severity": each.severity.value, "place": place_shape(each.span), "message": message, "help": help_text}


def _clock(clock: ClockView, zone: tzinfo) -> Shape:
    return {
        "policy": clock.policy,
        "number": clock.number,
        "started_at": time_shape(clock.started_at, zone),
        "due": time_shape(clock.due, zone),
        "verdict": clock.verdict.value,
        "stopped_at": time_shape(clock.stopped_at, zone),
        "late_seconds": clock.late_seconds,
        "late_open_seconds": clock.late_open_seconds,
        "estimated": clock.estimated,
    }


def _check(check: Check) -> Shape:
    return {
        "subject": check.subject,
        "word": check.word,
        "expected": check.expected,
        "seen": mask_text(check.seen),
        "answer": check.answer.value,
        "place": place_shape(check.span),
    }


def _note(note: Note) -> Shape:
    return {"kind": note.kind, "subject": note.subject, "detail": mask_text(note.detail), "place": place_shape(note.span)}
