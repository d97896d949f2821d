"""How does one text leave for a provider? Account looked up anew, number read, one request, accidents judged; the rest is the provider's words."""

import urllib.parse
from collections.abc import Callable
from dataclasses import replace

from adapters.signing.account import SETTING_PROBLEMS, Account
from adapters.signing.caller import Answer, Caller
from adapters.signing.request import Request, Unfillable
from adapters.signing.verdict import accident, detail_of
from engine.model.connection import Connection
from engine.model.numbers import Number, read_number
from engine.model.receipt import Parcel, Receipt, Verdict
from engine.ports.clock import Clock

Resolve = Callable[[str], str]
Understand = Callable[[Answer, Receipt], Receipt]
"""An answer, and what to say if nobody understands it -> what became of the text."""
IN_A_PATH = "/-_.~!$&'()*+,;=:@"


class TextSender:
    """An account at a provider of texts, and one request after another to it. Secrets are resolved per request, so that they can be rotated."""

    def __init__(self, connection: Connection, clock: Clock, resolve: Resolve, caller: Caller | None, *, url: str = "") -> None:
        """`url`: see Account."""
        self.connection = connection
        self.clock = clock
        self._account = Account(connection, self.look, url=url)
        self._resolve = resolve
        self._caller = caller or Caller()
        self._hidden: set[str] = set()

    def option(self, name: str, default: str = "") -> str:
        """As written, or what its reference names. Raises Unfillable if that is not set."""
        return self._account.option(name, default)

    def look(self, reference: str) -> str:
        """The secret behind a reference; from now on it never stands in a detail."""
        try:
            secret = self._resolve(reference)
        except SETTING_PROBLEMS as problem:
            raise Unfillable(f"setting: {problem}", ours=True) from None
        self._hidden |= {secret, urllib.parse.quote(secret, safe="")}
        return secret

    @property
    def url(self) -> str:
        """Scheme and host, a path perhaps. Raises Unfillable if it is none."""
        try:
            return self._account.url
        except ValueError as problem:
            raise Unfillable(str(problem), ours=True) from None

    @property
    def sign(self) -> str:
        """What stands between 【 and 】."""
        return self.option("sign").strip().strip("【】")

    @property
    def has_door(self) -> bool:
        """Can the provider be told where receipts go?"""
        return self.connection.receipts is not None and bool(self.connection.options.get("public_url"))

    def door(self) -> str:
        """Where receipts of this connection come in, with its token. Raises Unfillable."""
        receipts = self.connection.receipts
        if receipts is None or not receipts.tokens:
            raise Unfillable("the connection has no receipts:", ours=True)
        path = f"/in/{self.connection.name}/{self.look(receipts.tokens[0].reference)}"
        if urllib.parse.quote(path, safe=IN_A_PATH) != path:
            # Some providers sign the address they call: it must come back letter by letter.
            raise Unfillable("the token of receipts: is not fit for an address", ours=True)
        return self.option("public_url").rstrip("/") + path

    def carry(self, parcel: Parcel, make: Callable[[Number], Request], understand: Understand) -> Receipt:
        """One request, one receipt. Never raises for the world's fault, nor for a missing setting."""
        now = self.clock.now()
        refused = Receipt(verdict=Verdict.REJECTED, key=parcel.key, at=now, final=True)
        if parcel.expired(now):
            return _because(refused, "expired")
        number = read_number(parcel.address)
        if number is None or not number.can_text:
            return _because(refused, "bad_number", "not a number that takes texts")
        try:
            request = make(number)
        except Expired:
            return _because(refused, "expired", "too little time left for this provider")
        except Unfillable as problem:
            return _because(refused, "account" if problem.ours else "text_refused", str(problem))
        values = [value for _, value in parcel.values if len(value) > 1]
        hide = (parcel.address, number.e164, number.normal.lstrip("+"), number.normal, parcel.text, *values)
        return self.judge(self._caller.call(replace(request, private=self._account.private)), parcel.key, understand, hide)

    def judge(self, answer: Answer, key: str, understand: Understand, hide: tuple[str, ...]) -> Receipt:
        """Accidents first; what a whole answer says is the provider's language."""
        now, hidden = self.clock.now(), (*self._hidden, *(one for one in hide if one))
        met = accident(answer, key=key, now=now, hide=hidden)
        if met is not None:
            return met
        reason = "no_answer" if answer.status >= 500 else "garbled"
        detail, code = detail_of(answer, hidden), f"http {answer.status}"
        return understand(answer, Receipt(verdict=Verdict.UNKNOWN, reason=reason, key=key, at=now, detail=detail, code=code))

    def ask(self, make: Callable[[], Request]) -> Answer | None:
        """A question that sends nothing; None: it could not be put."""
        try:
            return self._caller.call(replace(make(), private=self._account.private))
        except Unfillable:
            return None

    def close(self) -> None:
        """Let go of the connections."""
        self._caller.close()


class Expired(Exception):
    """What is left of the validity is less than the provider's smallest unit."""


def _because(receipt: Receipt, reason: str, detail: str = "") -> Receipt:
    return Receipt(verdict=receipt.verdict, reason=reason, key=receipt.key, at=receipt.at, detail=detail[:200], final=True)
