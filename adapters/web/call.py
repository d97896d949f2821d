"""What was asked, and what is answered? Plain data between the HTTP door and the rooms behind it.

Refusal    the request cannot be served; carries its status and its reason in both languages
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from engine.service.desk import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, authenticated and read whole."""

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    """From the path."""
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    body: bytes = field(default=b"", repr=False)
    who: str = ""
    """Name of the token's holder; empty where the door is open."""
    address: str = ""
    lang: str = "zh"

    @property
    def content_type(self) -> str:
        """Without its parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What goes back: JSON values, or text of another type."""

    status: int = 200
    body: object = None
    text: str | None = None
    """Sent as it is, in place of `body`."""
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


class Refusal(Exception):
    """Ends a call. `field` names what was wrong in it, if one thing was."""

    def __init__(self, status: int, code: str, zh: str, en: str, *, field: str = "", more: Mapping[str, object] | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.zh = zh
        self.en = en
        self.field = field
        self.more = dict(more or {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """One route: where, who may enter, what is done there, and how it is described."""

    method: str
    path: str
    act: Callable[[Call], Reply]
    zh: str
    en: str
    open: bool = False
    """No token is asked for (health; inbound connections prove themselves by their signature)."""
    query: Mapping[str, str] = field(default_factory=dict)
    """Query parameter -> what it says, in English."""
    body: Mapping[str, str] = field(default_factory=dict)
    """Keys of the JSON body -> what they say."""
    answers: Mapping[int, str] = field(default_factory=dict)


def refused(refusal: Refusal, lang: str) -> Reply:
    """The one form of an error."""
    body: dict[str, object] = {
        "error": refusal.code,
        "message": refusal.en if lang == "en" else refusal.zh,
        "message_en": refusal.en,
        "message_zh": refusal.zh,
    }
    if refusal.field:
        body["field"] = refusal.field
    headers = {"Retry-After": "5"} if refusal.status == 503 else {}
    if refusal.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Reply(status=refusal.status, body=body | refusal.more, headers=headers)


def refusal_of(problems: Sequence[Problem], *, status: int = 400, code: str = "refused") -> Refusal:
    """A refusal of what the desk (or a reader) found wrong; the first problem gives the message, all are listed."""
    first = problems[0] if problems else Problem("", "未被接受", "not accepted")
    return Refusal(status, code, first.zh, first.en, field=first.field, more={"problems": [problem_shape(each) for each in problems]})


def problem_shape(problem: Problem) -> dict[str, str]:
    """One problem as JSON."""
    return {"field": problem.field, "message": problem.zh, "message_en": problem.en}
