"""What may connection and stories files say?"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from engine.language.form_outbound import FilesForm, OutboundForm, PollForm, Request
from engine.language.form_providers import ProviderForm
from engine.language.form_types import (
    TEXT_SCHEMA,
    Form,
    NoneOrList,
    Nothing,
    OneOrList,
    Or,
    Raw,
    Seconds,
    Words,
    YesNo,
    custom,
    exactly_one,
)

TypeOfConnection = Literal[
    "http", "poll", "files", "call_list", "recorder", "aliyun_sms", "tencent_sms", "twilio_sms", "kannel", "aliyun_voice", "twilio_voice", "sip",
    "wechat_work", "wecom_robot", "dingtalk_robot", "feishu_robot", "smtp",
]  # fmt: skip
BodyWord = Literal["json", "form", "xml", "x12", "iftsta", "csv", "json_lines"]
SignatureWord = Literal["standard_webhooks", "hmac", "md5", "token", "basic", "none"]


class SignatureForm(Form):
    """How a report proves where it comes from."""

    kind: SignatureWord
    secret: Words | None = None
    header: str | None = None
    algorithm: str | None = None
    encoding: Literal["hex", "hex_upper", "base64"] | None = None
    prefix: str | None = None
    normalize: str | None = None
    over: Words | None = None
    at: str | None = None
    urlencode: YesNo | None = None
    path: str | None = None
    user: str | None = None
    allow_ips: Words | None = None

    @model_validator(mode="after")
    def _proves(self) -> Self:
        if self.kind == "none" and not self.allow_ips:
            raise custom(
                "不验签时要写 allow_ips",
                "without a signature, allow_ips is required",
                "补上 `allow_ips: [对方的地址]`",
                "add `allow_ips: [...]`",
                "F102",
            )
        if self.kind != "none" and not self.secret:
            raise custom("验签要有密钥", "a signature needs a secret", "补上 `secret: env:名字`", "add `secret: env:NAME`", "F102")
        return self


class HappenedForm(Form):
    """Where the instant stands."""

    at: str
    formats: Words | None = None
    timezone: str | None = None
    or_: Literal["received_at"] | None = Field(default=None, alias="or")
    precision: Literal["day"] | None = None


class EachForm(Form):
    """A list to explode."""

    at: str
    order: Literal["newest_first", "oldest_first"] | None = None


class UnwrapForm(Form):
    """A text inside the tree that is parsed in place."""

    at: str
    as_: Literal["json", "xml"] = Field(alias="as")


class EventRowForm(Form):
    """A report that matches becomes this event, or takes it back."""

    label: str
    match: Raw = None
    event: str | None = None
    retracts: str | None = None
    fill: dict[str, str] | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        exactly_one(self, ("event", "retracts"))
        return self


class ReplyForm(Form):
    """The answer after commit."""

    json_: Raw = Field(alias="json")


class InboundForm(Form):
    """How their reports become our events."""

    path: str | None = None
    body: BodyWord
    signature: SignatureForm | None = None
    workflow: str
    case: Annotated[list[dict[str, str]], OneOrList]
    id: str | None = None
    happened_at: Annotated[HappenedForm, Or(lambda value: {"at": value} if isinstance(value, str) else value, TEXT_SCHEMA)] | None = None
    each: EachForm | None = None
    unwrap: Annotated[list[UnwrapForm], OneOrList] | None = None
    keep: dict[str, str] | None = None
    codes: str | None = None
    code_at: Words | None = None
    events: list[EventRowForm]
    otherwise: Literal["report", "ignore"] | None = None
    reply: ReplyForm | None = None
    samples: Words | None = None


class ConnectionForm(ProviderForm):
    """A whole connection file."""

    kind: Literal["connection"]
    connection: str
    label: str
    type: TypeOfConnection
    carries: str | None = None
    backup_for: str | None = None
    usual_lag: Seconds | None = None
    heard_every: Seconds | None = None
    private_network: YesNo | None = None
    inbound: InboundForm | None = None
    outbound: OutboundForm | None = None
    poll: PollForm | None = None
    files: FilesForm | None = None
    base_url: str | None = None
    send: Request | None = None
    for_: str | None = Field(default=None, alias="for")
    claim_for: Seconds | None = None
    sign: str | None = None
    options: dict[str, str] | None = None


class ExpectForm(Form):
    """What must have happened since the step before."""

    state: str | None = None
    sent: Annotated[list[dict[str, str]], NoneOrList] | None = None
    tasks: Nothing | None = None
    late: Nothing | None = None
    corrected: Nothing | None = None
    opened: Nothing | None = None
    commands: Nothing | None = None
    verdicts: dict[str, Literal["running", "paused", "met", "met_reported_late", "late", "none", "not_seen"]] | None = None
    refused: str | None = None


def _named(value: object) -> object:
    return {value: "now"} if isinstance(value, str) else value


def _told(value: object) -> object:
    return {value: "told"} if isinstance(value, str) else value


class StoryStepForm(Form):
    """At this time, this happens; then look."""

    at: str
    event: Annotated[dict[str, str], Or(_named, TEXT_SCHEMA)] | None = None
    with_: dict[str, str] | None = Field(default=None, alias="with")
    case: dict[str, str] | None = None
    linked: str | None = None
    by: Literal["person", "feed"] = "feed"
    retracted: str | None = None
    channels: dict[str, Literal["refuses", "silent", "up"]] | None = None
    finished: dict[str, str] | None = None
    answered: Annotated[dict[str, Literal["told", "confirmed", "refused", "away", "bad_number"]], Or(_told, TEXT_SCHEMA)] | None = None
    acknowledged: str | None = None
    expect: ExpectForm | None = None


class StoryForm(Form):
    """One story."""

    story: str
    workflow: str
    with_: dict[str, str] | None = Field(default=None, alias="with")
    steps: Annotated[list[StoryStepForm], Field(min_length=1)]


class StoriesForm(Form):
    """A whole stories file."""

    kind: Literal["stories"]
    stories: list[StoryForm]
