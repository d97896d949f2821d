"""Who is told what? Forms of messages and escalation chains -> messages, caps, chains."""

from collections.abc import Sequence
from decimal import Decimal

from engine.language.compile_conditions import compile_condition, field_subjects
from engine.language.compile_doing import check_audience, check_message, check_recipient
from engine.language.compile_private import compile_private_ok
from engine.language.compile_text import compile_text, marks_in
from engine.language.form_rules import ChainForm, EscalationsForm, MessageForm, MessagesForm, StepForm
from engine.language.names import Scope
from engine.model.escalation import Chain, Repeat, Step
from engine.model.message import Caps, Fallback, Message
from engine.model.policy import Mode


def compile_messages(scope: Scope, form: MessagesForm) -> dict[str, Message]:
    """Compile the messages of one file."""
    found: dict[str, Message] = {}
    for name, message in form.messages.items():
        if scope.refer("workflow", message.workflow, message.span("workflow")):
            found[name] = _message(scope, name, message)
    return found


def compile_caps(form: MessagesForm) -> Caps | None:
    """`caps:` of one file, if it has any."""
    return Caps(form.caps.customer, form.caps.staff, form.caps.rule) if form.caps else None


def compile_costs(scope: Scope, forms: Sequence[MessagesForm]) -> dict[str, Decimal]:
    """`costs:` of all files together: channel -> yuan. A channel priced twice is an error, for nobody could say which holds."""
    found: dict[str, Decimal] = {}
    for form in forms:
        for channel, yuan in (form.costs or {}).items():
            place = form.key_span("costs", channel)
            if scope.refer("channel", channel, place) and channel in found:
                zh, en = f"渠道“{channel}”写了两次价钱", f"channel “{channel}” has two prices"
                scope.findings.add("F110", place, zh, en, fix=("只留一处", "keep one of them"))
            found[channel] = yuan
    return found


def _message(scope: Scope, name: str, form: MessageForm) -> Message:
    workflow = form.workflow
    subjects, known = field_subjects(scope, workflow)
    scope.refer("channel", form.channel, form.span("channel"))
    to_field = check_recipient(scope, form, form.to, workflow, "to")
    for index, role in enumerate(form.copy_to or ()):
        scope.refer("role", role, form.span("copy_to", index))
    if form.send_hours is not None:
        scope.refer("calendar", form.send_hours, form.span("send_hours"))
    if form.correct is not None:
        check_message(scope, form, form.correct, workflow, "correct")
        check_audience(scope, form, form.correct, workflow, to_customer=to_field, at=("correct",))
    text = compile_text(scope, form.sheet, (*form.where, "text"), form.text, workflow)
    shown = {mark.partition("|")[0].strip() for mark, _ in marks_in(form.text)}
    return Message(
        name=name, label=form.label, workflow=workflow, channel=form.channel, to=form.to, to_field=to_field,
        copy_to=tuple(form.copy_to or ()), text=text, private_ok=compile_private_ok(scope, form, form.private_ok or (), shown, (workflow,)),
        max_chars=form.max_chars, max_segments=form.max_segments, fallback=_fallback(scope, name, form), send_hours=form.send_hours,
        drop_if=compile_condition(scope, form.sheet, (*form.where, "drop_if"), subjects, known), correct=form.correct, at_most=form.at_most,
        group_wait_seconds=form.group_wait or 0, urgent=bool(form.urgent), mode=Mode(form.mode or "live"), was=form.was, span=form.key_span(),
    )  # fmt: skip


def _fallback(scope: Scope, name: str, form: MessageForm) -> Fallback | None:
    fallback = form.if_not_delivered
    if fallback is None:
        return None
    scope.refer("channel", fallback.channel, fallback.span("channel"))
    if check_recipient(scope, fallback, fallback.to, form.workflow, "to"):
        # Only this way round: a customer's message may well fall back to staff who call.
        check_audience(scope, fallback, name, form.workflow, to_customer=True, at=("to",))
    if fallback.channel == form.channel:
        zh, en = "备用渠道和原来的一样,不通时都不通", "the fallback is the same channel"
        scope.findings.add("F110", fallback.span("channel"), zh, en, fix=("换一个渠道,例如 phone", "choose another, such as phone"))
    return Fallback(
        after_seconds=fallback.after, channel=fallback.channel, to=fallback.to, note_why=bool(fallback.note_why),
        resend_when_back=bool(fallback.resend_when_back), span=form.key_span("if_not_delivered"),
    )  # fmt: skip


def compile_chains(scope: Scope, form: EscalationsForm) -> dict[str, Chain]:
    """Compile the chains of one file."""
    return {name: _chain(scope, name, chain) for name, chain in form.chains.items()}


def _chain(scope: Scope, name: str, form: ChainForm) -> Chain:
    if form.during is not None:
        scope.refer("calendar", form.during, form.span("during"))
    if form.repeat_last is not None and form.repeat_last.every < 60:
        scope.findings.add(
            "F110", form.repeat_last.span("every"), "重复的间隔太短", "repeats come too fast", fix=("至少 `1 min`", "at least `1 min`")
        )
    return Chain(
        name=name, label=form.label, steps=tuple(_step(scope, step) for step in form.steps),
        repeat_last=Repeat(form.repeat_last.every, form.repeat_last.times) if form.repeat_last else None, during=form.during,
        pause_when_acknowledged_seconds=3600 if form.pause_when_acknowledged is None else form.pause_when_acknowledged,
        group_wait_seconds=120 if form.group_wait is None else form.group_wait, urgent=bool(form.urgent), mode=Mode(form.mode or "live"),
        was=form.was, span=form.key_span(),
    )  # fmt: skip


def _step(scope: Scope, form: StepForm) -> Step:
    for index, channel in enumerate(form.channel):
        scope.refer("channel", channel, form.span("channel", index))
    scope.refer("role", form.to, form.span("to"))
    if form.during is not None:
        scope.refer("calendar", form.during, form.span("during"))
    return Step(wait_seconds=form.wait, channels=tuple(form.channel), to=form.to, during=form.during, span=form.span())
