"""How do differences and problems of rules read on a page? Grouped by rule, with their places, numbers of people masked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from engine.model.diagnostic import Diagnostic
from engine.model.masks import mask_text
from engine.model.rulebook import Rulebook
from engine.model.span import Span
from engine.reports.differences import Difference, diff, say
from engine.reports.sentences import KINDS, heading, lines, of_file, read_out


@dataclass(frozen=True, slots=True)
class Said:
    """One rule: its heading, and sentences with their places."""

    heading: str
    lines: tuple[tuple[str, Span], ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One diagnostic in one language."""

    severity: str
    code: str
    span: Span
    text: str
    note: str
    fix: str


def changes(old: Rulebook, new: Rulebook, lang: str) -> list[Said]:
    """What reads differently, rule by rule."""
    order = list(KINDS)
    found = sorted(diff(old, new, lang), key=lambda one: (order.index(one.kind), one.name))
    return [_rule(kind, list(group), lang) for (kind, _), group in groupby(found, key=lambda one: (one.kind, one.name))]


def _rule(kind: str, found: Sequence[Difference], lang: str) -> Said:
    rule, word = found[0], KINDS[kind][lang != "zh"]
    named = "" if rule.name == kind else f"『{rule.label}』" if lang == "zh" else f" “{rule.name}”"
    return Said(f"{word}{named}", tuple((mask_text(say(one, lang)), one.new_span if one.new_span.file else one.old_span) for one in found))


def sentences(rulebook: Rulebook, file: str, lang: str) -> list[Said]:
    """What one file says; an empty name: all of them."""
    paragraphs = read_out(rulebook, lang)
    wanted = of_file(paragraphs, file) if file else paragraphs
    return [Said(heading(one, lang), tuple((mask_text(line), one.span) for line in lines(one.sentences, lang))) for one in wanted]


def problems(diagnostics: Iterable[Diagnostic], lang: str, first: str = "") -> list[Problem]:
    """Errors before warnings; those of the file `first` before all others."""
    english = lang != "zh"
    found = [
        Problem(
            one.severity.value, one.code, one.span, one.en if english else one.zh, one.note_en if english else one.note_zh,
            one.help_en if english else one.help_zh,
        )
        for one in diagnostics
    ]  # fmt: skip
    rank = {"error": 0, "warning": 1, "info": 2}
    return sorted(found, key=lambda one: (one.span.file != first, rank[one.severity], one.span.file, one.span.line, one.span.column))
