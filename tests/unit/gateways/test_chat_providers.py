"""WeCom, DingTalk and Feishu: the one contract, codes inside a 200, tokens that grow old, and addresses that are secrets."""

import json
import urllib.parse
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from adapters.chat import dingtalk, feishu
from adapters.chat.dingtalk import dingtalk_robot
from adapters.chat.feishu import feishu_robot
from adapters.chat.robot import RobotGateway
from adapters.chat.wechat_work import WechatWork
from adapters.chat.wecom_robot import wecom_robot
from adapters.clock import SettableClock
from adapters.signing.caller import Caller
from engine.model.connection import Connection, ConnectionType
from engine.model.receipt import Verdict
from engine.model.span import NOWHERE
from engine.ports.gateway import Gateway
from tests.contract.gateway_contract import NOW, AccidentContract, GatewayContract, a_parcel
from tests.contract.gateway_server import a_closed_port
from tests.peers.sms_peer import Provider, running
from tests.unit.gateways.chat_peers import CORP_SECRET, Group, Wecom
from tests.unit.gateways.sms_accounts import a_hasty_caller

ROBOT_KEY = "d54e2c1a-0f0f-4a61-b2f1-robotkey0001"
AT = datetime.fromtimestamp(1795262400, UTC)
Robot = Callable[..., RobotGateway]


def wecom(url: str, clock: SettableClock, caller: Caller | None = None, **more: str) -> WechatWork:
    options = {"corp_id": "ww1", "corp_secret": "env:CORP", "agent_id": "1000002", "url": url, "private_network": "yes", **more}
    connection = Connection(name="wecom", label="企业微信", type=ConnectionType.WECHAT_WORK, options=options, span=NOWHERE)
    return WechatWork(connection, clock, {"env:CORP": CORP_SECRET, "env:WRONG": "another"}.__getitem__, caller=caller)


def a_robot(make: Robot, url: str, clock: SettableClock, caller: Caller | None = None, *, secret: str = "") -> RobotGateway:
    options = {"webhook": "env:HOOK", **({"secret": "env:SECRET"} if secret else {})}
    connection = Connection(name="robot", label="群机器人", type=ConnectionType.WECOM_ROBOT, options=options, span=NOWHERE)
    secrets = {"env:HOOK": f"{url}/robot/send?access_token={ROBOT_KEY}", "env:SECRET": secret}
    return make(connection, clock, secrets.__getitem__, caller=caller)


class _Chats(GatewayContract, AccidentContract):
    running: Provider

    def start(self) -> Provider:
        raise NotImplementedError

    def make(self, url: str, clock: SettableClock, caller: Caller | None = None) -> Gateway:
        raise NotImplementedError

    @pytest.fixture
    def peer(self) -> Iterator[Provider]:
        with running(self.start()) as peer:
            self.running = peer
            yield peer

    @pytest.fixture
    def gateway(self, peer: Provider, clock: SettableClock) -> Gateway:
        return self.make(peer.address, clock)

    @pytest.fixture
    def hasty(self, peer: Provider, clock: SettableClock) -> Gateway:
        return self.make(peer.address, clock, a_hasty_caller())

    @pytest.fixture
    def lonely(self, clock: SettableClock) -> Gateway:
        return self.make(f"http://127.0.0.1:{a_closed_port()}", clock)

    def deliveries(self) -> int:
        return self.running.sent

    def secrets_of(self) -> tuple[str, ...]:
        return (ROBOT_KEY, CORP_SECRET, "token-1", "SECtest")


class TestWecomApplicationKeepsTheContract(_Chats):
    def start(self) -> Provider:
        return Wecom()

    def make(self, url: str, clock: SettableClock, caller: Caller | None = None) -> Gateway:
        return wecom(url, clock, caller)

    @pytest.fixture
    def hasty(self, peer: Provider, clock: SettableClock) -> Gateway:
        # It holds a token already: what fails is the message.
        gateway = wecom(peer.address, clock, a_hasty_caller())
        gateway.probe()
        return gateway


class TestWecomRobotKeepsTheContract(_Chats):
    def start(self) -> Provider:
        return Group()

    def make(self, url: str, clock: SettableClock, caller: Caller | None = None) -> Gateway:
        return a_robot(wecom_robot, url, clock, caller)


class TestDingtalkKeepsTheContract(_Chats):
    def start(self) -> Provider:
        return Group()

    def make(self, url: str, clock: SettableClock, caller: Caller | None = None) -> Gateway:
        return a_robot(dingtalk_robot, url, clock, caller, secret="SECtest")


