"""How are messages and chains read out? The text quoted, to whom, how, when; who is told next and after how long in all."""

from collections.abc import Iterator

from engine.model.escalation import LAST_RESORT, Chain, Step
from engine.model.message import Caps, Message, Optional_, Placeholder, Text
from engine.model.policy import Mode
from engine.model.span import NOWHERE
from engine.reports.sentences_words import Paragraph, Sentence, Tongue

CHAIN_END_SECONDS_MIN = 1800
"""A chain without repetition turns to the last resort after its last wait, and at least this long."""

_MARKS = {
    "state": ("状态", "state"), "why": ("缘由", "why"), "nth": ("第几次", "nth"), "group.count": ("共几票", "group.count"),
    "group.list": ("各单号", "group.list"),
}  # fmt: skip
_PROMISED = {"due": ("到期时间", "due"), "late_by": ("超时多久", "late_by")}
_FORMATS = {
    "time": ("时刻", "time"),
    "date": ("日期", "date"),
    "hours": ("整小时", "hours"),
    "mask": ("遮号", "mask"),
    "money": ("金额", "money"),
}


def message_paragraph(tongue: Tongue, message: Message) -> Paragraph:
    """Everything the message says."""
    return Paragraph(
        kind="message", name=tongue.lexicon.now("message", message.name), label=message.label, shadow=message.mode is Mode.SHADOW,
        sentences=tuple(_message(tongue, message)), span=message.span,
    )  # fmt: skip


def _message(tongue: Tongue, message: Message) -> Iterator[Sentence]:
    span, whose = message.span, message.workflow
    yield tongue.sentence("workflow", ("用于", "for "), tongue.name("workflow", whose), span)
    to = tongue.name("field", message.to, whose) if message.to_field else tongue.name("role", message.to)
    to = tongue.of(f"客户(字段{to})", f"the customer (field {to})") if message.to_field else to
    yield tongue.sentence(
        "to", ("发给", "to "), tongue.of(f"{to},用{tongue.channel(message.channel)}", f"{to} by {tongue.channel(message.channel)}"), span
    )
    if message.copy_to:
        yield tongue.sentence("copy_to", ("抄送", "copy to "), tongue.names("role", message.copy_to), span)
    yield tongue.sentence("text", ("内容:", "text: "), tongue.quoted(text_words(tongue, message.text, whose)), span)
    limits = []
    if message.max_chars is not None:
        limits.append(tongue.of(f"最多 {message.max_chars} 个字", f"at most {message.max_chars} characters"))
    if message.max_segments is not None:
        limits.append(tongue.of(f"最多 {message.max_segments} 条短信", f"at most {message.max_segments} segments"))
    if limits:
        yield tongue.sentence("length", ("长度:", "length: "), tongue.of(",", ", ").join(limits), span)
    if message.send_hours is not None:
        hours = tongue.name("calendar", message.send_hours)
        yield tongue.sentence(
            "send_hours",
            ("只在这时发:", "sent only during "),
            hours,
            span,
            tongue.of("(其余时间等到开门)", " (else it waits for the opening)"),
        )
    if message.at_most is not None:
        yield tongue.sentence("at_most", ("对同一个人:", "to one person: "), tongue.cap(message.at_most), span)
    if message.group_wait_seconds:
        yield tongue.sentence(
            "group_wait", ("等着合并:", "waits to be sent with others: "), tongue.seconds(message.group_wait_seconds), span
        )
    if message.urgent:
        yield _urgent(tongue, message)
    if message.private_ok:
        fields = tongue.of("、", ", ").join(tongue.name("field", one, whose) for one in message.private_ok)
        yield tongue.sentence("private_ok", ("群里可以看到的个人信息:", "a whole group may read: "), fields, span)
    if message.drop_if is not None:
        yield tongue.sentence(
            "drop_if", ("发前再看,这样就不发:", "not sent if, just before, "), tongue.condition(message.drop_if, whose), span
        )
    if message.correct is not None:
        yield tongue.sentence("correct", ("发错了就更正:", "if it proves wrong: "), tongue.name("message", message.correct), span)
    if message.fallback is not None:
        yield _fallback(tongue, message)


def _urgent(tongue: Tongue, rule: Message | Chain) -> Sentence:
    return tongue.sentence(
        "urgent", ("紧急:", "urgent: "), tongue.of("不受刹车和员工条数上限", "never held by the brake or the cap of staff"), rule.span
    )


def _fallback(tongue: Tongue, message: Message) -> Sentence:
    fallback = message.fallback
    assert fallback is not None
    how, wait = tongue.channel(fallback.channel), tongue.seconds(fallback.after_seconds)
    said = [
        tongue.of(
            f"改用{how}告诉{tongue.receiver(fallback.to, message.workflow)}",
            f"tell {tongue.receiver(fallback.to, message.workflow)} by {how}",
        )
    ]
    if fallback.note_why:
        said.append(tongue.of("注明没送到的原因", "with the reason why it did not arrive"))
    if fallback.resend_when_back:
        said.append(tongue.of("通道恢复后补发一次", "sent once more when the channel is back"))
    says = tongue.of(f"被拒马上,没有回音满 {wait},", f"refused: at once; silence: after {wait}: ") + tongue.of(",", ", ").join(said)
    return tongue.sentence("if_not_delivered", ("没送到:", "not delivered: "), says, fallback.span)


