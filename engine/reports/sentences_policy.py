"""How is a promise read out? Whose, while when, until when, the exceptions, and what happens on the way."""

from collections.abc import Iterator, Sequence
from datetime import date, time

from engine.model.policy import (
    AfterDowntime,
    Amount,
    DueAt,
    DueDay,
    DueField,
    Enters,
    Happens,
    LookUp,
    Mark,
    Mode,
    OnReturn,
    Policy,
    Terms,
    TimelineRow,
    When,
)
from engine.reports.sentences_words import Paragraph, Sentence, Tongue


def policy_paragraph(tongue: Tongue, policy: Policy) -> Paragraph:
    """Everything the policy says."""
    return Paragraph(
        kind="policy", name=tongue.lexicon.now("policy", policy.name), label=policy.label, shadow=policy.mode is Mode.SHADOW,
        sentences=tuple(_sentences(tongue, policy)), span=policy.span,
    )  # fmt: skip


def _sentences(tongue: Tongue, policy: Policy) -> Iterator[Sentence]:
    yield tongue.sentence("workflow", ("用于", "for "), tongue.name("workflow", policy.workflow), policy.span)
    if policy.condition is not None:
        yield tongue.sentence(
            "if", ("只管这样的单:", "only cases where "), tongue.condition(policy.condition, policy.workflow), policy.span
        )
    yield tongue.sentence(
        "while", ("在这些状态里计时:", "its clock lives in: "), tongue.states(policy.workflow, policy.while_states), policy.span
    )
    starts = _marks(tongue, policy.starts, policy.workflow) or tongue.of("进入上述状态", "entering these states")
    yield tongue.sentence("starts", ("起算:", "starts on "), starts, policy.span)
    stops = _marks(tongue, policy.stops, policy.workflow)
    if stops:
        yield tongue.sentence(
            "stops",
            ("算完成:", "is kept on "),
            stops,
            policy.span,
            tongue.of("(不经这一步就离开,不作判定)", " (leaving without it: no verdict)"),
        )
    else:
        yield tongue.sentence("stops", ("算完成:", "is kept on "), tongue.of("离开上述状态", "leaving these states"), policy.span)
    if policy.pauses:
        yield tongue.sentence(
            "pauses", ("在这些状态里停表:", "stands still in: "), tongue.states(policy.workflow, policy.pauses), policy.span
        )
    if policy.on_return is OnReturn.CONTINUE:
        yield tongue.sentence(
            "on_return", ("离开又回来:", "on return: "), tongue.of("接着原来的计时", "the old clock goes on"), policy.span
        )
    terms = terms_words(tongue, policy.terms, policy.workflow) if policy.terms else tongue.of("没有写", "not written")
    yield tongue.sentence("terms", ("时限:", "limit: "), terms, policy.span, _nights(tongue, policy, policy.terms))
    for place, row in enumerate(policy.excepts, start=1):
        fits = tongue.condition(row.condition, policy.workflow)
        until = terms_words(tongue, row.terms, policy.workflow)
        says = tongue.of(f"如果{fits},{until}", f"if {fits}: {until}")
        yield tongue.sentence("except", (f"例外 {place}:", f"exception {place}: "), says, row.span, _nights(tongue, policy, row.terms))
    if policy.calendar is not None:
        counts = tongue.of(
            f"只算{tongue.name('calendar', policy.calendar)}的工作时间",
            f"only open hours of {tongue.name('calendar', policy.calendar)} count",
        )
        yield tongue.sentence("calendar", ("怎么算时间:", "how time counts: "), counts, policy.span)
    for timeline_row in policy.timeline:
        zh, en = when_words(tongue, timeline_row)
        times = tongue.of("、", ", ").join(clock_words(at) for at in timeline_row.times)
        says = (times + tongue.of(",", ", ") if times else "") + tongue.doing(timeline_row.do, policy.workflow)
        yield tongue.sentence(_row_key(timeline_row), (f"{zh}:", f"{en}: "), says, timeline_row.span)
    yield from _manners(tongue, policy)


