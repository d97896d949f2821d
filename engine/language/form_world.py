"""What may connection and stories files say?"""

from typing import Annotated, Literal

from pydantic import Field

from engine.language.form_inbound import InboundForm
from engine.language.form_outbound import FilesForm, OutboundForm, PollForm, Request
from engine.language.form_providers import ProviderForm
from engine.language.form_types import (
    TEXT_SCHEMA,
    Form,
    NoneOrList,
    Nothing,
    Or,
    Seconds,
    YesNo,
)

TypeOfConnection = Literal[
    "http", "poll", "files", "call_list", "recorder", "aliyun_sms", "tencent_sms", "twilio_sms", "kannel", "aliyun_voice", "twilio_voice", "sip",
    "wechat_work", "wecom_robot", "dingtalk_robot", "feishu_robot", "smtp",
]  # fmt: skip


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
    held: str | None = None
    resumed: Literal["yes"] | None = None
    sent_again: str | None = None
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
