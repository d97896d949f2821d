"""What digest does this message have under this secret? Pure functions of bytes, shared by verifiers and signers."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable

ALGORITHMS = ("sha256", "sha1", "sha512", "md5")


def hmac_text(secret: bytes, body: bytes, *, algorithm: str = "sha256", encoding: str = "hex") -> str:
    """HMAC of the raw body as text. Raises ValueError for an algorithm or encoding that is not listed here."""
    if algorithm not in ALGORITHMS:
        raise ValueError(f"no such algorithm: {algorithm}")
    return encode(hmac.new(secret, body, algorithm).digest(), encoding)


def md5_text(parts: Iterable[bytes], *, encoding: str = "hex") -> str:
    """MD5 over the parts joined, as older Chinese platforms sign; proof of origin only as far as the salt is secret."""
    return encode(hashlib.md5(b"".join(parts), usedforsecurity=False).digest(), encoding)


def encode(digest: bytes, encoding: str) -> str:
    """Bytes as `hex`, `hex_upper` or `base64` text. Raises ValueError for any other."""
    if encoding == "hex":
        return digest.hex()
    if encoding == "hex_upper":
        return digest.hex().upper()
    if encoding == "base64":
        return base64.b64encode(digest).decode("ascii")
    raise ValueError(f"no such encoding: {encoding}")


def same(left: str, right: str) -> bool:
    """Equal, compared in constant time."""
    return hmac.compare_digest(left.encode("utf-8", "surrogateescape"), right.encode("utf-8", "surrogateescape"))


def decode_base64(text: str) -> bytes | None:
    """Strict base64, or None."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
