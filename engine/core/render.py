"""What exactly is said? A message's text from the case's fields, at the instant of hand-over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from engine.core.clocks import Clock
from engine.core.terms import Court
from engine.core.words import say_why
from engine.model.fieldtext import BadValue, read_text
from engine.model.masks import mask_by_field
from engine.model.message import Literal, Message, Optional_, Placeholder, Text
from engine.model.plain import plain
from engine.model.values import FieldType


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything a text may speak of, as of one instant."""

    court: Court
    texts: Mapping[str, str]
    state: str
    clocks: Sequence[Clock]
    now: datetime
    why: str | None = None
    nth: int = 1
    """Which sending of this message to the case it is."""
    group: Sequence[str] = field(default_factory=tuple)
    """First names of the cases grouped into one sending; empty or one: no group."""
    masked: bool = False
    """Private fields masked: the form that is kept and shown (R24)."""


def render(message: Message, scene: Scene) -> str:
    """The text; too long, it loses its optional parts in written order (D10)."""
    optional = [part for part in message.text if isinstance(part, Optional_)]
    text = _text(message.text, scene, ())
    for count in range(1, len(optional) + 1):
        if message.max_chars is None or len(text) <= message.max_chars:
            break
        text = _text(message.text, scene, optional[:count])
    return text


def render_text(text: Text, scene: Scene) -> str:
    """A text by itself, such as one variable of a template."""
    return _text(text, scene, ())


def standard_sentence(scene: Scene, names: Sequence[str]) -> str:
    """What a chain step says when its row names no message."""
    workflow = scene.court.workflow
    return f"{workflow.label}{'、'.join(names)}:{say_why(scene.court.rulebook, workflow, scene.why)},请尽快处理。"


def resend_mark(called_at: datetime | None, now: datetime, zone: str) -> str:
    """补发并注明 (R20): when the order was given by phone, and when this copy left."""
    sent = f"{now.astimezone(ZoneInfo(zone)):%H:%M}补发"
    return f"({called_at.astimezone(ZoneInfo(zone)):%H:%M}已电话通知,{sent})" if called_at else f"({sent})"


def _text(parts: Text, scene: Scene, left_out: Sequence[Optional_]) -> str:
    said: list[str] = []
    for part in parts:
        if isinstance(part, Optional_):
            pieces = [_piece(inner, scene) for inner in part.parts]
            if all(pieces) and not any(part is one for one in left_out):
                said += pieces
        else:
            said.append(_piece(part, scene))
    return "".join(said).strip()


def _piece(part: Literal | Placeholder, scene: Scene) -> str:
    return part.text if isinstance(part, Literal) else plain(_value(part, scene))


def _value(mark: Placeholder, scene: Scene) -> str:
    """The words for one mark; empty when there is nothing to say."""
    workflow = scene.court.workflow
    match mark.name:
        case "state":
            return workflow.states[scene.state].label if scene.state in workflow.states else scene.state
        case "why":
            return say_why(scene.court.rulebook, workflow, scene.why)
        case "nth":
            return str(scene.nth) if scene.nth > 1 else ""
        case "group.count":
            return str(len(scene.group)) if len(scene.group) > 1 else ""
        case "group.list":
            return "、".join(scene.group) if len(scene.group) > 1 else ""
    policy, dot, what = mark.name.rpartition(".")
    if dot:
        return _clock_value(scene, policy, what, mark.format)
    return _field_value(scene, mark.name, mark.format)


def _clock_value(scene: Scene, policy: str, what: str, form: str | None) -> str:
    clock = next((one for one in reversed(scene.clocks) if one.policy.name == policy), None)
    if clock is None or clock.due is None:
        return ""
    if what == "due":
        return show_instant(clock.due, scene.now, scene.court.zone, form or "time")
    late = scene.now - clock.due
    hours = int(late.total_seconds() // 3600)
    if form == "hours":
        return f"{hours}小时" if hours >= 1 else ""
    return _span(late) if late > timedelta(0) else ""


def _span(length: timedelta) -> str:
    hours, minutes = divmod(int(length.total_seconds() // 60), 60)
    return f"{hours}小时{minutes}分" if hours else f"{minutes}分钟"


def _field_value(scene: Scene, name: str, form: str | None) -> str:
    text = scene.texts.get(name, "")
    declared = scene.court.workflow.fields.get(name)
    if not text or declared is None:
        return text
    if form == "mask" or (scene.masked and declared.private):
        return mask_by_field(name, text, declared.type)
    if declared.type not in (FieldType.TIME, FieldType.DATE, FieldType.MONEY):
        return text
    try:
        value = read_text(declared, text, scene.court.zone)
    except BadValue:
        return text
    if isinstance(value, datetime):
        return show_instant(value, scene.now, scene.court.zone, form or "time")
    if isinstance(value, Decimal) and form == "money":
        return f"{value:.2f}"
    return text


def show_instant(at: datetime, now: datetime, zone: str, form: str) -> str:
    """A wall-clock time that names its day unless it is today; or the date."""
    local, today = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    if form == "date":
        return f"{local.month}月{local.day}日"
    days = (local.date() - today).days
    day = {0: "", 1: "明天", -1: "昨天"}.get(days, f"{local.month}月{local.day}日")
    return f"{day}{local:%H:%M}"