class TestFeishuKeepsTheContract(_Chats):
    def start(self) -> Provider:
        return Group(words=("code", "msg"))

    def make(self, url: str, clock: SettableClock, caller: Caller | None = None) -> Gateway:
        return a_robot(feishu_robot, url, clock, caller, secret="SECtest")


def test_dingtalk_signs_as_published() -> None:
    assert dingtalk.sign("SECtest", AT) == ("1795262400000", "YEHjYvsWADIYMyP1WJCYqOH/3yHHqVJt+1t4qH1f5js=")


def test_feishu_signs_as_published() -> None:
    assert feishu.sign("SECtest", AT) == ("1795262400", "oI/aPmPqv0ZrEBUfHkVr8QeB/UPjlIO3DWVWaZG/sTs=")


def test_dingtalks_sign_is_quoted_once_on_the_wire() -> None:
    with running(Group()) as peer:
        a_robot(dingtalk_robot, peer.address, SettableClock(AT), secret="SECtest").send(a_parcel())

    assert peer.asked[0].path.endswith("&timestamp=1795262400000&sign=YEHjYvsWADIYMyP1WJCYqOH%2F3yHHqVJt%2B1t4qH1f5js%3D")


def test_feishus_sign_stands_in_the_body() -> None:
    with running(Group(words=("code", "msg"))) as peer:
        a_robot(feishu_robot, peer.address, SettableClock(AT), secret="SECtest").send(a_parcel(text="请提货"))

    (body,) = peer.bodies
    assert body == {
        "msg_type": "text", "content": {"text": "请提货"}, "timestamp": "1795262400", "sign": "oI/aPmPqv0ZrEBUfHkVr8QeB/UPjlIO3DWVWaZG/sTs=",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("make", "words", "code", "said", "verdict", "reason"),
    [
        (wecom_robot, "errcode", "45009", "freq", Verdict.RETRY, "limited"),
        (wecom_robot, "errcode", "93000", "invalid webhook", Verdict.REJECTED, "account"),
        (wecom_robot, "errcode", "44004", "empty", Verdict.REJECTED, "text_refused"),
        (wecom_robot, "errcode", "-1", "system busy", Verdict.UNKNOWN, "garbled"),
        (dingtalk_robot, "errcode", "310000", "keywords not in content", Verdict.REJECTED, "text_refused"),
        (dingtalk_robot, "errcode", "310000", "sign not match", Verdict.REJECTED, "account"),
        (dingtalk_robot, "errcode", "130101", "send too fast", Verdict.RETRY, "limited"),
        (dingtalk_robot, "errcode", "777", "new", Verdict.UNKNOWN, "garbled"),
        (feishu_robot, "code", "19021", "sign match fail", Verdict.REJECTED, "account"),
        (feishu_robot, "code", "11232", "overload", Verdict.RETRY, "limited"),
        (feishu_robot, "code", "19024", "Key Words Not Found", Verdict.REJECTED, "text_refused"),
    ],
)
def test_an_error_inside_a_200_is_an_error(make: Robot, words: str, code: str, said: str, verdict: Verdict, reason: str) -> None:
    message = "errmsg" if words == "errcode" else "msg"
    with running(Group(fault=f"says {code}", words=(words, message), said=said)) as peer:
        receipt = a_robot(make, peer.address, SettableClock(NOW)).send(a_parcel())

    assert (receipt.verdict, receipt.reason, receipt.code) == (verdict, reason, code)
    assert (receipt.until is not None) is (reason == "limited")
    assert "13812345678" not in receipt.detail


@pytest.mark.parametrize(
    ("make", "address", "named"),
    [
        (wecom_robot, "13812345678", ("text", "mentioned_mobile_list")),
        (wecom_robot, "liqiang", ("text", "mentioned_list")),
        (dingtalk_robot, "13812345678", ("at", "atMobiles")),
        (dingtalk_robot, "liqiang", ("at", "atUserIds")),
    ],
)
def test_the_person_in_the_group_is_named(make: Robot, address: str, named: tuple[str, str]) -> None:
    with running(Group()) as peer:
        a_robot(make, peer.address, SettableClock(NOW)).send(a_parcel(address=address))

    part, name = named
    assert peer.bodies[0][part][name] == [address]  # type: ignore[index]  # A tree of JSON.


