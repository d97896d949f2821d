"""Does this report come from who it says? Checks an inbound message against its connection's signature.

NotConfigured    the connection's own secret or options cannot be used: our fault, not the sender's; fails closed
"""

import ipaddress
import unicodedata
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from adapters.signing import webhooks
from adapters.signing.digests import decode_base64, hmac_text, md5_text, same
from engine.model.connection import Signature

SUBJECTS_APART = "\n"
"""Between the subjects of `mtls`; a subject itself holds commas."""

Resolve = Callable[[str], str]
"""`env:NAME` or `file:PATH` -> the secret; raises LookupError, OSError or ValueError if it cannot."""


class NotConfigured(Exception):
    """The signature cannot be checked with what the connection and the environment say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """An inbound request as it arrived, before anything is read from it."""

    body: bytes
    headers: Mapping[str, str]
    """Names in lower case."""
    address: str
    """The peer's IP address as the socket says."""
    path_token: str = ""
    """What follows the connection's path in the address."""


def refusal(signature: Signature | None, message: Message, now: datetime, resolve: Resolve) -> str | None:
    """None if genuine; else why not, in one word that may be counted and logged.

    `missing`, `stale`, `wrong`, `address`, `unsigned`. Pure but for `resolve`. Raises NotConfigured.
    """
    if signature is None:
        return "unsigned"
    if signature.allow_ips and not _listed(message.address, signature.allow_ips):
        return "address"
    if signature.kind == "none":
        # Without a signature, the list of addresses is the only proof there is.
        return None if signature.allow_ips else "unsigned"
    if signature.kind == "mtls":
        return _mtls(signature, message)
    secrets = _secrets(signature, resolve)
    match signature.kind:
        case "standard_webhooks":
            return webhooks.refusal(_keys(secrets), message.headers, message.body, now)
        case "hmac":
            return _hmac(signature.options, secrets, message)
        case "md5":
            return _md5(signature.options, secrets, message)
        case "token":
            return _token(signature.options, secrets, message)
        case "basic":
            return _basic(signature.options, secrets, message)
        case _:
            raise NotConfigured(f"no such signature kind: {signature.kind}")


def _secrets(signature: Signature, resolve: Resolve) -> list[str]:
    if not signature.secrets:
        raise NotConfigured("the signature names no secret")
    try:
        return [resolve(secret.reference) for secret in signature.secrets]
    except (LookupError, OSError, ValueError) as problem:
        raise NotConfigured(str(problem)) from None


def _keys(secrets: list[str]) -> list[bytes]:
    keys = [key for key in map(webhooks.key_of, secrets) if key]
    if not keys:
        raise NotConfigured("a Standard Webhooks secret is whsec_ and base64")
    return keys


def _mtls(signature: Signature, message: Message) -> str | None:
    """The proxy that ended the TLS connection says whose certificate it saw; only its own address is believed."""
    if not signature.allow_ips:
        return "unsigned"
    wanted = [name.strip() for name in signature.options.get("subject", "").split(SUBJECTS_APART) if name.strip()]
    if not wanted:
        raise NotConfigured("mtls names no subject of a certificate")
    given = message.headers.get(signature.options.get("header", "x-client-cert-subject").lower(), "")
    if not given:
        return "missing"
    return None if _any_same(wanted, given.strip()) else "wrong"


def _hmac(options: Mapping[str, str], secrets: list[str], message: Message) -> str | None:
    """`over` names headers (`header.x-timestamp`), form fields and `body`, joined by `join`; without it the raw body is signed."""
    form = _form(message.body) if "at" in options else {}
    given = form.get(options.get("at", "")) or message.headers.get(options.get("header", "x-hmac-signature").lower(), "")
    prefix = options.get("prefix", "")
    if not given or not given.startswith(prefix):
        return "missing"
    signed = _signed(options, message)
    if signed is None:
        return "missing"
    try:
        expected = [
            hmac_text(
                _normal(secret, options),
                signed,
                algorithm=options.get("algorithm", "sha256"),
                encoding=options.get("encoding", "hex"),
            )
            for secret in secrets
        ]
    except ValueError as problem:
        raise NotConfigured(str(problem)) from None
    return None if _any_same(expected, given[len(prefix) :]) else "wrong"


