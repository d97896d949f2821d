"""How is a request to Tencent Cloud signed? TC3-HMAC-SHA256 over the very bytes of the body; pure.

Source: messaging.md section 2.8; vectors T1 to T3 were taken from the provider's own SDK, or computed by the same rules.
"""

import hashlib
import hmac
from datetime import UTC, datetime

from adapters.signing.acs3 import host_of
from adapters.signing.request import Request

ALGORITHM = "TC3-HMAC-SHA256"
CONTENT_TYPE = "application/json"


def signed(
    url: str, service: str, action: str, version: str, region: str, body: bytes, *, secret_id: str, secret: str, at: datetime
) -> Request:
    """A whole request. `url`: scheme and host; `at` is aware and within five minutes of the provider's clock."""
    host, stamp = host_of(url), int(at.timestamp())
    headers = {
        "host": host,
        "content-type": CONTENT_TYPE,
        "authorization": authorization(secret_id, secret, service, host, body, stamp),
        "x-tc-action": action,
        "x-tc-version": version,
        "x-tc-region": region,
        "x-tc-timestamp": str(stamp),
        "accept": "application/json",
        "accept-encoding": "identity",
        "user-agent": "waybill",
    }
    return Request(method="POST", url=url.rstrip("/") + "/", body=body, headers=headers)


def authorization(secret_id: str, secret: str, service: str, host: str, body: bytes, stamp: int) -> str:
    """The header of that name; `stamp` in seconds of Unix time."""
    scope = f"{_day(stamp)}/{service}/tc3_request"
    proof = signature(secret, service, host, body, stamp)
    return f"{ALGORITHM} Credential={secret_id}/{scope}, SignedHeaders=content-type;host, Signature={proof}"


def signature(secret: str, service: str, host: str, body: bytes, stamp: int) -> str:
    """64 hex digits over the canonical request, under a key of the day and the service."""
    lines = f"content-type:{CONTENT_TYPE}\nhost:{host}\n"
    canonical = f"POST\n/\n\n{lines}\ncontent-type;host\n{hashlib.sha256(body).hexdigest()}"
    day = _day(stamp)
    text = f"{ALGORITHM}\n{stamp}\n{day}/{service}/tc3_request\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = f"TC3{secret}".encode()
    for part in (day, service, "tc3_request", text):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key.hex()


def _day(stamp: int) -> str:
    return datetime.fromtimestamp(stamp, UTC).strftime("%Y-%m-%d")
