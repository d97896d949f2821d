"""What must happen? Story forms -> steps in wall-clock time, every name and value checked."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from engine.language import texts
from engine.language.compile_doing import check_value
from engine.language.diagnostics import did_you_mean
from engine.language.form_types import Form
from engine.language.form_world import ExpectForm, StoriesForm, StoryForm, StoryStepForm
from engine.language.names import Scope
from engine.language.source import Part
from engine.model.story import Expectation, SentExpectation, Story, StoryStep

SECONDS = re.compile(r"(?P<minute>.*\d\d:\d\d):(?P<second>[0-5]\d)")
"""Stories pinned from real cases keep the second; written ones need none."""
NOW = "now"
"""`event: name` without an own time."""
ON = "yes"
"""`held: yes` without an end."""
NOTE = "note"
"""A task without `asks` is finished by a tracking note."""


def compile_stories(scope: Scope, form: StoriesForm) -> list[Story]:
    """Compile the stories of one file."""
    return [story for row in form.stories if (story := _story(scope, row)) is not None]


def _story(scope: Scope, form: StoryForm) -> Story | None:
    if not scope.refer("workflow", form.workflow, form.span("workflow")):
        return None
    _check_fields(scope, form, form.with_ or {}, form.workflow)
    steps: list[StoryStep] = []
    at: datetime | None = None
    for row in form.steps:
        at = _moment(scope, row, row.at, ("at",), at, forward=True)
        if at is None:
            return None
        steps.append(_step(scope, row, form.workflow, at))
    if steps[-1].expect is None and any(step.expect is not None for step in steps):
        fix = ("给最后一步写上 expect,或删掉后面这些步骤", "give the last step an expect, or leave these steps out")
        scope.findings.add("W530", steps[-1].span, "故事的结尾什么都没检查", "the end of the story checks nothing", fix=fix)
    if all(step.expect is None for step in steps):
        fix = ("至少一步写上 expect", "give at least one step an expect")
        scope.findings.add("W510", form.span("story"), f"故事“{form.story}”什么都没检查", f"story “{form.story}” checks nothing", fix=fix)
    return Story(
        name=form.story,
        workflow=form.workflow,
        fields=dict(form.with_ or {}),
        steps=tuple(steps),
        timezone=scope.timezone,
        span=form.span("story"),
    )


def _moment(scope: Scope, form: Form, text: str, at: tuple[Part, ...], last: datetime | None, *, forward: bool) -> datetime | None:
    """`2026-11-23 10:20`, or `10:20` of the last date; UTC. forward: time does not run backwards."""
    zone = ZoneInfo(scope.timezone)
    precise = SECONDS.fullmatch(text)
    if precise:
        text = precise["minute"]
    clock = texts.fits(texts.read_time_of_day, text)
    try:
        naive = _on_last_date(clock, last, zone) if clock is not None else texts.read_date_time(text)
    except texts.BadText as error:
        scope.findings.add("F110", form.span(*at), error.zh, error.en, fix=(error.fix_zh, error.fix_en))
        return last if forward else None
    moment = naive.replace(tzinfo=zone).astimezone(UTC) + timedelta(seconds=int(precise["second"]) if precise else 0)
    if forward and last is not None and moment < last:
        fix = ("过了一天要写日期,例如 `2026-11-24 08:30`", "a new day needs its date, such as `2026-11-24 08:30`")
        scope.findings.add("F110", form.span(*at), "这一步早于上一步", "this step lies before the one above", fix=fix)
        return last
    return moment


def _on_last_date(clock: time, last: datetime | None, zone: ZoneInfo) -> datetime:
    if last is None:
        raise texts.BadText("第一步要写日期", "the first step needs a date", "例如 `2026-11-23 10:00`", "for example `2026-11-23 10:00`")
    return datetime.combine(last.astimezone(zone).date(), clock)


def _step(scope: Scope, form: StoryStepForm, workflow: str, at: datetime) -> StoryStep:
    if form.linked is not None:
        workflow = form.linked if scope.refer("workflow", form.linked, form.span("linked")) else workflow
    event, happened = _event(scope, form, workflow, at)
    _check_fields(scope, form, form.with_ or {}, workflow)
    finished = _finished(scope, form, workflow)
    for name in form.case or {}:
        _check_one_of(scope, form, name, _identified(scope, workflow), ("case", name))
    for channel in form.channels or {}:
        known = (*scope.names.of("channel"), *scope.names.of("connection"))
        _check_one_of(scope, form, channel, known, ("channels", channel))
    for role in list(form.answered or {})[:1]:
        _check_recipient(scope, form, role, workflow, "answered", at_key=True)
    if form.retracted is not None:
        scope.refer("event", form.retracted, form.span("retracted"), workflow)
    if form.acknowledged is not None:
        scope.refer("chain", form.acknowledged, form.span("acknowledged"))
    if form.sent_again is not None:
        scope.refer("message", form.sent_again, form.span("sent_again"))
    _one_happening(scope, form)
    return StoryStep(
        at=at, event=event, happened_at=happened, fields=dict(form.with_ or {}), case=dict(form.case or {}), linked=form.linked, by_person=form.by == "person",
        retracts=form.retracted, channels=dict(form.channels or {}), finished=finished, answered=next(iter((form.answered or {}).items()), None),
        acknowledged=form.acknowledged, held=form.held is not None, held_until=_held_until(scope, form, at), resumed=form.resumed is not None,
        sent_again=form.sent_again, expect=_expect(scope, form.expect, workflow, at), span=form.span("at"),
    )  # fmt: skip


def _one_happening(scope: Scope, form: StoryStepForm) -> None:
    """One thing happens per step; only what somebody tries can be refused."""
    tried = [form.event, form.finished, form.held, form.resumed, form.sent_again]
    happenings = [*tried, form.answered, form.acknowledged, form.retracted]
    if sum(happening is not None for happening in happenings) > 1:
        fix = ("分成两步,时间可以相同", "make two steps; the time may be the same")
        scope.findings.add("F110", form.span("at"), "一步只能发生一件事", "one thing happens per step", fix=fix)
    if form.expect is not None and form.expect.refused is not None and all(one is None for one in tried):
        fix = (
            "这一步要有 event、finished、held、resumed 或 sent_again",
            "the step needs an `event`, `finished`, `held`, `resumed` or `sent_again`",
        )
        scope.findings.add("F110", form.expect.span("refused"), "没有什么可拒绝的", "nothing could be refused", fix=fix)


def _held_until(scope: Scope, form: StoryStepForm, at: datetime) -> datetime | None:
    """`held: 18:00`: when the hold ends by itself."""
    if form.held in (None, ON):
        return None
    until = _moment(scope, form, form.held or "", ("held",), at, forward=False)
    if until is not None and until <= at:
        fix = ("写以后的时间,或写 `yes`", "write a later time, or `yes`")
        scope.findings.add("F110", form.span("held"), "挂起要到以后的时间", "a hold ends after its step", fix=fix)
    return until


def _event(scope: Scope, form: StoryStepForm, workflow: str, at: datetime) -> tuple[str | None, datetime | None]:
    for name, when in list((form.event or {}).items())[:1]:
        scope.refer("event", name, form.span("event") if when == NOW else form.key_span("event", name), workflow)
        if when == NOW:
            return name, None
        happened = _moment(scope, form, when, ("event", name), at, forward=False)
        if happened is not None and happened > at:
            scope.findings.add("F110", form.span("event", name), "还没发生的事不能先报来", "an event cannot be reported before it happens")
        return name, happened
    return None, None


def _identified(scope: Scope, workflow: str) -> tuple[str, ...]:
    return scope.names.of("field", workflow)


def _finished(scope: Scope, form: StoryStepForm, workflow: str) -> tuple[str, str] | None:
    for role, event in list((form.finished or {}).items())[:1]:
        scope.refer("role", role, form.key_span("finished", role))
        if event != NOTE:
            scope.refer("event", event, form.span("finished", role), workflow)
        return role, event
    return None


def _check_fields(scope: Scope, form: Form, fields: dict[str, str], workflow: str) -> None:
    for name, text in fields.items():
        check_value(scope, form, ("with", name), name, text, workflow, None)


def _check_one_of(scope: Scope, form: Form, name: str, known: Iterable[str], at: tuple[Part, ...]) -> None:
    names = list(dict.fromkeys(known))
    if name not in names:
        note, fix = did_you_mean(name, names)
        scope.findings.add("R301", form.key_span(*at), f"没有“{name}”这个名字", f"no name “{name}” here", note=note, fix=fix)


def _check_recipient(scope: Scope, form: Form, to: str, workflow: str, *at: Part, at_key: bool = False) -> None:
    known = (*scope.names.of("role"), *scope.names.of("field", workflow))
    if to not in known:
        note, fix = did_you_mean(to, scope.names.of("role"))
        scope.findings.add(
            "R301", form.key_span(*at, to) if at_key else form.span(*at),
            f"没有叫“{to}”的岗位或电话字段", f"no role or phone field is called “{to}”", note=note, fix=fix,
        )  # fmt: skip


def _expect(scope: Scope, form: ExpectForm | None, workflow: str, at: datetime) -> Expectation | None:
    if form is None:
        return None
    if form.state is not None:
        scope.refer("state", form.state, form.span("state"), workflow)
    for key, kind in (("tasks", "role"), ("late", "policy"), ("corrected", "policy"), ("opened", "workflow")):
        for index, name in enumerate(getattr(form, key) or ()):
            scope.refer(kind, name, form.span(key, index))
    for policy in form.verdicts or {}:
        scope.refer("policy", policy, form.key_span("verdicts", policy))
    commands = tuple(name for names in scope.names.commands.values() for name in names)
    for index, name in enumerate(form.commands or ()):
        if name not in commands:
            note, fix = did_you_mean(name, commands)
            scope.findings.add(
                "R301", form.span("commands", index), f"没有叫“{name}”的指令", f"no command is called “{name}”", note=note, fix=fix
            )
    return Expectation(
        state=form.state, sent=tuple(_sent(scope, form, index, row, workflow, at) for index, row in enumerate(form.sent or ())), tasks=tuple(form.tasks or ()),
        late=_names(form.late), corrected=_names(form.corrected), opened=_names(form.opened), commands=_names(form.commands),
        verdicts=dict(form.verdicts) if form.verdicts is not None else None, refused=form.refused, span=form.key_span(),
    )  # fmt: skip


def _names(written: list[str] | None) -> tuple[str, ...] | None:
    return None if written is None else tuple(written)


def _sent(scope: Scope, form: ExpectForm, index: int, row: dict[str, str], workflow: str, at: datetime) -> SentExpectation:
    """`{sms: role, message: name, says: text, at: 10:20}`: one key is the channel."""
    span = form.span("sent", index)
    channels = [key for key in row if key not in ("message", "says", "at")]
    if len(channels) != 1:
        fix = ("例如 `{sms: pickup_clerk, message: dispatch_order}`", "for example `{sms: pickup_clerk, message: dispatch_order}`")
        scope.findings.add("F110", span, "要写一个渠道和收件人", "one channel and its recipient are wanted", fix=fix)
        return SentExpectation(channel="", to="", span=span)
    channel = channels[0]
    _check_one_of(scope, form, channel, scope.names.of("channel"), ("sent", index, channel))
    _check_recipient(scope, form, row[channel], workflow, "sent", index, channel)
    if "message" in row:
        scope.refer("message", row["message"], form.span("sent", index, "message"))
    when = _moment(scope, form, row["at"], ("sent", index, "at"), at, forward=False) if "at" in row else None
    if when is not None and when > at:
        fix = ("改到后面的步骤里,或推迟这一步", "expect it in a later step, or move this step")
        scope.findings.add(
            "F110", form.span("sent", index, "at"), "故事演到这一步时还没到这个时间", "the story has not come to this time yet", fix=fix
        )
    return SentExpectation(channel=channel, to=row[channel], message=row.get("message"), says=row.get("says"), at=when, span=span)
