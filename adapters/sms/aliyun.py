"""How is a text handed to Aliyun 阿里云短信? Approved templates only; it neither deduplicates nor bounds how long it tries.

Source: messaging.md sections 2.1 and 2.7 (help.aliyun.com 55284, 419277, 101867).
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

from adapters.signing import acs3
from adapters.signing.caller import Answer, Caller
from adapters.signing.codes import meaning, shown
from adapters.signing.json_tree import Tree
from adapters.signing.paths import at, text_at
from adapters.signing.request import Request, Unfillable
from adapters.signing.verdict import tree_of
from adapters.sms.aliyun_codes import ANSWERS, RECEIPTS, WINDOWS
from adapters.sms.lines import BEIJING, BadLineProblem, Line, as_receipt, instant, needed, normal, read_lines
from adapters.sms.text_sender import Resolve, TextSender
from adapters.sms.windows import ends
from engine.model.connection import Connection
from engine.model.numbers import Number, read_number
from engine.model.receipt import Capabilities, Parcel, Push, Pushed, Receipt, Sent, ShortReply, Verdict
from engine.ports.clock import Clock

URL = "https://dysmsapi.aliyuncs.com"
VERSION = "2017-05-25"
HEARD = '{"code":0,"msg":"接收成功"}'
LOOK_UP_DAYS_MAX = 30
SEND_STATUS = {"1": Verdict.ACCEPTED, "2": Verdict.REJECTED, "3": Verdict.DELIVERED}


class AliyunSms:
    """Sends one number per request; the key is the OutId, which receipts and look-ups give back."""

    def __init__(
        self, connection: Connection, clock: Clock, resolve: Resolve, *, nonce: Callable[[], str], caller: Caller | None = None
    ) -> None:
        """`nonce`: 32 hex digits that never come twice."""
        self.name = connection.name
        self._sender = TextSender(connection, clock, resolve, caller, url=URL)
        self._clock = clock
        self._nonce = nonce
        receipts = connection.receipts is not None
        self.capabilities = Capabilities(receipts=receipts, look_up=True, templates=True, replies=receipts)

    def send(self, parcel: Parcel) -> Receipt:
        """One request; the verdict says whether it may be repeated."""
        return self._sender.carry(parcel, partial(self._sending, parcel), self._answered)

    def look_up(self, sent: Sent) -> Receipt | None:
        """By OutId among what the number got that day. None: not found, too long ago, or nobody knows the number any more."""
        number = read_number(sent.address)
        if number is None or self._clock.now() - sent.handed_at > timedelta(days=LOOK_UP_DAYS_MAX):
            return None
        answer = self._sender.ask(partial(self._question, sent, number))
        tree = tree_of(answer) if answer is not None else None
        if text_at(tree, "Code") != "OK":
            return None
        rows = at(tree, "SmsSendDetailDTOs.SmsSendDetailDTO")
        found = [row for row in rows if text_at(row, "OutId") == sent.key] if isinstance(rows, list) else []
        return self._detail(found[0], sent) if found else None

    def cancel(self, key: str) -> None:
        """What was handed over cannot be taken back."""

    def probe(self) -> bool:
        """Does the provider know the account, and may it ask for its signs?"""
        answer = self._sender.ask(lambda: self._request("QuerySmsSignList", {"PageIndex": "1", "PageSize": "1"}))
        return answer is not None and text_at(tree_of(answer), "Code") == "OK"

    def read(self, push: Push) -> Pushed:
        """SmsReport and SmsUp: an array, line by line."""
        return read_lines(push.body, partial(self._line, push), answer=HEARD)

    def close(self) -> None:
        """Let go of the connections."""
        self._sender.close()

    def _sending(self, parcel: Parcel, number: Number) -> Request:
        if not parcel.template:
            raise Unfillable(f"no approved template for {parcel.message}", ours=False)
        query = {
            "PhoneNumbers": number.normal.lstrip("+"),
            "SignName": self._sender.sign,
            "TemplateCode": parcel.template,
            "OutId": parcel.key,
        }
        if parcel.values:
            query["TemplateParam"] = json.dumps(dict(parcel.values), ensure_ascii=False, separators=(",", ":"))
        return self._request("SendSms", query)

    def _question(self, sent: Sent, number: Number) -> Request:
        day = sent.handed_at.astimezone(BEIJING).strftime("%Y%m%d")
        query = {"PhoneNumber": number.normal.lstrip("+"), "SendDate": day, "PageSize": "50", "CurrentPage": "1"}
        return self._request("QuerySendDetails", query | ({"BizId": sent.provider_id} if sent.provider_id else {}))

    def _request(self, action: str, query: dict[str, str]) -> Request:
        key_id, secret = self._sender.option("access_key_id"), self._sender.option("access_key_secret")
        now = self._clock.now()
        return acs3.signed(self._sender.url, action, VERSION, query, key_id=key_id, secret=secret, at=now, nonce=self._nonce())

    def _answered(self, answer: Answer, blank: Receipt) -> Receipt:
        tree = tree_of(answer)
        code = text_at(tree, "Code")
        if code is None:
            return blank
        if code == "OK":
            return self._taken(tree, blank)
        verdict, reason = meaning(ANSWERS, code)
        if (verdict, answer.status >= 500) == (Verdict.UNKNOWN, True):
            reason = blank.reason
        until = ends(WINDOWS, f"{code} {text_at(tree, 'Message') or ''}", blank.at) if reason == "limited" else None
        return replace(blank, verdict=verdict, reason=reason, code=shown(code), until=until)

    def _taken(self, tree: Tree, blank: Receipt) -> Receipt:
        biz_id = text_at(tree, "BizId") or ""
        final = not self.capabilities.receipts
        return replace(blank, verdict=Verdict.ACCEPTED, reason="", provider_id=biz_id, code="OK", detail="", final=final)

    def _detail(self, row: Tree, sent: Sent) -> Receipt | None:
        verdict = SEND_STATUS.get(text_at(row, "SendStatus") or "")
        if verdict is None:
            return None
        code = text_at(row, "ErrCode") or ""
        told_at = instant(text_at(row, "ReceiveDate"), self._clock.now())
        receipt = Receipt(verdict=verdict, key=sent.key, at=told_at, provider_id=sent.provider_id, code=shown(code))
        return _final(receipt, code)

    def _line(self, push: Push, line: Line) -> Receipt | ShortReply:
        if text_at(line, "content") is not None and text_at(line, "biz_id") is None:
            return _reply(push, line)
        success = needed(line, "success")
        if success not in ("true", "false"):
            raise BadLineProblem("success is neither true nor false")
        key, biz_id = text_at(line, "out_id") or "", text_at(line, "biz_id") or ""
        if not key and not biz_id:
            raise BadLineProblem("no out_id or biz_id")
        code, segments = text_at(line, "err_code") or "", text_at(line, "sms_size")
        receipt = Receipt(
            verdict=Verdict.DELIVERED if success == "true" else Verdict.REJECTED,
            key=key,
            at=instant(text_at(line, "report_time"), push.at),
            provider_id=biz_id,
            code=shown(code),
            measures=(("segments", segments),) if segments else (),
        )
        return _final(receipt, code)


def _final(receipt: Receipt, code: str) -> Receipt:
    """With its reason: of a text that did not arrive, by the code."""
    if receipt.verdict is Verdict.DELIVERED:
        return replace(receipt, reason="receipt", final=True)
    if receipt.verdict is not Verdict.REJECTED:
        return receipt
    verdict, reason = meaning(RECEIPTS, code)
    return as_receipt(replace(receipt, verdict=verdict, reason=reason, final=True))


def _reply(push: Push, line: Line) -> ShortReply:
    number, text = needed(line, "phone_number"), needed(line, "content")
    sent_at = text_at(line, "send_time") or ""
    written = f"{number} {sent_at} {text}"
    name = text_at(line, "sequence_id") or hashlib.sha256(written.encode("utf-8", "replace")).hexdigest()
    return ShortReply(id=name, number=normal(number), text=text, at=instant(sent_at or None, push.at))
