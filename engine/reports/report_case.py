"""What does one case's journal say? When something first happened, who did it, and what its promises came to."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation

from engine.core.route import resolve
from engine.model.case import ClockVerdict, ClockView
from engine.model.decision import JournalRow, Outcome
from engine.model.policy import Enters, IsSent
from engine.model.workflow import Workflow
from engine.reports.report_shape import Amount, Dossier, Scope, count

SHIPMENT, TICKET = "shipment", "ticket"
PICKED_UP, DELIVERED = "picked_up", "delivered"
VOID_STATES = ("cancelled", "void")
SOLVED_STATES = ("solved", "resolved")
ENQUIRIES = ("咨询", "查询")
"""Topics of tickets that complain of nothing."""

MET = (ClockVerdict.MET, ClockVerdict.MET_REPORTED_LATE)
VERDICT_COLUMNS = (
    count("met", "按时", "met"),
    count("met_reported_late", "按时(报得晚)", "met, reported late"),
    count("late", "超时", "late"),
    count("none", "不计", "none"),
    count("not_seen", "未见", "not seen"),
    count("running", "计时中", "running"),
    count("paused", "暂停", "paused"),
    count("earlier_late", "曾超时", "earlier late"),
)
"""What `verdict_counts` counts, as a sheet shows it."""


def happened(dossier: Dossier) -> list[JournalRow]:
    """What happened, in order of time (of equal instants, of receipt), without what was retracted or is no event of its workflow."""
    rows = [row for row in dossier.journal if row.kind == "happened" and row.outcome is not Outcome.UNKNOWN_EVENT]
    gone = taken_back(rows)
    kept = [row for row in rows if row.revision not in gone and row.name != "retracted"]
    return sorted(kept, key=lambda row: (row.occurred_at, row.revision))


def taken_back(rows: Sequence[JournalRow]) -> set[int]:
    """Revisions of what was retracted, as the court finds it: by id, else the latest of that name heard before; of retractions, too."""
    retractions = [row for row in rows if row.name == "retracted" and row.kind == "happened"]
    gone: set[int] = set()
    for row in reversed(retractions):
        wanted_id = row.extra.get("retracts_id", "")
        if row.revision not in gone and wanted_id:
            gone |= {one.revision for one in retractions if one.revision < row.revision and one.event_id == wanted_id}
    for row in retractions:
        if row.revision in gone:
            continue
        wanted_id, wanted = row.extra.get("retracts_id", ""), row.extra.get("retracts", "")
        fitting = [
            one
            for one in rows
            if one.kind == "happened"
            and one.revision < row.revision
            and one.revision not in gone
            and (one.event_id == wanted_id if wanted_id else one.name == wanted)
        ]
        if fitting:
            gone.add(max(fitting, key=lambda one: (one.occurred_at, one.revision)).revision)
    return gone


def opened(dossier: Dossier) -> datetime:
    """When its first event happened, as far as the journal was read; else when it was opened here."""
    return min(dossier.journal, key=lambda row: row.revision).occurred_at if dossier.journal else dossier.case.opened_at


def reached(workflow: Workflow, rows: Sequence[JournalRow], states: Collection[str]) -> JournalRow | None:
    """The first that led into one of these states, or is the main line's event of one; None: not yet."""
    events = {event for milestone in workflow.milestones if milestone.state in states for event in milestone.events}
    return next((row for row in rows if row.name in events or (row.state_after in states and row.state_before not in states)), None)


def answered(workflow: Workflow, rows: Sequence[JournalRow]) -> JournalRow | None:
    """The first that led out of the state a case begins in."""
    return reached(workflow, rows, [state for state in workflow.states if state != workflow.start_state])


def solved_states(workflow: Workflow) -> list[str]:
    """`solved` or `resolved`, and every state that ends a case: a ticket that was closed at once was solved too."""
    return [state.name for state in workflow.states.values() if state.final or state.name in SOLVED_STATES]


def solved(workflow: Workflow, rows: Sequence[JournalRow]) -> JournalRow | None:
    """The first that solved it."""
    return reached(workflow, rows, solved_states(workflow))


