"""How is a text handed to Twilio? Free text to numbers anywhere; it is told how long to try, and signs what it pushes.

Source: messaging.md sections 2.2 and 2.8 (twilio.com Messages resource, outbound-message-status-in-status-callbacks).
"""

import base64
import urllib.parse
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from adapters.signing import twilio
from adapters.signing.caller import Answer, Caller
from adapters.signing.codes import meaning, shown
from adapters.signing.json_tree import Tree
from adapters.signing.paths import text_at
from adapters.signing.request import Request, Unfillable
from adapters.signing.verdict import tree_of
from adapters.sms.lines import as_receipt, normal
from adapters.sms.sign import signed
from adapters.sms.text_sender import Expired, Resolve, TextSender
from adapters.sms.twilio_codes import ANSWERS, RECEIPTS
from engine.model.connection import Connection
from engine.model.masks import mask_text
from engine.model.numbers import Number
from engine.model.receipt import BadLine, Capabilities, Parcel, Push, Pushed, Receipt, Sent, ShortReply, Verdict
from engine.model.segments import segments_abroad
from engine.ports.clock import Clock

URL = "https://api.twilio.com"
SECONDS_MAX = 36_000
ON_ITS_WAY = ("accepted", "scheduled", "queued", "sending", "sent")
FAILED = ("undelivered", "failed", "canceled")


