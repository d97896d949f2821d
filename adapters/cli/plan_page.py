"""How does a rehearsal look on paper? One page in one file: no script, nothing fetched, fit for print."""

from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from adapters.cli.plan_report import Report
from adapters.cli.plan_text import coverage_lines
from adapters.cli.plan_words import Words
from engine.reports.plan import Plan
from engine.reports.plan_svg import Bar, days_chart, pair_chart, swing_chart
from engine.reports.plan_words import NOT_SIMULATED

TEMPLATE = "plan.html.j2"


def page_of(report: Report, words: Words) -> str:
    """The report as HTML, in the language of the words. Everything an operator wrote is escaped."""
    pages = Environment(
        loader=PackageLoader("adapters.cli", "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    of = words.speech.of
    opened = report.open
    return pages.get_template(TEMPLATE).render(
        of=of,
        lang="zh-CN" if words.speech.lang == "zh" else "en",
        headline=words.headline(report.plan, report.window(words.speech), opened.at_once if opened else None),
        figures=_figures(report, words),
        charts=_charts(report.plan, words),
        rules=_rules(report.plan, words),
        opened=opened,
        opened_at=words.when(opened.at) if opened else "",
        opened_rules=_rules(opened.plan, words) if opened else [],
        coverage=coverage_lines(report.coverage, words),
        not_simulated=[of(*one) for one in NOT_SIMULATED],
        old=words.old.fingerprint[:12],
        new=words.new.fingerprint[:12],
    )


def _figures(report: Report, words: Words) -> list[tuple[str, str]]:
    of, plan = words.speech.of, report.plan
    figures = [
        (of("看过的单", "cases"), f"{plan.cases:,}"),
        (of("有差别的单", "cases that differ"), f"{plan.changed:,}"),
        (of("本可不超时", "would not have been late"), f"{plan.saved:,}"),
        (of("反而超时", "would have been late"), f"{plan.broken:,}"),
        (of("花费", "cost"), words.money(plan.cost_new - plan.cost_old)),
    ]
    if report.open is not None:
        figures.append((of("一发布就触发", "fire at once"), f"{report.open.at_once:,}"))
    return figures


def _charts(plan: Plan, words: Words) -> list[tuple[str, Markup]]:
    """Title and picture; what has nothing to show is left out. Our own SVG, in which every label is escaped."""
    of = words.speech.of
    old, new = of("旧规则", "old rules"), of("新规则", "new rules")
    bars = [Bar(words.channel(kind, channel), one.more, one.less) for (kind, channel), one in plan.deeds.items()]
    late = [
        (words.label("policy", policy) or policy if words.speech.lang == "zh" else policy, *found.get("late", (0, 0)))
        for policy, found in plan.verdicts.items()
        if any(found.get("late", (0, 0)))
    ]
    drawn = [
        (of("多了什么,少了什么", "what is more, what is less"), swing_chart(bars)),
        (of("超时的次数,按时效", "late, by policy"), pair_chart(late, old, new)),
        (
            of("发出的消息和电话,按天(天数多就按月)", "messages and calls, by day (by month where the days are many)"),
            days_chart(plan.days, old, new),
        ),
    ]
    return [(title, Markup(svg)) for title, svg in drawn if svg]  # noqa: S704  # built by plan_svg, which escapes every text


def _rules(plan: Plan, words: Words) -> list[tuple[str, list[tuple[str, str, list[str]]]]]:
    """Rule -> (count, kind of difference, examples)."""
    return [
        (
            words.rule(groups[0].line),
            [(words.count(one.line, one.count), words.change(one.line), [words.example(each) for each in one.examples]) for one in groups],
        )
        for groups in (list(found) for _, found in groupby(plan.groups, key=lambda group: group.line.rule))
    ]
