"""How is a text handed to Kannel? A GET of sendsms, bounded by a validity; receipts and replies come in by GET.

Source: Kannel 1.4.5 as it was tried (messaging.md sections 2.3 and 4). What people answer comes by `group = sms-service`:
`get-url = "…/in/CONNECTION/TOKEN?from=%p&text=%b&charset=%C&id=%I&ts=%T"`, with `mo-recode = true` in `group = smsbox`.
"""

import urllib.parse
from dataclasses import replace
from datetime import datetime
from functools import partial

from adapters.signing.caller import Answer, Caller
from adapters.signing.codes import meaning, shown
from adapters.signing.request import Request, Unfillable
from adapters.sms.kannel_codes import ANSWERS, RECEIPTS
from adapters.sms.lines import as_receipt, instant, normal
from adapters.sms.sign import signed
from adapters.sms.text_sender import Expired, Resolve, TextSender
from engine.model.connection import Connection
from engine.model.masks import mask_text
from engine.model.numbers import Number
from engine.model.receipt import BadLine, Capabilities, Parcel, Push, Pushed, Receipt, Sent, ShortReply, Verdict
from engine.model.segments import segments_of, units_of
from engine.ports.clock import Clock

PATH = "/cgi-bin/sendsms"
DLR_MASK = "31"
MINUTES_DEFAULT, MINUTES_MAX = 24 * 60, 7 * 24 * 60
"""Without a validity Kannel holds a text without limit while its SMSC is down."""
ESCAPES = "type=%d&why=%A&id=%F&smsc=%i&ts=%T"
"""Of a receipt's address, filled in by Kannel; the number is left out, so that no log along the way shows it."""
QUEUED = "queued: the SMSC is down"


class KannelSms:
    """The key stands in the receipt's address. `url` is the host and port of sendsms, in the house's own network or not."""

    def __init__(self, connection: Connection, clock: Clock, resolve: Resolve, *, caller: Caller | None = None) -> None:
        self.name = connection.name
        self._sender = TextSender(connection, clock, resolve, caller)
        self._clock = clock
        receipts = self._sender.has_door
        self.capabilities = Capabilities(receipts=receipts, validity=True, replies=connection.receipts is not None)

    def send(self, parcel: Parcel) -> Receipt:
        """One request; the verdict says whether it may be repeated."""
        return self._sender.carry(parcel, partial(self._sending, parcel), partial(self._answered, parcel))

    def look_up(self, sent: Sent) -> Receipt | None:
        """Kannel tells nothing afterwards; its receipt names the key."""
        return None

    def cancel(self, key: str) -> None:
        """What was handed over cannot be taken back."""

    def probe(self) -> bool:
        """Does sendsms answer, and take our name and password? It is asked to send to nobody, and says so."""
        answer = self._sender.ask(lambda: self._request({"to": "", "text": ""}))
        return answer is not None and answer.status == 400 and answer.whole and b"receiver" in answer.body

    def read(self, push: Push) -> Pushed:
        """One receipt, or what a person answers, in the query. The answer stays empty: Kannel would text it back."""
        asked = dict(push.query)
        heard = Pushed(media_type="text/plain")
        if asked.get("type", ""):
            return replace(heard, receipts=(self._receipt(asked, push),))
        if "text" in asked and asked.get("from") and asked.get("id"):
            told_at = _at(asked, push)
            text = _text(asked)
            if text is None:
                return replace(heard, bad=(BadLine(1, "the text came as UTF-16: set mo-recode = true", mask_text(asked["id"])),))
            return replace(heard, replies=(ShortReply(id=asked["id"], number=normal(asked["from"]), text=text, at=told_at),))
        shown_names = mask_text(" ".join(sorted(asked)))[:200]
        return replace(heard, bad=(BadLine(1, "neither a receipt (type) nor a reply (from, text, id)", shown_names),))

    def close(self) -> None:
        """Let go of the connections."""
        self._sender.close()

    def _sending(self, parcel: Parcel, number: Number) -> Request:
        query = {"to": number.normal, "text": signed(parcel.text, self._sender.sign), "charset": "UTF-8", "coding": "2"}
        query["validity"] = str(self._minutes(parcel))
        for name in ("smsc", "from"):
            if value := self._sender.option(name):
                query[name] = value
        if self.capabilities.receipts:
            query["dlr-mask"] = DLR_MASK
            query["dlr-url"] = f"{self._sender.door()}?ref={parcel.key}&{ESCAPES}"
        return self._request(query)

    def _minutes(self, parcel: Parcel) -> int:
        """Whole minutes that are left, rounded down: later it must not arrive any more."""
        if parcel.valid_until is None:
            return MINUTES_DEFAULT
        minutes = int((parcel.valid_until - self._clock.now()).total_seconds() // 60)
        if minutes < 1:
            raise Expired
        return min(minutes, MINUTES_MAX)

    def _request(self, query: dict[str, str]) -> Request:
        account = {"username": self._sender.option("username"), "password": self._sender.option("password")}
        asked = urllib.parse.urlencode({**account, **query}, quote_via=urllib.parse.quote, safe="", errors="replace")
        url = self._sender.url.removesuffix(PATH)
        if urllib.parse.urlsplit(url).path:
            # Kannel may lie in the house's own network, so the rules name only the machine.
            raise Unfillable("url of a Kannel is its address and port", ours=True)
        return Request(method="GET", url=f"{url}{PATH}?{asked}", body=b"", headers={"user-agent": "waybill", "accept-encoding": "identity"})

    def _answered(self, parcel: Parcel, answer: Answer, blank: Receipt) -> Receipt:
        words = answer.body[:200].decode("utf-8", "replace").strip()
        verdict, reason = meaning(ANSWERS, f"{answer.status} {words}" if answer.whole else "")
        if verdict is Verdict.UNKNOWN:
            return blank
        receipt = replace(
            blank, verdict=verdict, reason=reason, code=shown(words.partition(":")[0]) if answer.status == 202 else blank.code
        )
        if verdict is not Verdict.ACCEPTED:
            return receipt
        segments = segments_of(units_of(signed(parcel.text, self._sender.sign)))
        detail = QUEUED if words.startswith("3:") else ""
        return replace(receipt, detail=detail, final=not self.capabilities.receipts, measures=(("segments", str(segments)),))

    def _receipt(self, asked: dict[str, str], push: Push) -> Receipt:
        code = f"{asked['type']} {asked.get('why', '')}"
        verdict, reason = meaning(RECEIPTS, code)
        receipt = Receipt(
            verdict=verdict,
            reason=reason,
            key=asked.get("ref", ""),
            at=_at(asked, push),
            provider_id=asked.get("id", ""),
            code=shown(code.strip()),
            final=verdict in (Verdict.DELIVERED, Verdict.REJECTED, Verdict.RETRY),
        )
        return as_receipt(receipt)


def _text(asked: dict[str, str]) -> str | None:
    """What was written; None if it came in another writing than UTF-8 and was lost on the way."""
    text = asked["text"]
    if not asked.get("charset", "").upper().startswith("UTF-16"):
        return text
    try:
        return None if "\ufffd" in text else text.encode("utf-8").decode("utf-16-be")
    except UnicodeError:
        return None


def _at(asked: dict[str, str], push: Push) -> datetime:
    """`%T` is Unix time; `%t`, which some write instead, is not read: when we heard of it is as good."""
    stamp = asked.get("ts", "")
    return instant(stamp, push.at) if stamp.isascii() and stamp.isdigit() else push.at
