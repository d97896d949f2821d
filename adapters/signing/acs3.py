"""How is a request to Aliyun signed? ACS3-HMAC-SHA256 over a query with an empty body; pure: time and nonce are arguments.

Source: messaging.md section 2.8; vectors A1 to A3 were taken from the provider's own SDK, A4 and A5 computed by the same rules.
"""

import hashlib
import hmac
import urllib.parse
from collections.abc import Mapping
from datetime import UTC, datetime

from adapters.signing.request import Request

ALGORITHM = "ACS3-HMAC-SHA256"
EMPTY_SHA256 = hashlib.sha256(b"").hexdigest()
USUAL_PORTS = {"https": 443, "http": 80}


def signed(
    url: str, action: str, version: str, parameters: Mapping[str, str], *, key_id: str, secret: str, at: datetime, nonce: str
) -> Request:
    """A whole request, all its parameters in the address. `url`: scheme and host; `at` is aware; `nonce` is used once."""
    query = query_of(parameters)
    headers = {
        "host": host_of(url),
        "x-acs-action": action,
        "x-acs-content-sha256": EMPTY_SHA256,
        "x-acs-date": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }
    proof = f"{ALGORITHM} Credential={key_id},SignedHeaders={';'.join(sorted(headers))},Signature={signature(secret, query, headers)}"
    plain = {"authorization": proof, "accept": "application/json", "accept-encoding": "identity", "user-agent": "waybill"}
    return Request(method="POST", url=f"{url.rstrip('/')}/?{query}", body=b"", headers=headers | plain)


def signature(secret: str, query: str, headers: Mapping[str, str]) -> str:
    """64 hex digits over the canonical request. `headers`: those that are signed, names in lower case."""
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    canonical = f"POST\n/\n{query}\n{lines}\n{';'.join(sorted(headers))}\n{EMPTY_SHA256}"
    text = f"{ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def query_of(parameters: Mapping[str, str]) -> str:
    """Sorted, with only `A-Za-z0-9-_.~` left bare. The client must take the finished address: encoders of forms write a blank as plus."""
    return "&".join(f"{_quoted(name)}={_quoted(parameters[name])}" for name in sorted(parameters))


def host_of(url: str) -> str:
    """The very text of the Host header: in lower case, with the port where it is not the usual one."""
    parts = urllib.parse.urlsplit(url)
    host = parts.hostname or ""
    return host if parts.port in (None, USUAL_PORTS.get(parts.scheme)) else f"{host}:{parts.port}"


def _quoted(text: str) -> str:
    return urllib.parse.quote(text, safe="-_.~", errors="replace")
