"""What may a connection file say of what we ask of a neighbour? Commands, polls, drop folders."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from engine.language.form_types import CapText, Form, Or, Raw, Seconds, Whole, Words, YesNo, custom

RetryWord = Literal["no_connection", "429", "no_answer", "5xx"]


class ReferenceForm(Form):
    """Their own number for what we sent."""

    at: str
    save_as: str | None = None


class RetryForm(Form):
    """When a command is tried again."""

    when: Annotated[list[RetryWord], Or(lambda value: value if value is None or isinstance(value, list) else [value])]
    waits: Annotated[list[Seconds], Or(lambda value: value if value is None or isinstance(value, list) else [value])] | None = None
    times: Whole | None = None


class AskForm(Form):
    """One request with marks filled in."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] | None = None
    path: str | None = None
    json_: Raw = Field(default=None, alias="json")
    form: dict[str, str] | None = None
    xml: str | None = None
    text: str | None = None
    headers: dict[str, str] | None = None
    ok_when: dict[str, str] | None = None
    refused_when: dict[str, str] | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not getattr(self, "human", None) and (self.method is None or self.path is None):
            raise custom(
                "请求要写 method 和 path",
                "a request needs method and path",
                "对方不支持就写 `human`",
                "write `human` where the neighbour cannot do it",
                "F102",
            )
        bodies = [name for name, value in (("json", self.json_), ("form", self.form), ("xml", self.xml), ("text", self.text)) if value]
        if len(bodies) > 1:
            listed = "、".join(bodies)
            raise custom(f"{listed} 只能写一个", f"only one of {', '.join(bodies)} is wanted")
        return self


class RequestForm(AskForm):
    """One command, or how a message is handed over; `human` where the neighbour cannot do it."""

    human: YesNo | None = None
    private_ok: Words | None = None
    reason_at: str | None = None
    reference: ReferenceForm | None = None
    retry: RetryForm | None = None
    status_of: AskForm | None = None


Request = Annotated[RequestForm, Or(lambda value: {"human": "yes"} if value == "human" else value, {"const": "human"})]


class LoginForm(AskForm):
    """The request that opens a session."""

    token_at: str
    header: str | None = None
    prefix: str | None = None
    keep: Seconds | None = None


class OutboundForm(Form):
    """Our commands, their requests."""

    base_url: str
    secrets: dict[str, str] | None = None
    login: LoginForm | None = None
    commands: dict[str, Request] | None = None


class SinceForm(Form):
    """How the instant since when we ask is written."""

    overlap: Seconds | None = None
    first: Seconds | None = None
    format: str | None = None
    timezone: str | None = None


class PagesForm(Form):
    """How a long answer goes on."""

    first: Whole | None = None
    size: Whole | None = None
    next_at: str | None = None


class FetchForm(AskForm):
    """A claim check: the list names documents, each is fetched."""

    each: str | None = None
    id: str


class PollForm(Form):
    """How we ask for what is new."""

    base_url: str
    secrets: dict[str, str] | None = None
    login: LoginForm | None = None
    every: Seconds
    request: AskForm
    since: SinceForm | None = None
    pages: PagesForm | None = None
    at_most: CapText | None = None
    fetch: FetchForm | None = None


class SftpForm(Form):
    """A folder at somebody else's."""

    host: str
    port: Whole | None = None
    user: str
    host_key: str
    password: str | None = None
    key: str | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.password is None and self.key is None:
            raise custom(
                "SFTP 要写 password 或 key", "SFTP needs a password or a key", "补上 `key: file:路径`", "add `key: file:PATH`", "F102"
            )
        return self


class FilesForm(Form):
    """A folder into which files are dropped for us."""

    folder: str
    take: Words | None = None
    rest: Seconds | None = None
    archive: str | None = None
    quarantine: str | None = None
    answers: str | None = None
    sftp: SftpForm | None = None
