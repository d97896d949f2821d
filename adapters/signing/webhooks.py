"""Is this Standard Webhooks message genuine and fresh? HMAC-SHA256 over `id.timestamp.body`, several secrets for rotation.

Source: standard-webhooks specification (logistics.md section 4); our own scheme, in both directions.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from adapters.signing.digests import decode_base64, encode, same

TOLERANCE = timedelta(minutes=5)
SIGNATURES_MAX = 16
"""Signatures read from one header; a sender rotating keys sends two."""


def key_of(secret: str) -> bytes | None:
    """The key bytes of `whsec_` + base64 (the prefix may be missing); None if it is not base64."""
    return decode_base64(secret.removeprefix("whsec_"))


def sign(key: bytes, message_id: str, sent_at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of an outgoing message. `sent_at` is aware."""
    timestamp = str(int(sent_at.timestamp()))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": "v1," + _digest(key, message_id, timestamp, body),
    }


def refusal(keys: Sequence[bytes], headers: Mapping[str, str], body: bytes, now: datetime) -> str | None:
    """None if genuine; else why not: `missing`, `stale`, `wrong`. Header names are lower-case; `now` is aware."""
    message_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    given = headers.get("webhook-signature", "").split(" ")[:SIGNATURES_MAX]
    if not message_id or not timestamp or not any(given):
        return "missing"
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return "missing"
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
        return "stale"
    expected = ["v1," + _digest(key, message_id, timestamp, body) for key in keys]
    # Every pair is compared, so that the time taken does not tell which key or signature came close.
    fitting = [same(one, other) for one in expected for other in given]
    return None if any(fitting) else "wrong"


def _digest(key: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    signed = message_id.encode("utf-8", "surrogateescape") + b"." + timestamp.encode("ascii") + b"." + body
    return encode(hmac.new(key, signed, hashlib.sha256).digest(), "base64")
