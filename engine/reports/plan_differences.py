"""Where do two courses of one case part? Two rulebooks' outcomes -> the differences, by rule and kind."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.model.case import ClockVerdict
from engine.model.course import Course, Deed, Promise, Rule


class Change(StrEnum):
    """The kinds of difference."""

    STATE = "state"
    """The case ends elsewhere."""
    PATH = "path"
    """It ends in the same state, by another way or at another time."""
    VERDICT = "verdict"
    DUE_EARLIER = "due_earlier"
    DUE_LATER = "due_later"
    CLOCK_NEW = "clock_new"
    CLOCK_GONE = "clock_gone"
    NEW = "new"
    """A message, call, task, escalation that was not."""
    GONE = "gone"
    MOVED = "moved"
    """The same, at another time."""
    TEXT = "text"
    """The same at the same time, in other words. Counted only."""


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """One line of the report: what kind of difference, through which rule, about what."""

    rule: Rule
    change: Change
    kind: str = ""
    """Of a deed: message, call, task ..."""
    what: str = ""
    to: str = ""
    channel: str = ""
    before: str = ""
    """State or verdict."""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference of one case."""

    line: Line
    old: datetime | None = None
    """When it was, or was due, under the old rules."""
    new: datetime | None = None


KEPT = (ClockVerdict.MET, ClockVerdict.MET_REPORTED_LATE, ClockVerdict.RUNNING, ClockVerdict.PAUSED)
"""Not late: kept, or still able to be."""


def differences(workflow: str, old: Course, new: Course) -> list[Difference]:
    """All differences of one case; empty if the two rulebooks mean the same to it."""
    return [*_states(workflow, old, new), *_promises(old, new), *_deeds(old, new)]


def saved(old: Course, new: Course) -> bool:
    """A promise that was broken is kept."""
    return any(before.verdict is ClockVerdict.LATE and after.verdict in KEPT for before, after in _pairs(old, new))


def broken(old: Course, new: Course) -> bool:
    """A promise that was kept is broken."""
    return saved(new, old)


def _pairs(old: Course, new: Course) -> Iterator[tuple[Promise, Promise]]:
    before = {_clock(one): one for one in old.promises}
    return ((before[_clock(one)], one) for one in new.promises if _clock(one) in before)


def _clock(one: Promise) -> tuple[str, int, int]:
    return (one.policy, one.case, one.number)


def _states(workflow: str, old: Course, new: Course) -> Iterator[Difference]:
    rule = Rule("workflow", workflow)
    if old.state != new.state:
        at = (old.stops[-1].at if old.stops else None, new.stops[-1].at if new.stops else None)
        yield Difference(Line(rule, Change.STATE, before=old.state, after=new.state), *at)
    elif old.stops != new.stops:
        yield Difference(Line(rule, Change.PATH))


def _promises(old: Course, new: Course) -> Iterator[Difference]:
    before, after = ({_clock(one): one for one in course.promises} for course in (old, new))
    for clock in sorted(before.keys() | after.keys()):
        was, now, rule = before.get(clock), after.get(clock), Rule("policy", clock[0])
        if was is None or now is None:
            change = Change.CLOCK_NEW if was is None else Change.CLOCK_GONE
            yield Difference(Line(rule, change), was.due if was else None, now.due if now else None)
            continue
        if was.due is not None and now.due is not None and was.due != now.due:
            yield Difference(Line(rule, Change.DUE_EARLIER if now.due < was.due else Change.DUE_LATER), was.due, now.due)
        if was.verdict != now.verdict:
            yield Difference(Line(rule, Change.VERDICT, before=was.verdict.value, after=now.verdict.value), was.due, now.due)


_Key = tuple[Rule, str, str, str, str]


def _deeds(old: Course, new: Course) -> Iterator[Difference]:
    before, after = _alike(old), _alike(new)
    for key in sorted(before.keys() | after.keys()):
        yield from _compared(key, before.get(key, []), after.get(key, []))


def _alike(course: Course) -> dict[_Key, list[Deed]]:
    found: dict[_Key, list[Deed]] = defaultdict(list)
    for one in course.deeds:
        found[one.rule, one.kind.value, one.what, one.to, one.channel].append(one)
    return found


def _compared(key: _Key, old: list[Deed], new: list[Deed]) -> Iterator[Difference]:
    """Same rule, same thing, same recipient: what stands at the same instant is the same; the rest is paired in order of time."""
    left, others = list(old), []
    for one in new:
        same = next((other for other in left if other.at == one.at), None)
        if same is None:
            others.append(one)
            continue
        left.remove(same)
        if same.text and one.text and same.text != one.text:
            yield Difference(_line(key, Change.TEXT), same.at, one.at)
    for before, after in zip(left, others, strict=False):
        yield Difference(_line(key, Change.MOVED), before.at, after.at)
    for before in left[len(others) :]:
        yield Difference(_line(key, Change.GONE), before.at)
    for after in others[len(left) :]:
        yield Difference(_line(key, Change.NEW), None, after.at)


def _line(key: _Key, change: Change) -> Line:
    rule, kind, what, to, channel = key
    return Line(rule, change, kind=kind, what=what, to=to, channel=channel)
