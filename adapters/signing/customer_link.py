"""Which case may be seen by this link? A token that nobody can make without the key; pure functions of what they are given.

LinkProblem   ExpiredLink    it was ours, and its time is over
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

from itsdangerous import BadData, URLSafeSerializer

SALT = "waybill customer link 1"
"""So that nothing else signed by the same key is ever taken for a link."""
TOKEN_CHARS_MAX = 600


class LinkProblem(ValueError):
    """Not a link of ours, or no longer: made up, changed, or signed by a key that was taken away."""


class ExpiredLink(LinkProblem):
    """Ours, and its time is over."""


def make_link(keys: Sequence[str], case_id: str, until: datetime) -> str:
    """The token for one case. `keys`: the newest first, which signs. `until`: aware; its second still counts."""
    return str(_signer(keys).dumps([case_id, int(until.timestamp())]))


def case_of_link(keys: Sequence[str], token: str, now: datetime) -> tuple[str, datetime]:
    """The case, and until when. Any of `keys` may have signed it. Raises LinkProblem, ExpiredLink."""
    if not keys or len(token) > TOKEN_CHARS_MAX:
        raise LinkProblem("no link of ours")
    try:
        told = _signer(keys).loads(token)
    except BadData:
        raise LinkProblem("no link of ours") from None
    # What bears our signature was written by make_link.
    case_id, seconds = told
    until = datetime.fromtimestamp(seconds, UTC)
    if now > until:
        raise ExpiredLink("its time is over")
    return str(case_id), until


def _signer(keys: Sequence[str]) -> URLSafeSerializer:
    # The library wants the newest last.
    return URLSafeSerializer(list(reversed(keys)), salt=SALT, signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"})