def text_words(tongue: Tongue, text: Text, workflow: str) -> str:
    """The text as written, with labels in its marks; `[[ ]]` may vanish."""
    said = []
    for part in text:
        if isinstance(part, Optional_):
            said.append(
                "[[" + "".join(one.text if not isinstance(one, Placeholder) else _mark(tongue, one, workflow) for one in part.parts) + "]]"
            )
        else:
            said.append(_mark(tongue, part, workflow) if isinstance(part, Placeholder) else part.text)
    return "".join(said).replace("\n", "⏎")


def _mark(tongue: Tongue, mark: Placeholder, workflow: str) -> str:
    rule, dot, what = mark.name.partition(".")
    if mark.name in _MARKS:
        shown = tongue.of(*_MARKS[mark.name])
    elif dot and what in _PROMISED:
        shown = f"{tongue.lexicon.shown('policy', rule)}{tongue.of('·', '.')}{tongue.of(*_PROMISED[what])}"
    else:
        shown = tongue.lexicon.shown("field", mark.name, workflow)
    how = tongue.of(*_FORMATS[mark.format]) if mark.format in _FORMATS else mark.format
    return f"{{{shown}|{how}}}" if how else f"{{{shown}}}"


def caps_paragraph(tongue: Tongue, caps: Caps) -> Paragraph:
    """What bounds everybody."""
    whom = (
        ("customer", caps.customer, ("每位客户:", "each customer: ")),
        ("staff", caps.staff, ("每位员工:", "each member of staff: ")),
        ("rule", caps.rule, ("同一消息或升级链,超过就刹车:", "one message or chain, beyond it the brake holds: ")),
    )
    return Paragraph(
        kind="caps", name="caps", label="条数上限", span=NOWHERE,
        sentences=tuple(tongue.sentence(key, topic, tongue.cap(cap), NOWHERE) for key, cap, topic in whom if cap is not None),
    )  # fmt: skip


def chain_paragraph(tongue: Tongue, chain: Chain) -> Paragraph:
    """Everything the chain says, with the time in all until each step."""
    return Paragraph(
        kind="chain", name=tongue.lexicon.now("chain", chain.name), label=chain.label, shadow=chain.mode is Mode.SHADOW,
        sentences=tuple(_chain(tongue, chain)), span=chain.span,
    )  # fmt: skip


def _chain(tongue: Tongue, chain: Chain) -> Iterator[Sentence]:
    total = 0
    for place, step in enumerate(chain.steps, start=1):
        total += step.wait_seconds
        in_all = tongue.of(f"(共 {tongue.seconds(total)}后)", f" (after {tongue.seconds(total)} in all)") if place > 1 else ""
        yield tongue.sentence("step", (f"第 {place} 档:", f"step {place}: "), _step(tongue, step), step.span, in_all)
    wait = max(chain.steps[-1].wait_seconds, CHAIN_END_SECONDS_MIN) if chain.steps else 0
    if chain.repeat_last is not None:
        every, times = chain.repeat_last.every_seconds, chain.repeat_last.times
        total, wait = total + every * times, every
        says = tongue.of(
            f"每 {tongue.seconds(every)}再做一次,最多 {times} 次", f"again every {tongue.seconds(every)}, at most {times} times"
        )
        aside = tongue.of(f"(最后一次在共 {tongue.seconds(total)}后)", f" (the last after {tongue.seconds(total)} in all)")
        yield tongue.sentence("repeat_last", ("最后一档:", "the last step: "), says, chain.span, aside)
    aside = tongue.of(f"(共 {tongue.seconds(total + wait)}后)", f" (after {tongue.seconds(total + wait)} in all)")
    yield tongue.sentence(
        "end", ("做完仍未解决:", "still unsolved: "), tongue.of("告诉", "tell ") + tongue.name("role", LAST_RESORT), chain.span, aside
    )
    if chain.during is not None:
        yield tongue.sentence(
            "during",
            ("只在这时催:", "only during "),
            tongue.name("calendar", chain.during),
            chain.span,
            tongue.of("(其余时间等到开门)", " (else it waits for the opening)"),
        )
    hold = tongue.seconds(chain.pause_when_acknowledged_seconds)
    yield tongue.sentence(
        "acknowledged",
        ("有人点“已知晓”:", "once acknowledged: "),
        tongue.of(f"停 {hold},仍未解决就接着催", f"it waits {hold}, then goes on"),
        chain.span,
    )
    yield tongue.sentence(
        "group_wait",
        ("发给同一个人的,等着合并:", "waits to be sent with others to the same person: "),
        tongue.seconds(chain.group_wait_seconds),
        chain.span,
    )
    if chain.urgent:
        yield _urgent(tongue, chain)


def _step(tongue: Tongue, step: Step) -> str:
    who, how, wait = tongue.name("role", step.to), tongue.channels(step.channels), tongue.seconds(step.wait_seconds)
    says = tongue.of(
        f"{f'再等 {wait},' if step.wait_seconds else '马上'}用{how}告诉{who}",
        f"{f'after {wait} more, ' if step.wait_seconds else 'at once, '}tell {who} by {how}",
    )
    if step.during is not None:
        says += tongue.of(
            f",只在{tongue.name('calendar', step.during)}开门时", f", only while {tongue.name('calendar', step.during)} is open"
        )
    return says
