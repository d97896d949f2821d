"""What changed between two rulebooks, in words? Rules added, removed, renamed; sentences that now read differently."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from engine.model.rulebook import Rulebook
from engine.model.span import NOWHERE, Span
from engine.reports.sentences import read_out
from engine.reports.sentences_lexicon import lexicon_through
from engine.reports.sentences_words import Paragraph, Sentence

_NO_MEANING = frozenset({"was"})


class Change(StrEnum):
    """What became of a rule, or of one sentence of it."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    RENAMED = "renamed"
    """The same rule under another name (`was:`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that is not as it was."""

    change: Change
    kind: str
    """Of the rule: a key of `sentences.KINDS`."""
    name: str
    """The rule's name now, or its last."""
    label: str
    key: str
    """What of the rule; empty: the rule as a whole."""
    topic: str
    """How the sentence begins: `时限:`."""
    old: str
    new: str
    old_span: Span
    new_span: Span


def diff(old: Rulebook, new: Rulebook, lang: str = "zh") -> list[Difference]:
    """Everything that reads differently, rule by rule in reading order; nothing for comments, order of keys, or spelling.

    Things are spoken of under the names they have in the new rulebook, so a new label shows where it is declared and nowhere else.
    """
    before = {(one.kind, one.name): one for one in read_out(old, lang, lexicon_through(old, new, lang))}
    after = {(one.kind, one.name): one for one in read_out(new, lang)}
    found: list[Difference] = []
    for key in [*after, *(key for key in before if key not in after)]:
        if key not in before:
            found.append(_whole(Change.ADDED, after[key]))
        elif key not in after:
            found.append(_whole(Change.REMOVED, before[key]))
        else:
            found += _within(before[key], after[key])
    return found + _renamed(old, new)


def _whole(change: Change, rule: Paragraph) -> Difference:
    gone = change is Change.REMOVED
    return Difference(
        change=change, kind=rule.kind, name=rule.name, label=rule.label, key="", topic="", old=rule.label if gone else "",
        new="" if gone else rule.label, old_span=rule.span if gone else NOWHERE, new_span=NOWHERE if gone else rule.span,
    )  # fmt: skip


def _within(before: Paragraph, after: Paragraph) -> Iterator[Difference]:
    """One rule in two versions."""
    if before.label != after.label:
        yield _heading(before, after, "label", before.label, after.label)
    if before.shadow != after.shadow:
        words = {False: "live", True: "shadow"}
        yield _heading(before, after, "mode", words[before.shadow], words[after.shadow])
    keys = dict.fromkeys(sentence.key for sentence in (*after.sentences, *before.sentences) if sentence.key not in _NO_MEANING)
    pairs: list[Pair] = []
    for key in keys:
        olds = [sentence for sentence in before.sentences if sentence.key == key]
        news = [sentence for sentence in after.sentences if sentence.key == key]
        pairs += _aligned(olds, news)
    for first, last in _runs(_moved(pairs)):
        yield _sentence(after, first, last)


def _heading(before: Paragraph, after: Paragraph, key: str, old: str, new: str) -> Difference:
    return Difference(
        change=Change.CHANGED, kind=after.kind, name=after.name, label=after.label, key=key, topic="", old=old, new=new,
        old_span=before.span, new_span=after.span,
    )  # fmt: skip


Pair = tuple[Sentence | None, Sentence | None]
"""A sentence before and after; None: there was none."""


def _aligned(olds: Sequence[Sentence], news: Sequence[Sentence]) -> Iterator[Pair]:
    """Pairs that differ: rows of a list are matched by what they say, so that one inserted at the top changes no other."""
    matcher = SequenceMatcher(None, [one.says for one in olds], [one.says for one in news], autojunk=False)
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag == "equal":
            continue
        gone, come = olds[old_from:old_to], news[new_from:new_to]
        for place in range(max(len(gone), len(come))):
            yield gone[place] if place < len(gone) else None, come[place] if place < len(come) else None


