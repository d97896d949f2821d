"""What does a DingTalk group robot 钉钉群机器人 want on the wire? (messaging.md 2.6, 2.8)"""

import hashlib
import hmac
import urllib.parse
from datetime import datetime

from adapters.chat.robot import Provider, Robot, RobotGateway, is_phone
from adapters.signing.caller import Caller
from adapters.signing.codes import Codes
from adapters.signing.digests import encode
from adapters.signing.exchange import Resolve
from engine.model.connection import Connection
from engine.model.receipt import Parcel, Verdict
from engine.ports.clock import Clock

CODES: Codes = {
    "130101": (Verdict.RETRY, "limited"),
    "90030": (Verdict.RETRY, "limited"),
    "310000 *keyword*": (Verdict.REJECTED, "text_refused"),
    "310000 *关键词*": (Verdict.REJECTED, "text_refused"),
    "310000*": (Verdict.REJECTED, "account"),
    "300001": (Verdict.REJECTED, "account"),
    "300005": (Verdict.REJECTED, "account"),
    "40035": (Verdict.REJECTED, "text_refused"),
    "43004": (Verdict.REJECTED, "text_refused"),
    "430101": (Verdict.REJECTED, "text_refused"),
    "430102": (Verdict.REJECTED, "text_refused"),
    "430103": (Verdict.REJECTED, "text_refused"),
    "430104": (Verdict.REJECTED, "text_refused"),
    "400013": (Verdict.REJECTED, "account"),
    "400101": (Verdict.REJECTED, "account"),
    "400102": (Verdict.REJECTED, "account"),
    "400106": (Verdict.REJECTED, "account"),
}
"""310000 is the group's own check: keyword, sign or address."""


def sign(secret: str, at: datetime) -> tuple[str, str]:
    """Milliseconds and signature, as they stand in the address before they are quoted. `at` is aware."""
    stamp = str(round(at.timestamp() * 1000))
    return stamp, encode(hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest(), "base64")


def write(robot: Robot, parcel: Parcel, now: datetime) -> tuple[str, dict[str, object]]:
    """Signed if the robot asks for it; the person, if one is meant, is named by number or by user."""
    url = robot.webhook
    if robot.secret:
        stamp, proof = sign(robot.secret, now)
        url += ("&" if "?" in url else "?") + urllib.parse.urlencode({"timestamp": stamp, "sign": proof})
    whom = {"atMobiles" if is_phone(parcel.address) else "atUserIds": [parcel.address]} if parcel.address else {}
    return url, {"msgtype": "text", "text": {"content": parcel.text}, "at": {**whom, "isAtAll": False}}


PROVIDER = Provider(write=write, text_bytes_max=20_000, code_at=("errcode",), said_at="errmsg", codes=CODES, blocked_seconds=600)


def dingtalk_robot(connection: Connection, clock: Clock, resolve: Resolve, *, caller: Caller | None = None) -> RobotGateway:
    """The gateway of `type: dingtalk_robot`."""
    return RobotGateway(PROVIDER, connection, clock, resolve, caller=caller)
