"""What changed between two versions of the rules, in sentences? Exit code 0: nothing; 1: something; 2: wrong use."""

import argparse
from itertools import groupby

from adapters.cli.options import add_desk_options
from adapters.cli.speech import NotFine, Speech, WrongUse
from adapters.cli.version_ref import the_rulebook
from engine.model.rulebook import Rulebook
from engine.model.span import Span
from engine.reports.differences import Change, Difference, diff, say
from engine.reports.sentences import KINDS

ONE_LINE_CHARS_MAX = 40
"""Longer sentences stand below each other, old and new."""


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`diff OLD [NEW]`."""
    parser.add_argument(
        "old",
        metavar="OLD",
        help=speech.of(
            "旧规则:文件夹、版本(v7、current、previous、指纹开头)或提案(p3)",
            "the old rules: a folder, a version (v7, current, previous, a fingerprint) or a proposal (p3)",
        ),
    )
    parser.add_argument("new", metavar="NEW", nargs="?", help=speech.of("新规则(默认同 --rules)", "the new rules (default: as --rules)"))
    add_desk_options(parser, speech)


def run(options: argparse.Namespace, speech: Speech) -> int:
    """Like `diff`: 0 where both say the same, 1 where they do not, 2 where one of them cannot be read."""
    old, new = (_rulebook(one, options, speech) for one in (options.old, options.new))
    found = diff(old, new, speech.lang)
    if not found:
        speech.say("没有不同:注释、次序、写法不算", "no difference (comments, order and spelling do not count)")
    else:
        rules = len({(one.kind, one.name) for one in found})
        speech.say(
            f"{rules} 条规则有不同,共 {len(found)} 处",
            f"{rules} rule{'s' * (rules > 1)} differ, in {len(found)} place{'s' * (len(found) > 1)}",
        )
        for (kind, _), group in groupby(sorted(found, key=_order), key=lambda one: (one.kind, one.name)):
            _say_rule(kind, list(group), speech)
    speech.data([_as_data(one, speech.lang) for one in found])
    return 1 if found else 0


def _rulebook(reference: str | None, options: argparse.Namespace, speech: Speech) -> Rulebook:
    """Rules that cannot be read are trouble (2), not a difference (1)."""
    try:
        return the_rulebook(reference, options, speech)[0]
    except NotFine as refusal:
        raise WrongUse(refusal.zh, refusal.en) from refusal


def _order(one: Difference) -> tuple[int, str]:
    return list(KINDS).index(one.kind), one.name


def _say_rule(kind: str, found: list[Difference], speech: Speech) -> None:
    rule = found[0]
    named = "" if rule.name == kind else speech.of(f"『{rule.label}』", f" “{rule.name}”")
    speech.line(f"\n{speech.of(*KINDS[kind])}{named}")
    for one in found:
        place = _place(one.new_span) or _place(one.old_span)
        at = f"  ({place})" if place else ""
        if one.change is Change.CHANGED and len(one.old) + len(one.new) > ONE_LINE_CHARS_MAX:
            speech.line(f"  {one.topic.rstrip()}{at}")
            speech.line(f"    {speech.of('原', 'was')} {one.old}")
            speech.line(f"    {speech.of('现', 'now')} {one.new}")
        else:
            speech.line(f"  {say(one, speech.lang)}{at}")


def _place(span: Span) -> str:
    return f"{span.file}:{span.line}" if span.file else ""


def _as_data(one: Difference, lang: str) -> dict[str, object]:
    return {
        "change": one.change.value, "kind": one.kind, "name": one.name, "label": one.label, "key": one.key, "old": one.old, "new": one.new,
        "says": say(one, lang), "old_place": _place(one.old_span) or None, "new_place": _place(one.new_span) or None,
    }  # fmt: skip
