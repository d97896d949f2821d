"""How are many stories played at once? Over a pool of processes when that pays, answers in written order."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, replace

from adapters.clock import SystemClock
from adapters.memory import open_memory
from engine.model.rulebook import Rulebook
from engine.model.story import Story
from engine.service.guarding import guard_of, watchmen
from engine.service.performance import perform
from engine.service.rule_variants import Variant, variants
from engine.service.stories import StoryResult, judge
from engine.service.story_coverage import touched

POOL_PAYS = 100
"""So many stories take longer than starting processes."""
CHUNK = 16


@dataclass(frozen=True, slots=True)
class Played:
    """One story as it went: the comparison, how long it took, and (if asked) what it touched."""

    result: StoryResult
    seconds: float
    touched: frozenset[str] = frozenset()


def play_all(rulebook: Rulebook, stories: Sequence[Story], jobs: int, *, cover: bool = False) -> list[Played]:
    """Each story in a world of its own."""
    if jobs == 1 or len(stories) < POOL_PAYS:
        return [_play(rulebook, story, cover) for story in stories]
    batches = [(stories[start : start + CHUNK], cover) for start in range(0, len(stories), CHUNK)]
    with ProcessPoolExecutor(jobs, initializer=_start, initargs=(rulebook,)) as pool:
        return [played for batch in pool.map(_play_batch, batches) for played in batch]


def cores() -> int:
    """How many processes to use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def guards(
    rulebook: Rulebook, stories: Sequence[Story], jobs: int, seconds: float, progress: Callable[[int, int], None]
) -> Iterator[tuple[Variant, str | None]]:
    """Each variant with the story that guards it, until the time is up; None: no story does. In no certain order."""
    clock = SystemClock()
    until = clock.monotonic() + seconds
    everything = variants(rulebook)
    places = [place for start in range(STRIDE) for place in range(start, len(everything), STRIDE)]
    if jobs == 1:
        watched = watchmen(rulebook, stories, open_memory)
        for done, place in enumerate(places):
            if clock.monotonic() > until:
                return
            yield everything[place], guard_of(everything[place], watched, open_memory)
            progress(done + 1, len(places))
        return
    yield from _guards_by_pool(rulebook, stories, jobs, until, everything, places, progress)


STRIDE = 7
"""Variants are tried in leaps, so that a search that is cut short has looked at every part of the rulebook."""


def _guards_by_pool(
    rulebook: Rulebook, stories: Sequence[Story], jobs: int, until: float, everything: Sequence[Variant], places: Sequence[int],
    progress: Callable[[int, int], None],
) -> Iterator[tuple[Variant, str | None]]:  # fmt: skip
    clock, ahead, done = SystemClock(), iter(places), 0
    with ProcessPoolExecutor(jobs, initializer=_watch, initargs=(rulebook, stories)) as pool:
        running: dict[Future[str | None], int] = {}
        while True:
            while len(running) < jobs * 2 and clock.monotonic() < until and (place := next(ahead, None)) is not None:
                running[pool.submit(_guard, place)] = place
            if not running:
                return
            for future in wait(running, return_when="FIRST_COMPLETED").done:
                done += 1
                yield everything[running.pop(future)], future.result()
                progress(done, len(places))


_here: list[Rulebook] = []
"""In a worker: the rulebook it was started with."""
_watching: list[tuple[list[Variant], dict[str, list[Story]]]] = []
"""In a worker of a search: the variants, and who watches what."""


def _start(rulebook: Rulebook) -> None:
    _here[:] = [rulebook]


def _watch(rulebook: Rulebook, stories: Sequence[Story]) -> None:
    _watching[:] = [(variants(rulebook), watchmen(rulebook, stories, open_memory))]


def _guard(place: int) -> str | None:
    everything, watched = _watching[0]
    return guard_of(everything[place], watched, open_memory)


def _play_batch(batch: tuple[Sequence[Story], bool]) -> list[Played]:
    stories, cover = batch
    return [_play(_here[0], story, cover) for story in stories]


def _play(rulebook: Rulebook, story: Story, cover: bool) -> Played:
    clock = SystemClock()
    before = clock.monotonic()
    stores = open_memory()
    performance = perform(rulebook, story, stores)
    reached = touched(rulebook, stores, performance.simulation) if cover else frozenset[str]()
    result = judge(story, performance)
    return Played(replace(result, mismatches=tuple(result.mismatches)), clock.monotonic() - before, reached)
