"""Does a policy count on this case, since when, until when; and if it does not, what is missing?"""

from datetime import datetime
from zoneinfo import ZoneInfo

from engine.core.clocks import Clock
from engine.core.evaluate import Seen, evaluate
from engine.core.marks import starts_here
from engine.core.moment import Moment
from engine.core.rows import DUE_ROW
from engine.core.terms import due_of, terms_of
from engine.core.why_clock import end_of, goal_check, instant_of_row, say_sum, sum_of
from engine.core.why_words import VERDICTS, say_marks, say_terms
from engine.model.case import ClockVerdict
from engine.model.condition import Answer, Check
from engine.model.explanation import Stands, Why
from engine.model.policy import DueField, LookUp, Mode, Policy


def explain_policy(m: Moment, policy: Policy) -> Why:
    """The policy's last clock on this case, or why it has none."""
    clocks = [one for one in m.clocks if one.policy.name == policy.name]
    if not clocks:
        return _no_clock(m, policy)
    clock = clocks[-1]
    due = instant_of_row(m, clock, DUE_ROW)
    goal = sum_of(m, clock, due.at if due else clock.due)
    verdict = clock.verdict(m.now)
    remarks = [*_earlier(m, clocks[:-1]), *terms_remarks(m, clock)]
    return Why(
        kind="policy",
        rule=policy.name,
        stands=_stands(clock, verdict),
        sentence=_sentence(m, clock, say_sum(m, clock, goal), verdict),
        checks=(*clock_checks(m, policy, clock), goal_check(m, clock, goal, policy.span)),
        clock=goal,
        remarks=tuple(remarks),
        place=policy.span,
        happened_at=clock.due if verdict is ClockVerdict.LATE else None,
        will_fire_at=clock.due if clock.live and verdict is ClockVerdict.RUNNING else None,
    )


def _stands(clock: Clock, verdict: ClockVerdict) -> Stands:
    if verdict is ClockVerdict.LATE:
        return Stands.DONE
    if not clock.live:
        return Stands.OFF
    return Stands.WAITING if verdict is ClockVerdict.PAUSED and clock.paused_since else Stands.AHEAD


def _sentence(m: Moment, clock: Clock, counted: str, verdict: ClockVerdict) -> str:
    name = m.name(clock.policy.label, clock.policy.name)
    due = m.time(clock.due)
    closed = clock.stopped or clock.ended
    if closed is None and verdict is ClockVerdict.LATE:
        return m.of(f"{name}已超时:{due} 到期,{counted}。", f"{name} is late: due {due}, {counted}.")
    if closed is None and clock.paused_since is not None:
        since = m.time(clock.paused_since)
        return m.of(f"{name}暂停中,自 {since};{counted}。", f"{name} is paused since {since}; {counted}.")
    if closed is None:
        return m.of(
            f"{name}还没超时:{counted},若没有别的事,{due} 到期。",
            f"{name} is not late: {counted}; if nothing else comes in, due {due}.",
        )
    word = m.of(*VERDICTS[verdict])
    at, how = m.time(closed.at), how_closed(m, clock)
    return m.of(f"{name}已在 {at} 停下({how}):{word},原定 {due} 到期。", f"{name} ended at {at} ({how}): {word}; it was due {due}.")


def how_closed(m: Moment, clock: Clock) -> str:
    """What ended a clock."""
    if clock.superseded:
        return m.of("时效不再适用", "the policy no longer applies")
    closed = clock.stopped or clock.ended
    if closed is None:
        return ""
    if closed.moved and closed.before != closed.after:
        return m.of(f"进入“{m.state(closed.after)}”", f"entered {closed.after}")
    return m.of(f"“{m.event(closed.name)}”", closed.name or closed.sent)