@pytest.mark.parametrize("make", [wecom_robot, dingtalk_robot, feishu_robot])
def test_a_robot_whose_address_is_not_set_stops_and_does_not_raise(make: Robot) -> None:
    connection = Connection(name="robot", label="群", type=ConnectionType.WECOM_ROBOT, options={"webhook": "env:GONE"}, span=NOWHERE)
    gateway = make(connection, SettableClock(NOW), {}.__getitem__)

    assert (gateway.send(a_parcel()).reason, gateway.probe()) == ("account", False)


@pytest.mark.parametrize(("length", "reason"), [(682, ""), (683, "text_refused")])
def test_wecom_is_never_given_more_than_it_shows(length: int, reason: str) -> None:
    with running(Wecom()) as peer:
        receipt = wecom(peer.address, SettableClock(NOW)).send(a_parcel(text="货" * length))

    assert receipt.reason == reason
    assert peer.sent == (0 if reason else 1)


def test_a_token_is_fetched_once_and_again_when_it_has_run_out() -> None:
    clock = SettableClock(NOW)
    with running(Wecom()) as peer:
        gateway = wecom(peer.address, clock)
        for _ in range(3):
            gateway.send(a_parcel())
        before = peer.tokens
        clock.advance(timedelta(seconds=7200))
        gateway.send(a_parcel())

    assert (before, peer.tokens, peer.sent) == (1, 2, 4)


def test_a_token_refused_as_old_is_renewed_once_inside_the_same_send() -> None:
    with running(Wecom(refuses_tokens=1)) as peer:
        receipt = wecom(peer.address, SettableClock(NOW)).send(a_parcel())

    assert receipt.verdict is Verdict.ACCEPTED
    assert (peer.tokens, peer.sent) == (2, 2)


def test_a_new_token_refused_too_is_the_accounts_fault() -> None:
    with running(Wecom(refuses_tokens=9)) as peer:
        receipt = wecom(peer.address, SettableClock(NOW)).send(a_parcel())

    assert (receipt.verdict, receipt.reason, receipt.code) == (Verdict.REJECTED, "account", "42001")
    assert peer.sent == 2


def test_no_token_means_nothing_was_sent() -> None:
    with running(Wecom(fault="hang after reading")) as peer:
        receipt = wecom(peer.address, SettableClock(NOW), a_hasty_caller()).send(a_parcel())

    assert (receipt.verdict, receipt.reason) == (Verdict.RETRY, "no_connection")


def test_who_is_not_in_the_company_is_not_reached_although_wecom_says_ok() -> None:
    with running(Wecom(absent="LiQiang")) as peer:
        receipt = wecom(peer.address, SettableClock(NOW)).send(a_parcel(address="LiQiang"))

    assert (receipt.verdict, receipt.reason, receipt.code) == (Verdict.REJECTED, "bad_number", "invaliduser")


@pytest.mark.parametrize("address", ["@all", "a|b", "", " "])
def test_one_message_is_never_for_the_whole_company(address: str) -> None:
    with running(Wecom()) as peer:
        receipt = wecom(peer.address, SettableClock(NOW)).send(a_parcel(address=address))

    assert receipt.reason == "bad_number"
    assert peer.asked == []


@pytest.mark.parametrize(
    ("code", "verdict", "reason"),
    [("45009", Verdict.RETRY, "limited"), ("81013", Verdict.REJECTED, "bad_number"), ("60020", Verdict.REJECTED, "account")],
)
def test_what_wecom_refuses_has_one_verdict(code: str, verdict: Verdict, reason: str) -> None:
    with running(Wecom(fault=f"says {code}")) as peer:
        receipt = wecom(peer.address, SettableClock(NOW)).send(a_parcel())

    assert (receipt.verdict, receipt.reason, receipt.code) == (verdict, reason, code)


def test_wrong_credentials_close_the_counter() -> None:
    with running(Wecom()) as peer:
        gateway = wecom(peer.address, SettableClock(NOW), corp_secret="env:WRONG")

        assert (gateway.send(a_parcel()).reason, gateway.probe()) == ("account", False)


def test_a_person_gets_the_text_and_a_repetition_is_not_shown_twice() -> None:
    with running(Wecom()) as peer:
        wecom(peer.address, SettableClock(NOW)).send(a_parcel(address="liqiang", text="请提货"))

    body = json.loads(peer.asked[1].body)
    assert urllib.parse.parse_qs(peer.asked[1].query) == {"access_token": ["token-1"]}
    assert body == {
        "touser": "liqiang", "msgtype": "text", "agentid": 1000002, "text": {"content": "请提货"},
        "enable_duplicate_check": 1, "duplicate_check_interval": 1800,
    }  # fmt: skip
