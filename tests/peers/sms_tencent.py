"""Tencent SMS as its documents say it answers: success is told per number, errors come with HTTP 200."""

import json
from dataclasses import dataclass, field

from adapters.signing import tc3
from tests.peers.sms_peer import Asked, Provider, Said

SECRET = "s3cret-of-tencent"


@dataclass
class Tencent(Provider):
    serials: dict[str, str] = field(default_factory=dict)
    """SessionContext -> number."""
    report_status: str = "SUCCESS"
    description: str = "DELIVRD"

    def answer(self, asked: Asked) -> Said:
        action = asked.headers["x-tc-action"]
        self.sent += action == "SendSms"
        if not self._genuine(asked):
            return _said(Error={"Code": "AuthFailure.SignatureFailure", "Message": "The provided credentials could not be validated."})
        body = json.loads(asked.body)
        match action:
            case "SendSms":
                return self._send(body)
            case "PullSmsSendStatusByPhoneNumber":
                return _said(PullSmsSendStatusSet=self._rows(body["PhoneNumber"]))
            case "SendStatusStatistics":
                return _said(SendStatusStatistics={"FeeCount": 0, "RequestCount": 0, "RequestSuccessCount": 0})
        return _said(Error={"Code": "InvalidAction", "Message": "no such action"})

    def _send(self, body: dict[str, object]) -> Said:
        number, key = body["PhoneNumberSet"][0], str(body["SessionContext"])  # type: ignore[index]  # JSON as it came.
        if self.code.startswith(("AuthFailure", "RequestLimit", "InternalError")):
            return _said(Error={"Code": self.code, "Message": f"about {number}"})
        status = {
            "SerialNo": f"5000:{key}",
            "PhoneNumber": number,
            "Fee": 1,
            "SessionContext": key,
            "Code": "Ok",
            "Message": "send success",
        }
        if self.code:
            status |= {"SerialNo": "", "Fee": 0, "Code": self.code, "Message": f"the number {number} is refused"}
        else:
            self.serials[key] = str(number)
        return _said(SendStatusSet=[status | {"IsoCode": "CN"}])

    def _rows(self, number: object) -> list[dict[str, object]]:
        return [
            {
                "UserReceiveTime": 1795395605,
                "PhoneNumber": number,
                "SerialNo": f"5000:{key}",
                "ReportStatus": self.report_status,
                "Description": self.description,
                "SessionContext": key,
            }
            for key, of in self.serials.items()
            if of == number
        ]

    def _genuine(self, asked: Asked) -> bool:
        stamp = int(asked.headers["x-tc-timestamp"])
        expected = tc3.signature(SECRET, "sms", asked.headers["host"], asked.body, stamp)
        return asked.headers["authorization"].endswith(f"Signature={expected}")


def _said(**response: object) -> Said:
    return Said(200, json.dumps({"Response": {**response, "RequestId": "R-1"}}, ensure_ascii=False).encode())
