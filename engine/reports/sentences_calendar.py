"""How are calendars and disruptions read out? Opening hours day by day, holidays in runs, what is only estimated."""

from collections.abc import Iterator
from datetime import date

from engine.model.calendar import Calendar, Disruption, Hours
from engine.reports.sentences_words import Paragraph, Sentence, Tongue


def calendar_paragraph(tongue: Tongue, calendar: Calendar) -> Paragraph:
    """Everything the calendar says, its later versions included."""
    sentences = list(_calendar(tongue, calendar, ""))
    for number, overlay in enumerate(tongue.rulebook.overlays.get(calendar.name, ()), start=1):
        sentences += _calendar(tongue, overlay, f"version {number}/")
    return Paragraph(kind="calendar", name=calendar.name, label=calendar.label, sentences=tuple(sentences), span=calendar.span)


def _calendar(tongue: Tongue, calendar: Calendar, key: str) -> Iterator[Sentence]:
    span = calendar.span
    if calendar.valid_from is not None:
        yield tongue.sentence(f"{key}valid_from", ("从这天起改用下列时间:", "from this day on: "), f"{calendar.valid_from}", span)
    if calendar.valid_to is not None:
        yield tongue.sentence(f"{key}valid_to", ("用到这天为止:", "up to and including: "), f"{calendar.valid_to}", span)
    if calendar.timezone != tongue.rulebook.timezone or key:
        yield tongue.sentence(f"{key}timezone", ("时区:", "time zone: "), calendar.timezone, span)
    for day, hours in enumerate(calendar.weekly):
        yield tongue.sentence(f"{key}week/{day}", (tongue.day(day), f"{tongue.day(day)} "), _open(tongue, hours), span, run=day)
    if calendar.confirmed_through is not None:
        says = f"{calendar.confirmed_through}"
        yield tongue.sentence(
            f"{key}confirmed",
            ("放假安排确认到:", "holidays are confirmed through: "),
            says,
            span,
            tongue.of("(之后的到期时间注明“按估计日历”)", " (due times beyond are marked as estimated)"),
        )
    yield from _dates(tongue, calendar, key)
    for month, day in sorted(calendar.annual_closed):
        label = calendar.annual_closed[month, day]
        says = tongue.of("放假", "closed") + (tongue.of(f",{label}", f", {label}") if label else "")
        yield tongue.sentence(
            f"{key}annual/{month:02}-{day:02}",
            (f"每年 {month:02}-{day:02} ", f"every year on {month:02}-{day:02} "),
            says,
            span,
            run=date(2024, month, day).toordinal(),
        )


def _dates(tongue: Tongue, calendar: Calendar, key: str) -> Iterator[Sentence]:
    for day in sorted({*calendar.dates, *calendar.closed, *calendar.breaks}):
        rule, said = calendar.dates.get(day), []
        if day in calendar.closed:
            said.append(_labelled(tongue, tongue.of("放假", "closed"), calendar.closed[day]))
        if rule is not None:
            while_it_holds = tongue.of("(临时时间)", " (an overlay)") if rule.overlay else ""
            said.append(_labelled(tongue, _open(tongue, rule.hours), rule.label) + while_it_holds)
        if day in calendar.breaks:
            said.append(tongue.of(f"其中 {tongue.hours(calendar.breaks[day])} 停", f"less {tongue.hours(calendar.breaks[day])}"))
        beyond = calendar.confirmed_through is not None and day > calendar.confirmed_through
        yield tongue.sentence(
            f"{key}date/{day}", (f"{day} ", f"{day} "), tongue.of(";", "; ").join(said), rule.span if rule else calendar.span,
            tongue.of("" if "未确认" in calendar.closed.get(day, "") else "(按估计,通知未出)", " (estimated)") if beyond else "", run=day.toordinal(),
        )  # fmt: skip


def _labelled(tongue: Tongue, said: str, label: str) -> str:
    return said + (tongue.of(f",{label}", f", {label}") if label else "")


def _open(tongue: Tongue, hours: Hours) -> str:
    return tongue.hours(hours) if hours else tongue.of("关门", "closed")


def disruption_paragraph(tongue: Tongue, disruption: Disruption) -> Paragraph:
    """Everything the disruption says."""
    return Paragraph(
        kind="disruption",
        name=disruption.label,
        label=disruption.label,
        sentences=tuple(_disruption(tongue, disruption)),
        span=disruption.span,
    )


def _disruption(tongue: Tongue, disruption: Disruption) -> Iterator[Sentence]:
    span, policies = disruption.span, tongue.rulebook.policies
    # A condition is read over the fields of the workflow whose promises it pauses.
    workflow = next((policies[name].workflow for name in disruption.pauses if name in policies), "")
    yield tongue.sentence("from", ("从 ", "from "), tongue.instant(disruption.since), span)
    yield tongue.sentence("until", ("到 ", "until "), tongue.instant(disruption.until), span)
    if disruption.condition is not None:
        yield tongue.sentence("if", ("只管这样的单:", "only cases where "), tongue.condition(disruption.condition, workflow), span)
    yield tongue.sentence("pauses", ("停表的时效:", "these clocks stand still: "), tongue.names("policy", disruption.pauses), span)
    if disruption.tell is not None:
        yield tongue.sentence("tell", ("告知每位客户一次:", "each customer is told once: "), tongue.name("message", disruption.tell), span)
    if disruption.by:
        yield tongue.sentence("by", ("宣布的人:", "declared by "), disruption.by, span)
    if disruption.reason:
        yield tongue.sentence("reason", ("原因:", "because: "), disruption.reason, span)
