"""Why, and why not yet? What happened to a case and what it waits for, with the rule's place and the values it saw."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from engine.core.clocks import Clock
from engine.core.due import DayKind, explain_due
from engine.core.evaluate import Seen, evaluate
from engine.core.reading import clocks_of, read_case
from engine.core.render import show_instant
from engine.core.rows import DUE_ROW, instants
from engine.core.stays import Reading
from engine.core.terms import Court, terms_of
from engine.model.case import Case, ClockVerdict
from engine.model.condition import Check
from engine.model.decision import JournalRow, Note, Outcome
from engine.model.policy import Amount, Policy
from engine.model.rulebook import Rulebook
from engine.model.span import Span

VERDICTS = {
    ClockVerdict.RUNNING: ("计时中", "running"),
    ClockVerdict.PAUSED: ("暂停", "paused"),
    ClockVerdict.MET: ("按时", "met"),
    ClockVerdict.MET_REPORTED_LATE: ("按时,晚报", "met, reported late"),
    ClockVerdict.LATE: ("超时", "late"),
    ClockVerdict.NONE: ("无结论", "no verdict"),
    ClockVerdict.NOT_SEEN: ("未见扫描", "not seen"),
}

OUTCOMES = {
    Outcome.MOVED: ("流转", "moved"),
    Outcome.STAYED: ("留在原状态", "stayed"),
    Outcome.RECORDED: ("只记录", "recorded"),
    Outcome.NO_TRANSITION: ("没有对应的流转", "no transition"),
    Outcome.CONDITION_FALSE: ("条件不符", "condition false"),
    Outcome.COULD_NOT_TELL: ("无法判断", "could not tell"),
    Outcome.FINISHED: ("单已结束", "finished"),
    Outcome.UNKNOWN_EVENT: ("未登记的事件", "unknown event"),
    Outcome.CONTRADICTION: ("与已结束的单矛盾", "contradiction"),
    Outcome.LIMIT_EXCEEDED: ("超过上限", "limit exceeded"),
}

COMPARISONS = {
    "is": "=", "one_of": "∈", "is_not": "≠", "more_than": ">", "at_least": "≥", "less_than": "<", "at_most": "≤",
    "before": "早于", "from": "不早于", "contains": "含", "starts_with": "以此开头", "blank": "空着",
}  # fmt: skip

RANG = ("row_fired", "row_skipped", "row_flagged")
"""Notes of a row whose instant has come; the detail begins with that instant."""

COUNTED = (DayKind.OPEN, DayKind.DUE)
"""Lines of a path that need no reason."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an answer."""

    at: datetime
    what: str
    why: str
    span: Span | None = None


def explain_case(
    rulebook: Rulebook, case: Case, journal: Sequence[JournalRow], now: datetime, *, rule: str | None = None, lang: str = "zh"
) -> list[Line]:
    """The case's story from its journal, then what every clock waits for; with `rule` only what concerns that rule.

    As it stood at `now`: what was received later is left out, so an instant of the past is told as it was then, under the
    rules given. Nothing if the case was not open yet.
    """
    case, journal = _as_of(case, journal, now)
    if not case.history:
        return []
    court = Court(rulebook, rulebook.workflows[case.workflow])
    reading = read_case(court, case)
    lines = [line for row in journal for line in _of_row(court, row, lang) if rule is None or _concerns(line, row, rule)]
    policies = [one for one in rulebook.policies.values() if one.workflow == case.workflow and rule in (None, one.name)]
    rang = [(note.subject, note.detail.partition(" ")[0]) for row in journal for note in row.notes if note.kind in RANG]
    return [*lines, *_clocks(court, policies, reading, case, rang, now, lang)]


def _as_of(case: Case, journal: Sequence[JournalRow], now: datetime) -> tuple[Case, Sequence[JournalRow]]:
    """The case and its journal with only what had been received by then."""
    history = tuple(heard for heard in case.history if heard.event.received_at <= now)
    if len(history) == len(case.history):
        history = case.history  # Its reading is at hand by identity.
    floors = {clock: floor for clock, floor in case.ledger.floors.items() if floor <= now}
    then = replace(case, history=history, ledger=replace(case.ledger, floors=floors))
    return then, [row for row in journal if row.received_at <= now]


