"""How does Twilio call somebody? One request with what is to be said; what it heard of the call is pushed, step by step.

Source: messaging.md 2.5. `completed` says only that somebody picked up. So the text is followed by a request to us: who
stays until then has heard it to the end, and a key pressed comes the same way.
"""

import base64
import urllib.parse
from dataclasses import replace
from datetime import datetime, timedelta
from xml.sax.saxutils import escape, quoteattr

from adapters.phone.voice_options import VoiceOptions, voice_options
from adapters.signing import twilio
from adapters.signing.account import SETTING_PROBLEMS, Account
from adapters.signing.caller import Answer, Caller
from adapters.signing.codes import Codes, by_code, meaning, shown, unreadable
from adapters.signing.exchange import Resolve
from adapters.signing.paths import text_at
from adapters.signing.request import Request
from adapters.signing.verdict import tree_of
from engine.model.connection import Connection
from engine.model.numbers import read_number
from engine.model.receipt import BadLine, Capabilities, Parcel, Push, Pushed, Receipt, Sent, Verdict
from engine.ports.clock import Clock

URL = "https://api.twilio.com"
LANGUAGE = "zh-CN"
KEY_SECONDS = 8
"""So long it waits for a key after the text."""
TEXT_CHARS_MAX = 3000
"""What is said stands in the request, which holds 4,000 characters in all."""
HANG_UP = "<Response><Hangup/></Response>"

REFUSALS: Codes = {
    "20429": (Verdict.RETRY, "busy"),
    "21201": (Verdict.REJECTED, "bad_number"),
    "21211": (Verdict.REJECTED, "bad_number"),
    "21214": (Verdict.REJECTED, "bad_number"),
    "21217": (Verdict.REJECTED, "bad_number"),
    "13223": (Verdict.REJECTED, "bad_number"),
    "13224": (Verdict.REJECTED, "bad_number"),
    "12100": (Verdict.REJECTED, "text_refused"),
    "21218": (Verdict.REJECTED, "text_refused"),
    "2000[1-9]": (Verdict.REJECTED, "account"),
    "10001": (Verdict.REJECTED, "account"),
    "21202": (Verdict.REJECTED, "account"),
    "21205": (Verdict.REJECTED, "account"),
    "21210": (Verdict.REJECTED, "account"),
    "21212": (Verdict.REJECTED, "account"),
    "21213": (Verdict.REJECTED, "account"),
    "21215": (Verdict.REJECTED, "account"),
    "21219": (Verdict.REJECTED, "account"),
    "21609": (Verdict.REJECTED, "account"),
    "13225": (Verdict.REJECTED, "account"),
    "13227": (Verdict.REJECTED, "account"),
}
"""What the answer to the request says."""

RESULTS: Codes = {
    "completed*": (Verdict.REJECTED, "away"),
    "busy*": (Verdict.REJECTED, "away"),
    "no-answer*": (Verdict.REJECTED, "away"),
    "canceled*": (Verdict.REJECTED, "expired"),
    "failed 5*": (Verdict.REJECTED, "busy"),
    "failed 40[137]": (Verdict.REJECTED, "account"),
    "failed 603": (Verdict.REJECTED, "refused"),
    "failed*": (Verdict.REJECTED, "bad_number"),
}
"""CallStatus and the SIP code. `completed` alone is somebody who hung up early: who stayed has been told of before, and that counts more."""


