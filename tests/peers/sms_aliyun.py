"""Aliyun SMS as its documents say it answers: signatures are checked, OutId comes back."""

import json
import urllib.parse
from dataclasses import dataclass, field

from adapters.signing import acs3
from tests.peers.sms_peer import Asked, Provider, Said

SECRET = "s3cret-of-aliyun"


@dataclass
class Aliyun(Provider):
    out_ids: dict[str, str] = field(default_factory=dict)
    """OutId -> number."""
    send_status: int = 1
    err_code: str = ""

    def answer(self, asked: Asked) -> Said:
        query = dict(urllib.parse.parse_qsl(asked.query))
        action = asked.headers["x-acs-action"]
        self.sent += action == "SendSms"
        if not self._genuine(asked):
            return _said(400, Code="SignatureDoesNotMatch", Message="Specified signature is not matched with our calculation.")
        if self.code:
            return _said(200, Code=self.code, Message=f"{query.get('PhoneNumbers', '')}触发天级流控Permits:40")
        match action:
            case "SendSms":
                json.loads(query["TemplateParam"])
                self.out_ids[query["OutId"]] = query["PhoneNumbers"]
                return _said(200, Code="OK", BizId=f"biz-{query['OutId']}", Message="OK")
            case "QuerySendDetails":
                return _said(200, Code="OK", TotalCount=len(self.out_ids), SmsSendDetailDTOs={"SmsSendDetailDTO": self._rows(query)})
            case "QuerySmsSignList":
                return _said(200, Code="OK", TotalCount=0, SmsSignList=[])
        return _said(404, Code="InvalidAction.NotFound", Message="no such action")

    def _rows(self, query: dict[str, str]) -> list[dict[str, object]]:
        mine = [out_id for out_id, number in self.out_ids.items() if number == query["PhoneNumber"]]
        return [
            {
                "OutId": out_id,
                "PhoneNum": query["PhoneNumber"],
                "SendStatus": self.send_status,
                "ErrCode": self.err_code,
                "ReceiveDate": "2026-11-23 09:00:05",
            }
            for out_id in mine
        ]

    def _genuine(self, asked: Asked) -> bool:
        stated = asked.headers["authorization"]
        names = stated.partition("SignedHeaders=")[2].partition(",")[0].split(";")
        expected = acs3.signature(SECRET, asked.query, {name: asked.headers[name] for name in names})
        return stated.endswith(f"Signature={expected}") and asked.headers["host"] == f"127.0.0.1:{self.port}"


def _said(status: int, **tree: object) -> Said:
    return Said(status, json.dumps({"RequestId": "R-1", **tree}, ensure_ascii=False).encode())