def _moved(pairs: Sequence[Pair]) -> list[Pair]:
    """One sentence gone and one come that do the same at another time, or on another event, are one sentence that changed."""
    found = list(pairs)
    for old, _ in pairs:
        if old is None or old.run is not None or (old, None) not in found:
            continue
        came = next((new for gone, new in found if gone is None and new and (_group(new), new.says) == (_group(old), old.says)), None)
        if came is not None:
            found.remove((old, None))
            found[found.index((None, came))] = (old, came)
    return found


def _group(sentence: Sentence) -> str:
    """Sentences of one group differ in the last part of their keys: rows of a timeline, rows of a state."""
    return sentence.key.rpartition("/")[0] or sentence.key


def _runs(pairs: Sequence[Pair]) -> list[tuple[Pair, Pair]]:
    """First and last of neighbouring days that changed in the same way."""
    runs: list[tuple[Pair, Pair]] = []
    for pair in pairs:
        if runs and _goes_on(runs[-1][1], pair):
            runs[-1] = (runs[-1][0], pair)
        else:
            runs.append((pair, pair))
    return runs


def _goes_on(before: Pair, after: Pair) -> bool:
    same = [one.says if one else None for one in before] == [one.says if one else None for one in after]
    one, other = before[1] or before[0], after[1] or after[0]
    return same and one is not None and other is not None and one.run is not None and other.run == one.run + 1


def _sentence(rule: Paragraph, first: Pair, last: Pair) -> Difference:
    old, new = first
    said, end = new or old, last[1] or last[0]
    assert said is not None
    assert end is not None
    change = Change.CHANGED if old and new else Change.ADDED if new else Change.REMOVED
    return Difference(
        change=change, kind=rule.kind, name=rule.name, label=rule.label, key=said.key,
        topic="" if _only_moved(old, new) else said.topic if said is end else f"{said.topic.rstrip()} – {end.topic}",
        old=_said(old, new), new=_said(new, old), old_span=old.span if old else NOWHERE, new_span=new.span if new else NOWHERE,
    )  # fmt: skip


def _only_moved(one: Sentence | None, other: Sentence | None) -> bool:
    return one is not None and other is not None and one.says == other.says


def _said(sentence: Sentence | None, other: Sentence | None) -> str:
    if sentence is None:
        return ""
    return f"{sentence.topic}{sentence.says}" if _only_moved(sentence, other) else sentence.says


def _renamed(old: Rulebook, new: Rulebook) -> list[Difference]:
    """Policies, chains and messages that go on under another name."""
    kinds = (("policy", old.policies, new.policies), ("chain", old.chains, new.chains), ("message", old.messages, new.messages))
    return [
        Difference(
            change=Change.RENAMED, kind=kind, name=one.name, label=one.label, key="", topic="", old=one.was, new=one.name,
            old_span=olds[one.was].span, new_span=one.span,
        )
        for kind, olds, news in kinds
        for one in news.values()
        if one.was is not None and one.was in olds and one.was not in news
    ]  # fmt: skip


def say(difference: Difference, lang: str) -> str:
    """`时限:24 小时内 改为 18 小时内`; a whole rule: `新增`."""
    chinese = lang == "zh"
    words = {
        Change.ADDED: ("新增", "new"), Change.REMOVED: ("删去", "removed"), Change.RENAMED: ("改名", "renamed"), Change.CHANGED: ("改为", "becomes"),
    }[difference.change][not chinese]  # fmt: skip
    topic = difference.topic
    if not difference.key:
        return f"{words}:{difference.old} → {difference.new}" if difference.change is Change.RENAMED else words
    if difference.key == "label":
        topic = "名称:" if chinese else "label: "
    if difference.key == "mode":
        return _MODES[difference.new][not chinese]
    if difference.change is Change.CHANGED:
        return f"{topic}{difference.old} {words} {difference.new}"
    return f"{words}:{topic}{difference.new or difference.old}" if chinese else f"{words}: {topic}{difference.new or difference.old}"


_MODES = {
    "live": ("转为正式:从此真的发", "goes live: it sends from now on"),
    "shadow": ("转为试行:只判断和记录,什么也不发", "goes into shadow: judged and recorded, nothing is sent"),
}
