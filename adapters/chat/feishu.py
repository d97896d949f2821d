"""What does a Feishu group robot 飞书群机器人 want on the wire? (messaging.md 2.6, 2.8)"""

import hashlib
import hmac
from datetime import datetime

from adapters.chat.robot import Provider, Robot, RobotGateway
from adapters.signing.caller import Caller
from adapters.signing.codes import Codes
from adapters.signing.digests import encode
from adapters.signing.exchange import Resolve
from engine.model.connection import Connection
from engine.model.receipt import Parcel, Verdict
from engine.ports.clock import Clock

CODES: Codes = {
    "11232": (Verdict.RETRY, "limited"),
    "99991400": (Verdict.RETRY, "limited"),
    "9499": (Verdict.REJECTED, "text_refused"),
    "19024": (Verdict.REJECTED, "text_refused"),
    "19001": (Verdict.REJECTED, "account"),
    "19021": (Verdict.REJECTED, "account"),
    "19022": (Verdict.REJECTED, "account"),
}


def sign(secret: str, at: datetime) -> tuple[str, str]:
    """Seconds and signature: here the secret is part of the key and the message is empty. `at` is aware."""
    stamp = str(int(at.timestamp()))
    return stamp, encode(hmac.new(f"{stamp}\n{secret}".encode(), b"", hashlib.sha256).digest(), "base64")


def write(robot: Robot, parcel: Parcel, now: datetime) -> tuple[str, dict[str, object]]:
    """Signed inside the body if the robot asks for it."""
    body: dict[str, object] = {"msg_type": "text", "content": {"text": parcel.text}}
    if robot.secret:
        stamp, proof = sign(robot.secret, now)
        body |= {"timestamp": stamp, "sign": proof}
    return robot.webhook, body


PROVIDER = Provider(
    write=write, text_bytes_max=20_000, code_at=("code", "StatusCode"), said_at="msg", codes=CODES, reset_header="x-ogw-ratelimit-reset"
)


def feishu_robot(connection: Connection, clock: Clock, resolve: Resolve, *, caller: Caller | None = None) -> RobotGateway:
    """The gateway of `type: feishu_robot`."""
    return RobotGateway(PROVIDER, connection, clock, resolve, caller=caller)
