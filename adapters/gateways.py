"""Who carries what? Each connection that carries a channel, or takes commands, with the gateway of its type."""

from collections.abc import Callable, Mapping
from functools import partial

from adapters.chat.bot import BotGateway
from adapters.chat.dingtalk import dingtalk_robot
from adapters.chat.feishu import feishu_robot
from adapters.chat.mail import Mail
from adapters.chat.wechat_work import WechatWork
from adapters.chat.wecom_robot import wecom_robot
from adapters.clock import fresh_nonce
from adapters.phone.aliyun_voice import AliyunVoice
from adapters.phone.call_list import CallList
from adapters.phone.sip import SipPhone
from adapters.phone.twilio_voice import TwilioVoice
from adapters.settings import read_secret
from adapters.sms.aliyun import AliyunSms
from adapters.sms.http_gateway import HttpGateway
from adapters.sms.kannel import KannelSms
from adapters.sms.recorder import Recorder
from adapters.sms.tencent import TencentSms
from adapters.sms.twilio import TwilioSms
from adapters.wms_tms.http import CommandGateway
from engine.model.connection import Connection, ConnectionType
from engine.model.receipt import Push
from engine.model.rulebook import Rulebook
from engine.ports.clock import Clock
from engine.ports.gateway import Gateway
from engine.ports.worklist import Worklist
from engine.service.counters import routes_of
from engine.service.simulate import CHANNELS

Resolve = Callable[[str], str]
Maker = Callable[[Connection, Clock, Resolve], Gateway]

MAKERS: Mapping[ConnectionType, Maker] = {
    ConnectionType.ALIYUN_SMS: partial(AliyunSms, nonce=fresh_nonce),
    ConnectionType.TENCENT_SMS: TencentSms,
    ConnectionType.TWILIO_SMS: TwilioSms,
    ConnectionType.KANNEL: KannelSms,
    ConnectionType.ALIYUN_VOICE: partial(AliyunVoice, nonce=fresh_nonce),
    ConnectionType.TWILIO_VOICE: TwilioVoice,
    ConnectionType.SIP: SipPhone,
    ConnectionType.WECHAT_WORK: WechatWork,
    ConnectionType.WECOM_ROBOT: wecom_robot,
    ConnectionType.DINGTALK_ROBOT: dingtalk_robot,
    ConnectionType.FEISHU_ROBOT: feishu_robot,
    ConnectionType.SMTP: Mail,
}
"""Providers, one line each: type of connection -> its gateway, made of the connection file, a clock and what resolves a secret."""


def gateways_of(rulebook: Rulebook, worklist: Worklist, clock: Clock) -> dict[str, Gateway]:
    """Channel or connection -> who carries it: what the connections declare; else the call list for phone, a recorder for the rest."""
    gateways: dict[str, Gateway] = {name: Recorder(name, clock) for name in CHANNELS}
    gateways["phone"] = CallList(worklist, clock)
    for connection in rulebook.connections.values():
        if connection.carries is not None:
            gateways[connection.name] = gateway_of(connection, worklist, clock)
        elif connection.commands:
            gateways[connection.name] = CommandGateway(connection, clock, read_secret)
    for channel, names in routes_of(rulebook).items():
        gateways[channel] = gateways[names[0]]
    return gateways


def listen(gateways: Mapping[str, Gateway], hand_in: Callable[[str, Push], object]) -> None:
    """A phone of our own has no provider that pushes: how its calls end is handed in by connection, at the same door."""
    for gateway in gateways.values():
        if isinstance(gateway, SipPhone):
            gateway.told = partial(hand_in, gateway.name)


def gateway_of(connection: Connection, worklist: Worklist, clock: Clock) -> Gateway:
    """The gateway of one connection that carries a channel."""
    channel = connection.carries or ""
    if connection.type is ConnectionType.CALL_LIST:
        return CallList(worklist, clock, role=connection.options.get("for", ""))
    if connection.type is ConnectionType.HTTP and connection.send is not None:
        make = HttpGateway if channel in ("sms", "phone") else BotGateway
        return make(connection, clock, read_secret)
    if connection.type in MAKERS:
        return MAKERS[connection.type](connection, clock, read_secret)
    return Recorder(channel, clock)
