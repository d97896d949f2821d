"""How does Aliyun call somebody? One signed request with an approved template; how the call ended is pushed later.

Source: messaging.md 2.5, documents 55085 and 112804 of the provider. Not every call it counts was answered: per called number
1 a minute, 5 an hour, 20 a day, so `limits:` belong in the connection file.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from adapters.phone.voice_options import voice_options
from adapters.signing import acs3, json_tree
from adapters.signing.account import SETTING_PROBLEMS, Account
from adapters.signing.caller import Answer, Caller
from adapters.signing.codes import Codes, by_code, meaning, shown, unreadable
from adapters.signing.exchange import Resolve
from adapters.signing.json_tree import Tree
from adapters.signing.paths import text_at
from adapters.signing.request import Request
from adapters.signing.verdict import tree_of
from engine.model.connection import Connection
from engine.model.masks import mask_text
from engine.model.numbers import read_number
from engine.model.receipt import BadLine, Capabilities, Parcel, Push, Pushed, Receipt, Sent, Verdict
from engine.ports.clock import Clock

URL, VERSION = "https://dyvmsapi.aliyuncs.com", "2017-05-25"
VOICE_PRODUCT = "11000000300006"
"""How the provider calls its voice notices."""
CHINA = timezone(timedelta(hours=8))
"""The provider writes its times without a zone."""
TAKEN = json.dumps({"code": 0, "msg": "接收成功"}, ensure_ascii=False)

REFUSALS: Codes = {
    "Throttling*": (Verdict.RETRY, "busy"),
    "isv.BUSINESS_LIMIT_CONTROL": (Verdict.RETRY, "limited"),
    "isv.DAY_LIMIT_CONTROL": (Verdict.RETRY, "limited"),
    "isv.MONTH_LIMIT_CONTROL": (Verdict.RETRY, "limited"),
    "isv.MOBILE_NUMBER_ILLEGAL": (Verdict.REJECTED, "bad_number"),
    "isv.BLACK_KEY_CONTROL_LIMIT": (Verdict.REJECTED, "text_refused"),
    "isv.INVALID_JSON_PARAM": (Verdict.REJECTED, "text_refused"),
    "isv.PARAM_*": (Verdict.REJECTED, "text_refused"),
    "isv.TEMPLATE_MISSING_PARAMETERS": (Verdict.REJECTED, "text_refused"),
    "isv.TTS_TEMPLATE_*": (Verdict.REJECTED, "account"),
    "isv.VOICE_TEMPLATE_*": (Verdict.REJECTED, "account"),
    "isv.DISPLAY_NUMBER_ILLEGAL": (Verdict.REJECTED, "account"),
    "isv.AMOUNT_NOT_ENOUGH": (Verdict.REJECTED, "account"),
    "isv.OUT_OF_SERVICE": (Verdict.REJECTED, "account"),
    "isv.ACCOUNT_*": (Verdict.REJECTED, "account"),
    "isv.PRODUCT_*": (Verdict.REJECTED, "account"),
    "isv.DENY_IP_RANGE": (Verdict.REJECTED, "account"),
    "isp.RAM_PERMISSION_DENY": (Verdict.REJECTED, "account"),
    "InvalidAccessKeyId*": (Verdict.REJECTED, "account"),
    "SignatureDoesNotMatch": (Verdict.REJECTED, "account"),
    "SignatureNonceUsed": (Verdict.REJECTED, "account"),
    "InvalidTimeStamp*": (Verdict.REJECTED, "account"),
    "Forbidden*": (Verdict.REJECTED, "account"),
}
"""What the answer to the request says."""

RESULTS: Codes = {
    "200000": (Verdict.DELIVERED, "heard"),
    "300000": (Verdict.DELIVERED, "confirmed"),
    "200001": (Verdict.REJECTED, "away"),
    "200002": (Verdict.REJECTED, "away"),
    "200003": (Verdict.REJECTED, "away"),
    "200005": (Verdict.REJECTED, "away"),
    "200007": (Verdict.REJECTED, "away"),
    "200010": (Verdict.REJECTED, "away"),
    "200004": (Verdict.REJECTED, "bad_number"),
    "200011": (Verdict.REJECTED, "bad_number"),
    "200104": (Verdict.REJECTED, "account"),
    "200105": (Verdict.REJECTED, "account"),
    "200117": (Verdict.REJECTED, "account"),
    "200118": (Verdict.REJECTED, "limited"),
    "200119": (Verdict.REJECTED, "limited"),
    "200121": (Verdict.REJECTED, "busy"),
    "400": (Verdict.REJECTED, "busy"),
    "500": (Verdict.REJECTED, "busy"),
    "999999": (Verdict.REJECTED, "busy"),
}
"""How the call ended. It was taken on before, so what would be worth a retry is a refusal here: the rule's next step follows."""


