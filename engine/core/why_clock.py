"""How far has a clock counted, and what did not count? The arithmetic up to one goal, with every skipped hour."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from engine.core import calendars
from engine.core.clocks import Clock, Instant
from engine.core.moment import Moment, say_length
from engine.core.rows import instants
from engine.core.terms import terms_of
from engine.core.why_words import VERDICTS
from engine.model.calendar import Calendar
from engine.model.condition import Check
from engine.model.explanation import Skipped, Sum
from engine.model.policy import Amount, LookUp, Policy
from engine.model.span import Span

SKIPPED_MAX = 8
"""More stretches are told as a number."""


def thawed(clock: Clock, now: datetime) -> Clock:
    """The clock as if it went on at `now`: what its rows' instants are, or would have been."""
    pauses = [*clock.pauses, *([(clock.paused_since, max(now, clock.paused_since))] if clock.paused_since else [])]
    return replace(clock, paused_since=None, pauses=pauses, stopped=None, ended=None)


def instant_of_row(m: Moment, clock: Clock, key: str, after: datetime | None = None) -> Instant | None:
    """When a row falls due on a clock: of a paused one if it went on now, of a closed one if it had gone on."""
    return next((one for one in instants(m.court, thawed(clock, m.now), after) if one.key == key), None)


def end_of(clock: Clock, now: datetime) -> datetime:
    """Until when it counted."""
    closed = clock.stopped or clock.ended
    return min(closed.at, now) if closed else min(clock.paused_since, now) if clock.paused_since else now


def sum_of(m: Moment, clock: Clock, goal: datetime | None) -> Sum:
    """Used against needed, in the policy's calendar, pauses left out."""
    calendar = m.court.calendar(clock.policy.calendar, clock.start.at)
    pauses = tuple(thawed(clock, m.now).pauses)
    until = end_of(clock, m.now)
    return Sum(
        policy=clock.policy.name,
        number=clock.number,
        verdict=m.of(*VERDICTS[clock.verdict(m.now)]),
        started_at=clock.start.at,
        due=clock.due,
        goal_at=goal,
        used_seconds=calendars.between(calendar, clock.start.at, until, pauses),
        goal_seconds=calendars.between(calendar, clock.start.at, goal, pauses) if goal else 0,
        skipped=tuple(_skipped(m, clock, calendar, goal)),
    )


def counts_time(m: Moment, clock: Clock) -> bool:
    """Whether the promise is a length of time; else it is an hour of the wall clock."""
    terms = terms_of(m.court, clock.policy, clock.start, clock.changes[-1] if clock.changes else clock.start)
    return not clock.fixed_due and (isinstance(terms, LookUp) or (isinstance(terms, Amount) and not terms.business_days))


def goal_check(m: Moment, clock: Clock, sum_: Sum, span: Span) -> Check:
    """The clause about time: `已计时 3h12m ≥ 4h`, or `时刻 14:50 ≥ 15:00`."""
    if sum_.goal_at is None:
        return m.check(m.of("时刻", "time"), "≥", "—", m.time(m.now), False, span)
    if not counts_time(m, clock):
        until = end_of(clock, m.now) if not clock.live else m.now
        return m.check(m.of("时刻", "time"), "≥", m.time(sum_.goal_at), m.time(until), until >= sum_.goal_at, span)
    reached = sum_.used_seconds >= sum_.goal_seconds and end_of(clock, m.now) >= sum_.goal_at
    return m.check(m.of("已计时", "counted"), "≥", say_length(sum_.goal_seconds), say_length(sum_.used_seconds), reached, span)


def say_sum(m: Moment, clock: Clock, sum_: Sum) -> str:
    """`已计时 3h12m/4h(22:00–08:00 不计)`; of a promise by the wall clock, when it began."""
    skipped = _say_skipped(m, sum_.skipped)
    if not counts_time(m, clock):
        return m.of(f"{m.time(clock.start.at)} 起算{skipped}", f"started {m.time(clock.start.at)}{skipped}")
    used, goal = say_length(sum_.used_seconds), say_length(sum_.goal_seconds)
    return m.of(f"已计时 {used}/{goal}{skipped}", f"{used} of {goal} counted{skipped}")


