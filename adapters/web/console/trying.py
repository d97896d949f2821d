"""What would these rules do? Stories played and recorded cases rehearsed in a process of their own, so that the daemon beside it goes on."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from multiprocessing import get_context

from adapters.memory import open_memory
from adapters.web.console.jobs import Job
from engine.core.needs import needed_fields
from engine.language.compile import compile_rulebook
from engine.model.case import Case
from engine.model.course import CoursePair
from engine.model.rulebook import Rulebook
from engine.model.version import Edition
from engine.model.workflow import RunningCases
from engine.ports.directory import CaseRow
from engine.reports.plan import Fold, Plan
from engine.reports.plan_differences import Change, Line, differences
from engine.service.adopt import adopt
from engine.service.adopt import homeless as is_homeless
from engine.service.own_history import reports_of
from engine.service.rehearse import Rules, rehearse
from engine.service.replay import OldCase, group
from engine.service.simulate import Stores
from engine.service.stories import StoryResult, play
from engine.service.suppose import editions_of, put, suppose

PAGE = 500
STORIES_AT_ONCE, CASES_AT_ONCE = 4, 16
CASES_MAX = 2000
"""Of one rehearsal; of more, the latest."""
OPEN_MAX = 5000
"""Open cases that are looked at for the moment of publishing."""
NICE = 10

_rulebooks: list[Rulebook] = []
_texts: list[dict[str, str]] = []
_editions: list[Edition] = []
"""In the worker: those it was started with."""


@dataclass(frozen=True, slots=True)
class AtOnce:
    """The open cases at the moment of publishing."""

    cases: int
    fire: tuple[tuple[str, tuple[Line, ...]], ...]
    """Case, and what is done at once that would not be done under the rules in force."""
    homeless: tuple[str, ...]
    """Cases whose workflow or state the new rules do not have."""
    more: bool
    """There are more open cases than OPEN_MAX."""
    later: tuple[str, ...]
    """Workflows whose open cases keep their rules for now (`running_cases`)."""


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What a plan came to, and what it looked at."""

    plan: Plan
    old: Rulebook
    new: Rulebook
    days: int
    cases: int
    left_out: int
    """Older ones of these days, beyond CASES_MAX."""
    at_once: AtOnce


def stories(files: Mapping[str, str], count: int, job: Job) -> list[StoryResult]:
    """Every story of a rulebook that compiles. Ends early, with what it has, when the job should stop."""
    job.total = count
    results: list[StoryResult] = []
    with _worker(files) as pool:
        for first in range(0, count, STORIES_AT_ONCE):
            if job.stop.is_set():
                break
            results += pool.submit(_play, first, min(first + STORIES_AT_ONCE, count)).result()
            job.done = len(results)
    return results


def plan(
    old: Mapping[str, str], new: Mapping[str, str], stores: Stores, may_see: Callable[[CaseRow], bool], days: int, now: datetime, job: Job
) -> Rehearsed:
    """The store's own cases of the last days under both rulebooks, to this instant. Both must compile."""
    rows, left_out = _latest(stores, may_see, now, days)
    standing, more = _standing(stores, may_see)
    job.total = len(rows) + len(standing)
    before, after = (_rulebook(files) for files in (old, new))
    folding = Fold(after.timezone, needed_fields(after))
    fire: list[tuple[str, tuple[Line, ...]]] = []
    homeless: list[str] = []
    with _worker(old, new, editions=editions_of(stores.shelf)) as pool:
        for first in range(0, len(rows), CASES_AT_ONCE):
            if job.stop.is_set():
                break
            own = rows[first : first + CASES_AT_ONCE]
            for pair in pool.submit(_rehearse, _histories(stores, own), now).result():
                folding.take(pair)
            job.done = first + len(own)
        later = tuple(one.name for one in after.workflows.values() if one.running_cases is not RunningCases.ADOPT)
        for first in range(0, len(standing), CASES_AT_ONCE):
            if job.stop.is_set():
                break
            cases = [stores.store.load(name) for name in standing[first : first + CASES_AT_ONCE]]
            pairs, lost = pool.submit(_adopt, cases, now).result()
            homeless += lost
            fire += [(pair.case, lines) for pair in pairs if (lines := _new(pair))]
            job.done = len(rows) + first + len(cases)
    return Rehearsed(
        folding.plan(), before, after, days, folding.cases, left_out, AtOnce(len(standing), tuple(fire), tuple(homeless), more, later)
    )  # fmt: skip