def _manners(tongue: Tongue, policy: Policy) -> Iterator[Sentence]:
    """How it hears, what a standstill of the service does to it, and when it holds at all."""
    if policy.hears_from is not None:
        feed = tongue.name("connection", policy.hears_from)
        says = tongue.of(f"到期和超时后的动作先等{feed}的来报", f"what happens at and after due waits for the reports of {feed}")
        yield tongue.sentence("hears_from", ("消息会晚到:", "news comes late: "), says, policy.span)
    if policy.after_downtime is not AfterDowntime.FIRE:
        skip = policy.after_downtime is AfterDowntime.SKIP_AFTER
        late = tongue.amount(policy.skip_after)
        says = (
            tongue.of(f"晚了超过 {late} 就不补做", f"rows more than {late} late are skipped")
            if skip
            else tongue.of("晚到的动作不自动做,列给人决定", "late rows wait for a person")
        )
        yield tongue.sentence("after_downtime", ("服务停过之后:", "after a standstill: "), says, policy.span)
    if policy.valid_from is not None:
        yield tongue.sentence(
            "valid_from",
            ("生效:", "from: "),
            tongue.of(f"{policy.valid_from}(含)起的单", f"clocks that start on {policy.valid_from} or later"),
            policy.span,
            estimated(tongue, policy.valid_from, policy.calendar),
        )
    if policy.valid_to is not None:
        yield tongue.sentence(
            "valid_to",
            ("截止:", "to: "),
            tongue.of(f"{policy.valid_to}(含)以前的单", f"clocks that start on {policy.valid_to} or before"),
            policy.span,
            estimated(tongue, policy.valid_to, policy.calendar),
        )


def estimated(tongue: Tongue, day: date, calendar: str | None) -> str:
    """The mark of a date beyond what its calendar confirms."""
    found = tongue.rulebook.calendars.get(calendar or "")
    if found is None or found.confirmed_through is None or day <= found.confirmed_through:
        return ""
    return tongue.of(
        f"(按估计日历:放假安排只确认到 {found.confirmed_through})",
        f" (estimated: holidays are confirmed through {found.confirmed_through})",
    )


def terms_words(tongue: Tongue, terms: Terms, workflow: str) -> str:
    """`24 小时内`, `当天 15:00 前`."""
    match terms:
        case Amount():
            return tongue.of(f"{tongue.amount(terms)}内", f"within {tongue.amount(terms)}")
        case LookUp(table, column):
            shown = tongue.name("table", table)
            return tongue.of(
                f"查{shown}的“{column}”一栏,没有符合的行就不计时", f"the column “{column}” of {shown}; no clock where no row fits"
            )
        case DueAt(day, at):
            same = day is DueDay.SAME_DAY
            return tongue.of(
                f"{'当天' if same else '下一个工作日'} {clock_words(at)} 前",
                f"by {clock_words(at)} on {'the same day' if same else 'the next open day'}",
            )
        case DueField(field, end_of_day):
            shown = tongue.name("field", field, workflow)
            if end_of_day:
                return tongue.of(f"到{shown}那天结束前", f"until the end of the day in {shown}")
            return tongue.of(f"到{shown}为止", f"until {shown}")


def _nights(tongue: Tongue, policy: Policy, terms: Terms | None) -> str:
    if policy.calendar is None and isinstance(terms, Amount | LookUp):
        return tongue.of("(含夜间、节假日)", " (nights and holidays included)")
    return ""


def _marks(tongue: Tongue, marks: Sequence[Mark], workflow: str) -> str:
    return tongue.of("或", " or ").join(_mark(tongue, one, workflow) for one in marks)


def _mark(tongue: Tongue, mark: Mark, workflow: str) -> str:
    if isinstance(mark, Enters):
        return tongue.of("进入", "entering ") + tongue.name("state", mark.state, workflow)
    if isinstance(mark, Happens):
        return tongue.of("事件", "the event ") + tongue.name("event", mark.event, workflow)
    return tongue.of(f"消息{tongue.name('message', mark.message)}发出", f"the sending of {tongue.name('message', mark.message)}")


def when_words(tongue: Tongue, row: TimelineRow) -> tuple[str, str]:
    """When a row fires, in both languages: `超时 2 小时`. Slots of a day are not in it."""
    amount = tongue.amount(row.amount)
    nothing = row.amount == Amount(written=row.amount.written)
    match row.when:
        case When.AFTER:
            return ("一开始", "at the start") if nothing else (f"起算后 {amount}", f"{amount} after the start")
        case When.LEFT:
            return f"离到期还有 {amount}", f"{amount} before due"
        case When.USED:
            return f"时限用到 {row.percent}%", f"when {row.percent}% is used"
        case When.LATE:
            return ("到期仍未完成", "at due, if still open") if nothing else (f"超时 {amount}", f"{amount} late")
        case When.EVERY_DAY_WHILE_LATE:
            return "超时后每天", "every day while late"


def _row_key(row: TimelineRow) -> str:
    return f"timeline/{row.when} {row.amount.seconds} {row.amount.business_days} {row.percent}"


def clock_words(at: time) -> str:
    """`15:00`."""
    return f"{at:%H:%M}" if not at.second else f"{at:%H:%M:%S}"
