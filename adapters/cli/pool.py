"""How are many cases lived at once? Batches over a pool of processes, answers in the order of the cases, a bounded number under way."""

import gc
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import datetime
from functools import partial
from itertools import chain, islice
from typing import TypeVar

from adapters.cli.speech import NotFine, Speech
from adapters.memory import open_memory
from engine.model.rulebook import Rulebook
from engine.service.replay import CaseOutcome, OldCase, replay

T = TypeVar("T")

BATCH_CASES = 32
"""Large enough to hide the hand-over, small enough that no process waits long for the last batch."""

BATCHES_UNDER_WAY = 4
"""For each process: enough that none waits for work, few enough that cases are read as they are needed."""

_works: list[Callable[[OldCase], object]] = []
"""In a worker: what it does with each case, as it was told at its start."""


class ReplayBroke(Exception):
    """Our own mistake: a case whose replay raised. Survives the way home from a worker."""


def replayed(rulebook: Rulebook, cases: Sequence[OldCase], until: datetime, jobs: int, speech: Speech) -> Iterator[CaseOutcome]:
    """Each case in a world of its own. Raises NotFine naming the case if one breaks."""
    return lived(partial(replay, rulebook, until=until, new_stores=open_memory), cases, len(cases), jobs, speech)


def lived(work: Callable[[OldCase], T], cases: Iterable[OldCase], total: int | None, jobs: int, speech: Speech) -> Iterator[T]:
    """`work` done with each case; it is sent to the processes once. `total` is for the bar only. Raises NotFine naming the case if one breaks."""
    shown = partial(_shown, total=total, speech=speech)
    batches = _batches(iter(cases))
    first = list(islice(batches, 2))
    try:
        if jobs == 1 or len(first) < 2:
            yield from shown(_one(work, case) for batch in chain(first, batches) for case in batch)
            return
        with ProcessPoolExecutor(jobs, initializer=_start, initargs=(work,)) as pool:
            yield from shown(_in_order(pool, chain(first, batches), jobs * BATCHES_UNDER_WAY))
    except ReplayBroke as broken:
        raise NotFine(f"回放中断,请把这张单报给开发:{broken}", f"the replay broke; please report this case: {broken}") from broken


def _batches(cases: Iterator[OldCase]) -> Iterator[list[OldCase]]:
    while batch := list(islice(cases, BATCH_CASES)):
        yield batch


def _in_order(pool: ProcessPoolExecutor, batches: Iterable[list[OldCase]], under_way_max: int) -> Iterator[T]:
    """Answers as the cases came; the next batch is handed over when the oldest is back."""
    under_way: deque[Future[list[T]]] = deque()
    do: Callable[[list[OldCase]], list[T]] = _batch
    for batch in batches:
        if len(under_way) >= under_way_max:
            yield from under_way.popleft().result()
        under_way.append(pool.submit(do, batch))
    while under_way:
        yield from under_way.popleft().result()


def _start(work: Callable[[OldCase], object]) -> None:
    """Rulebooks stay for good, and a case's world is thrown away as a whole: the collector need not look for it meanwhile."""
    _works[:] = [work]
    gc.disable()
    gc.collect()
    gc.freeze()


def _batch(batch: list[OldCase]) -> list[T]:
    done = [_one(_works[0], case) for case in batch]
    gc.collect()
    return done  # type: ignore[return-value]  # the work this worker was started with answers T


def _one(work: Callable[[OldCase], T], case: OldCase) -> T:
    try:
        return work(case)
    except Exception as bug:
        raise ReplayBroke(f"{case.case}: {type(bug).__name__}: {bug}") from bug


def _shown(outcomes: Iterator[T], total: int | None, speech: Speech) -> Iterator[T]:
    """The same, with a bar on standard error if a person watches."""
    if not sys.stderr.isatty():
        yield from outcomes
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(outcomes, description=speech.of("回放", "replay"), total=total, console=Console(stderr=True), transient=True)
