"""What happened to a case? Line by line from its journal, with places and values; then how its clocks stand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from engine.core.called import Called
from engine.core.clocks import Clock
from engine.core.due import DayKind, explain_due
from engine.core.moment import Moment
from engine.core.noted import events_of, note_of
from engine.core.render import show_instant
from engine.core.rows import DUE_ROW, instants
from engine.core.terms import Court, terms_of
from engine.core.why_hold import explain_hold
from engine.core.why_policy import explain_policy, say_check
from engine.core.why_transition import OUTCOMES
from engine.core.why_words import VERDICTS
from engine.model.decision import JournalRow
from engine.model.policy import Amount, Policy
from engine.model.span import Span

RANG = ("row_fired", "row_skipped", "row_flagged")
"""Notes of a row whose instant has come; the detail begins with that instant."""
OBSOLETE = "bell_obsolete"
"""A note that says nothing to whoever asks why."""

COUNTED = (DayKind.OPEN, DayKind.DUE)
"""Lines of a path that need no reason."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an answer."""

    at: datetime
    what: str
    why: str
    span: Span | None = None


def explain_case(m: Moment, *, rule: str | None = None) -> list[Line]:
    """The case's story from its journal, then what every clock waits for; with `rule` only what concerns that rule.

    Nothing if the case was not open yet.
    """
    case, journal, court = m.case, m.journal, m.court
    if not case.history:
        return []
    called, events = Called(court.rulebook, m.of("zh", "en")), events_of(journal)
    lines = [line for row in journal for line in _of_row(m, called, events, row, rule or "")]
    hold = explain_hold(m)
    if hold is not None:
        lines.append(Line(hold.since, m.of("挂起中", "on hold"), hold.sentence))
    policies = [one for one in court.rulebook.policies.values() if one.workflow == case.workflow and rule in (None, one.name)]
    rang = [(note.subject, note.detail.partition(" ")[0]) for row in journal for note in row.notes if note.kind in RANG]
    return [*lines, *_clocks(m, called, policies, rang, named=rule is not None)]


def _of_row(m: Moment, called: Called, events: Mapping[str, str], row: JournalRow, rule: str) -> list[Line]:
    """What happened, then the notes: those that name the rule; all of them if its transition was taken, or `rule` is empty."""
    zone, workflow = ZoneInfo(m.court.zone), m.case.workflow
    whole = rule in (row.transition or "")
    lines = [line for line in _happened(m, row) if whole or rule in line.what or rule in line.why]
    for note in row.notes:
        if note.kind != OBSOLETE and (whole or rule in note.subject or rule in note.detail):
            said = note_of(called, zone, workflow, note, events)
            lines.append(Line(row.received_at, said.what, said.more, note.span))
    return lines


def _happened(m: Moment, row: JournalRow) -> Iterator[Line]:
    court, english = m.court, m.english
    if row.kind == "happened":
        workflow = court.workflow
        label = workflow.events[row.name].label if row.name in workflow.events else row.name
        states = [workflow.states[name].label if name in workflow.states else name for name in (row.state_before, row.state_after)]
        outcome = OUTCOMES[row.outcome][english]
        moved = f"{states[0]} → {states[1]}" if row.state_before and row.state_before != row.state_after else states[1]
        what = f"{row.name}: {row.state_before} → {row.state_after}" if english else f"{label}:{moved}"
        why = "; ".join([outcome, *(say_check(m.told(check)) for check in row.checks)])
        yield Line(row.occurred_at, what, why, row.span)


Rang = Sequence[tuple[str, str]]
"""`policy row` and the instant it was for, of every row that rang."""


def _clocks(m: Moment, called: Called, policies: Sequence[Policy], rang: Rang, *, named: bool) -> list[Line]:
    court, now, english = m.court, m.now, m.english
    lines: list[Line] = []
    clocks = [one for one in m.clocks if one.policy in policies]
    for clock in clocks:
        verdict = VERDICTS[clock.verdict(now)][english]
        due = _when(m, clock.due) if clock.due else "-"
        name = clock.policy.name if english else clock.policy.label
        since = _when(m, clock.start.at)
        why = f"started {since}, due {due}" if english else f"{since} 开始,{due} 到期"
        lines.append(Line(clock.start.at, f"{name} #{clock.number}: {verdict}", why, clock.policy.span))
        lines += _path(court, clock, now, english)
        lines += _ahead(m, called, clock, rang)
    known = {clock.policy.name for clock in clocks}
    return lines + [_why_not(m, policy) for policy in policies if policy.name not in known and (named or _been_there(m, policy))]


def _path(court: Court, clock: Clock, now: datetime, english: bool) -> list[Line]:
    """Every date that did not count, or not as usual, on the way to the due time, with its reason (T7)."""
    calendar = court.calendar(clock.policy.calendar, clock.start.at)
    terms = terms_of(court, clock.policy, clock.start, clock.changes[-1] if clock.changes else clock.start)
    if calendar is None or not isinstance(terms, Amount):
        return []
    paused = ((clock.paused_since, max(now, clock.paused_since)),) if clock.paused_since else ()
    path = explain_due(calendar, clock.start.at, terms, (*clock.all_pauses, *paused))
    if path[-1].due != clock.due:
        return []  # Moved to the moment of a change: no counting led there.
    name = clock.policy.name if english else clock.policy.label
    told = [line for line in path if line.kind not in COUNTED or line.paused_seconds or line.estimated]
    return [Line(clock.start.at, f"{name} #{clock.number}", line.text, clock.policy.span) for line in told]


def _ahead(m: Moment, called: Called, clock: Clock, rang: Rang) -> list[Line]:
    """Rows that have not fired yet, and when they will. What fired is told by the journal."""
    court, now, english = m.court, m.now, m.english
    waits = m.of(",挂起中:恢复后如仍成立才做", ", on hold: done after that if it is still so") if m.case.ledger.hold else ""
    lines = []
    for instant in instants(court, clock, now):
        if instant.key == DUE_ROW or instant.row is None:
            continue
        subject = f"{clock.policy.name} {instant.key}"
        before = [at for other, at in rang if other == subject and datetime.fromisoformat(at) >= clock.start.at]
        if instant.at.isoformat() in before or (before and instant.at <= now):
            continue
        when = _when(m, instant.at)
        if instant.at > now:
            why = f"will fire {when}" if english else f"还没到,{when} 触发"
        else:
            why = f"was due {when}, has not fired yet" if english else f"{when} 已到,还没触发"
        lines.append(Line(instant.at, called.subject(m.case.workflow, subject), why + waits, instant.row.span))
    return lines


def _when(m: Moment, at: datetime) -> str:
    return m.time(at) if m.english else show_instant(at, m.now, m.court.zone, "time")


def _been_there(m: Moment, policy: Policy) -> bool:
    """Whether the case was ever in the policy's states: a promise of a later part of its life is no news."""
    return any(stay.state in policy.while_states for stay in m.reading.stays)


def _why_not(m: Moment, policy: Policy) -> Line:
    """Why a policy has no clock on this case."""
    return Line(m.now, m.name(policy.label, policy.name), explain_policy(m, policy).sentence, policy.span)
