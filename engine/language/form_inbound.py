"""What may a connection file say of the reports that come in?"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from engine.language.form_types import TEXT_SCHEMA, Form, OneOrList, Or, Raw, Whole, Words, YesNo, custom, exactly_one

BodyWord = Literal["json", "form", "xml", "x12", "iftsta", "csv", "json_lines"]
SignatureWord = Literal["standard_webhooks", "hmac", "md5", "token", "basic", "mtls", "none"]


class SignatureForm(Form):
    """How a report proves where it comes from."""

    kind: SignatureWord
    secret: Words | None = None
    header: str | None = None
    algorithm: Literal["sha256", "sha1", "sha512", "md5"] | None = None
    encoding: Literal["hex", "hex_upper", "base64"] | None = None
    prefix: str | None = None
    normalize: Literal["NFC", "NFD", "NFKC", "NFKD"] | None = None
    over: Words | None = None
    join: str | None = None
    at: str | None = None
    urlencode: YesNo | None = None
    path: str | None = None
    user: str | None = None
    subject: Words | None = None
    allow_ips: Words | None = None

    @model_validator(mode="after")
    def _proves(self) -> Self:
        if self.kind in ("none", "mtls") and not self.allow_ips:
            raise custom(
                "不验签时要写 allow_ips" if self.kind == "none" else "mtls 要写 allow_ips:只信自己的代理说的",
                "without a signature, allow_ips is required"
                if self.kind == "none"
                else "mtls needs allow_ips: only our own proxy is believed",
                "补上 `allow_ips: [对方的地址]`",
                "add `allow_ips: [...]`",
                "F102",
            )
        if self.kind == "mtls" and not self.subject:
            raise custom("mtls 要写 subject", "mtls needs subject", "补上 `subject: 'CN=...'`", "add `subject: 'CN=...'`", "F102")
        if self.kind not in ("none", "mtls") and not self.secret:
            raise custom("验签要有密钥", "a signature needs a secret", "补上 `secret: env:名字`", "add `secret: env:NAME`", "F102")
        return self


class ZoneForm(Form):
    """The zone of a naive time, by the place it was written at."""

    at: Words
    table: str


class HappenedForm(Form):
    """Where the instant stands."""

    at: Words
    formats: Words | None = None
    timezone: str | None = None
    timezone_by: ZoneForm | None = None
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


class CsvForm(Form):
    """How a table is written."""

    delimiter: str | None = None
    columns: Words | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.delimiter is not None and self.delimiter != "tab" and len(self.delimiter) != 1:
            raise custom(
                "delimiter 是一个字符,或写 tab", "delimiter is one character, or tab", "例如 `delimiter: ';'`", "such as `delimiter: ';'`"
            )
        return self


class EventRowForm(Form):
    """A report that matches becomes this event, takes it back, or is left out."""

    label: str
    match: Raw = None
    event: str | None = None
    retracts: str | None = None
    retracts_id: str | None = None
    ignore: YesNo | None = None
    fill: dict[str, str] | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        exactly_one(self, ("event", "retracts", "ignore"))
        return self


class RefusedForm(Form):
    """The answer to what is turned away."""

    json_: Raw = Field(default=None, alias="json")
    xml: str | None = None
    text: str | None = None
    status: Whole | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        exactly_one(self, ("json_", "xml", "text"), ("json", "xml", "text"))
        if self.status is not None and not 200 <= self.status <= 599:
            raise custom("status 是 200 到 599 的数", "status is a number from 200 to 599")
        return self


class ReplyForm(Form):
    """The answer after commit."""

    json_: Raw = Field(default=None, alias="json")
    xml: str | None = None
    text: str | None = None
    refused: RefusedForm | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        exactly_one(self, ("json_", "xml", "text"), ("json", "xml", "text"))
        return self


class InboundForm(Form):
    """How their reports become our events."""

    path: str | None = None
    body: BodyWord
    encoding: str | None = None
    csv: CsvForm | None = None
    signature: SignatureForm | None = None
    workflow: str
    case: Annotated[list[dict[str, str]], OneOrList]
    id: str | None = None
    happened_at: Annotated[HappenedForm, Or(lambda value: {"at": value} if isinstance(value, str) else value, TEXT_SCHEMA)] | None = None
    each: EachForm | None = None
    unwrap: Annotated[list[UnwrapForm], OneOrList] | None = None
    keep: dict[str, str] | None = None
    fill: dict[str, str] | None = None
    codes: str | None = None
    code_at: Words | None = None
    events: list[EventRowForm]
    envelope: list[EventRowForm] | None = None
    otherwise: Literal["report", "ignore"] | None = None
    reply: ReplyForm | None = None
    samples: Words | None = None
