"""What may sla, escalations and messages files say?"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from engine.language.form_types import (
    AMOUNT_SCHEMA,
    AmountText,
    CapText,
    DateText,
    Form,
    OneOrList,
    Or,
    Percent,
    Raw,
    Seconds,
    TimeText,
    Whole,
    Words,
    YesNo,
    YuanText,
    custom,
    exactly_one,
)  # fmt: skip
from engine.language.form_workflow import DoForm

ModeWord = Literal["live", "shadow"]
_WHENS = ("after", "left", "used", "late", "every_day_while_late")


class LimitForm(Form):
    """`limit: 30 min`, or `{look_up: table, take: column}`."""

    amount: AmountText | None = None
    look_up: str | None = None
    take: str | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        exactly_one(self, ("amount", "look_up"), ("时长", "look_up"))
        if (self.look_up is None) != (self.take is None):
            raise custom("look_up 和 take 要一起写", "look_up and take go together")
        return self


class DueForm(Form):
    """`{day: same_day, at: 15:00}`, or `{field: name}`."""

    day: Literal["same_day", "next_open_day"] | None = None
    at: TimeText | None = None
    field: str | None = None
    end_of: Literal["day"] | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        exactly_one(self, ("day", "field"))
        if (self.day is None) != (self.at is None):
            raise custom("day 和 at 要一起写", "day and at go together")
        if self.end_of and not self.field:
            raise custom("end_of 只能和 field 一起写", "end_of goes with field only")
        return self


Limit = Annotated[LimitForm, Or(lambda value: {"amount": value} if isinstance(value, str) else value, AMOUNT_SCHEMA)]


class ExceptForm(Form):
    """One exception: the first that fits replaces the terms."""

    if_: Raw = Field(alias="if")
    limit: Limit | None = None
    due: DueForm | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        exactly_one(self, ("limit", "due"))
        return self


class MarkForm(Form):
    """What starts or stops a clock."""

    enters: str | None = None
    event: str | None = None
    sent: str | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        exactly_one(self, ("enters", "event", "sent"))
        return self


Marks = Annotated[list[MarkForm], OneOrList]


class TimelineForm(Form):
    """At this point of the clock, do this; exactly one when."""

    after: AmountText | None = None
    left: AmountText | None = None
    used: Percent | None = None
    late: AmountText | None = None
    every_day_while_late: Annotated[list[TimeText], OneOrList] | None = None
    do: Annotated[list[DoForm], OneOrList]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        exactly_one(self, _WHENS)
        return self


class PolicyForm(Form):
    """One SLA promise."""

    label: str
    workflow: str
    if_: Raw = Field(default=None, alias="if")
    while_: Words = Field(alias="while")
    starts: Marks | None = None
    stops: Marks | None = None
    pauses: Words | None = None
    on_return: Literal["again", "continue"] | None = None
    limit: Limit | None = None
    due: DueForm | None = None
    except_: list[ExceptForm] | None = Field(default=None, alias="except")
    calendar: str | None = None
    timeline: list[TimelineForm] | None = None
    hears_from: str | None = None
    after_downtime: str | None = None
    valid_from: DateText | None = None
    valid_to: DateText | None = None
    mode: ModeWord | None = None
    was: str | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        exactly_one(self, ("limit", "due"))
        return self


class SlaForm(Form):
    """A whole sla file."""

    kind: Literal["sla"]
    policies: dict[str, PolicyForm]


class StepForm(Form):
    """Wait, then tell this role."""

    wait: Seconds
    channel: Words
    to: str
    during: str | None = None


class RepeatForm(Form):
    """The last step again, a bounded number of times."""

    every: Seconds
    times: Whole


class ChainForm(Form):
    """One escalation chain."""

    label: str
    steps: Annotated[list[StepForm], Field(min_length=1)]
    repeat_last: RepeatForm | None = None
    during: str | None = None
    pause_when_acknowledged: Seconds | None = None
    group_wait: Seconds | None = None
    urgent: YesNo | None = None
    mode: ModeWord | None = None
    was: str | None = None


class EscalationsForm(Form):
    """A whole escalations file."""

    kind: Literal["escalations"]
    chains: dict[str, ChainForm]


class FallbackForm(Form):
    """`if_not_delivered:`."""

    after: Seconds
    channel: str
    to: str
    note_why: YesNo | None = None
    resend_when_back: YesNo | None = None


class MessageForm(Form):
    """One message."""

    label: str
    workflow: str
    channel: str
    to: str
    copy_to: Words | None = None
    max_chars: Whole | None = None
    max_segments: Whole | None = None
    if_not_delivered: FallbackForm | None = None
    send_hours: str | None = None
    drop_if: Raw = None
    correct: str | None = None
    at_most: CapText | None = None
    group_wait: Seconds | None = None
    urgent: YesNo | None = None
    private_ok: Words | None = None
    mode: ModeWord | None = None
    was: str | None = None
    text: str


class CapsForm(Form):
    """`caps:` at the top of a messages file."""

    customer: CapText | None = None
    staff: CapText | None = None
    rule: CapText | None = None


class MessagesForm(Form):
    """A whole messages file."""

    kind: Literal["messages"]
    caps: CapsForm | None = None
    costs: dict[str, YuanText] | None = None
    messages: dict[str, MessageForm]