def _signed(options: Mapping[str, str], message: Message) -> bytes | None:
    """The bytes an hmac is over; None if a part of them did not come."""
    names = _names(options.get("over", "body"))
    form = _form(message.body) if any(name != "body" and not name.startswith("header.") for name in names) else {}
    parts: list[bytes] = []
    for name in names:
        if name == "body":
            parts.append(message.body)
            continue
        text = message.headers.get(name.removeprefix("header.").lower()) if name.startswith("header.") else form.get(name)
        if text is None:
            return None
        parts.append(text.encode("utf-8", "surrogateescape"))
    return options.get("join", "").encode("utf-8").join(parts)


def _names(over: str) -> list[str]:
    return [name.strip(" '\"") for name in over.strip("[] ").split(",")]


def _normal(secret: str, options: Mapping[str, str]) -> bytes:
    """EasyPost signs with the NFKD form of the secret."""
    form = options.get("normalize", "").upper()
    match form:
        case "":
            return secret.encode("utf-8")
        case "NFC" | "NFD" | "NFKC" | "NFKD":
            return unicodedata.normalize(form, secret).encode("utf-8")
        case _:
            raise ValueError(f"no such normal form: {form}")


def _md5(options: Mapping[str, str], secrets: list[str], message: Message) -> str | None:
    """`over: [param, secret]` names form fields, `secret` and `body`; `at` the form field (or header) of the signature."""
    form = _form(message.body)
    given = form.get(options.get("at", "sign")) or message.headers.get(options.get("header", "").lower(), "")
    if not given:
        return "missing"
    names = _names(options.get("over", "body, secret"))
    if "secret" not in names:
        raise NotConfigured("an md5 signature is over the secret too, else anybody can make it")
    body = message.body.decode("utf-8", "surrogateescape")
    expected = []
    for secret in secrets:
        known = {**form, **{f"header.{name}": text for name, text in message.headers.items()}, "secret": secret, "body": body}
        if any(name not in known for name in names):
            return "missing"
        text = "".join(known[name] for name in names).encode("utf-8", "surrogateescape")
        if options.get("urlencode", "no") in ("yes", "true"):
            # As Java's URLEncoder writes it, for so do those who ask for this: `*` stays, `~` does not.
            text = urllib.parse.quote_plus(text, safe="*").replace("~", "%7E").encode("ascii")
        expected.append(_md5_text(text, options.get("encoding", "hex")))
    return None if _any_same(expected, given) else "wrong"


def _md5_text(text: bytes, encoding: str) -> str:
    try:
        return md5_text([text], encoding=encoding)
    except ValueError as problem:
        raise NotConfigured(str(problem)) from None


def _form(body: bytes) -> dict[str, str]:
    try:
        # Letters of any encoding go through unchanged: what is signed are bytes.
        text = body.strip(b"\r\n").decode("utf-8", "surrogateescape")
        return dict(urllib.parse.parse_qsl(text, keep_blank_values=True, errors="surrogateescape", max_num_fields=1000))
    except ValueError:
        return {}


def _token(options: Mapping[str, str], secrets: list[str], message: Message) -> str | None:
    given = message.path_token if in_path(options) else message.headers.get(options.get("header", "authorization").lower(), "")
    given = given.removeprefix(options.get("prefix", "Bearer ")) if given else ""
    if not given:
        return "missing"
    return None if _any_same(secrets, given) else "wrong"


def in_path(options: Mapping[str, str]) -> bool:
    """Does the token stand in the address? (`at: path`)"""
    return options.get("at") == "path" or "path" in options


def _basic(options: Mapping[str, str], secrets: list[str], message: Message) -> str | None:
    """Each secret is `user:password`, or the password of the `user` the file names."""
    if "user" in options:
        secrets = [f"{options['user']}:{secret}" for secret in secrets]
    scheme, _, rest = message.headers.get("authorization", "").partition(" ")
    given = decode_base64(rest.strip()) if scheme.lower() == "basic" else None
    if given is None:
        return "missing"
    return None if _any_same(secrets, given.decode("utf-8", "surrogateescape")) else "wrong"


def _any_same(expected: list[str], given: str) -> bool:
    # All are compared: the time taken must not tell which one came close.
    fitting = [same(one, given) for one in expected]
    return any(fitting)


def _listed(address: str, allowed: tuple[str, ...]) -> bool:
    try:
        peer = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(peer, ipaddress.IPv6Address) and peer.ipv4_mapped:
        peer = peer.ipv4_mapped
    for text in allowed:
        try:
            if peer in ipaddress.ip_network(text, strict=False):
                return True
        except ValueError:
            raise NotConfigured(f"not an address or network: {text}") from None
    return False