def _standing(stores: Stores, may_see: Callable[[CaseRow], bool]) -> tuple[list[str], bool]:
    """Open cases in order of id, and whether there are more of them."""
    found: list[str] = []
    last: str | None = None
    while page := stores.directory.cases(final=False, after=last, limit=PAGE):
        found += [row.id for row in page if row.revision and may_see(row)]
        last = page[-1].id
        if len(found) > OPEN_MAX:
            break
    return found[:OPEN_MAX], len(found) > OPEN_MAX


def _new(pair: CoursePair) -> tuple[Line, ...]:
    return tuple(one.line for one in differences(pair.workflow, pair.old, pair.new) if one.line.kind and one.line.change is Change.NEW)


def _latest(stores: Stores, may_see: Callable[[CaseRow], bool], now: datetime, days: int) -> tuple[list[CaseRow], int]:
    """Cases opened since, the latest of them, in order of opening; and how many were left out."""
    found: list[CaseRow] = []
    last: str | None = None
    while page := stores.directory.cases(after=last, limit=PAGE):
        found += [row for row in page if row.revision and (now - row.opened_at).total_seconds() <= days * 86400 and may_see(row)]
        last = page[-1].id
    found.sort(key=lambda row: (row.opened_at, row.id))
    return found[-CASES_MAX:], max(0, len(found) - CASES_MAX)


def _histories(stores: Stores, rows: Sequence[CaseRow]) -> list[OldCase]:
    events = [event for row in rows for event in reports_of(stores.store.load(row.id))]
    return group(events, lambda event: event.workflow)


@contextmanager
def _worker(*files: Mapping[str, str], editions: Sequence[Edition] = ()) -> Iterator[ProcessPoolExecutor]:
    """One process, begun anew: the daemon has threads, and whoever forks those risks a lock that nobody opens."""
    given = ([dict(one) for one in files], list(editions))
    pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_begin, initargs=given)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _begin(texts: Sequence[dict[str, str]], editions: Sequence[Edition]) -> None:
    """In the worker: gentler than the daemon."""
    os.nice(NICE)
    _rulebooks[:] = [_rulebook(files) for files in texts]
    _texts[:] = texts
    _editions[:] = editions


def _rulebook(files: Mapping[str, str]) -> Rulebook:
    found = compile_rulebook(files).rulebook
    assert found is not None, "only rules that compile are tried"
    return found


def _play(first: int, end: int) -> list[StoryResult]:
    (rulebook,) = _rulebooks
    return [play(rulebook, story, open_memory()) for story in rulebook.stories[first:end]]


def _rehearse(cases: Sequence[OldCase], until: datetime) -> list[CoursePair]:
    old, new = _rulebooks
    # Both sides at the prices of the new rules: a price alone is no difference.
    before, after = Rules(replace(old, costs=new.costs)), Rules(new, needed_fields(new))
    return [rehearse(before, after, case, until, open_memory) for case in cases]


def _adopt(cases: Sequence[Case], now: datetime) -> tuple[list[CoursePair], list[str]]:
    """Each open case read again under both; and those that would have nowhere to go."""
    before, after = _supposed(now)
    lost = [one.id for one in cases if one.workflow not in before.workflows or is_homeless(after, one)]
    return [adopt(before, after, one, now) for one in cases if one.id not in lost], lost


@cache
def _supposed(now: datetime) -> tuple[Rulebook, Rulebook]:
    """The rules in force and the new ones, each as if it were the newest version."""
    shelf = open_memory().shelf
    put(_editions, shelf)
    old, new = zip(_rulebooks, _texts, strict=True)
    return suppose(shelf, *old, now), suppose(shelf, *new, now)
