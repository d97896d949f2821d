"""What does this event mean for this case? The whole control flow, on one screen; no clock, no I/O, no chance."""

from collections.abc import Sequence
from datetime import datetime

from engine.core.delivery import deadline_timers, finish_task, note_suppression, receive, ring_deadline
from engine.core.draft import Draft
from engine.core.escalate import RESUME_ROW, acknowledge, chain_timers, ring_step, settle_chains
from engine.core.goes_by import adopts_on_moving, court_of, version_of
from engine.core.hand import carry_out_hand
from engine.core.holding import OWNER as HOLD_OWNER
from engine.core.holding import hold_timers, ring_end
from engine.core.issue import Occasion, assign, issue_intentions, withdraw
from engine.core.order import FUTURE_TOLERANCE, event_key
from engine.core.reading import read_case
from engine.core.standing import standing_of
from engine.core.stays import Read
from engine.core.succession import go_on
from engine.core.terms import Court
from engine.core.timeline import note_moved_dues, policy_timers, ring_row, settle_lateness, tell_disruptions
from engine.model.case import Case
from engine.model.decision import Decision, Outcome
from engine.model.doing import Assign
from engine.model.escalation import LAST_RESORT
from engine.model.event import Event, EventKind
from engine.model.rulebook import Rulebook
from engine.model.span import NOWHERE
from engine.model.timer import Timer

MICROSTEPS_MAX = 16
"""Events raised by events in one row; more is an outcome (limit_exceeded), not a loop."""


def decide(rulebook: Rulebook, case: Case, event: Event, now: datetime) -> Decision:
    """Say what the event means for this case. Same inputs, same answer.

    `now` is the instant of the decision, aware, UTC: the event's receipt, or the bell. Never raises for what an
    operator or a carrier can cause.
    """
    draft = Draft(court_of(rulebook, case), case, event, now)
    if int(event.extra.get("depth", "0")) > MICROSTEPS_MAX:
        draft.read()
        return _decision(draft, rulebook, Read(Outcome.LIMIT_EXCEEDED), keeps=False)
    if event.occurred_at - event.received_at > FUTURE_TOLERANCE:
        draft.note("suspect_time", event.name, f"{event.occurred_at.isoformat()} counts as of its receipt")
    read, keeps = _hear(draft)
    _adopt(draft, rulebook)
    note_moved_dues(draft)
    settle_lateness(draft)
    settle_chains(draft)
    withdraw(draft)
    issue_intentions(draft)
    if read.outcome is Outcome.COULD_NOT_TELL:
        _ask_a_person(draft, read)
    settle_chains(draft)
    told = tell_disruptions(draft)
    return _decision(draft, rulebook, read, keeps=keeps, more=told)


def _hear(draft: Draft) -> tuple[Read, bool]:
    """Take the event in by its kind; answers how it was read and whether the history keeps it."""
    event = draft.event
    match event.kind:
        case EventKind.HAPPENED:
            finish_task(draft, event)
            draft.hear(event, _version(draft))
            go_on(draft)
            return draft.reading.reads.get(event_key(event), Read(Outcome.RECORDED)), True
        case EventKind.RECEIPT:
            draft.read()
            sent = receive(draft, event)
            if sent:
                draft.hear(event, _version(draft))
            return Read(Outcome.RECORDED), sent
        case EventKind.BELL:
            draft.read()
            return Read(_ring(draft, event)), False
        case EventKind.ACKNOWLEDGED:
            draft.read()
            acknowledge(draft, event.extra.get("chain", ""))
        case EventKind.NOTE:
            finish_task(draft, event)
            note_suppression(draft, event)
            draft.read()
        case EventKind.HAND:
            draft.read()
            carry_out_hand(draft, event)
        case EventKind.REFRESH:
            draft.read()
    return Read(Outcome.RECORDED), False


def _version(draft: Draft) -> str:
    return version_of(draft.court)


def _adopt(draft: Draft, rulebook: Rulebook) -> None:
    """`adopt_at_next_state`: a case that has moved goes on under the rules in force, if they know the state it came to."""
    if version_of(draft.court) == rulebook.fingerprint or not adopts_on_moving(rulebook, draft.case):
        return
    workflow = rulebook.workflows[draft.case.workflow]
    moved = draft.reading.stay.key != read_case(draft.court, draft.case).stay.key
    if moved and draft.reading.state in workflow.states:
        draft.go_by(Court(rulebook, workflow))


def _ring(draft: Draft, event: Event) -> Outcome:
    """A bell: the court decides whether it still matters."""
    owner = event.extra["owner"]
    kind, _, name = owner.partition(":")
    settle_chains(draft)
    if owner == HOLD_OWNER:
        return Outcome.STAYED if ring_end(draft) else Outcome.RECORDED
    if kind == "policy":
        return Outcome.STAYED if ring_row(draft, event) else Outcome.RECORDED
    if kind == "message":
        ring_deadline(draft, name)
        return Outcome.STAYED
    if kind == "disruption":
        return Outcome.STAYED
    run = draft.chains.get(name)
    if event.extra["row"] == RESUME_ROW:
        return Outcome.STAYED
    if run is None or run.ended or run.next_at is None or run.next_at > draft.now or str(run.step) != event.extra["row"]:
        draft.note("bell_obsolete", owner)
        return Outcome.RECORDED
    ring_step(draft, name)
    return Outcome.STAYED


def _ask_a_person(draft: Draft, read: Read) -> None:
    """Could not tell: the event waits for a person; other cases go on (style.md section 7)."""
    row = read.row.key if read.row else ""
    draft.alarm(f"could_not_tell:{row}", f"doubt:{event_key(draft.event)}")
    occasion = Occasion(f"doubt:{event_key(draft.event)}:task", "", draft.now, f"event:{draft.event.name}", f"doubt/{row}")
    assign(draft, Assign(f"规则无法判断,请人工处理:{draft.event.name}", LAST_RESORT, (), read.span or NOWHERE), occasion)


def _decision(draft: Draft, rulebook: Rulebook, read: Read, *, keeps: bool, more: Sequence[Timer] = ()) -> Decision:
    case = draft.case
    timers = (*policy_timers(draft), *chain_timers(draft), *deadline_timers(draft), *hold_timers(draft), *more)
    standing = standing_of(draft)
    outcome = Outcome.LIMIT_EXCEEDED if draft.exceeded else read.outcome
    after = Case(
        id=case.id,
        workflow=case.workflow,
        revision=draft.revision,
        opened_at=case.opened_at,
        state=standing.state,
        history=draft.history,
        ledger=draft.ledger(),
    )
    return Decision(
        event=draft.event,
        outcome=outcome,
        state_before=case.state,
        after=after,
        standing=standing,
        transition=read.row.key if read.row and read.outcome is not Outcome.COULD_NOT_TELL else None,
        span=read.span,
        checks=read.checks,
        notes=tuple(draft.notes),
        effects=tuple(draft.effects),
        drops=tuple(draft.drops),
        timers=timers,
        raised=tuple(draft.raised),
        rulebook=rulebook.fingerprint,
        texts=draft.reading.texts,
        keeps_event=keeps,
    )
