"""How are many cases replayed at once? Batches over a pool of processes, answers in the order of the cases."""

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime

from adapters.cli.speech import NotFine, Speech
from adapters.memory import open_memory
from engine.model.rulebook import Rulebook
from engine.service.replay import CaseOutcome, OldCase, replay

BATCH_CASES = 32
"""Large enough to hide the hand-over, small enough that no process waits long for the last batch."""

_rulebooks: list[Rulebook] = []
"""In a worker: the rulebook it was started with."""


class ReplayBroke(Exception):
    """Our own mistake: a case whose replay raised. Survives the way home from a worker."""


def replayed(rulebook: Rulebook, cases: Sequence[OldCase], until: datetime, jobs: int, speech: Speech) -> Iterator[CaseOutcome]:
    """Each case in a world of its own. Raises NotFine naming the case if one breaks."""
    batches = [(cases[start : start + BATCH_CASES], until) for start in range(0, len(cases), BATCH_CASES)]
    try:
        if jobs == 1 or len(batches) == 1:
            _start(rulebook)
            yield from _shown((one for batch in batches for one in _one_by_one(*batch)), len(cases), speech)
            return
        with ProcessPoolExecutor(min(jobs, len(batches)), initializer=_start, initargs=(rulebook,)) as pool:
            yield from _shown((one for answer in pool.map(_batch, batches) for one in answer), len(cases), speech)
    except ReplayBroke as broken:
        raise NotFine(f"回放中断,请把这张单报给开发:{broken}", f"the replay broke; please report this case: {broken}") from broken


def _start(rulebook: Rulebook) -> None:
    _rulebooks[:] = [rulebook]


def _batch(batch: tuple[Sequence[OldCase], datetime]) -> list[CaseOutcome]:
    return list(_one_by_one(*batch))


def _one_by_one(cases: Sequence[OldCase], until: datetime) -> Iterator[CaseOutcome]:
    for case in cases:
        try:
            yield replay(_rulebooks[0], case, until, open_memory)
        except Exception as bug:
            raise ReplayBroke(f"{case.case}: {type(bug).__name__}: {bug}") from bug


def _shown(outcomes: Iterator[CaseOutcome], total: int, speech: Speech) -> Iterator[CaseOutcome]:
    """The same, with a bar on standard error if a person watches."""
    if not sys.stderr.isatty():
        yield from outcomes
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(outcomes, description=speech.of("回放", "replay"), total=total, console=Console(stderr=True), transient=True)