class AliyunVoice:
    """The gateway of `type: aliyun_voice`: approved templates, one call per request."""

    def __init__(
        self, connection: Connection, clock: Clock, resolve: Resolve, *, nonce: Callable[[], str], caller: Caller | None = None
    ) -> None:
        """`nonce`: 32 hex digits that never come twice."""
        self.name = connection.name
        self.capabilities = Capabilities(receipts=connection.receipts is not None, templates=True)
        self._connection = connection
        self._account = Account(connection, resolve, url=URL)
        self._clock = clock
        self._nonce = nonce
        self._caller = caller or Caller()

    def send(self, parcel: Parcel) -> Receipt:
        """Ask for one call."""
        now = self._clock.now()
        refused = Receipt(verdict=Verdict.REJECTED, key=parcel.key, at=now, final=True)
        if parcel.expired(now):
            return replace(refused, reason="expired")
        number = read_number(parcel.address)
        if number is None or number.extension or number.normal.startswith("+"):
            return replace(refused, reason="bad_number", detail="not a number at home that can be dialled")
        try:
            secret = self._account.option("access_key_secret")
            request = self._request("SingleCallByTts", self._query(parcel, number.normal))
        except SETTING_PROBLEMS as problem:
            return replace(refused, reason="account", detail=f"setting: {problem}"[:200], final=False)
        hide = (secret, number.normal, parcel.address, parcel.text, *(value for _, value in parcel.values if len(value) > 1))
        return self._read_answer(self._caller.call(request), parcel.key, now, hide)

    def read(self, push: Push) -> Pushed | None:
        """A VoiceReport: a list of calls, line by line."""
        lines = _lines(push.body)
        if lines is None:
            return Pushed(bad=(BadLine(1, "not JSON", mask_text(push.body[:200].decode("utf-8", "replace"))[:200]),), answer=TAKEN)
        read = [_result(line, push.at) for line in lines]
        bad = [
            BadLine(
                number, "no status_code, or neither out_id nor call_id", mask_text(json.dumps(line, ensure_ascii=False, default=str))[:200]
            )
            for number, (line, one) in enumerate(zip(lines, read, strict=True), start=1)
            if one is None
        ]
        return Pushed(receipts=tuple(one for one in read if one is not None), bad=tuple(bad), answer=TAKEN)

    def look_up(self, sent: Sent) -> Receipt | None:
        """A lost answer has lost the provider's id, and it finds calls by nothing else."""
        return None

    def cancel(self, key: str) -> None:
        """A call that was asked for is made."""

    def probe(self) -> bool:
        """Does the provider know the account? It is asked for a call that never was."""
        day = str(int(self._clock.now().timestamp() * 1000))
        try:
            request = self._request("QueryCallDetailByCallId", {"CallId": "none", "ProdId": VOICE_PRODUCT, "QueryDate": day})
        except SETTING_PROBLEMS:
            return False
        code = text_at(tree_of(self._caller.call(request)), "Code")
        return code is not None and meaning(REFUSALS, code)[1] != "account"

    def close(self) -> None:
        """Let go of the connections."""
        self._caller.close()

    def _request(self, action: str, query: Mapping[str, str]) -> Request:
        account = self._account
        key_id, secret, at = account.option("access_key_id"), account.option("access_key_secret"), self._clock.now()
        request = acs3.signed(account.url, action, VERSION, query, key_id=key_id, secret=secret, at=at, nonce=self._nonce())
        return replace(request, private=account.private)

    def _query(self, parcel: Parcel, number: str) -> Mapping[str, str]:
        query = {
            "CalledNumber": number,
            "TtsCode": parcel.template,
            "TtsParam": json.dumps(dict(parcel.values), ensure_ascii=False, separators=(",", ":")),
            "PlayTimes": str(voice_options(self._connection).play_times),
            "OutId": parcel.key,
        }
        shown_number = self._connection.options.get("called_show_number")
        region = self._connection.options.get("region")
        return query | ({"CalledShowNumber": shown_number} if shown_number else {}) | ({"RegionId": region} if region else {})

    def _read_answer(self, answer: Answer, key: str, now: datetime, hide: tuple[str, ...]) -> Receipt:
        tree = tree_of(answer)
        code = text_at(tree, "Code")
        if code is None:
            return unreadable(answer, key=key, now=now, hide=hide)
        if code != "OK":
            receipt = by_code(REFUSALS, code, answer, key=key, now=now, hide=hide)
            return replace(receipt, until=now + timedelta(minutes=1)) if receipt.reason == "limited" else receipt
        call_id = text_at(tree, "CallId") or ""
        return Receipt(verdict=Verdict.ACCEPTED, key=key, at=now, provider_id=call_id, final=not self.capabilities.receipts)


def _lines(body: bytes) -> list[Tree] | None:
    try:
        tree = json_tree.parse(body, numbers_as_text=True)
    except json_tree.Unreadable:
        return None
    return tree if isinstance(tree, list) else [tree]


def _result(line: Tree, received_at: datetime) -> Receipt | None:
    code, key, call_id = text_at(line, "status_code"), text_at(line, "out_id") or "", text_at(line, "call_id") or ""
    if code is None or not (key or call_id):
        return None
    verdict, reason = meaning(RESULTS, code)
    measures = (("heard_seconds", text_at(line, "duration")), ("pressed", text_at(line, "dtmf")))
    return Receipt(
        verdict=verdict,
        reason=reason,
        key=key,
        at=_instant(text_at(line, "end_time")) or received_at,
        provider_id=call_id,
        final=verdict is not Verdict.UNKNOWN,
        code=shown(code),
        measures=tuple((name, value) for name, value in measures if value),
    )


def _instant(text: str | None) -> datetime | None:
    try:
        return datetime.strptime(text or "", "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA).astimezone(UTC)
    except ValueError:
        return None
