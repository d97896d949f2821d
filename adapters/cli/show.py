"""Where does one case stand? State, fields, promises, what is awaited, tasks, and how it came here."""

import argparse
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from adapters.cli.desk import opened, the_case
from adapters.cli.options import add_desk_options
from adapters.cli.speech import Speech
from adapters.cli.versions import tell_broken_folder
from adapters.wiring.opening import Opened
from engine.core.called import Called
from engine.core.holding import OWNER as HOLD_OWNER
from engine.core.noted import events_of, note_of
from engine.core.why_data import data_of
from engine.core.why_transition import OUTCOMES
from engine.core.words import VERDICTS
from engine.model.case import ClockView
from engine.model.decision import JournalRow
from engine.model.explanation import OnHold
from engine.model.masks import mask_by_field
from engine.model.rulebook import Rulebook
from engine.model.timer import Timer
from engine.model.workflow import Workflow
from engine.ports.directory import CaseRow, SentRow
from engine.reports.graph_words import say_do

AWAITED_MAX = 20
LOOK_AHEAD = timedelta(days=3660)
KINDS = {"bell": "打铃", "receipt": "回执", "acknowledged": "已知晓", "hand": "人工", "note": "跟踪记录", "refresh": "换了规则"}
ROWS = {"after": "开始后", "left": "还剩", "used": "用去", "late": "超时后", "every_day_while_late": "超时每天"}


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`show CASE`."""
    parser.add_argument("case", metavar="CASE", help=speech.of("单号或任何一个名字", "the case's id or any of its names"))
    add_desk_options(parser, speech)


def run(options: argparse.Namespace, speech: Speech) -> int:
    """Everything about it, personal values masked."""
    with opened(options, speech) as desk:
        row = the_case(desk, options.case)
        tell_broken_folder(desk.stores.shelf, speech)
        workflow = desk.rulebook.workflows.get(row.workflow)
        now = desk.desk.now()
        fields = _fields(desk, row, workflow)
        timers = desk.stores.bells.due(now + LOOK_AHEAD, AWAITED_MAX, case_id=row.id)
        tasks = desk.desk.tasks(case=row.id)
        journal, sent = desk.stores.directory.journal(row.id), desk.stores.directory.sent(row.id)
        found = desk.desk.why(row.id, lang=speech.lang)
        rulebook = desk.rulebook
    if not speech.json:
        _head(row, workflow, rulebook, fields, found.hold, speech)
        _clocks(row.clocks, rulebook, now, speech)
        _awaited(timers, rulebook, now, speech)
        if tasks:
            speech.say("\n待办", "\nTasks")
            for task in tasks:
                speech.line(
                    f"  {task.role}  {task.text if task.kind == 'task' else speech.of('电话', 'call')}  {'/'.join(task.asks)}  {task.id}"
                )
        _sent(sent, rulebook, speech)
        _history(row, journal, workflow, rulebook, speech)
    speech.data(
        {
            "id": row.id, "workflow": row.workflow, "state": row.state, "since": row.entered_at.isoformat(), "final": row.final,
            "hold": data_of(found, rulebook.timezone)["hold"], "names": dict(row.names), "fields": fields, "contradictions": row.contradictions,
            "clocks": [_clock_data(one, now) for one in row.clocks],
            "awaited": [{"owner": one.owner, "row": one.row, "due": one.due_at.isoformat()} for one in timers],
            "tasks": [{"id": one.id, "role": one.role, "kind": one.kind, "status": one.status.value, "asks": list(one.asks)} for one in tasks],
            "sent": [{"message": one.message, "channel": one.channel, "to": one.to, "status": one.status, "text": one.masked} for one in sent],
            "history": [_row_data(one) for one in journal],
        }
    )  # fmt: skip
    return 0


def _fields(desk: Opened, row: CaseRow, workflow: Workflow | None) -> dict[str, str]:
    """In declared order; personal ones masked by their type."""
    private = desk.stores.directory.private(row.id)
    declared = workflow.fields if workflow else {}
    masked = {name: mask_by_field(name, value, declared[name].type if name in declared else None) for name, value in private.items()}
    known = {**row.fields, **masked}
    return {name: known[name] for name in [*declared, *known] if known.get(name)}


def _head(
    row: CaseRow, workflow: Workflow | None, rulebook: Rulebook, fields: Mapping[str, str], hold: OnHold | None, speech: Speech
) -> None:
    speech.line(f"{row.id}  {workflow.label if workflow and speech.lang == 'zh' else row.workflow}")
    state = _state(workflow, row.state, speech)
    since = speech.time(row.entered_at, rulebook.timezone)
    ended = speech.of("(已结束)", " (final)") if row.final else ""
    speech.say(f"{state}{ended},自 {since}", f"{state}{ended}, since {since}")
    if hold is not None:
        speech.line(f"! {hold.sentence}")
    if row.contradictions:
        speech.say(f"! {row.contradictions} 处矛盾待处理", f"! {row.contradictions} contradictions to settle")
    labels = {name: one.label for name, one in workflow.fields.items()} if workflow and speech.lang == "zh" else {}
    for name, value in fields.items():
        speech.line(f"  {labels.get(name, name)}:{value}" if speech.lang == "zh" else f"  {name}: {value}")


def _clocks(clocks: Sequence[ClockView], rulebook: Rulebook, now: datetime, speech: Speech) -> None:
    if not clocks:
        return
    speech.line()
    head = ("时效", "判定", "到期", "") if speech.lang == "zh" else ("policy", "verdict", "due", "")
    speech.table(head, [_clock_row(one, rulebook, now, speech) for one in clocks])


def _clock_row(one: ClockView, rulebook: Rulebook, now: datetime, speech: Speech) -> tuple[str, str, str, str]:
    policy = rulebook.policies.get(one.policy)
    verdict = one.verdict.value
    left = ""
    if verdict == "late" and one.late_seconds is not None:
        left = speech.of(f"晚 {speech.span(one.late_seconds)}", f"{speech.span(one.late_seconds)} late")
    elif verdict == "running" and one.due is not None:
        length = speech.span((one.due - now).total_seconds())
        left = speech.of(f"还有 {length}", f"{length} left") if one.due > now else speech.of(f"已过 {length}", f"{length} past")
    name = policy.label if policy and speech.lang == "zh" else one.policy
    return name, speech.of(VERDICTS.get(verdict, verdict), verdict), speech.time(one.due, rulebook.timezone), left


def _awaited(timers: Sequence[Timer], rulebook: Rulebook, now: datetime, speech: Speech) -> None:
    """What is awaited, until when, and what happens then."""
    if not timers:
        return
    speech.line()
    head = ("到什么时候", "等什么", "然后怎样") if speech.lang == "zh" else ("until", "awaited", "then")
    speech.table(head, [(speech.time(one.due_at, rulebook.timezone), *_what_then(one, rulebook, speech)) for one in timers])


def _what_then(timer: Timer, rulebook: Rulebook, speech: Speech) -> tuple[str, str]:
    kind, _, name = timer.owner.partition(":")
    if timer.owner == HOLD_OWNER:
        return speech.of("挂起结束", "the hold to end"), speech.of("压着的、仍成立的照常做", "what waited and is still so is done")
    if kind == "policy" and name in rulebook.policies:
        policy = rulebook.policies[name]
        row = next((one for one in policy.timeline if one.key == timer.row), None)
        label = policy.label if speech.lang == "zh" else name
        word, _, rest = timer.row.partition(" ")
        when = f"{ROWS.get(word, word)} {rest}".strip() if speech.lang == "zh" else timer.row
        if row is None:
            return label, speech.of("到期:记超时", "due: recorded late")
        return f"{label}({when})" if speech.lang == "zh" else f"{label} ({when})", say_do(row.do, speech.lang)
    if kind == "chain" and name in rulebook.chains:
        chain = rulebook.chains[name]
        return (chain.label if speech.lang == "zh" else name), speech.of("升级到下一档", "the next step is told")
    return speech.of("消息送达", "a message to arrive"), speech.of("没有回执就走备用办法", "without a receipt, the fallback")


def _sent(sent: Sequence[SentRow], rulebook: Rulebook, speech: Speech) -> None:
    if not sent:
        return
    speech.say("\n消息", "\nMessages")
    for one in sent:
        message = rulebook.messages.get(one.message or "")
        name = message.label if message and speech.lang == "zh" else one.message or one.kind
        speech.line(
            f"  {speech.time(one.sent_at or one.at, rulebook.timezone)}  {one.channel or ''} → {one.to or ''}  {name}  [{one.status}]{f' {one.error}' if one.error else ''}  {'/'.join(one.effect_id.split('/')[-2:])}"
        )
        if one.masked:
            speech.line(f"      {' '.join(one.masked.split())}")


def _history(row: CaseRow, journal: Sequence[JournalRow], workflow: Workflow | None, rulebook: Rulebook, speech: Speech) -> None:
    speech.say("\n经过", "\nHistory")
    called, zone, events = Called(rulebook, speech.lang), ZoneInfo(rulebook.timezone), events_of(journal)
    for one in journal:
        if one.kind != "happened" and not one.notes and not one.effects:
            continue
        moved = (
            f"{_state(workflow, one.state_before, speech)} → {_state(workflow, one.state_after, speech)}"
            if one.state_before != one.state_after
            else speech.of(*OUTCOMES[one.outcome])
        )
        place = f"  {one.span.file}:{one.span.line}" if one.span and one.span.file else ""
        speech.line(f"  {speech.time(one.occurred_at, rulebook.timezone)}  {_event(workflow, one, speech)}  {moved}  {one.source}{place}")
        for note in one.notes:
            where = f"  {note.span.file}:{note.span.line}" if note.span and note.span.file else ""
            speech.line(f"      {note_of(called, zone, row.workflow, note, events)}{where}")


def _event(workflow: Workflow | None, one: JournalRow, speech: Speech) -> str:
    if one.kind != "happened":
        return KINDS.get(one.kind, one.kind) if speech.lang == "zh" else one.kind
    declared = workflow.events.get(one.name) if workflow else None
    return declared.label if declared and speech.lang == "zh" else one.name


def _state(workflow: Workflow | None, name: str, speech: Speech) -> str:
    if not name:
        return speech.of("(开单)", "(opening)")
    if workflow is None or speech.lang != "zh":
        return name
    state = workflow.states.get(name) or next((one for one in workflow.states.values() if one.was == name), None)
    return state.label if state is not None else name


def _clock_data(one: ClockView, now: datetime) -> dict[str, object]:
    running = one.verdict.value == "running" and one.due is not None
    return {
        "policy": one.policy,
        "verdict": one.verdict.value,
        "started_at": one.started_at.isoformat(),
        "due": one.due.isoformat() if one.due else None,
        "stopped_at": one.stopped_at.isoformat() if one.stopped_at else None,
        "remaining_seconds": (one.due - now).total_seconds() if running and one.due else None,
        "late_seconds": one.late_seconds,
        "estimated": one.estimated,
    }


def _row_data(one: JournalRow) -> dict[str, object]:
    return {
        "revision": one.revision, "event": one.name, "kind": one.kind, "source": one.source, "occurred_at": one.occurred_at.isoformat(),
        "received_at": one.received_at.isoformat(), "outcome": one.outcome.value, "from": one.state_before, "to": one.state_after,
        "rule": f"{one.span.file}:{one.span.line}" if one.span and one.span.file else None,
        "notes": [{"kind": note.kind, "subject": note.subject, "detail": note.detail} for note in one.notes], "effects": list(one.effects),
    }  # fmt: skip