def _say_skipped(m: Moment, skipped: tuple[Skipped, ...]) -> str:
    past = [one for one in skipped if one.since < m.now]
    if not past:
        return ""
    spans = m.of("、", ", ").join(f"{m.time(one.since)}–{m.time(one.until) if one.until else ''}" for one in past[-3:])
    more = m.of("……", "... ") if len(past) > 3 else ""
    return m.of(f"({more}{spans} 不计)", f" ({more}{spans} not)")


def _skipped(m: Moment, clock: Clock, calendar: Calendar | None, goal: datetime | None) -> Iterator[Skipped]:
    """Closed hours and pauses between the start and the goal (or now), in order of time; a long list is cut in the middle."""
    until = max(goal or m.now, end_of(clock, m.now)) if clock.live else end_of(clock, m.now)
    # A promise by the wall clock counts no open time before it is due.
    counted_from = clock.start.at if counts_time(m, clock) or clock.due is None else clock.due
    found = [*_closed(m, calendar, counted_from, until), *_pauses(m, clock, until)]
    found.sort(key=lambda one: one.since)
    if len(found) <= SKIPPED_MAX:
        yield from found
        return
    half = SKIPPED_MAX // 2
    middle = found[half:-half]
    yield from found[:half]
    yield Skipped(middle[0].since, middle[-1].until, m.of(f"其间另有 {len(middle)} 段不计", f"{len(middle)} more stretches in between"))
    yield from found[-half:]


def _pauses(m: Moment, clock: Clock, until: datetime) -> Iterator[Skipped]:
    for since, ends in clock.pauses:
        if since < until and ends > clock.start.at:
            yield Skipped(since, ends, _why_paused(m, clock.policy, since, ends))
    if clock.paused_since is not None and clock.live:
        yield Skipped(clock.paused_since, None, _why_paused(m, clock.policy, clock.paused_since, None))


def _why_paused(m: Moment, policy: Policy, since: datetime, until: datetime | None) -> str:
    storm = next(
        (one for one in m.court.rulebook.disruptions if (one.since, one.until) == (since, until) and policy.name in one.pauses), None
    )
    if storm is not None:
        return m.of(f"中断“{storm.label}”", f"disruption {storm.label}")
    stay = next((one for one in m.reading.stays if one.entered_at == since and one.state in policy.pauses), None)
    return m.of(f"暂停:{m.state(stay.state)}", f"paused: {stay.state}") if stay else m.of("离开期间", "away in between")


def _closed(m: Moment, calendar: Calendar | None, start: datetime, until: datetime) -> Iterator[Skipped]:
    """The gaps between open hours; a holiday or a day closed by a rule is named."""
    if calendar is None or until <= start:
        return
    at = start
    for begins, ends in (*calendars.open_periods(calendar, start, until), (until, until)):
        if begins > at:
            yield Skipped(at, begins, _why_closed(m, calendar, at, begins))
        at = max(at, ends)


def _why_closed(m: Moment, calendar: Calendar, since: datetime, until: datetime) -> str:
    day, last = (calendars.local_date(calendar.timezone, at) for at in (since, until - timedelta(microseconds=1)))
    labels: list[str] = []
    while day <= last:
        rule = calendar.dates.get(day)
        label = (
            calendar.closed.get(day) or calendar.annual_closed.get((day.month, day.day)) or (rule.label if rule and not rule.hours else "")
        )
        labels += [label] if label and label not in labels else []
        day += timedelta(days=1)
    name = m.name(calendar.label, calendar.name)
    named = m.of("、", ", ").join(labels)
    return m.of(f"{name}不开{f'({named})' if named else ''}", f"{name} closed{f' ({named})' if named else ''}")
