"""Which story guards a rule? Plays the stories that touch it against the rulebook with that rule made wrong."""

from collections.abc import Callable, Mapping, Sequence

from engine.model.rulebook import Rulebook
from engine.model.story import Story
from engine.service.performance import perform
from engine.service.rule_variants import Variant
from engine.service.simulate import Stores
from engine.service.stories import judge
from engine.service.story_coverage import touched

BROKE = "!"
"""A variant that no story survives because the core refuses it: as good as guarded."""


def watchmen(rulebook: Rulebook, stories: Sequence[Story], new_stores: Callable[[], Stores]) -> dict[str, list[Story]]:
    """What is touched -> the stories that touch it, the shortest first."""
    found: dict[str, list[Story]] = {}
    for story in sorted(stories, key=lambda one: len(one.steps)):
        stores = new_stores()
        performance = perform(rulebook, story, stores)
        for key in touched(rulebook, stores, performance.simulation):
            found.setdefault(key, []).append(story)
    return found


def guard_of(variant: Variant, watched: Mapping[str, Sequence[Story]], new_stores: Callable[[], Stores]) -> str | None:
    """The name of the first story that fails under the variant; None: it survives them all.

    A story that never touches what was changed cannot notice, and is not played.
    """
    for story in _watching(variant, watched):
        try:
            if not judge(story, perform(variant.rulebook, story, new_stores())).ok:
                return story.name
        except Exception:  # noqa: BLE001  # a rulebook that check would refuse may break the core: it did not pass unnoticed
            return BROKE
    return None


def _watching(variant: Variant, watched: Mapping[str, Sequence[Story]]) -> list[Story]:
    found = [story for key in variant.touches for story in watched.get(key, ())]
    return list({id(story): story for story in found}.values())
