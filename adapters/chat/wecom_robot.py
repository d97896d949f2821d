"""What does a WeCom group robot 企业微信群机器人 want on the wire? (messaging.md 2.6)"""

from datetime import datetime

from adapters.chat.robot import Provider, Robot, RobotGateway, is_phone
from adapters.chat.wecom_codes import CODES
from adapters.signing.caller import Caller
from adapters.signing.exchange import Resolve
from engine.model.connection import Connection
from engine.model.receipt import Parcel
from engine.ports.clock import Clock


def write(robot: Robot, parcel: Parcel, now: datetime) -> tuple[str, dict[str, object]]:
    """The person, if one is meant, is mentioned by number or by name in the company's list."""
    text: dict[str, object] = {"content": parcel.text}
    if parcel.address:
        text["mentioned_mobile_list" if is_phone(parcel.address) else "mentioned_list"] = [parcel.address]
    return robot.webhook, {"msgtype": "text", "text": text}


PROVIDER = Provider(write=write, text_bytes_max=2048, code_at=("errcode",), said_at="errmsg", codes=CODES)


def wecom_robot(connection: Connection, clock: Clock, resolve: Resolve, *, caller: Caller | None = None) -> RobotGateway:
    """The gateway of `type: wecom_robot`."""
    return RobotGateway(PROVIDER, connection, clock, resolve, caller=caller)
