"""How does a person at the prompt read a rehearsal? One line first, then by rule and kind, then what fires at once, then what was not seen."""

from itertools import groupby

from adapters.cli.plan_report import Coverage, Gap, Report
from adapters.cli.plan_words import Words
from engine.reports.plan import Plan
from engine.reports.plan_words import NOT_SIMULATED

EVENTS_TOLD = 12


def tell(report: Report, words: Words) -> None:
    """The whole report, on standard output."""
    speech = words.speech
    speech.line(words.headline(report.plan, report.window(speech), report.open.at_once if report.open else None))
    if report.history is not None:
        _tell_groups(report.plan, words)
    if report.open is not None:
        _tell_open(report, words)
    for text in coverage_lines(report.coverage, words):
        speech.line(text)
    if report.coverage != Coverage():
        speech.line()
    speech.line(speech.of("没有模拟:", "not simulated: ") + speech.of(";", "; ").join(speech.of(*one) for one in NOT_SIMULATED))


def _tell_groups(plan: Plan, words: Words) -> None:
    speech = words.speech
    speech.line()
    for _, groups in groupby(plan.groups, key=lambda group: group.line.rule):
        for number, group in enumerate(groups):
            if number == 0:
                speech.line(words.rule(group.line))
            speech.line(f"  {words.count(group.line, group.count):>7}  {words.change(group.line)}")
            for example in group.examples:
                speech.line(f"           {words.example(example)}")
        speech.line()


def _tell_open(report: Report, words: Words) -> None:
    opened, speech = report.open, words.speech
    assert opened is not None
    at = words.when(opened.at)
    speech.say(
        f"发布的那一刻({at}):{opened.cases:,} 张未结单,{opened.at_once:,} 张会立即触发",
        f"at the moment of publishing ({at}): {opened.cases:,} open cases, {opened.at_once:,} fire at once",
    )
    if opened.homeless:
        listed = "、".join(opened.homeless_examples)
        speech.say(
            f"  {opened.homeless:,} 张没有去处(新规则里没有它的流程或状态,先写 was):{listed}",
            f"  {opened.homeless:,} have nowhere to go (no such workflow or state; write `was` first): {listed}",
        )
    if opened.later:
        listed = "、".join(opened.later)
        speech.say(
            f"  {listed} 的未结单现在这一步照旧规则走完,以后才用新规则(running_cases)",
            f"  open cases of {listed} finish where they stand under the old rules, and take the new ones later (running_cases)",
        )
    _tell_groups(opened.plan, words)


def coverage_lines(coverage: Coverage, words: Words) -> list[str]:
    """One sentence per gap that only the new rules have, one for all the others."""
    speech = words.speech
    lines = [_blank(gap, words) for gap in coverage.fields]
    for gaps, zh, en in (
        (coverage.events, "规则等的事件从未发生", "events the rules wait for never occurred"),
        (coverage.policies, "时效从未计过时", "policies that never ran a clock"),
    ):
        fresh, known = [gap for gap in gaps if gap.new], [gap for gap in gaps if not gap.new]
        if fresh:
            listed = _listed(fresh)
            lines.append(
                speech.of(
                    f"没有数据:新规则才有的{zh.removeprefix('规则')}:{listed}。写错了?",
                    f"no data, and only in the new rules: {en}: {listed}. A typo?",
                )
            )
        if known:
            lines.append(speech.of(f"没有数据:{zh}:{_listed(known)}", f"no data: {en}: {_listed(known)}"))
    return lines


def _blank(gap: Gap, words: Words) -> str:
    share = f"{gap.blank / gap.cases:.0%}"
    new = words.speech.of("(新规则才用到)", " (only the new rules use it)") if gap.new else ""
    hint = words.speech.of("。写错了?", ". A typo?") if gap.blank == gap.cases and gap.new else ""
    return words.speech.of(f"字段 {gap.name} 有 {share} 为空{new}{hint}", f"field {gap.name} is blank in {share}{new}{hint}")


def _listed(gaps: list[Gap]) -> str:
    told = "、".join(gap.name for gap in gaps[:EVENTS_TOLD])
    return told if len(gaps) <= EVENTS_TOLD else f"{told} … ({len(gaps)})"