def came_back(workflow: Workflow, rows: Sequence[JournalRow]) -> bool:
    """It was solved, and was not after all."""
    ends = solved_states(workflow)
    return any(row.state_before in ends and row.state_after not in ends for row in rows)


def names(rows: Sequence[JournalRow]) -> set[str]:
    """Of everything that happened."""
    return {row.name for row in rows}


def hand_of(row: JournalRow) -> str:
    """Who did it: the number after `hand/`; `system` for connections, timers and other cases."""
    return row.source.removeprefix("hand/") if row.source.startswith("hand/") else "system"


def seconds(since: datetime, until: datetime) -> int:
    """Whole seconds from one to the other; negative where the source's times contradict each other."""
    return round((until - since).total_seconds())


def stopping_at(scope: Scope, state: str) -> set[str]:
    """Policies whose promise is to get there."""
    return {one.name for one in scope.rulebook.policies.values() if Enters(state) in one.stops}


def clock_at(clock: ClockView) -> datetime:
    """A promise belongs to the instant it fell due; one without, to its start."""
    return clock.due or clock.started_at


def recorded_lates(dossier: Dossier, policy: str) -> list[str]:
    """Due times of this policy's recorded lateness that stands, oldest first, as the journal writes them."""
    standing: list[str] = []
    for row in dossier.journal:
        for note in row.notes:
            if note.subject == policy and note.kind == "late":
                standing.append(note.detail.removeprefix("due ").partition(" ")[0])
            elif note.subject == policy and note.kind in ("corrected", "late_withdrawn") and standing:
                standing.pop()
    return standing


def verdict_of(dossier: Dossier, clock: ClockView) -> ClockVerdict:
    """As its row says; a clock whose bell rang at its very due time is late by the journal before its row is written again."""
    if clock.verdict is ClockVerdict.RUNNING and clock.due is not None and clock.due.isoformat() in recorded_lates(dossier, clock.policy):
        return ClockVerdict.LATE
    return clock.verdict


def verdict_counts(dossier: Dossier, clock: ClockView) -> dict[str, Amount]:
    """Its verdict; whether it stands in a rate (met and late do, the others do not); how late it was; lateness of earlier clocks of its policy."""
    verdict, lates = verdict_of(dossier, clock), recorded_lates(dossier, clock.policy)
    counts: dict[str, Amount] = {
        verdict.value: 1, "clocks": 1, "judged": int(verdict in (*MET, ClockVerdict.LATE)), "kept": int(verdict in MET),
        "earlier_late": max(0, len(lates) - (verdict is ClockVerdict.LATE)),
    }  # fmt: skip
    if verdict is ClockVerdict.LATE and clock.stopped_at is not None and clock.due is not None:
        counts |= {"late_s": seconds(clock.due, clock.stopped_at), "late_n": 1}
    return counts


def is_late(dossier: Dossier) -> bool:
    """The last clock of one of its policies is late."""
    return any(verdict_of(dossier, clock) is ClockVerdict.LATE for clock in dossier.case.clocks)


def courier(scope: Scope, dossier: Dossier, at: datetime) -> str:
    """Who was to pick it up: whoever the message of the order goes to, by the rules in force now, as of this instant; empty for nobody."""
    shipment = dossier.case if dossier.case.workflow == SHIPMENT else dossier.shipment
    if shipment is None:
        return ""
    pickup = stopping_at(scope, PICKED_UP)
    sent = (mark.message for name in pickup for mark in scope.rulebook.policies[name].starts if isinstance(mark, IsSent))
    message = next((scope.rulebook.messages[name] for name in sent if name in scope.rulebook.messages), None)
    if message is None:
        return ""
    found = resolve(scope.rulebook.contacts, scope.rulebook.calendars, message.to, {**shipment.fields, **dossier.private}, at)
    return "、".join(person.name for person in found.people)


def number(text: str) -> Decimal:
    """What a field says, 0 for nothing that is a number."""
    try:
        read = Decimal(text)
    except InvalidOperation:
        return Decimal(0)
    return read if read.is_finite() else Decimal(0)
