"""Which small mistakes could somebody make in one SLA policy? Limits, exceptions, marks and rows made a little wrong."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Generic, TypeVar

from engine.model.condition import NoneOf
from engine.model.policy import Amount, DueAt, OnReturn, Policy, Terms, TimelineRow, When
from engine.model.span import Span

MINUTE = 60
T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Change(Generic[T_co]):
    """One mistake: where, what, and what it makes of the thing."""

    span: Span
    zh: str
    en: str
    made: T_co
    from_the_start: bool = False
    """It may begin clocks that were not there before."""


def without(rows: tuple[T, ...], place: int) -> tuple[T, ...]:
    """All rows but one."""
    return (*rows[:place], *rows[place + 1 :])


def policy_changes(policy: Policy) -> Iterator[Change[Policy]]:
    """Every mistake in one policy but those in what its rows do."""
    name = f"时效 {policy.name}", f"policy {policy.name}"
    for one in (*_of_terms(policy), *_of_marks(policy), *_of_rows(policy)):
        yield replace(one, zh=f"{name[0]} {one.zh}", en=f"{name[1]} {one.en}")


def _of_terms(policy: Policy) -> Iterator[Change[Policy]]:
    for zh, en, terms in _off(policy.terms):
        yield Change(policy.span, zh, en, replace(policy, terms=terms))
    for place, row in enumerate(policy.excepts):
        nth = f"第 {place + 1} 行例外", f"exception {place + 1}"
        yield Change(row.span, f"没有{nth[0]}", f"without {nth[1]}", replace(policy, excepts=without(policy.excepts, place)))
        changes = [("条件反过来", "with its condition turned round", replace(row, condition=NoneOf((row.condition,))))]
        changes += [(zh, en, replace(row, terms=terms)) for zh, en, terms in _off(row.terms)]
        for zh, en, made in changes:
            excepts = (*policy.excepts[:place], made, *policy.excepts[place + 1 :])
            yield Change(row.span, f"{nth[0]} {zh}", f"{nth[1]} {en}", replace(policy, excepts=excepts))
    if policy.calendar is not None and not _counts_days(policy):
        yield Change(policy.span, "不看工作日历", "without its calendar", replace(policy, calendar=None))


def _counts_days(policy: Policy) -> bool:
    """Whether its calendar cannot be left out: business days are counted in it."""
    amounts = [policy.terms, *(row.terms for row in policy.excepts), *(row.amount for row in policy.timeline)]
    return any(isinstance(one, Amount) and one.business_days for one in amounts) or isinstance(policy.terms, DueAt)


def _off(terms: Terms | None) -> Iterator[tuple[str, str, Terms]]:
    """A minute less and a minute more; of business days one."""
    match terms:
        case Amount(seconds=seconds, business_days=0) if seconds >= MINUTE:
            for wrong in (seconds - MINUTE, seconds + MINUTE):
                yield (
                    f"limit {terms.written} 改成 {wrong // MINUTE} 分钟",
                    f"limit {terms.written} made {wrong // MINUTE} min",
                    replace(terms, seconds=wrong),
                )
        case Amount(business_days=days) if days:
            more = replace(terms, business_days=days + 1)
            yield f"limit {terms.written} 多一天", f"limit {terms.written} made a day longer", more
        case DueAt(at=at):
            for minutes in (-1, 1):
                wrong_at = _shifted(at, minutes)
                yield f"due {at:%H:%M} 改成 {wrong_at:%H:%M}", f"due {at:%H:%M} made {wrong_at:%H:%M}", replace(terms, at=wrong_at)


def _shifted(at: time, minutes: int) -> time:
    return (datetime.combine(date(2000, 1, 1), at) + timedelta(minutes=minutes)).time()


def _of_marks(policy: Policy) -> Iterator[Change[Policy]]:
    span = policy.span
    if policy.condition is not None:
        turned = replace(policy, condition=NoneOf((policy.condition,)))
        yield Change(span, "条件反过来", "with its condition turned round", turned, from_the_start=True)
        yield Change(span, "不看条件", "without its condition", replace(policy, condition=None), from_the_start=True)
    for place, state in enumerate(policy.while_states):
        if len(policy.while_states) > 1:
            fewer = replace(policy, while_states=without(policy.while_states, place))
            yield Change(span, f"while 里没有 {state}", f"without {state} in its while", fewer)
    if policy.stops:
        yield Change(span, "没有 stops", "without its stops", replace(policy, stops=()))
    for place, mark in enumerate(policy.starts):
        told = "、".join(str(getattr(mark, name)) for name in mark.__slots__)
        fewer = replace(policy, starts=without(policy.starts, place))
        yield Change(span, f"starts 里没有 {told}", f"without {told} in its starts", fewer, from_the_start=len(policy.starts) == 1)
    for place, state in enumerate(policy.pauses):
        fewer = replace(policy, pauses=without(policy.pauses, place))
        yield Change(span, f"{state} 时不暂停", f"not paused in {state}", fewer)
    if policy.on_return is OnReturn.CONTINUE:
        yield Change(span, "回来时重新计时", "beginning again on return", replace(policy, on_return=OnReturn.AGAIN))
    if policy.hears_from is not None:
        yield Change(span, f"不等 {policy.hears_from}", f"not waiting for {policy.hears_from}", replace(policy, hears_from=None))


def _of_rows(policy: Policy) -> Iterator[Change[Policy]]:
    for place, row in enumerate(policy.timeline):
        yield Change(
            row.span, f"没有 {row.key} 这一行", f"without its row {row.key}", replace(policy, timeline=without(policy.timeline, place))
        )
        for zh, en, made in _moved(row):
            timeline = (*policy.timeline[:place], made, *policy.timeline[place + 1 :])
            yield Change(row.span, f"{row.key} {zh}", f"row {row.key} {en}", replace(policy, timeline=timeline))


def _moved(row: TimelineRow) -> Iterator[tuple[str, str, TimelineRow]]:
    """The row a minute early and a minute late, a percent less and more."""
    if row.when is When.USED:
        for percent in (row.percent - 1, row.percent + 1):
            yield f"改成 {percent}%", f"made {percent}%", replace(row, percent=percent)
        return
    for place, at in enumerate(row.times):
        wrong = _shifted(at, 1)
        times = (*row.times[:place], wrong, *row.times[place + 1 :])
        yield f"{at:%H:%M} 改成 {wrong:%H:%M}", f"{at:%H:%M} made {wrong:%H:%M}", replace(row, times=times)
    if row.when is When.EVERY_DAY_WHILE_LATE or row.amount.business_days:
        return
    for seconds in (row.amount.seconds - MINUTE, row.amount.seconds + MINUTE):
        if seconds >= 0:
            made = replace(row, amount=replace(row.amount, seconds=seconds))
            yield f"改成 {seconds // MINUTE} 分钟", f"made {seconds // MINUTE} min", made
