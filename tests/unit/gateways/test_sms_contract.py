"""Four providers of texts keep the one contract, against peers that work, hang, break off, lie and refuse."""

from collections.abc import Iterator

import pytest

from adapters.clock import SettableClock
from engine.model.connection import ConnectionType, ReceiptDoor, Secret
from engine.ports.gateway import Gateway, Listener
from tests.contract.gateway_contract import NOW, AccidentContract, GatewayContract, a_parcel
from tests.contract.gateway_server import a_closed_port
from tests.peers.sms_aliyun import Aliyun
from tests.peers.sms_kannel import Sendsms
from tests.peers.sms_peer import Provider, running
from tests.peers.sms_tencent import Tencent
from tests.peers.sms_twilio import Twilio
from tests.unit.gateways.sms_accounts import DOOR, SECRETS, a_gateway, a_hasty_caller, an_account


class _Texts(GatewayContract, AccidentContract):
    type: ConnectionType
    Peer: type[Provider]
    door: ReceiptDoor | None = DOOR
    running: Provider

    @pytest.fixture
    def peer(self) -> Iterator[Provider]:
        with running(self.Peer()) as peer:
            self.running = peer
            yield peer

    @pytest.fixture
    def gateway(self, peer: Provider, clock: SettableClock) -> Gateway:
        return a_gateway(an_account(self.type, peer.address, receipts=self.door), clock)

    @pytest.fixture
    def hasty(self, peer: Provider, clock: SettableClock) -> Gateway:
        return a_gateway(an_account(self.type, peer.address, receipts=self.door), clock, a_hasty_caller())

    @pytest.fixture
    def lonely(self, clock: SettableClock) -> Gateway:
        return a_gateway(an_account(self.type, f"http://127.0.0.1:{a_closed_port()}", receipts=self.door), clock)

    def deliveries(self) -> int:
        return self.running.sent

    def secrets_of(self) -> tuple[str, ...]:
        return tuple(SECRETS.values())

    def test_it_listens(self, gateway: Gateway) -> None:
        assert isinstance(gateway, Listener)


class TestAliyunKeepsTheContract(_Texts):
    type, Peer = ConnectionType.ALIYUN_SMS, Aliyun


class TestTencentKeepsTheContract(_Texts):
    type, Peer = ConnectionType.TENCENT_SMS, Tencent


class TestTwilioKeepsTheContract(_Texts):
    type, Peer = ConnectionType.TWILIO_SMS, Twilio


class TestKannelKeepsTheContract(_Texts):
    type, Peer = ConnectionType.KANNEL, Sendsms


class _WithoutADoor(GatewayContract):
    """Nobody can tell what became of it: accepted is the best there is."""

    type: ConnectionType
    Peer: type[Provider]

    @pytest.fixture
    def gateway(self, clock: SettableClock) -> Iterator[Gateway]:
        with running(self.Peer()) as peer:
            yield a_gateway(an_account(self.type, peer.address, receipts=None), clock)


class TestAliyunWithoutADoorKeepsTheContract(_WithoutADoor):
    type, Peer = ConnectionType.ALIYUN_SMS, Aliyun


class TestKannelWithoutADoorKeepsTheContract(_WithoutADoor):
    type, Peer = ConnectionType.KANNEL, Sendsms


ALL = [
    (ConnectionType.ALIYUN_SMS, Aliyun),
    (ConnectionType.TENCENT_SMS, Tencent),
    (ConnectionType.TWILIO_SMS, Twilio),
    (ConnectionType.KANNEL, Sendsms),
]


@pytest.mark.parametrize(("type", "peer"), ALL)
@pytest.mark.parametrize("typed", ["138****5678", "0755-83000000", "95338", "", "abc", "123"])
def test_a_number_that_takes_no_texts_is_refused_unsent(type: ConnectionType, peer: type[Provider], typed: str) -> None:
    with running(peer()) as provider:
        receipt = a_gateway(an_account(type, provider.address), SettableClock(NOW)).send(a_parcel(address=typed))

    assert (receipt.verdict.value, receipt.reason) == ("rejected", "bad_number")
    assert provider.asked == []


@pytest.mark.parametrize(("type", "peer"), ALL)
def test_a_missing_secret_closes_the_counter_and_does_not_raise(type: ConnectionType, peer: type[Provider]) -> None:
    with running(peer()) as provider:
        options = {"access_key_secret": "env:GONE", "secret_key": "env:GONE", "auth_token": "env:GONE", "password": "env:GONE"}
        gateway = a_gateway(an_account(type, provider.address, **options), SettableClock(NOW))
        receipt = gateway.send(a_parcel())

        assert (receipt.verdict.value, receipt.reason) == ("rejected", "account")
        assert gateway.probe() is False
    assert provider.asked == []


@pytest.mark.parametrize(("type", "peer"), ALL)
def test_wrong_credentials_are_the_accounts_fault(type: ConnectionType, peer: type[Provider]) -> None:
    with running(peer()) as provider:
        options = {"access_key_secret": "env:DOOR", "secret_key": "env:DOOR", "auth_token": "env:DOOR", "password": "env:DOOR"}
        gateway = a_gateway(an_account(type, provider.address, **options), SettableClock(NOW))
        receipt = gateway.send(a_parcel())

        assert (receipt.verdict.value, receipt.reason) == ("rejected", "account")
        assert gateway.probe() is False


@pytest.mark.parametrize("type", [type for type, _ in ALL if type is not ConnectionType.KANNEL])
def test_an_address_of_the_rules_must_be_a_public_one(type: ConnectionType) -> None:
    gateway = a_gateway(an_account(type, f"http://127.0.0.1:{a_closed_port()}", private_network="no"), SettableClock(NOW))

    receipt = gateway.send(a_parcel())

    assert (receipt.verdict.value, receipt.reason) == ("rejected", "account")
    assert "may not go" in receipt.detail


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x", "sms", "http://", "http://a?b=c", "http://user:pw@a"])
@pytest.mark.parametrize(("type", "peer"), ALL)
def test_an_address_that_is_none_is_a_verdict(type: ConnectionType, peer: type[Provider], url: str) -> None:
    receipt = a_gateway(an_account(type, url), SettableClock(NOW)).send(a_parcel())

    assert (receipt.verdict.value, receipt.reason) == ("rejected", "account")


@pytest.mark.parametrize("type", [ConnectionType.TWILIO_SMS, ConnectionType.KANNEL])
def test_a_token_that_an_address_cannot_hold_closes_the_counter(type: ConnectionType) -> None:
    door = ReceiptDoor(tokens=(Secret("env:ODD"),))
    gateway = a_gateway(an_account(type, f"http://127.0.0.1:{a_closed_port()}", receipts=door), SettableClock(NOW))

    receipt = gateway.send(a_parcel())

    assert (receipt.verdict.value, receipt.reason) == ("rejected", "account")
    assert SECRETS["env:ODD"] not in receipt.detail