def clock_checks(m: Moment, policy: Policy, clock: Clock | None) -> tuple[Check, ...]:
    """What must hold for a clock to count now: each clause, whatever the others say."""
    texts = dict(clock.last.texts) if clock else None
    state = clock.last.after if clock and not clock.live else m.reading.state
    expected = m.states(policy.while_states)
    checks = [*m.condition(policy.condition, texts, clock.last.after if clock else None)]
    checks.append(m.check(m.of("状态", "state"), "∈", expected, m.state(state), state in policy.while_states, policy.span))
    checks += _valid(m, policy, clock)
    checks.append(_started(m, policy, clock))
    if clock is not None:
        checks.append(_running(m, policy, clock))
        if policy.pauses or clock.is_paused(m.now):
            checks.append(_unpaused(m, policy, clock))
    return tuple(checks)


def _valid(m: Moment, policy: Policy, clock: Clock | None) -> list[Check]:
    if policy.valid_from is None and policy.valid_to is None:
        return []
    at = clock.start.at if clock else m.now
    day = m.court.local_date(at)
    holds = (policy.valid_from is None or policy.valid_from <= day) and (policy.valid_to is None or day <= policy.valid_to)
    expected = f"{policy.valid_from or ''}..{policy.valid_to or ''}"
    return [m.check(m.of("生效日期", "valid"), "∈", expected, day.isoformat(), holds, policy.span)]


def _started(m: Moment, policy: Policy, clock: Clock | None) -> Check:
    expected = (
        say_marks(m, policy.starts)
        if policy.starts
        else m.of(f"进入 {m.states(policy.while_states)}", "enters " + m.states(policy.while_states))
    )
    at = clock.start.at if clock else last_start(m, policy)
    seen = m.time(at) if at else m.of("没有发生", "has not happened")
    return m.check(m.of("起算", "started"), m.of("因为", "by"), expected, seen, at is not None, policy.span)


def last_start(m: Moment, policy: Policy) -> datetime | None:
    """When what starts the policy last happened, in its states or not."""
    for trace in reversed(m.reading.traces):
        begun = starts_here(policy.starts, trace) if policy.starts else trace.moved and trace.after in policy.while_states
        if begun:
            return trace.at
    return None


def _running(m: Moment, policy: Policy, clock: Clock) -> Check:
    expected = (
        say_marks(m, policy.stops)
        if policy.stops
        else m.of(f"离开 {m.states(policy.while_states)}", "leaves " + m.states(policy.while_states))
    )
    seen = m.of("还没有", "not yet") if clock.live else f"{m.time(end_of(clock, m.now))} {how_closed(m, clock)}"
    return m.check(m.of("没有停下", "not ended"), m.of("停于", "ends when"), expected, seen, clock.live, policy.span)


def _unpaused(m: Moment, policy: Policy, clock: Clock) -> Check:
    since = clock.paused_from(m.now)
    seen = m.of(f"自 {m.time(since)} 暂停", f"paused since {m.time(since)}") if since else m.of("没有", "no")
    return m.check(
        m.of("没有暂停", "not paused"), m.of("暂停于", "pauses in"), m.states(policy.pauses) or "—", seen, since is None, policy.span
    )


def _earlier(m: Moment, clocks: list[Clock]) -> list[str]:
    told = [f"#{one.number} {m.time(one.start.at)}–{m.time(end_of(one, m.now))} {m.of(*VERDICTS[one.verdict(m.now)])}" for one in clocks]
    return [m.of("此前的计时:", "earlier clocks: ") + m.of(";", "; ").join(told)] if told else []


