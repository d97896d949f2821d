"""Who carries what? Each connection that carries a channel, or takes commands, with the gateway of its type."""

from collections.abc import Callable, Mapping
from functools import partial

from adapters.chat.bot import BotGateway
from adapters.clock import fresh_nonce
from adapters.phone.call_list import CallList
from adapters.settings import read_secret
from adapters.sms.aliyun import AliyunSms
from adapters.sms.http_gateway import HttpGateway
from adapters.sms.kannel import KannelSms
from adapters.sms.recorder import Recorder
from adapters.sms.tencent import TencentSms
from adapters.sms.twilio import TwilioSms
from adapters.wms_tms.http import CommandGateway
from engine.model.connection import Connection, ConnectionType
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
}
"""Vendors, one line each: type of connection -> its gateway, made of the connection file, a clock and what resolves a secret."""


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
