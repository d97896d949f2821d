"""Chats as their documents say they answer, on loopback: an error stands inside a 200."""

import json
import urllib.parse
from dataclasses import dataclass, field

from tests.peers.sms_peer import Asked, Provider, Said

CORP_SECRET = "s3cret-of-the-corporation"


@dataclass
class Wecom(Provider):
    """The application: a token first, then messages."""

    tokens: int = 0
    good: str = ""
    """The token that counts."""
    refuses_tokens: int = 0
    """So many messages are refused for an old token."""
    absent: str = ""
    """Nobody of this name here."""

    def answer(self, asked: Asked) -> Said:
        query = dict(urllib.parse.parse_qsl(asked.query))
        if asked.path.startswith("/cgi-bin/gettoken"):
            if query.get("corpsecret") != CORP_SECRET:
                return _said(errcode=40001, errmsg="invalid credential")
            self.tokens += 1
            self.good = f"token-{self.tokens}"
            return _said(errcode=0, errmsg="ok", access_token=self.good, expires_in=7200)
        self.sent += 1
        if self.refuses_tokens or query["access_token"] != self.good:
            self.refuses_tokens -= 1
            return _said(errcode=42001, errmsg="access_token expired")
        if self.code:
            return _said(errcode=int(self.code), errmsg="no")
        touser = json.loads(asked.body)["touser"]
        return _said(errcode=0, errmsg="ok", msgid="M-1", **({"invaliduser": touser} if touser == self.absent else {}))


@dataclass
class Group(Provider):
    """A robot of WeCom, DingTalk or Feishu: `words` are its names of code and message."""

    words: tuple[str, str] = ("errcode", "errmsg")
    said: str = "no"
    bodies: list[dict[str, object]] = field(default_factory=list)

    def answer(self, asked: Asked) -> Said:
        body = json.loads(asked.body)
        self.bodies.append(body)
        code, message = self.words
        text = body.get("text") or body.get("content")
        if text is None:
            return _said(**{code: 40035, message: "missing parameter"})
        self.sent += 1
        return _said(**{code: int(self.code or 0), message: f"{self.said} 13812345678" if self.code else "ok"})


def _said(**tree: object) -> Said:
    return Said(200, json.dumps(tree, ensure_ascii=False).encode())
