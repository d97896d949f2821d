"""How is a message handed to one person in WeCom 企业微信? By the company's application: a token that lasts two hours, then the message.

Source: messaging.md 2.6; documents 90236 and 90313 of the provider. A repetition with the same content is not shown twice
within half an hour, but that goes by content, not by our key.
"""

import threading
import urllib.parse
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from adapters.chat.robot import a_json_request
from adapters.chat.wecom_codes import CODES
from adapters.signing.account import SETTING_PROBLEMS, Account
from adapters.signing.caller import Answer, Caller, Reached
from adapters.signing.codes import by_code, unreadable
from adapters.signing.exchange import Resolve
from adapters.signing.paths import text_at
from adapters.signing.request import Request
from adapters.signing.verdict import tree_of
from engine.model.connection import Connection
from engine.model.receipt import Capabilities, Parcel, Receipt, Sent, Verdict
from engine.ports.clock import Clock

URL = "https://qyapi.weixin.qq.com"
TEXT_BYTES_MAX = 2048
"""Of UTF-8; WeCom would cut the rest."""
SAME_CONTENT_SECONDS = 1800
TOKEN_OLD = ("42001", "40014")
"""The token was refused, so nothing was sent: the one reason to ask again inside the same send."""
SEND_SECONDS_MAX = 10.0
"""All requests of one send together."""


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    until: datetime


class WechatWork:
    """The gateway of `type: wechat_work`. No receipts: accepted is the best there is."""

    def __init__(self, connection: Connection, clock: Clock, resolve: Resolve, *, caller: Caller | None = None) -> None:
        self.name = connection.name
        self.capabilities = Capabilities()
        self._account = Account(connection, resolve, url=URL)
        self._clock = clock
        self._caller = caller or Caller()
        self._lock = threading.Lock()
        self._token: _Token | None = None

    def send(self, parcel: Parcel) -> Receipt:
        """A token if none is fresh, and one message; once more if the token was refused as old."""
        now = self._clock.now()
        refused = Receipt(verdict=Verdict.REJECTED, key=parcel.key, at=now, final=True)
        if parcel.expired(now):
            return replace(refused, reason="expired")
        if len(parcel.text.encode("utf-8", "replace")) > TEXT_BYTES_MAX:
            return replace(refused, reason="text_refused", detail=f"longer than {TEXT_BYTES_MAX} bytes")
        if not parcel.address.strip() or "|" in parcel.address or parcel.address.startswith("@"):
            # `a|b` would be two people and `@all` the whole company.
            return replace(refused, reason="bad_number", detail="not one person's name")
        try:
            return self._carry(parcel, self._account.option("corp_secret"), now)
        except SETTING_PROBLEMS as problem:
            return replace(refused, reason="account", detail=f"setting: {problem}"[:200], final=False)

    def look_up(self, sent: Sent) -> Receipt | None:
        """WeCom cannot tell."""
        return None

    def cancel(self, key: str) -> None:
        """What was handed over is not taken back."""

    def probe(self) -> bool:
        """Does the provider give us a token, a new one? Nothing is sent."""
        try:
            self._forget(self._token)
            found = self._fresh_token(self._account.option("corp_secret"), "", self._clock.now(), SEND_SECONDS_MAX)
        except SETTING_PROBLEMS:
            return False
        return not isinstance(found, Receipt)

    def close(self) -> None:
        """Let go of the connections."""
        self._caller.close()

    def _carry(self, parcel: Parcel, secret: str, now: datetime) -> Receipt:
        began = self._clock.monotonic()

        def left() -> float:
            return max(0.5, SEND_SECONDS_MAX - (self._clock.monotonic() - began))

        hide = (secret, parcel.address, parcel.text)
        receipt = Receipt(verdict=Verdict.RETRY, reason="busy", key=parcel.key, at=now)
        for _ in range(2):
            token = self._fresh_token(secret, parcel.key, now, left())
            if isinstance(token, Receipt):
                return token
            answer = self._caller.call(self._message(parcel, token.text), within=left())
            receipt = self._read(answer, parcel, now, (*hide, token.text))
            if receipt.code not in TOKEN_OLD:
                return receipt
            self._forget(token)
            if left() < 1:
                break
        return receipt if left() >= 1 else replace(receipt, verdict=Verdict.RETRY, reason="busy")

    def _fresh_token(self, secret: str, key: str, now: datetime, seconds: float) -> _Token | Receipt:
        """The one that is kept, or a new one; a Receipt if there is none: then nothing was sent."""
        with self._lock:
            if self._token is not None and now < self._token.until:
                return self._token
            query = urllib.parse.urlencode({"corpid": self._account.option("corp_id"), "corpsecret": secret})
            url = f"{self._account.url}/cgi-bin/gettoken?{query}"
            headers = {"accept-encoding": "identity", "user-agent": "waybill"}
            request = Request(method="GET", url=url, body=b"", headers=headers, private=self._account.private)
            answer = self._caller.call(request, within=seconds)
            tree = tree_of(answer)
            code, text = text_at(tree, "errcode"), text_at(tree, "access_token")
            if code in (None, "0") and text and answer.status == 200:
                lasts = text_at(tree, "expires_in") or ""
                self._token = _Token(text, now + timedelta(seconds=int(lasts) - 60 if lasts.isdecimal() and int(lasts) > 120 else 60))
                return self._token
        if code is not None and code != "0":
            return by_code(CODES, code, answer, key=key, now=now, hide=(secret,))
        problem = unreadable(answer, key=key, now=now, hide=(secret,))
        # Whatever became of this request, no message was in it.
        certain = problem.verdict is not Verdict.UNKNOWN
        return problem if certain else replace(problem, verdict=Verdict.RETRY, reason="no_connection")

    def _forget(self, token: _Token | None) -> None:
        with self._lock:
            if self._token is token:
                self._token = None

    def _message(self, parcel: Parcel, token: str) -> Request:
        agent = self._account.option("agent_id")
        body: dict[str, object] = {
            "touser": parcel.address,
            "msgtype": "text",
            "agentid": int(agent) if agent.isdecimal() else agent,
            "text": {"content": parcel.text},
            "enable_duplicate_check": 1,
            "duplicate_check_interval": SAME_CONTENT_SECONDS,
        }
        url = f"{self._account.url}/cgi-bin/message/send?{urllib.parse.urlencode({'access_token': token})}"
        return replace(a_json_request(url, body), private=self._account.private)

    def _read(self, answer: Answer, parcel: Parcel, now: datetime, hide: tuple[str, ...]) -> Receipt:
        tree = tree_of(answer)
        code = text_at(tree, "errcode") if tree is not None and answer.reached is Reached.ANSWERED else None
        if code is None or answer.status >= 500:
            return unreadable(answer, key=parcel.key, now=now, hide=hide)
        if code != "0":
            receipt = by_code(CODES, code, answer, key=parcel.key, now=now, hide=hide)
            return replace(receipt, until=now + timedelta(seconds=60)) if receipt.reason == "limited" else receipt
        for why in ("invaliduser", "unlicenseduser"):
            if parcel.address.lower() in (text_at(tree, why) or "").lower().split("|"):
                # The call was good, the person is not: nobody got it.
                return Receipt(verdict=Verdict.REJECTED, reason="bad_number", key=parcel.key, at=now, code=why, final=True)
        return Receipt(verdict=Verdict.ACCEPTED, key=parcel.key, at=now, provider_id=text_at(tree, "msgid") or "", final=True)
