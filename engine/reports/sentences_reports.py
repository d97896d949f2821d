"""How is a scheduled report read out? Which one, over which days, when and to whom it goes, and how it looks."""

from collections.abc import Iterator

from engine.model.report_round import ReportRound
from engine.reports.report_groups import DIMENSIONS
from engine.reports.report_registry import SHEETS
from engine.reports.sentences_words import Paragraph, Sentence, Tongue

_OVER = {
    "yesterday": ("昨天,每天发一次", "yesterday, once a day"), "last_week": ("上周,每周发一次", "last week, once a week"),
    "last_month": ("上月,每月发一次", "last month, once a month"),
}  # fmt: skip
_LANGS = {"zh": ("中文", "Chinese"), "en": ("英文", "English")}


def report_paragraph(tongue: Tongue, one: ReportRound) -> Paragraph:
    """Everything the schedule says (R96)."""
    return Paragraph(kind="report", name=one.name, label=one.label, sentences=tuple(_sentences(tongue, one)), span=one.span)


def _sentences(tongue: Tongue, one: ReportRound) -> Iterator[Sentence]:
    span, comma = one.span, tongue.of("、", ", ")
    sheet = SHEETS.get(one.report)
    yield tongue.sentence("report", ("报表:", "the report: "), tongue.own(one.report, tongue.of(sheet.zh, sheet.en) if sheet else ""), span)
    yield tongue.sentence("over", ("数的是:", "counted over: "), tongue.of(*_OVER.get(one.over, (one.over, one.over))), span)
    yield tongue.sentence("at", ("几点发:", "it goes at "), f"{one.at:%H:%M:%S}".removesuffix(":00"), span)
    if one.calendar is not None:
        aside = tongue.of("(不开门就推到下一个开门的日子)", " (else on the next open day)")
        topic = ("只在这个日历开门的日子发:", "only on open days of ")
        yield tongue.sentence("calendar", topic, tongue.name("calendar", one.calendar), span, aside)
    to = comma.join(tongue.name("role", name) if tongue.lexicon.known("role", name) else name for name in one.to)
    yield tongue.sentence("to", ("发给", "to "), to, span)
    if one.by is not None:
        rows = tongue.of(",再按", ", then ").join(_sorted_by(tongue, by) for by in one.by) or tongue.of("不分", "nothing")
        yield tongue.sentence("by", ("按什么分行:", "rows by "), rows, span)
    if one.only:
        kept = comma.join(f"{_sorted_by(tongue, by)}={tongue.quoted(value)}" for by, value in sorted(one.only.items()))
        yield tongue.sentence("only", ("只看:", "only "), kept, span)
    yield tongue.sentence("lang", ("用", "written in "), tongue.of(*_LANGS.get(one.lang, (one.lang, one.lang))), span)
    yield tongue.sentence("format", ("附件:", "attached as "), comma.join(one.formats), span)


def _sorted_by(tongue: Tongue, by: str) -> str:
    """`地区(area)`: a word of the reports, or a field of some workflow."""
    label, now = DIMENSIONS[by].zh if by in DIMENSIONS else "", by
    for home in tongue.rulebook.workflows:
        if not label and tongue.lexicon.known("field", by, home):
            label, now = tongue.lexicon.shown("field", by, home), tongue.lexicon.now("field", by, home)
    return f"{label}({now})" if label and tongue.lang == "zh" else now