class TwilioVoice:
    """The gateway of `type: twilio_voice`."""

    def __init__(self, connection: Connection, clock: Clock, resolve: Resolve, *, caller: Caller | None = None) -> None:
        self.name = connection.name
        self._connection = connection
        self._account = Account(connection, resolve, url=URL)
        self._door = connection.options.get("public_url", "").rstrip("/") if connection.receipts else ""
        self.capabilities = Capabilities(receipts=bool(self._door))
        self._clock = clock
        self._resolve = resolve
        self._caller = caller or Caller()

    def send(self, parcel: Parcel) -> Receipt:
        """Ask for one call."""
        now = self._clock.now()
        refused = Receipt(verdict=Verdict.REJECTED, key=parcel.key, at=now, final=True)
        if parcel.expired(now):
            return replace(refused, reason="expired")
        number = read_number(parcel.address)
        if number is None or number.extension or not number.e164:
            return replace(refused, reason="bad_number", detail="not a number that can be dialled")
        words = parcel.spoken or parcel.text
        if len(words) > TEXT_CHARS_MAX:
            return replace(refused, reason="text_refused", detail=f"longer than {TEXT_CHARS_MAX} characters")
        try:
            token = self._account.option("auth_token")
            request = self._request("/Calls.json", self._form(number.e164, words, parcel.key))
        except SETTING_PROBLEMS as problem:
            return replace(refused, reason="account", detail=f"setting: {problem}"[:200], final=False)
        hide = (token, number.e164, number.normal, parcel.address, words, parcel.text)
        return self._read_answer(self._caller.call(request), parcel.key, now, hide)

    def read(self, push: Push) -> Pushed | None:
        """One step of one call. None: not signed by Twilio."""
        try:
            token = self._account.option("auth_token")
        except SETTING_PROBLEMS:
            return None
        if not twilio.is_genuine(token, push.url, push.headers, push.body):
            return None
        said, form = dict(push.query), dict(twilio.pairs_of(push.body))
        key, call = said.get("ref", ""), form.get("CallSid", "")
        if not (key or call):
            return Pushed(bad=(BadLine(1, "neither ref nor CallSid", ""),), answer=HANG_UP, media_type="text/xml")
        receipt = self._step(said.get("step", ""), form, key, call, push.at)
        return Pushed(receipts=(receipt,) if receipt else (), answer=HANG_UP, media_type="text/xml")

    def look_up(self, sent: Sent) -> Receipt | None:
        """A lost answer has lost the provider's id, and a number and a time are no proof."""
        return None

    def cancel(self, key: str) -> None:
        """A call that was asked for is made."""

    def probe(self) -> bool:
        """Does the provider know the account, and is it active?"""
        try:
            answer = self._caller.call(self._request(".json", None))
        except SETTING_PROBLEMS:
            return False
        return answer.status == 200 and text_at(tree_of(answer), "status") == "active"

    def close(self) -> None:
        """Let go of the connections."""
        self._caller.close()

    def _form(self, number: str, words: str, key: str) -> list[tuple[str, str]]:
        options = voice_options(self._connection)
        form = [
            ("To", number),
            ("From", self._account.option("from")),
            ("Twiml", twiml(words, options, self._here(key, "key"), self._here(key, "end"))),
            ("Timeout", str(options.ring_seconds)),
        ]
        if self._door:
            form += [("StatusCallback", self._here(key, "status")), ("StatusCallbackEvent", "completed")]
        return form

    def _request(self, path: str, form: list[tuple[str, str]] | None) -> Request:
        """To a place under our account; without a form it only asks."""
        sid, token = self._account.option("account_sid"), self._account.option("auth_token")
        headers = {
            "authorization": "Basic " + base64.b64encode(f"{sid}:{token}".encode()).decode("ascii"),
            "accept": "application/json",
            "accept-encoding": "identity",
            "user-agent": "waybill",
        }
        url = f"{self._account.url}/2010-04-01/Accounts/{urllib.parse.quote(sid, safe='')}{path}"
        if form is None:
            return Request(method="GET", url=url, body=b"", headers=headers, private=self._account.private)
        headers["content-type"] = "application/x-www-form-urlencoded"
        body = urllib.parse.urlencode(form, errors="replace").encode("ascii")
        return Request(method="POST", url=url, body=body, headers=headers, private=self._account.private)

    def _here(self, key: str, step: str) -> str:
        """Where Twilio tells us of this step; empty: nowhere."""
        door = self._connection.receipts
        if not self._door or door is None:
            return ""
        token = urllib.parse.quote(self._resolve(door.tokens[0].reference), safe="")
        return f"{self._door}/in/{self.name}/{token}?{urllib.parse.urlencode({'ref': key, 'step': step})}"

    def _read_answer(self, answer: Answer, key: str, now: datetime, hide: tuple[str, ...]) -> Receipt:
        tree = tree_of(answer)
        call, code = text_at(tree, "sid"), text_at(tree, "code")
        if call is not None and 200 <= answer.status < 300:
            return Receipt(verdict=Verdict.ACCEPTED, key=key, at=now, provider_id=call, final=not self.capabilities.receipts)
        if code is None or answer.status >= 500 or 200 <= answer.status < 300:
            return unreadable(answer, key=key, now=now, hide=hide)
        receipt = by_code(REFUSALS, code, answer, key=key, now=now, hide=hide)
        if answer.status == 429:
            return replace(receipt, verdict=Verdict.RETRY, reason="limited", until=now + timedelta(minutes=1))
        if receipt.verdict is Verdict.UNKNOWN and answer.status in (401, 403):
            return replace(receipt, verdict=Verdict.REJECTED, reason="account")
        return receipt

    def _step(self, step: str, form: dict[str, str], key: str, call: str, at: datetime) -> Receipt | None:
        """What one push proves; None: nothing yet."""
        wanted = self._connection.options.get("confirm", "")
        blank = Receipt(verdict=Verdict.DELIVERED, key=key, at=at, provider_id=call, final=True)
        if step == "key":
            pressed = form.get("Digits", "")
            fits = bool(wanted) and pressed == wanted
            return replace(blank, reason="confirmed", code="key", measures=(("pressed", shown(pressed)),)) if fits else None
        if step == "end":
            return None if wanted else replace(blank, reason="heard", code="end")
        status = form.get("CallStatus", "")
        if status in ("", "queued", "initiated", "ringing", "in-progress", "answered"):
            return None
        code = f"{status} {form.get('SipResponseCode', '')}".strip()
        verdict, reason = meaning(RESULTS, code)
        seconds = form.get("CallDuration", "")
        measures = (("heard_seconds", seconds),) if seconds.isdecimal() else ()
        return replace(blank, verdict=verdict, reason=reason, code=shown(code), measures=measures)


def twiml(words: str, options: VoiceOptions, key_at: str, end_at: str) -> str:
    """What is said, and whom to tell: of a key at `key_at`, of having heard it to the end at `end_at` (empty: nobody)."""
    voice = f" voice={quoteattr(options.voice)}" if options.voice else ""
    text = escape("".join(letter if letter.isprintable() else " " for letter in words))
    say = f'<Say language="{LANGUAGE}" loop="{options.play_times}"{voice}>{text}{escape(options.asks)}</Say>'
    if options.confirm and key_at:
        star = ' finishOnKey=""' if options.confirm in "*#" else ""
        say = f'<Gather numDigits="1" timeout="{KEY_SECONDS}" method="POST" action={quoteattr(key_at)}{star}>{say}</Gather>'
    told = f'<Redirect method="POST">{escape(end_at)}</Redirect>' if end_at else ""
    return f"<Response>{say}{told}</Response>"
