"""How does one connection carry one request? Resolves its address and secrets, builds, signs, calls and judges."""

import base64
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import replace

from adapters.signing import webhooks
from adapters.signing.caller import Caller, Reached, is_open
from adapters.signing.request import Request, Unfillable, build
from adapters.signing.verdict import Reading, judge
from engine.model.connection import Connection, Outgoing, Secret
from engine.model.receipt import Receipt, Verdict
from engine.ports.clock import Clock

Resolve = Callable[[str], str]
"""`env:NAME` or `file:PATH` -> the secret; raises LookupError, OSError or ValueError if it cannot."""
SECRET_OPTIONS = ("bearer_token", "basic_password", "signing_secret")
"""Options of a connection that name a secret for requests: `Authorization: Bearer`, basic (the secret is `user:password`), Standard Webhooks."""


class Exchange:
    """Speaks HTTP with the neighbour of one connection file. Secrets are resolved per request, so that they can be rotated."""

    def __init__(self, connection: Connection, clock: Clock, resolve: Resolve, caller: Caller | None = None) -> None:
        self.connection = connection
        self._clock = clock
        self._resolve = resolve
        self._caller = caller or Caller()

    def carry(self, outgoing: Outgoing, marks: Mapping[str, str], *, key: str, refused: str, hide: tuple[str, ...] = ()) -> Receipt:
        """One request, one receipt. Never raises for the world's fault, nor for a missing setting."""
        try:
            secrets = self._secrets()
            request = self._signed(build(outgoing, self._base_url(), marks, key=key), key, secrets)
        except Unfillable as problem:
            # A wrong setting stops the whole connection (account); a blank field only this one sending.
            reason = "account" if problem.ours else refused
            return Receipt(verdict=Verdict.REJECTED, reason=reason, key=key, at=self._clock.now(), detail=str(problem)[:200])
        answer = self._caller.call(request)
        reading = Reading(
            refused=refused,
            final=not self.says("receipts"),
            provider_id_at=self.connection.options.get("reference_at", ""),
            hide=(*secrets.values(), *hide),
        )
        return judge(answer, outgoing, reading, key=key, now=self._clock.now())

    def says(self, option: str) -> bool:
        """Is this option of the connection a yes?"""
        return self.connection.options.get(option, "no").lower() in ("yes", "true")

    def probe(self) -> bool:
        """Is the counter open? A GET of the connection's `probe` path if it states one, else only a connection."""
        try:
            base_url = self._base_url()
            path = self.connection.options.get("probe")
            if path is None:
                parts = urllib.parse.urlsplit(base_url)
                return is_open(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
            outgoing = Outgoing(name="probe", method="GET", path=path, json=None, span=self.connection.span)
            request = self._signed(build(outgoing, base_url, {}, key="probe"), "probe", self._secrets())
        except (Unfillable, ValueError):
            return False
        answer = self._caller.call(request)
        return answer.reached is Reached.ANSWERED and 200 <= answer.status < 300

    def close(self) -> None:
        """Let go of the connections."""
        self._caller.close()

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
