"""What do the rules say, in plain sentences? A pure fold over a compiled rulebook: equal meaning, equal sentences."""

from collections.abc import Sequence
from itertools import groupby

from engine.model.rulebook import Rulebook
from engine.model.span import NOWHERE
from engine.reports.sentences_calendar import calendar_paragraph, disruption_paragraph
from engine.reports.sentences_connection import connection_paragraph
from engine.reports.sentences_contacts import contact_paragraphs
from engine.reports.sentences_keeping import keeping_paragraph
from engine.reports.sentences_lexicon import Lexicon, lexicon_of
from engine.reports.sentences_message import caps_paragraph, chain_paragraph, message_paragraph
from engine.reports.sentences_policy import policy_paragraph
from engine.reports.sentences_reports import report_paragraph
from engine.reports.sentences_words import Paragraph, Sentence, Tongue
from engine.reports.sentences_workflow import workflow_paragraph

KINDS = {
    "rulebook": ("规则集", "rulebook"), "workflow": ("流程", "workflow"), "policy": ("时效", "policy"), "chain": ("升级链", "chain"),
    "caps": ("上限", "caps"),
    "costs": ("价钱", "costs"), "message": ("消息", "message"), "calendar": ("工作日历", "calendar"), "disruption": ("中断", "disruption"),
    "roles": ("岗位", "roles"), "rota": ("值班表", "rota"), "table": ("查表", "table"), "people": ("人员", "people"),
    "connection": ("对接", "connection"), "report": ("定时报表", "scheduled report"), "keeping": ("保留期限", "keeping"),
}  # fmt: skip
"""Kinds of paragraphs in the order in which they are read, in Chinese and English."""


def read_out(rulebook: Rulebook, lang: str = "zh", lexicon: Lexicon | None = None) -> list[Paragraph]:
    """Every rule as a paragraph of sentences. lexicon: other names for things than the rulebook's own (for comparing two)."""
    tongue = Tongue(lang, rulebook, lexicon or lexicon_of(rulebook, lang))
    paragraphs = [
        Paragraph(
            kind="rulebook", name="rulebook", label="规则集", span=NOWHERE,
            sentences=(tongue.sentence("timezone", ("时区:", "time zone: "), rulebook.timezone, NOWHERE),),
        ),
        *(workflow_paragraph(tongue, one) for one in rulebook.workflows.values()),
        *(policy_paragraph(tongue, one) for one in rulebook.policies.values()),
        *(chain_paragraph(tongue, one) for one in rulebook.chains.values()),
        caps_paragraph(tongue, rulebook.caps),
        _costs(tongue),
        *(message_paragraph(tongue, one) for one in rulebook.messages.values()),
        *(calendar_paragraph(tongue, one) for one in rulebook.calendars.values()),
        *(disruption_paragraph(tongue, one) for one in rulebook.disruptions),
        *contact_paragraphs(tongue, rulebook.contacts),
        *(connection_paragraph(tongue, one) for one in rulebook.connections.values()),
        *(report_paragraph(tongue, one) for one in (rulebook.reports or {}).values()),
        keeping_paragraph(tongue, rulebook.keeping),
    ]  # fmt: skip
    return [one for one in paragraphs if one.sentences]


def _costs(tongue: Tongue) -> Paragraph:
    prices = tuple(
        tongue.sentence(
            channel,
            (f"{tongue.channel(channel)}每条 ", f"{tongue.channel(channel)}, each: "),
            tongue.of(f"{yuan:f} 元", f"{yuan:f} yuan"),
            NOWHERE,
        )
        for channel, yuan in sorted(tongue.rulebook.costs.items())
    )
    return Paragraph(kind="costs", name="costs", label="价钱", sentences=prices, span=NOWHERE)


def of_file(paragraphs: Sequence[Paragraph], file: str) -> list[Paragraph]:
    """What a file says of its own; a paragraph that collects several places keeps those sentences."""
    kept = []
    for one in paragraphs:
        own = tuple(sentence for sentence in one.sentences if sentence.span.file == file)
        if one.span.file == file:
            kept.append(one)
        elif own:
            kept.append(Paragraph(kind=one.kind, name=one.name, label=one.label, shadow=one.shadow, sentences=own, span=own[0].span))
    return kept


def heading(paragraph: Paragraph, lang: str) -> str:
    """`时效『提货时效』(pickup_deadline)`; a shadow rule says so."""
    kind = KINDS[paragraph.kind][lang != "zh"]
    only = paragraph.name == paragraph.kind
    if lang == "zh":
        named = "" if only else f"『{paragraph.label}』" + (f"({paragraph.name})" if paragraph.name != paragraph.label else "")
        return f"{kind}{named}" + ("【试行:只判断和记录,什么也不发】" if paragraph.shadow else "")
    named = "" if only else f" “{paragraph.name}”" + (f" ({paragraph.label})" if paragraph.name != paragraph.label else "")
    return f"{kind}{named}" + (" [shadow: judged and recorded, nothing is sent]" if paragraph.shadow else "")


def lines(sentences: Sequence[Sentence], lang: str) -> list[str]:
    """The sentences as people read them; neighbouring days that say the same are read as one."""
    full_stop = "。" if lang == "zh" else "."
    out: list[str] = []
    for _, run in groupby(enumerate(sentences), key=lambda placed: _run_of(sentences, placed[0])):
        first, *rest = [sentence for _, sentence in run]
        topic = first.topic
        if rest:
            topic = f"{first.topic.rstrip()} 到 {rest[-1].topic}" if lang == "zh" else f"{first.topic.rstrip()} to {rest[-1].topic}"
        said = f"{topic.rstrip() + ' ' if first.run is not None else topic}{first.says}{first.aside}"
        out.append(said + full_stop)
    return out


def _run_of(sentences: Sequence[Sentence], place: int) -> int:
    """Where the run of a sentence begins."""
    while place > 0 and _continues(sentences[place - 1], sentences[place]):
        place -= 1
    return place


def _continues(before: Sentence, after: Sentence) -> bool:
    return before.run is not None and after.run == before.run + 1 and (before.says, before.aside) == (after.says, after.aside)
