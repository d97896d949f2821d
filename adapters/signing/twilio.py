"""Did Twilio push this? HMAC-SHA1 over the address it called and every form field, or the digest of a JSON body; pure.

Source: messaging.md section 2.8; vectors W1 to W3 were taken from the provider's own validator.
"""

import hashlib
import hmac
import urllib.parse
from collections.abc import Iterable, Mapping

from adapters.signing.digests import encode, same

HEADER = "x-twilio-signature"
BODY_DIGEST = "bodySHA256"
PAIRS_MAX = 1000


def signature(token: str, url: str, pairs: Iterable[tuple[str, str]]) -> str:
    """Base64. `url`: the very address Twilio called, query included; fields sorted, each name and value once."""
    text = url + "".join(name + value for name, value in sorted(set(pairs)))
    return encode(hmac.new(token.encode(), text.encode("utf-8", "surrogateescape"), hashlib.sha1).digest(), "base64")


def is_genuine(token: str, url: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Does the header fit? Names in lower case. A JSON body is named by its digest in the address instead of by its fields."""
    given = headers.get(HEADER, "")
    digest = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query)).get(BODY_DIGEST)
    if digest is None:
        return same(signature(token, url, pairs_of(body)), given)
    return same(digest, hashlib.sha256(body).hexdigest()) and same(signature(token, url, ()), given)


def pairs_of(body: bytes) -> list[tuple[str, str]]:
    """The form fields as they came, blanks kept: one trimmed value and nothing fits any more."""
    try:
        return urllib.parse.parse_qsl(
            body.decode("utf-8", "surrogateescape"), keep_blank_values=True, max_num_fields=PAIRS_MAX, errors="surrogateescape"
        )
    except ValueError:
        return []