def terms_remarks(m: Moment, clock: Clock) -> list[str]:
    """Which terms apply: the exception that fits, or the policy's own, with what every exception saw."""
    policy = clock.policy
    as_of = clock.changes[-1] if clock.changes else clock.start
    taken = terms_of(m.court, policy, clock.start, as_of)
    said = []
    calendar = m.court.calendar(policy.calendar, clock.start.at)
    wall = clock.start.at.astimezone(ZoneInfo(calendar.timezone if calendar else m.court.zone)).time()
    seen = Seen(m.court.workflow, as_of.texts, m.court.zone, as_of.after, wall)
    for number, row in enumerate(policy.excepts, 1):
        answer, checks = evaluate(row.condition, seen)
        told = m.of(",", ", ").join(say_check(m.told(check)) for check in checks)
        sign = {"yes": "✓", "no": "✗"}.get(answer.value, "?")
        said.append(
            m.of(
                f"特例 {number} {sign} {told} → {say_terms(m, row.terms)}", f"exception {number} {sign} {told} → {say_terms(m, row.terms)}"
            )
        )
    basis = say_basis(m, clock)
    said.append(m.of(f"时限 {say_terms(m, taken)}{basis}", f"terms {say_terms(m, taken)}{basis}"))
    if policy.mode is Mode.SHADOW:
        said.append(m.of("试行:只记录,不发出", "shadow: recorded, nothing is sent"))
    return said


def say_basis(m: Moment, clock: Clock) -> str:
    """In which calendar it counts."""
    if clock.policy.calendar is None:
        return m.of(",按钟点算(含夜间、节假日)", ", elapsed time (nights and holidays count)")
    calendar = m.court.calendar(clock.policy.calendar, clock.start.at)
    return m.of(f",按“{calendar.label if calendar else ''}”的开放时间算", f", in open time of {clock.policy.calendar}")


def say_check(check: Check) -> str:
    """`重量=120(> 1000)✗`: what was seen, what was asked, the answer."""
    sign = {"yes": "✓", "no": "✗"}.get(check.answer.value, "?")
    return f"{check.subject}={check.seen}({check.word} {check.expected}){sign}"


def _no_clock(m: Moment, policy: Policy) -> Why:
    checks = clock_checks(m, policy, None)
    name = m.name(policy.label, policy.name)
    why, stands = _why_none(m, policy)
    return Why(
        kind="policy",
        rule=policy.name,
        stands=stands,
        sentence=m.of(f"{name}没有计时:{why}。", f"{name} has no clock: {why}."),
        checks=(*checks, *_due_check(m, policy)),
        place=policy.span,
    )


def _due_check(m: Moment, policy: Policy) -> list[Check]:
    """Whether there is a due time: a blank field, a look-up without a row."""
    terms = policy.terms
    if not isinstance(terms, DueField | LookUp):
        return []
    trace = m.reading.traces[-1]
    found = due_of(m.court, policy, trace, trace, ())
    return [m.check(m.of("到期时间", "due time"), "=", say_terms(m, terms), m.time(found), found is not None, policy.span)]


def _why_none(m: Moment, policy: Policy) -> tuple[str, Stands]:
    state = m.court.workflow.states.get(m.reading.state)
    stands = Stands.OFF if state is not None and state.final else Stands.WAITING
    answer = m.answer(policy.condition)
    if answer is not Answer.YES:
        failed = m.of(",", ", ").join(say_check(one) for one in m.condition(policy.condition) if one.answer is not Answer.YES)
        return m.of(f"条件不符 {failed}", f"its condition does not hold: {failed}"), stands
    began = [
        one for one in m.reading.traces if one.after in policy.while_states and (starts_here(policy.starts, one) if policy.starts else True)
    ]
    if not any(one.state in policy.while_states for one in m.reading.stays):
        return m.of(f"没有进过 {m.states(policy.while_states)}", f"never in {m.states(policy.while_states)}"), stands
    if not began:
        return m.of(
            f"起算的事还没发生({say_marks(m, policy.starts)})", f"what starts it has not happened ({say_marks(m, policy.starts)})"
        ), stands
    day = m.court.local_date(began[-1].at)
    if (policy.valid_from and day < policy.valid_from) or (policy.valid_to and day > policy.valid_to):
        return m.of("起算那天不在生效日期内", "it was not valid on the day it would have started"), Stands.OFF
    terms = terms_of(m.court, policy, began[-1], m.reading.traces[-1])
    return m.of(f"没有到期时间({say_terms(m, terms)} 给不出)", f"no due time ({say_terms(m, terms)} gives none)"), stands
