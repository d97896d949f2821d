"""How is a text handed to Tencent 腾讯云短信? Approved templates with values by position; success is told per number.

Source: messaging.md sections 2.1 and 2.7 (cloud.tencent.com 382/55981, 382/59178, 1128/51558).
"""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from functools import partial

from adapters.signing import tc3
from adapters.signing.caller import Answer, Caller
from adapters.signing.codes import meaning, shown
from adapters.signing.json_tree import Tree
from adapters.signing.paths import at, text_at
from adapters.signing.request import Request, Unfillable
from adapters.signing.verdict import tree_of
from adapters.sms.lines import BEIJING, BadLineProblem, Line, as_receipt, instant, needed, normal, read_lines
from adapters.sms.tencent_codes import ANSWERS, RECEIPTS, WINDOWS
from adapters.sms.text_sender import Resolve, TextSender
from adapters.sms.windows import ends
from engine.model.connection import Connection
from engine.model.numbers import Number, read_number
from engine.model.receipt import Capabilities, Parcel, Push, Pushed, Receipt, Sent, ShortReply, Verdict
from engine.ports.clock import Clock

URL = "https://sms.tencentcloudapi.com"
VERSION = "2021-01-11"
REGION = "ap-guangzhou"
HEARD = '{"result":0,"errmsg":"OK"}'
LOOK_UP_DAYS_MAX = 7