class TwilioSms:
    """The key stands in the address of the status callback; without `public_url` and `receipts:`, accepted is the best there is."""

    def __init__(self, connection: Connection, clock: Clock, resolve: Resolve, *, caller: Caller | None = None) -> None:
        self.name = connection.name
        self._sender = TextSender(connection, clock, resolve, caller, url=URL)
        self._clock = clock
        receipts = self._sender.has_door
        self.capabilities = Capabilities(receipts=receipts, look_up=True, validity=True, replies=receipts)

    def send(self, parcel: Parcel) -> Receipt:
        """One request; the verdict says whether it may be repeated."""
        text = signed(parcel.text, self._sign())
        return self._sender.carry(parcel, partial(self._sending, parcel, text), partial(self._answered, text))

    def look_up(self, sent: Sent) -> Receipt | None:
        """By its sid. None: the answer was lost, and with it the sid; the status callback will name the key."""
        if not sent.provider_id:
            return None
        path = f"/Messages/{urllib.parse.quote(sent.provider_id, safe='')}.json"
        answer = self._sender.ask(lambda: self._request("GET", path))
        tree = tree_of(answer) if answer is not None and answer.status == 200 else None
        status = text_at(tree, "status")
        if status is None:
            return None
        blank = Receipt(verdict=Verdict.UNKNOWN, reason="garbled", key=sent.key, at=self._clock.now(), provider_id=sent.provider_id)
        return _outcome(replace(blank, measures=_measures(tree)), status, text_at(tree, "error_code") or "")

    def cancel(self, key: str) -> None:
        """What was handed over cannot be taken back."""

    def probe(self) -> bool:
        """Does the provider know the account, and is it active?"""
        answer = self._sender.ask(lambda: self._request("GET", ".json"))
        return answer is not None and answer.status == 200 and text_at(tree_of(answer), "status") == "active"

    def read(self, push: Push) -> Pushed | None:
        """A status callback, or what a person answers; None if the signature is wrong."""
        try:
            token = self._sender.option("auth_token")
        except Unfillable:
            return None
        if not twilio.is_genuine(token, push.url, push.headers, push.body):
            return None
        form = dict(twilio.pairs_of(push.body))
        sid = form.get("MessageSid") or form.get("SmsSid") or ""
        if not sid:
            return Pushed(bad=(BadLine(1, "no MessageSid", _shown(form)),))
        if "Body" in form:
            reply = ShortReply(id=sid, number=normal(form.get("From", "")), text=form["Body"], at=push.at)
            return Pushed(replies=(reply,), answer="<Response/>", media_type="text/xml")
        status = form.get("MessageStatus") or form.get("SmsStatus") or ""
        if status not in (*ON_ITS_WAY, *FAILED, "delivered", "read"):
            return Pushed(bad=(BadLine(1, "no status that is known", _shown(form)),))
        blank = Receipt(verdict=Verdict.UNKNOWN, key=dict(push.query).get("ref", ""), at=push.at, provider_id=sid)
        return Pushed(receipts=(_outcome(blank, status, form.get("ErrorCode", "")),), media_type="text/plain")

    def close(self) -> None:
        """Let go of the connections."""
        self._sender.close()

    def _sign(self) -> str:
        try:
            return self._sender.sign
        except Unfillable:
            return ""

    def _sending(self, parcel: Parcel, text: str, number: Number) -> Request:
        sender = self._sender.option("from")
        form = {"To": number.e164, "MessagingServiceSid" if sender.startswith("MG") else "From": sender, "Body": text}
        if self.capabilities.receipts:
            form["StatusCallback"] = f"{self._sender.door()}?ref={parcel.key}"
        if parcel.valid_until is not None:
            left = int((parcel.valid_until - self._clock.now()).total_seconds())
            if left < 1:
                raise Expired
            form["ValidityPeriod"] = str(min(left, SECONDS_MAX))
        return self._request("POST", "/Messages.json", form)

    def _request(self, method: str, path: str, form: Mapping[str, str] | None = None) -> Request:
        sid, token = self._sender.option("account_sid"), self._sender.option("auth_token")
        headers = {
            "authorization": "Basic " + base64.b64encode(f"{sid}:{token}".encode()).decode("ascii"),
            "accept": "application/json",
            "accept-encoding": "identity",
            "user-agent": "waybill",
        }
        body = b""
        if form is not None:
            body = urllib.parse.urlencode(form, errors="replace").encode("ascii")
            headers["content-type"] = "application/x-www-form-urlencoded"
        url = f"{self._sender.url}/2010-04-01/Accounts/{urllib.parse.quote(sid, safe='')}{path}"
        return Request(method=method, url=url, body=body, headers=headers)

    def _answered(self, text: str, answer: Answer, blank: Receipt) -> Receipt:
        tree = tree_of(answer)
        sid, status = text_at(tree, "sid"), text_at(tree, "status")
        if 200 <= answer.status < 300 and sid and status in ON_ITS_WAY:
            measures = _measures(tree) or (("segments", str(segments_abroad(text))),)
            final = not self.capabilities.receipts
            taken = replace(blank, verdict=Verdict.ACCEPTED, reason="", provider_id=sid, code=status, detail="")
            return replace(taken, measures=measures, final=final)
        code = text_at(tree, "code")
        if answer.status < 400 or code is None:
            return blank
        verdict, reason = meaning(ANSWERS, code)
        return replace(blank, verdict=verdict, reason=reason, code=shown(code))


def _outcome(receipt: Receipt, status: str, code: str) -> Receipt:
    if status in ("delivered", "read"):
        return replace(receipt, verdict=Verdict.DELIVERED, reason="receipt", code=status, final=True)
    if status in FAILED:
        verdict, reason = meaning(RECEIPTS, code)
        told = replace(receipt, verdict=verdict, reason="expired" if status == "canceled" else reason, code=shown(code) or status)
        return as_receipt(replace(told, final=True))
    if status in ON_ITS_WAY:
        return replace(receipt, verdict=Verdict.ACCEPTED, reason="", code=status)
    return replace(receipt, code=shown(status))


def _measures(tree: Tree) -> tuple[tuple[str, str], ...]:
    """Segments, and what they cost once it is known: `0.0075 USD`. A messaging service counts only later and says 0."""
    segments, price = text_at(tree, "num_segments"), text_at(tree, "price")
    found = []
    if segments and segments != "0":
        found.append(("segments", segments))
    if price:
        found.append(("cost", f"{price.lstrip('-')} {text_at(tree, 'price_unit') or ''}".strip()))
    return tuple(found)


def _shown(form: Mapping[str, str]) -> str:
    return mask_text(" ".join(f"{name}={value}" for name, value in sorted(form.items()) if name != "Body"))[:200]
