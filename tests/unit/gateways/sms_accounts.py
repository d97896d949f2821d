"""Accounts at providers of texts, as connection files declare them, and the gateways made of them."""

import functools
from collections.abc import Callable

from adapters.clock import SettableClock
from adapters.signing.caller import Caller
from adapters.sms.aliyun import AliyunSms
from adapters.sms.kannel import KannelSms
from adapters.sms.tencent import TencentSms
from adapters.sms.twilio import TwilioSms
from engine.model.connection import Connection, ConnectionType, ReceiptDoor, Secret
from engine.model.span import NOWHERE
from tests.peers import sms_aliyun, sms_kannel, sms_tencent, sms_twilio

PUBLIC = "https://waybill.example"
TOKEN = "t0ken-of-the-door"
DOOR = ReceiptDoor(tokens=(Secret("env:DOOR"), Secret("env:OLD_DOOR")))
SECRETS = {
    "env:DOOR": TOKEN,
    "env:OLD_DOOR": "an-older-token",
    "env:ODD": "a token? no",
    "env:ALI_AK": "testak",
    "env:ALI_SK": sms_aliyun.SECRET,
    "env:TENCENT_SK": sms_tencent.SECRET,
    "env:TWILIO": sms_twilio.SECRET,
    "env:KANNEL": sms_kannel.SECRET,
}
OPTIONS = {
    ConnectionType.ALIYUN_SMS: {"access_key_id": "env:ALI_AK", "access_key_secret": "env:ALI_SK", "sign": "【中铁物流】"},
    ConnectionType.TENCENT_SMS: {"secret_id": "testak", "secret_key": "env:TENCENT_SK", "app_id": "1400006666", "sign": "中铁物流"},
    ConnectionType.TWILIO_SMS: {"account_sid": sms_twilio.SID, "auth_token": "env:TWILIO", "from": "+14158675309"},
    ConnectionType.KANNEL: {"username": sms_kannel.USER, "password": "env:KANNEL", "smsc": "SMPP", "sign": "中铁物流"},
}


def an_account(
    type: ConnectionType, url: str, *, receipts: ReceiptDoor | None = DOOR, public_url: str = PUBLIC, **options: str
) -> Connection:
    """A connection of this type, its door open."""
    written = {**OPTIONS[type], "url": url, "private_network": "yes", **options}
    if type in (ConnectionType.TWILIO_SMS, ConnectionType.KANNEL) and public_url:
        written["public_url"] = public_url
    return Connection(name="sms_main", label="短信", type=type, carries="sms", options=written, receipts=receipts, span=NOWHERE)


def counting() -> Callable[[], str]:
    """Nonces that never come twice, and are foretold."""
    taken: list[str] = []

    def nonce() -> str:
        taken.append(f"{len(taken):032x}")
        return taken[-1]

    return nonce


def a_gateway(connection: Connection, clock: SettableClock, caller: Caller | None = None) -> AliyunSms | TencentSms | TwilioSms | KannelSms:
    """The gateway of its type, secrets out of the table above."""
    resolve, caller = SECRETS.__getitem__, caller or a_calm_caller()
    match connection.type:
        case ConnectionType.ALIYUN_SMS:
            return AliyunSms(connection, clock, resolve, nonce=counting(), caller=caller)
        case ConnectionType.TENCENT_SMS:
            return TencentSms(connection, clock, resolve, caller=caller)
        case ConnectionType.TWILIO_SMS:
            return TwilioSms(connection, clock, resolve, caller=caller)
        case _:
            return KannelSms(connection, clock, resolve, caller=caller)


@functools.cache
def a_calm_caller() -> Caller:
    """As the service has it; one for all tests, for each reads the machine's certificates."""
    return Caller()


@functools.cache
def a_hasty_caller() -> Caller:
    """So impatient that a hanging peer costs a test little."""
    return Caller(connect_seconds=0.5, total_seconds=0.4)
