"""Who does the company's identity provider say it is? OpenID Connect: code flow with PKCE, state and nonce.

ProviderAway      the provider does not answer, or not as the standard says
NotBelieved       what the browser or the provider brought is not for us, not from them, or over
"""

import hashlib
import hmac
import threading
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import jwt

from adapters.settings import SettingProblem, read_secret
from engine.ports.staff import Access

SIGNED_BY = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Never `none`, and never a key that both sides know."""
SECONDS_MAX, ANSWER_BYTES_MAX = 10.0, 1024 * 1024
LEEWAY_SECONDS = 60
"""So far two machines' clocks may be apart."""
KEPT_SECONDS = 3600.0
FORCED_KEYS_SECONDS = 30.0
"""So often at most an unknown key makes us ask for the keys again."""
BACK = "/desk/oidc/back"
AWAY = (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError)


class ProviderAway(Exception):
    """See above; the text is for the log."""


class NotBelieved(Exception):
    """See above; the text is for the log and names no value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOn:
    """What the deployment says of the provider."""

    issuer: str
    """As it writes itself in its tokens."""
    client_id: str
    secret: str = field(default="", repr=False)
    """Empty: a public client, proven by PKCE alone."""
    back: str
    """Where it sends the browser: <desk>/desk/oidc/back; registered there."""
    groups: Mapping[str, Access]
    """Group there -> what its people may do here; the first that fits counts."""
    claim: str = "groups"
    scopes: str = "openid profile"
    label: str = ""
    """On the button; empty: our own words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who was proven."""

    subject: str
    """Issuer and `sub`: never given to anybody else."""
    name: str
    """As the person signs in there; may change, may be empty."""
    label: str
    groups: tuple[str, ...]


@dataclass(slots=True)
class Provider:
    """The provider, asked when it is needed; what it says of itself is kept for an hour."""

    settings: SignOn
    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _kept: dict[str, tuple[float, dict[str, Any]]] = field(default_factory=dict)
    _client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=SECONDS_MAX))

    def away_to(self, secret: str) -> str:
        """Where the browser goes to sign in. `secret` stays in its cookie. Raises ProviderAway."""
        challenge = urlsafe_b64encode(hashlib.sha256(of(secret, "verifier").encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code", "client_id": self.settings.client_id, "redirect_uri": self.settings.back, "scope": self.settings.scopes,
            "state": of(secret, "state"), "nonce": of(secret, "nonce"), "code_challenge": challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        address = self._address("authorization_endpoint")
        return address + ("&" if "?" in address else "?") + urlencode(asked)

    def person(self, secret: str, brought: Mapping[str, str]) -> Person:
        """Who came back with this. Raises ProviderAway, NotBelieved."""
        if not secret or not hmac.compare_digest(brought.get("state", "").encode(), of(secret, "state").encode()):
            raise NotBelieved("state")
        if brought.get("iss", self.settings.issuer) != self.settings.issuer:
            raise NotBelieved("issuer of the answer")
        if not brought.get("code"):
            raise NotBelieved("no code")
        claims = self._claims(self._token(brought["code"], of(secret, "verifier")))
        if not hmac.compare_digest(str(claims["nonce"]).encode(), of(secret, "nonce").encode()):
            raise NotBelieved("nonce")
        groups = claims.get(self.settings.claim, ())
        return Person(
            subject=f"{self.settings.issuer}#{claims['sub']}", name=str(claims.get("preferred_username") or ""),
            label=str(claims.get("name") or ""),
            groups=tuple(map(str, groups)) if isinstance(groups, list | tuple) else (str(groups),),
        )  # fmt: skip

    def access_of(self, person: Person) -> Access | None:
        """What this person's groups may do; None: nothing here."""
        return next((access for group, access in self.settings.groups.items() if group in person.groups), None)

    def _token(self, code: str, verifier: str) -> str:
        asked = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": self.settings.back, "code_verifier": verifier,
            "client_id": self.settings.client_id,
        }  # fmt: skip
        if self.settings.secret:
            asked["client_secret"] = self.settings.secret
        answer = self._asked("POST", self._address("token_endpoint"), asked, refused=NotBelieved("the code was refused"))
        if not isinstance(answer.get("id_token"), str):
            raise ProviderAway("no id_token in the answer")
        return str(answer["id_token"])

    def _claims(self, token: str) -> Mapping[str, Any]:
        """What a token says that is signed by them, for us, now."""
        wanted = {"require": ["iss", "aud", "sub", "exp", "iat", "nonce"], "verify_exp": False, "verify_iat": False, "verify_nbf": False}
        try:
            claims: dict[str, Any] = jwt.decode(
                token, self._key(token), algorithms=list(SIGNED_BY), audience=self.settings.client_id, issuer=self.settings.issuer,
                options=wanted,  # type: ignore[arg-type]  # A dict of options, as documented.
            )  # fmt: skip
            ends, begins = float(claims["exp"]), float(max(claims["iat"], claims.get("nbf", 0)))
        except (jwt.PyJWTError, ValueError, TypeError) as problem:
            raise NotBelieved(f"token: {type(problem).__name__}") from None
        now = self.now().timestamp()
        if not begins - LEEWAY_SECONDS <= now < ends + LEEWAY_SECONDS:
            raise NotBelieved("token: not now")
        if claims.get("azp", self.settings.client_id) != self.settings.client_id or (
            isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and "azp" not in claims
        ):
            raise NotBelieved("token: made for another party")
        if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
            raise NotBelieved("token: sub")
        return claims

    def _key(self, token: str) -> Any:
        """The key that signed, by its number; keys change, so an unknown one is asked for again."""
        number = jwt.get_unverified_header(token).get("kid")
        for seconds in (KEPT_SECONDS, FORCED_KEYS_SECONDS):
            found = [
                one
                for one in jwt.PyJWKSet.from_dict(self._said(self._address("jwks_uri"), seconds)).keys
                if one.public_key_use in (None, "sig") and (number is None or one.key_id == number)
            ]
            if len(found) == 1:
                return found[0].key
        raise NotBelieved("token: unknown key")

    def _address(self, name: str) -> str:
        about = self._said(f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration", KEPT_SECONDS)
        if about.get("issuer") != self.settings.issuer:
            raise ProviderAway("it gives itself another name")
        address = about.get(name)
        if not isinstance(address, str) or not is_safe(address):
            raise ProviderAway(f"no {name}, or not by https")
        return address

    def _said(self, address: str, seconds: float) -> dict[str, Any]:
        with self._turn:
            now, held = self.monotonic(), self._kept.get(address)
            if held is None or now - held[0] >= seconds:
                held = self._kept[address] = (now, self._asked("GET", address, {}))
            return held[1]

    def _asked(self, method: str, address: str, form: Mapping[str, str], refused: Exception | None = None) -> dict[str, Any]:
        """One JSON object. Redirects are not followed."""
        try:
            answer = self._client.request(method, address, data=form or None, headers={"Accept": "application/json"})
            if refused is not None and answer.status_code in (400, 401):
                raise refused
            if answer.status_code != 200 or len(answer.content) > ANSWER_BYTES_MAX:
                raise ValueError(answer.status_code)
            return dict(answer.json())
        except AWAY as problem:
            raise ProviderAway(f"{method} {urlsplit(address).path}: {type(problem).__name__}") from None


def of(secret: str, what: str) -> str:
    """Three values that follow from one secret, and not from each other."""
    return hashlib.sha256(f"oidc {what}:{secret}".encode()).hexdigest()


def is_safe(address: str) -> bool:
    """https, or this machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1"))


def sign_on_of(env: Mapping[str, str], desk_url: str) -> SignOn | None:
    """WAYBILL_OIDC_ISSUER, _CLIENT_ID, _SECRET (or _SECRET_FILE), _GROUPS (`group=access,group=access`), _CLAIM, _SCOPES, _LABEL.

    None without an issuer. Raises SettingProblem.
    """
    issuer, client_id = env.get("WAYBILL_OIDC_ISSUER", ""), env.get("WAYBILL_OIDC_CLIENT_ID", "")
    if not issuer:
        return None
    if not is_safe(issuer):
        raise SettingProblem("WAYBILL_OIDC_ISSUER is https://name")
    if not client_id:
        raise SettingProblem("WAYBILL_OIDC_CLIENT_ID is not set")
    if not desk_url:
        raise SettingProblem("WAYBILL_OIDC_ISSUER wants WAYBILL_DESK_URL: the provider must know where to send browsers back to")
    secret = env.get("WAYBILL_OIDC_SECRET", "")
    if not secret and env.get("WAYBILL_OIDC_SECRET_FILE"):
        secret = read_secret(f"file:{env['WAYBILL_OIDC_SECRET_FILE']}", env)
    return SignOn(
        issuer=issuer, client_id=client_id, secret=secret, back=desk_url + BACK,
        groups=_groups(env.get("WAYBILL_OIDC_GROUPS", "")), claim=env.get("WAYBILL_OIDC_CLAIM") or "groups",
        scopes=env.get("WAYBILL_OIDC_SCOPES") or "openid profile", label=env.get("WAYBILL_OIDC_LABEL", "")[:40],
    )  # fmt: skip


def _groups(text: str) -> dict[str, Access]:
    groups: dict[str, Access] = {}
    for number, entry in enumerate(filter(None, (part.strip() for part in text.split(","))), start=1):
        # A group may have = in its name.
        group, sign, access = entry.rpartition("=")
        if not sign or not group.strip() or access.strip() not in list(Access):
            raise SettingProblem(f"WAYBILL_OIDC_GROUPS, entry {number}: write group=access; access is one of {', '.join(Access)}")
        groups[group.strip()] = Access(access.strip())
    if not groups:
        raise SettingProblem("WAYBILL_OIDC_GROUPS is not set: nobody could sign in")
    return groups
