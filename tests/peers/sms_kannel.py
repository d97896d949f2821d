"""Kannel's sendsms as it answered when it was tried. The real one stands beside it, in the suites that need it installed."""

import urllib.parse
from dataclasses import dataclass, field

from tests.peers.sms_peer import Asked, Provider, Said

USER, SECRET = "tester", "s3cret-of-kannel"


@dataclass
class Sendsms(Provider):
    taken: list[dict[str, str]] = field(default_factory=list)
    smsc_down: bool = False

    def answer(self, asked: Asked) -> Said:
        query = dict(urllib.parse.parse_qsl(asked.query, keep_blank_values=True, strict_parsing=True))
        self.sent += bool(query.get("to"))
        if (query.get("username"), query.get("password")) != (USER, SECRET):
            return _said(403, "Authorization failed for sendsms")
        if not query.get("to"):
            return _said(400, "Empty receiver number not allowed, rejected")
        if self.code:
            status, _, words = self.code.partition(" ")
            return _said(int(status), words)
        self.taken.append(query)
        return _said(202, "3: Queued for later delivery" if self.smsc_down else "0: Accepted for delivery")


def _said(status: int, words: str) -> Said:
    return Said(status, words.encode(), "text/html")
