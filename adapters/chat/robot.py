"""How is a message handed to a group's robot? One request to its secret address; the code inside the answer counts, not the status.

The address of a robot is itself the secret: it never stands in a detail, a log or a diagnostic.
"""

import json
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from adapters.signing.account import SETTING_PROBLEMS
from adapters.signing.caller import Caller
from adapters.signing.codes import Codes, by_code, meaning, unreadable
from adapters.signing.exchange import Resolve
from adapters.signing.json_tree import Tree
from adapters.signing.paths import text_at
from adapters.signing.request import Request
from adapters.signing.verdict import tree_of
from engine.model.connection import Connection
from engine.model.receipt import Capabilities, Parcel, Receipt, Sent, Verdict
from engine.ports.clock import Clock


@dataclass(frozen=True, slots=True)
class Robot:
    """The secrets of one robot, for one request."""

    webhook: str
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """What differs from one robot to another."""

    write: Callable[[Robot, Parcel, datetime], tuple[str, dict[str, object]]]
    """Address and body of the request; pure."""
    text_bytes_max: int
    code_at: tuple[str, ...]
    """Paths of the provider's code, the first that is there."""
    said_at: str
    codes: Codes
    blocked_seconds: int = 60
    """How long it stays shut after "too often"."""
    reset_header: str = ""
    """Where a 429 says in how many seconds it opens again."""


NOTHING = Parcel(key="", effect_id="", case="", message="", address="", text="")


class RobotGateway:
    """A gateway to one group. No receipts and no keys: accepted is the best there is."""

    def __init__(self, provider: Provider, connection: Connection, clock: Clock, resolve: Resolve, *, caller: Caller | None = None) -> None:
        self.name = connection.name
        self.capabilities = Capabilities()
        self._provider = provider
        self._options = connection.options
        self._clock = clock
        self._resolve = resolve
        self._caller = caller or Caller()

    def send(self, parcel: Parcel) -> Receipt:
        """One request; a text too long for the group is refused here, whole, and not cut."""
        now = self._clock.now()
        refused = Receipt(verdict=Verdict.REJECTED, key=parcel.key, at=now, final=True)
        if parcel.expired(now):
            return replace(refused, reason="expired")
        if len(parcel.text.encode("utf-8", "replace")) > self._provider.text_bytes_max:
            return replace(refused, reason="text_refused", detail=f"longer than {self._provider.text_bytes_max} bytes")
        try:
            robot = self._robot()
        except SETTING_PROBLEMS as problem:
            return replace(refused, reason="account", detail=f"setting: {problem}"[:200], final=False)
        return self._carry(robot, parcel, now)

    def look_up(self, sent: Sent) -> Receipt | None:
        """A robot cannot tell."""
        return None

    def cancel(self, key: str) -> None:
        """What stands in the group cannot be taken back."""

    def probe(self) -> bool:
        """Does it know us? It gets a message without its words, which nobody is shown, and its complaint says the counter is open."""
        now = self._clock.now()
        try:
            url, body = self._provider.write(self._robot(), NOTHING, now)
        except SETTING_PROBLEMS:
            return False
        kept = {name: value for name, value in body.items() if name not in ("text", "content")}
        answer = self._caller.call(a_json_request(url, kept))
        code = _code(tree_of(answer), self._provider.code_at)
        return code is not None and answer.status < 500 and meaning(self._provider.codes, code)[1] not in ("account", "limited")

    def close(self) -> None:
        """Let go of the connections."""
        self._caller.close()

    def _robot(self) -> Robot:
        webhook = self._resolve(self._options.get("webhook", "")).strip()
        parts = urllib.parse.urlsplit(webhook)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("webhook is not an http(s) address")
        secret = self._resolve(self._options["secret"]) if "secret" in self._options else ""
        return Robot(webhook, secret)

    def _carry(self, robot: Robot, parcel: Parcel, now: datetime) -> Receipt:
        url, body = self._provider.write(robot, parcel, now)
        answer = self._caller.call(a_json_request(url, body))
        hide = (robot.webhook, *_parts(robot.webhook), robot.secret, parcel.address, parcel.text)
        tree = tree_of(answer)
        code = _code(tree, self._provider.code_at)
        if answer.status == 429 and (seconds := answer.headers.get(self._provider.reset_header, "")).isdecimal():
            receipt = unreadable(answer, key=parcel.key, now=now, hide=hide)
            return replace(receipt, until=now + timedelta(seconds=min(int(seconds), 3600)))
        if code is None or answer.status >= 500:
            return unreadable(answer, key=parcel.key, now=now, hide=hide)
        if code == "0":
            return Receipt(verdict=Verdict.ACCEPTED, key=parcel.key, at=now, final=True)
        said = text_at(tree, self._provider.said_at) or ""
        receipt = by_code(self._provider.codes, code, answer, key=parcel.key, now=now, said=said, hide=hide)
        return replace(receipt, until=now + timedelta(seconds=self._provider.blocked_seconds)) if receipt.reason == "limited" else receipt


def a_json_request(url: str, body: dict[str, object]) -> Request:
    """A POST of this body; half a surrogate pair in a text becomes a question mark."""
    written = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    headers = {"content-type": "application/json; charset=utf-8", "accept-encoding": "identity", "user-agent": "waybill"}
    return Request(method="POST", url=url, body=written, headers=headers)


def is_phone(address: str) -> bool:
    """Is the person of the group named by a phone number?"""
    return address.removeprefix("+").isdecimal() and len(address) >= 8


def _code(tree: Tree | None, paths: tuple[str, ...]) -> str | None:
    return next((code for path in paths if (code := text_at(tree, path)) is not None), None) if tree is not None else None


def _parts(webhook: str) -> list[str]:
    """The secret pieces of an address, which a provider may repeat alone."""
    parts = urllib.parse.urlsplit(webhook)
    return [value for _, value in urllib.parse.parse_qsl(parts.query)] + [one for one in parts.path.split("/") if len(one) >= 16]