def _concerns(line: Line, row: JournalRow, rule: str) -> bool:
    return rule in line.what or rule in line.why or (row.transition or "").find(rule) >= 0


def _of_row(court: Court, row: JournalRow, lang: str) -> list[Line]:
    english = lang == "en"
    lines: list[Line] = []
    if row.kind == "happened":
        workflow = court.workflow
        label = workflow.events[row.name].label if row.name in workflow.events else row.name
        states = [workflow.states[name].label if name in workflow.states else name for name in (row.state_before, row.state_after)]
        outcome = OUTCOMES[row.outcome][english]
        moved = f"{states[0]} → {states[1]}" if row.state_before and row.state_before != row.state_after else states[1]
        what = f"{row.name}: {row.state_before} → {row.state_after}" if english else f"{label}:{moved}"
        why = "; ".join([outcome, *(show_check(check) for check in row.checks)])
        lines.append(Line(row.occurred_at, what, why, row.span))
    lines += [Line(row.received_at, f"{note.kind} {note.subject}", note.detail, note.span) for note in row.notes if _worth(note)]
    return lines


def _worth(note: Note) -> bool:
    return note.kind != "bell_obsolete"


def show_check(check: Check) -> str:
    """`weight_kg=120 > 1000 ✗`: what was asked, what was seen, the answer."""
    mark = {"yes": "✓", "no": "✗"}.get(check.answer.value, "?")
    return f"{check.subject}={check.seen or '(空)'} {COMPARISONS.get(check.word, check.word)} {check.expected} {mark}"


Rang = Sequence[tuple[str, str]]
"""`policy row` and the instant it was for, of every row that rang."""


def _clocks(court: Court, policies: Sequence[Policy], reading: Reading, case: Case, rang: Rang, now: datetime, lang: str) -> list[Line]:
    english = lang == "en"
    lines: list[Line] = []
    clocks = [one for one in clocks_of(court, reading, now, case.ledger.floors) if one.policy in policies]
    for clock in clocks:
        verdict = VERDICTS[clock.verdict(now)][english]
        due = show_instant(clock.due, now, court.zone, "time") if clock.due else "-"
        name = clock.policy.name if english else clock.policy.label
        since = show_instant(clock.start.at, now, court.zone, "time")
        why = f"started {since}, due {due}" if english else f"{since} 开始,{due} 到期"
        lines.append(Line(clock.start.at, f"{name} #{clock.number}: {verdict}", why, clock.policy.span))
        lines += _path(court, clock, now, english)
        lines += _ahead(court, clock, rang, now, english)
    known = {clock.policy.name for clock in clocks}
    return lines + [_why_not(court, policy, reading, now, english) for policy in policies if policy.name not in known]


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


def _ahead(court: Court, clock: Clock, rang: Rang, now: datetime, english: bool) -> list[Line]:
    """Rows that have not fired yet, and when they will. What fired is told by the journal."""
    lines = []
    for instant in instants(court, clock, now):
        if instant.key == DUE_ROW or instant.row is None:
            continue
        what = f"{clock.policy.name} {instant.key}"
        before = [at for subject, at in rang if subject == what and datetime.fromisoformat(at) >= clock.start.at]
        if instant.at.isoformat() in before or (before and instant.at <= now):
            continue
        when = show_instant(instant.at, now, court.zone, "time")
        if instant.at > now:
            why = f"will fire {when}" if english else f"还没到,{when} 触发"
        else:
            why = f"was due {when}, has not fired yet" if english else f"{when} 已到,还没触发"
        lines.append(Line(instant.at, what, why, instant.row.span))
    return lines


def _why_not(court: Court, policy: Policy, reading: Reading, now: datetime, english: bool) -> Line:
    """Why a policy has no clock on this case."""
    _, checks = evaluate(policy.condition, Seen(court.workflow, reading.texts, court.zone, reading.state))
    failed = [show_check(check) for check in checks if check.answer.value != "yes"]
    if failed:
        why = ("condition does not hold: " if english else "条件不符:") + "; ".join(failed)
    elif reading.state in policy.while_states:
        why = "no due time, or its start has not happened" if english else "没有到期时间,或开始的事还没发生"
    else:
        states = "、".join(policy.while_states)
        why = f"never in {states}" if english else f"没有处在 {states}"
    return Line(now, policy.name if english else policy.label, why, policy.span)
