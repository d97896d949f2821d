"""What does an edit do to the stories? Plays them again whenever a rule file is saved, those that failed first."""

import threading
from collections.abc import Callable
from pathlib import Path

from adapters.cli.rules import Loaded, load
from adapters.cli.speech import NotFine, Speech
from adapters.cli.story_pool import Played, cores, play_all
from adapters.cli.story_tell import tell
from adapters.clock import SystemClock
from adapters.files.rules import RulesProblem, fingerprint_of_files
from engine.model.story import Story

LOOK_SECONDS = 0.3


def watch(given: str | None, folder: Path, only: str, speech: Speech, rounds: int | None = None) -> int:
    """Play, wait for a saved file, play again, until Ctrl-C. `rounds`: stop after so many plays (None: never). Ctrl-C is how it ends, and is fine."""
    failed: set[str] = set()
    seen = None
    played = 0
    waiting = threading.Event()
    try:
        while rounds is None or played < rounds:
            now = fingerprint_of_files(folder)
            if now == seen:
                waiting.wait(LOOK_SECONDS)
                continue
            seen, played = now, played + 1
            _round(lambda: load(given, speech), only, failed, speech)
    except KeyboardInterrupt:
        speech.say("\n不看了", "\nstopped watching")
    return 0


def _round(read: Callable[[], Loaded], only: str, failed: set[str], speech: Speech) -> None:
    """One play of everything, those that failed before first."""
    clock = SystemClock()
    begun = clock.monotonic()
    try:
        loaded = read()
    except (NotFine, RulesProblem) as refusal:
        if refusal.zh:
            speech.warn(refusal.zh, refusal.en)
        speech.say("规则有错,改好保存后再演", "the rules have errors; save them mended, and the stories are played")
        return
    chosen = sorted((one for one in loaded.rulebook.stories if holds(one, only)), key=lambda one: one.name not in failed)
    results = play_all(loaded.rulebook, chosen, cores())
    broken = [one for one in results if not one.result.ok]
    for one in broken:
        tell(one.result, loaded.files, speech)
    mended = sorted(failed - {one.result.story.name for one in broken})
    failed.clear()
    failed.update(one.result.story.name for one in broken)
    for name in mended:
        speech.say(f"✓ 好了:{name}", f"✓ mended: {name}")
    _sum_up(results, len(broken), clock.monotonic() - begun, speech)


def holds(story: Story, only: str) -> bool:
    """Whether `-k` means this story."""
    return only in f"{story.name} {story.span.file} {story.workflow}"


def _sum_up(results: list[Played], broken: int, took: float, speech: Speech) -> None:
    at = f"{SystemClock().now().astimezone():%H:%M:%S}"
    mark = "✗" if broken else "✓"
    speech.say(
        f"{mark} {at}  {len(results)} 个故事,{len(results) - broken} 个通过({took:.1f} 秒);等着文件保存,Ctrl-C 结束",
        f"{mark} {at}  {len(results)} stories, {len(results) - broken} passed ({took:.1f} s); waiting for a save, Ctrl-C ends",
    )
