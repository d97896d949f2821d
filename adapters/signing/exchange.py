"""How does one connection carry one request? Resolves its address and secrets, logs in, builds, signs, calls and judges."""

import base64
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from adapters.signing import webhooks
from adapters.signing.caller import Answer, Caller, Reached, is_open
from adapters.signing.request import Request, Unfillable, build
from adapters.signing.verdict import Reading, judge, says_no, token_of
from engine.model.connection import Connection, Login, Outgoing, Secret
from engine.model.receipt import Parcel, Receipt, Verdict
from engine.ports.clock import Clock

Resolve = Callable[[str], str]
"""`env:NAME` or `file:PATH` -> the secret; raises LookupError, OSError or ValueError if it cannot."""
SECRET_OPTIONS = ("bearer_token", "basic_password", "signing_secret")
"""Options of a connection that name a secret for requests: `Authorization: Bearer`, basic (the secret is `user:password`), Standard Webhooks."""


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer, and what must not be shown of it."""

    answer: Answer
    hide: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Session:
    token: str
    until: datetime


class NotLoggedIn(Exception):
    """The session could not be opened: the request was not sent. Holds the answer of the login."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("the login gave no token")
        self.answer = answer


class Exchange:
    """Speaks HTTP with the neighbour of one connection file. Secrets are resolved per request, so that they can be rotated."""

    def __init__(self, connection: Connection, clock: Clock, resolve: Resolve, caller: Caller | None = None) -> None:
        self.connection = connection
        self._clock = clock
        self._resolve = resolve
        self._caller = caller or Caller()
        self._session: _Session | None = None

    def carry(self, outgoing: Outgoing, marks: Mapping[str, str], *, key: str, refused: str, hide: tuple[str, ...] = ()) -> Receipt:
        """One request, one receipt. Never raises for the world's fault, nor for a missing setting."""
        blank = Receipt(verdict=Verdict.REJECTED, key=key, at=self._clock.now())
        try:
            heard = self.ask(outgoing, marks, key=key)
        except Unfillable as problem:
            # A wrong setting stops the whole connection (account); a blank field only this one sending.
            return replace(blank, reason="account" if problem.ours else refused, detail=str(problem)[:200])
        except NotLoggedIn as problem:
            # What was to be carried has not left, however the login was answered.
            if problem.answer.reached is Reached.ANSWERED and problem.answer.status < 500 and problem.answer.status != 429:
                return replace(blank, reason="account", detail=str(problem))
            return replace(blank, verdict=Verdict.RETRY, reason="no_connection", detail=str(problem))
        return judge(heard.answer, outgoing, self._reading(refused, (*heard.hide, *hide)), key=key, now=self._clock.now())

    def carry_text(self, outgoing: Outgoing, parcel: Parcel) -> Receipt:
        """One message, by the marks {number} {text} {key} {message} {case} {sign} and the parcel's fields."""
        marks = {"number": parcel.address, "text": parcel.text, "key": parcel.key, "message": parcel.message, "case": parcel.case}
        marks = dict(parcel.fields) | marks | {"sign": self.connection.options.get("sign", "")}
        hide = tuple(value for value in (parcel.address, parcel.text) if value)
        return self.carry(outgoing, marks, key=parcel.key, refused="text_refused", hide=hide)

    def look_up(self, outgoing: Outgoing, marks: Mapping[str, str], *, key: str, hide: tuple[str, ...] = ()) -> Receipt | None:
        """What became of something sent before? None: it says neither yes nor no."""
        try:
            heard = self.ask(outgoing, marks, key=key)
        except (Unfillable, NotLoggedIn):
            return None
        found = judge(heard.answer, outgoing, self._reading("refused", (*heard.hide, *hide)), key=key, now=self._clock.now())
        told = found.verdict is Verdict.ACCEPTED or (found.verdict is Verdict.REJECTED and says_no(heard.answer, outgoing))
        return found if told else None

    def ask(self, outgoing: Outgoing, marks: Mapping[str, str], *, key: str) -> Heard:
        """One request, its answer as it came. Raises Unfillable, NotLoggedIn."""
        secrets = self._secrets()
        named = {name: self._look(secret.reference) for name, secret in self.connection.secrets.items()}
        base_url = self._base_url()
        hide = (*secrets.values(), *named.values())
        request = self._signed(self._built(outgoing, base_url, {**marks, **named}, key), key, secrets)
        login = self.connection.login
        if login is None:
            return Heard(self._caller.call(request), hide)
        was_open = self._session is not None and self._session.until > self._clock.now()
        token = self._token(login, base_url, named)
        answer = self._caller.call(_with(request, login, token))
        if answer.status == 401 and was_open:
            # The session ended early: refused at the door, so it surely was not done.
            self._session = None
            token = self._token(login, base_url, named)
            answer = self._caller.call(_with(request, login, token))
        return Heard(answer, (*hide, token))

    def says(self, option: str) -> bool:
        """Is this option of the connection a yes?"""
        return self.connection.options.get(option, "no").lower() in ("yes", "true")

    def probe(self) -> bool:
        """Is the counter open? A GET of the connection's `probe` path if it states one, else only a connection."""
        try:
            path = self.connection.options.get("probe")
            if path is None:
                parts = urllib.parse.urlsplit(self._base_url())
                port = parts.port or (443 if parts.scheme == "https" else 80)
                return is_open(parts.hostname or "", port, private=self._private())
            outgoing = Outgoing(name="probe", method="GET", path=path, json=None, span=self.connection.span)
            answer = self.ask(outgoing, {}, key="probe").answer
        except (Unfillable, NotLoggedIn, ValueError):
            return False
        return answer.reached is Reached.ANSWERED and 200 <= answer.status < 300

    def close(self) -> None:
        """Let go of the connections."""
        self._caller.close()

    def _reading(self, refused: str, hide: tuple[str, ...]) -> Reading:
        at = self.connection.options.get("reference_at", "")
        return Reading(refused=refused, final=not self.says("receipts"), provider_id_at=at, hide=hide)

    def _private(self) -> bool:
        """An address of the environment is the word of whoever runs the service; one in the rules is anybody's who may edit them."""
        return not isinstance(self.connection.base_url, str) or self.says("private_network")

    def _built(self, outgoing: Outgoing, base_url: str, marks: Mapping[str, str], key: str) -> Request:
        return replace(build(outgoing, base_url, marks, key=key), private=self._private())

    def _token(self, login: Login, base_url: str, named: Mapping[str, str]) -> str:
        now = self._clock.now()
        if self._session is None or self._session.until <= now:
            answer = self._caller.call(self._built(login.request, base_url, named, "login"))
            token = token_of(answer, login)
            if token is None:
                raise NotLoggedIn(answer)
            self._session = _Session(token, now + timedelta(seconds=login.keep_seconds))
        return self._session.token

    def _base_url(self) -> str:
        address = self.connection.base_url
        if address is None:
            raise Unfillable("the connection states no base_url", ours=True)
        return self._look(address.reference) if isinstance(address, Secret) else address

    def _secrets(self) -> dict[str, str]:
        options = self.connection.options
        return {name: self._look(options[name]) for name in SECRET_OPTIONS if name in options}

    def _look(self, reference: str) -> str:
        try:
            return self._resolve(reference)
        except (LookupError, OSError, ValueError) as problem:
            raise Unfillable(f"setting: {problem}", ours=True) from None

    def _signed(self, request: Request, key: str, secrets: Mapping[str, str]) -> Request:
        headers = dict(request.headers)
        if "bearer_token" in secrets:
            headers["authorization"] = f"Bearer {secrets['bearer_token']}"
        if "basic_password" in secrets:
            headers["authorization"] = "Basic " + base64.b64encode(secrets["basic_password"].encode("utf-8")).decode("ascii")
        if "signing_secret" in secrets:
            secret = webhooks.key_of(secrets["signing_secret"])
            if not secret:
                raise Unfillable("setting: the signing secret is not whsec_ and base64", ours=True)
            headers |= webhooks.sign(secret, key, self._clock.now(), request.body)
        return replace(request, headers=headers)


def _with(request: Request, login: Login, token: str) -> Request:
    return replace(request, headers={**request.headers, login.header.lower(): login.prefix + token})
