"""Which rules does no story guard, and which does none touch? Both told as lists with their places."""

import sys
from collections.abc import Sequence

from adapters.cli.speech import Speech
from adapters.cli.story_pool import Played, guards
from engine.model.rulebook import Rulebook
from engine.model.story import Story
from engine.service.guarding import BROKE
from engine.service.rule_variants import Variant, variants
from engine.service.story_coverage import KINDS, Coverage, coverables

NAMES = {
    "state": ("状态", "states"), "transition": ("流转", "transitions"), "condition": ("条件的另一面", "conditions seen false"),
    "policy": ("时效", "policies"), "exception": ("时限与例外", "terms and exceptions"), "verdict": ("按时、超时", "verdicts"),
    "row": ("时间表的行", "timeline rows"), "message": ("消息", "messages"), "fallback": ("备用渠道", "fallbacks"), "step": ("升级档", "chain steps"),
    "chain": ("升级链", "chains"), "milestone": ("节点", "milestones"),
}  # fmt: skip


def cover(rulebook: Rulebook, played: Sequence[Played], speech: Speech) -> dict[str, object]:
    """A share per kind, then everything no story touches. Answers the same as data."""
    reached = frozenset(key for one in played for key in one.touched)
    coverage = Coverage(coverables(rulebook), reached)
    speech.say("\n故事碰到了规则的多少", "\nHow much of the rules the stories touch")
    rows, shares = [], {}
    for kind in KINDS:
        seen, all_ = coverage.share(kind)
        shares[kind] = {"touched": seen, "all": all_, "percent": _percent(seen, all_)}
        rows.append((speech.of(*NAMES[kind]), f"{seen}/{all_}", f"{_percent(seen, all_)}%"))
    speech.table(("", "", ""), rows)
    for one in coverage.left_out():
        speech.say(f"{one.span.file}:{one.span.line}  {one.zh}", f"{one.span.file}:{one.span.line}  {one.en}")
    left = [{"kind": one.kind, "file": one.span.file, "line": one.span.line, "zh": one.zh, "en": one.en} for one in coverage.left_out()]
    return {"kinds": shares, "left_out": left}


def search(rulebook: Rulebook, stories: Sequence[Story], jobs: int, seconds: float, speech: Speech) -> dict[str, object]:
    """Make every rule a little wrong, and tell which mistakes no story notices. Answers the same as data."""
    total = len(variants(rulebook))
    tried: list[Variant] = []
    survivors: list[Variant] = []
    broke = 0
    for variant, guard in guards(rulebook, stories, jobs, seconds, _Bar(speech)):
        tried.append(variant)
        survivors += [variant] if guard is None else []
        broke += guard == BROKE
    survivors.sort(key=lambda one: (one.span.file, one.span.line, one.span.column, one.zh))
    speech.say("\n把规则一处一处改错,看有没有故事发现", "\nEvery rule made a little wrong, to see whether a story notices")
    for one in survivors:
        place = f"{one.span.file}:{one.span.line}"
        speech.say(f"没有故事守着:{place}  {one.zh}", f"no story guards {place}  {one.en}")
    kept = len(tried) - len(survivors)
    cut = speech.of(f"(共 {total} 处,时间到了,只试了一部分)", f" (of {total}: the time was up)") if len(tried) < total else ""
    speech.say(
        f"试了 {len(tried)} 处{cut},发现 {kept} 处,守住 {_percent(kept, len(tried))}%",
        f"{len(tried)} tried{cut}, {kept} noticed: {_percent(kept, len(tried))}% guarded",
    )
    return {
        "variants": total, "tried": len(tried), "guarded": kept, "percent": _percent(kept, len(tried)), "refused_by_the_core": broke,
        "by_kind": {kind: _of_kind(kind, tried, survivors) for kind in dict.fromkeys(one.kind for one in tried)},
        "survivors": [{"kind": one.kind, "file": one.span.file, "line": one.span.line, "zh": one.zh, "en": one.en} for one in survivors],
    }  # fmt: skip


def _of_kind(kind: str, tried: Sequence[Variant], survivors: Sequence[Variant]) -> dict[str, int]:
    mine = sum(one.kind == kind for one in tried)
    return {"tried": mine, "guarded": mine - sum(one.kind == kind for one in survivors)}


def _percent(part: int, whole: int) -> int:
    """Rounded down: 100 means all of it."""
    return 100 * part // whole if whole else 100


class _Bar:
    """Progress on standard error if a person watches."""

    def __init__(self, speech: Speech) -> None:
        self.speech = speech
        self.shown = sys.stderr.isatty() and not speech.json

    def __call__(self, done: int, total: int) -> None:
        if self.shown:
            sys.stderr.write(f"\r{done}/{total}" + ("\n" if done == total else ""))
            sys.stderr.flush()