class TencentSms:
    """Sends one number per request; the key is the SessionContext. Pushed receipts name only the SerialNo of the answer."""

    def __init__(self, connection: Connection, clock: Clock, resolve: Resolve, *, caller: Caller | None = None) -> None:
        self.name = connection.name
        self._sender = TextSender(connection, clock, resolve, caller, url=URL)
        self._clock = clock
        receipts = connection.receipts is not None
        self.capabilities = Capabilities(receipts=receipts, look_up=True, templates=True, replies=receipts)

    def send(self, parcel: Parcel) -> Receipt:
        """One request; the verdict says whether it may be repeated."""
        return self._sender.carry(parcel, partial(self._sending, parcel), self._answered)

    def look_up(self, sent: Sent) -> Receipt | None:
        """By SerialNo, else by SessionContext, among what the number got since. None: no outcome yet, or nobody knows the number any more."""
        number = read_number(sent.address)
        if number is None or not number.e164 or self._clock.now() - sent.handed_at > timedelta(days=LOOK_UP_DAYS_MAX):
            return None
        answer = self._sender.ask(partial(self._question, sent, number))
        rows = at(tree_of(answer), "Response.PullSmsSendStatusSet") if answer is not None else None
        for row in rows if isinstance(rows, list) else ():
            by_serial = sent.provider_id and text_at(row, "SerialNo") == sent.provider_id
            if by_serial or (not sent.provider_id and text_at(row, "SessionContext") == sent.key):
                return self._status(row, sent)
        return None

    def cancel(self, key: str) -> None:
        """What was handed over cannot be taken back."""

    def probe(self) -> bool:
        """Does the provider know the account and the application? Asks for this hour's counts."""
        answer = self._sender.ask(self._counts)
        tree = tree_of(answer) if answer is not None else None
        return at(tree, "Response.SendStatusStatistics") is not None and at(tree, "Response.Error") is None

    def read(self, push: Push) -> Pushed:
        """Receipts: an array, line by line; a reply: one object."""
        return read_lines(push.body, partial(self._line, push), answer=HEARD)

    def close(self) -> None:
        """Let go of the connections."""
        self._sender.close()

    def _sending(self, parcel: Parcel, number: Number) -> Request:
        if not parcel.template:
            raise Unfillable(f"no approved template for {parcel.message}", ours=False)
        body: dict[str, object] = {
            "PhoneNumberSet": [number.e164],
            "SmsSdkAppId": self._sender.option("app_id"),
            "TemplateId": parcel.template,
            "SignName": self._sender.sign,
            "TemplateParamSet": [value for _, value in parcel.values],
            "SessionContext": parcel.key,
        }
        return self._request("SendSms", body)

    def _question(self, sent: Sent, number: Number) -> Request:
        body: dict[str, object] = {
            # The provider's clock is not ours.
            "BeginTime": int(sent.handed_at.timestamp()) - 60,
            "EndTime": int(self._clock.now().timestamp()) + 60,
            "Offset": 0,
            "Limit": 100,
            "PhoneNumber": number.e164,
            "SmsSdkAppId": self._sender.option("app_id"),
        }
        return self._request("PullSmsSendStatusByPhoneNumber", body)

    def _counts(self) -> Request:
        hour = self._clock.now().astimezone(BEIJING).strftime("%Y%m%d%H")
        app_id = self._sender.option("app_id")
        return self._request("SendStatusStatistics", {"BeginTime": hour, "EndTime": hour, "SmsSdkAppId": app_id, "Limit": 0, "Offset": 0})

    def _request(self, action: str, body: dict[str, object]) -> Request:
        # The very bytes that are signed are sent.
        raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        secret_id, secret = self._sender.option("secret_id"), self._sender.option("secret_key")
        region, now = self._sender.option("region", REGION), self._clock.now()
        return tc3.signed(self._sender.url, "sms", action, VERSION, region, raw, secret_id=secret_id, secret=secret, at=now)

    def _answered(self, answer: Answer, blank: Receipt) -> Receipt:
        tree = tree_of(answer)
        error = text_at(tree, "Response.Error.Code")
        status = at(tree, "Response.SendStatusSet.0")
        code = error or text_at(status, "Code")
        if code is None:
            return blank
        if error is None and code == "Ok":
            return self._taken(status, blank)
        verdict, reason = meaning(ANSWERS, code)
        until = ends(WINDOWS, code, blank.at) if reason == "limited" else None
        return replace(blank, verdict=verdict, reason=reason, code=shown(code), until=until)

    def _taken(self, status: Tree, blank: Receipt) -> Receipt:
        serial, fee = text_at(status, "SerialNo") or "", text_at(status, "Fee")
        return replace(
            blank,
            verdict=Verdict.ACCEPTED,
            reason="",
            provider_id=serial,
            code="Ok",
            detail="",
            final=not self.capabilities.receipts,
            # Fee is the number of segments charged for, not money.
            measures=(("segments", fee),) if fee else (),
        )

    def _status(self, row: Tree, sent: Sent) -> Receipt:
        told_at = instant(text_at(row, "UserReceiveTime"), self._clock.now())
        receipt = Receipt(verdict=Verdict.UNKNOWN, key=sent.key, at=told_at, provider_id=text_at(row, "SerialNo") or sent.provider_id)
        return _outcome(receipt, text_at(row, "ReportStatus") or "", text_at(row, "Description") or "")

    def _line(self, push: Push, line: Line) -> Receipt | ShortReply:
        if text_at(line, "report_status") is None and text_at(line, "text") is not None:
            return _reply(push, line)
        status = needed(line, "report_status")
        if status not in ("SUCCESS", "FAIL"):
            raise BadLineProblem("report_status is neither SUCCESS nor FAIL")
        told_at = instant(text_at(line, "user_receive_time"), push.at)
        receipt = Receipt(verdict=Verdict.UNKNOWN, key="", at=told_at, provider_id=needed(line, "sid"))
        return _outcome(receipt, status, text_at(line, "errmsg") or "")


def _outcome(receipt: Receipt, status: str, code: str) -> Receipt:
    receipt = replace(receipt, code=shown(code))
    if status == "SUCCESS":
        return replace(receipt, verdict=Verdict.DELIVERED, reason="receipt", final=True)
    if status != "FAIL":
        return replace(receipt, reason="garbled")
    verdict, reason = meaning(RECEIPTS, code)
    return as_receipt(replace(receipt, verdict=verdict, reason=reason, final=True))


def _reply(push: Push, line: Line) -> ShortReply:
    number, text, sent_at = needed(line, "mobile"), needed(line, "text"), text_at(line, "time") or ""
    country = text_at(line, "nationcode") or "86"
    written = f"{country} {number} {sent_at} {text}"
    name = hashlib.sha256(written.encode("utf-8", "replace")).hexdigest()
    return ShortReply(id=name, number=normal(f"+{country}{number}"), text=text, at=instant(sent_at or None, push.at))
