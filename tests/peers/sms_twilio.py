"""Twilio Messages as its documents say it answers: 201 with a sid, refusals as 4xx with a number."""

import base64
import json
import urllib.parse
from dataclasses import dataclass, field

from tests.peers.sms_peer import Asked, Provider, Said

SID, SECRET = "AC00000000000000000000000000000001", "s3cret-of-twilio"
STATUS_OF = {"20003": 401, "20429": 429}


@dataclass
class Twilio(Provider):
    messages: dict[str, dict[str, str]] = field(default_factory=dict)
    """Sid -> the form it came with."""
    status: str = "queued"
    error_code: int | None = None
    price: str | None = None

    def answer(self, asked: Asked) -> Said:
        path = asked.path.removeprefix(f"/2010-04-01/Accounts/{SID}")
        self.sent += asked.method == "POST"
        if asked.headers.get("authorization") != "Basic " + base64.b64encode(f"{SID}:{SECRET}".encode()).decode():
            return _said(401, code=20003, message="Authenticate")
        if path == ".json":
            return _said(200, sid=SID, status="active")
        if path == "/Messages.json":
            return self._send(dict(urllib.parse.parse_qsl(asked.body.decode())))
        sid = path.removeprefix("/Messages/").removesuffix(".json")
        if sid not in self.messages:
            return _said(404, code=20404, message="The requested resource was not found")
        return self._one(200, sid)

    def _send(self, form: dict[str, str]) -> Said:
        if self.code:
            return _said(STATUS_OF.get(self.code, 400), code=int(self.code), message=f"The 'To' number {form['To']} is refused", status=400)
        sid = f"SM{len(self.messages) + 1:032d}"
        self.messages[sid] = form
        return self._one(201, sid)

    def _one(self, http: int, sid: str) -> Said:
        form = self.messages[sid]
        return _said(
            http,
            sid=sid,
            status=self.status,
            error_code=self.error_code,
            num_segments="1",
            price=self.price,
            price_unit="USD",
            to=form["To"],
            body=form["Body"],
        )


def _said(http: int, **tree: object) -> Said:
    return Said(http, json.dumps(tree, ensure_ascii=False).encode())
