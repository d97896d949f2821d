"""Providers of calls as their documents say they answer, on loopback."""

import base64
import json
import urllib.parse
from dataclasses import dataclass
from xml.etree import ElementTree

from adapters.signing import acs3
from tests.peers.sms_peer import Asked, Provider, Said

ALIYUN_SECRET = "s3cret-of-aliyun-voice"
TWILIO_SID, TWILIO_SECRET = "AC0123456789", "s3cret-of-twilio-voice"


@dataclass
class AliyunCalls(Provider):
    def answer(self, asked: Asked) -> Said:
        query = dict(urllib.parse.parse_qsl(asked.query))
        action = asked.headers["x-acs-action"]
        self.sent += action == "SingleCallByTts"
        if not self._genuine(asked):
            return _json(400, Code="SignatureDoesNotMatch", Message="Specified signature is not matched with our calculation.")
        if self.code:
            return _json(200, Code=self.code, Message=f"{query.get('CalledNumber', '')} refused")
        if action == "SingleCallByTts":
            json.loads(query["TtsParam"])
            return _json(200, Code="OK", Message="OK", CallId=f"call-{query['OutId']}")
        return _json(200, Code="isv.CALL_NOT_EXIST", Message="no such call")

    def _genuine(self, asked: Asked) -> bool:
        stated = asked.headers["authorization"]
        names = stated.partition("SignedHeaders=")[2].partition(",")[0].split(";")
        expected = acs3.signature(ALIYUN_SECRET, asked.query, {name: asked.headers[name] for name in names})
        return stated.endswith(f"Signature={expected}")


@dataclass
class TwilioCalls(Provider):
    """Reads what is to be said, as the provider would."""

    def answer(self, asked: Asked) -> Said:
        proof = "Basic " + base64.b64encode(f"{TWILIO_SID}:{TWILIO_SECRET}".encode()).decode()
        self.sent += asked.method == "POST"
        if asked.headers.get("authorization") != proof:
            return _json(401, code=20003, message="Authenticate")
        if asked.method == "GET":
            return _json(200, **{"sid": TWILIO_SID, "status": "active"})
        form = dict(urllib.parse.parse_qsl(asked.body.decode()))
        if self.code:
            return _json(400, code=int(self.code), message=f"The number {form['To']} is not valid")
        ElementTree.fromstring(form["Twiml"])
        return _json(201, **{"sid": "CA1", "status": "queued", "error_code": None})


def _json(number: int, **tree: object) -> Said:
    return Said(number, json.dumps(tree, ensure_ascii=False).encode())
