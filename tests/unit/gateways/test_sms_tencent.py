"""Tencent: what leaves, what every code means, what receipts, replies and look-ups say."""

import functools
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from fnmatch import fnmatchcase

import pytest

from adapters.clock import SettableClock
from adapters.sms.tencent import TencentSms
from adapters.sms.tencent_codes import ANSWERS
from engine.model.connection import ConnectionType
from engine.model.receipt import Push, Pushed, Sent, Verdict
from tests.contract.gateway_contract import KEY, NOW, NUMBER, a_parcel
from tests.peers.sms_peer import running
from tests.peers.sms_tencent import Tencent
from tests.unit.gateways.sms_accounts import SECRETS, a_calm_caller, an_account

LINE = {
    "user_receive_time": "2026-11-23 09:00:07",
    "nationcode": "86",
    "mobile": NUMBER,
    "report_status": "SUCCESS",
    "errmsg": "DELIVRD",
    "description": "用户短信送达成功",
    "sid": f"5000:{KEY}",
}


@pytest.fixture
def peer() -> Iterator[Tencent]:
    with running(Tencent()) as peer:
        assert isinstance(peer, Tencent)
        yield peer


@pytest.fixture
def gateway(peer: Tencent) -> TencentSms:
    return TencentSms(an_account(ConnectionType.TENCENT_SMS, peer.address), SettableClock(NOW), SECRETS.__getitem__, caller=a_calm_caller())


@functools.cache
def a_reader() -> TencentSms:
    return TencentSms(
        an_account(ConnectionType.TENCENT_SMS, "https://x.example"), SettableClock(NOW), SECRETS.__getitem__, caller=a_calm_caller()
    )


def read(body: object) -> Pushed:
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return a_reader().read(Push(body=raw, headers={}, at=NOW))


def test_a_text_leaves_as_its_template_with_values_by_position(peer: Tencent, gateway: TencentSms) -> None:
    receipt = gateway.send(a_parcel(template="1110", values=(("no", "8011"), ("who", "王小明"))))

    assert json.loads(peer.asked[0].body) == {
        "PhoneNumberSet": [f"+86{NUMBER}"],
        "SmsSdkAppId": "1400006666",
        "TemplateId": "1110",
        "SignName": "中铁物流",
        "TemplateParamSet": ["8011", "王小明"],
        "SessionContext": KEY,
    }
    assert (receipt.verdict, receipt.provider_id, receipt.code) == (Verdict.ACCEPTED, f"5000:{KEY}", "Ok")
    assert receipt.measures == (("segments", "1"),)
    assert peer.asked[0].headers["x-tc-region"] == "ap-guangzhou"


@pytest.mark.parametrize(
    "code", [code for code in ANSWERS if "*" not in code] + ["AuthFailure.SecretIdNotFound", "RequestLimitExceeded.Ip"]
)
def test_every_code_has_its_verdict_whether_it_is_told_of_the_request_or_of_the_number(
    peer: Tencent, gateway: TencentSms, code: str
) -> None:
    peer.fault = f"says {code}"

    receipt = gateway.send(a_parcel())

    pattern = next(pattern for pattern in ANSWERS if fnmatchcase(code, pattern))
    assert (receipt.verdict, receipt.reason) == ANSWERS[pattern]
    assert receipt.code == code
    assert NUMBER not in receipt.detail
    assert code not in ANSWERS or pattern == code


def test_a_code_nobody_mapped_is_unknown_and_shows(peer: Tencent, gateway: TencentSms) -> None:
    peer.fault = "says FailedOperation.NeverHeardOf"

    receipt = gateway.send(a_parcel())

    assert (receipt.verdict, receipt.reason, receipt.code) == (Verdict.UNKNOWN, "garbled", "FailedOperation.NeverHeardOf")


@pytest.mark.parametrize(
    ("code", "until"),
    [
        ("LimitExceeded.PhoneNumberThirtySecondLimit", datetime(2026, 11, 23, 1, 0, 30, tzinfo=UTC)),
        ("LimitExceeded.PhoneNumberOneHourLimit", datetime(2026, 11, 23, 2, tzinfo=UTC)),
        ("LimitExceeded.PhoneNumberDailyLimit", datetime(2026, 11, 23, 16, tzinfo=UTC)),
        ("LimitExceeded.DeliveryFrequencyLimit", datetime(2026, 11, 23, 1, 1, tzinfo=UTC)),
        ("FailedOperation.MarketingSendTimeConstraint", datetime(2026, 11, 24, 0, tzinfo=UTC)),
    ],
)
def test_a_limited_number_waits_for_the_end_of_its_window(peer: Tencent, gateway: TencentSms, code: str, until: datetime) -> None:
    peer.fault = f"says {code}"

    receipt = gateway.send(a_parcel())

    assert (receipt.verdict, receipt.reason, receipt.until) == (Verdict.RETRY, "limited", until)


def test_a_lost_answer_is_found_by_the_key_and_a_known_one_by_its_serial_number(peer: Tencent, gateway: TencentSms) -> None:
    gateway.send(a_parcel())
    gateway.send(a_parcel(key="z" * 26))

    by_key = gateway.look_up(Sent(key=KEY, provider_id="", address=NUMBER, handed_at=NOW))
    by_serial = gateway.look_up(Sent(key="z" * 26, provider_id=f"5000:{'z' * 26}", address=NUMBER, handed_at=NOW))
    other = gateway.look_up(Sent(key=KEY, provider_id="5000:other", address=NUMBER, handed_at=NOW))

    assert by_key is not None
    assert (by_key.verdict, by_key.key, by_key.provider_id) == (Verdict.DELIVERED, KEY, f"5000:{KEY}")
    assert by_serial is not None
    assert by_serial.key == "z" * 26
    assert other is None


def test_a_pushed_receipt_names_the_serial_number_only() -> None:
    pushed = read([LINE, {**LINE, "report_status": "FAIL", "errmsg": "REJECTD"}])

    arrived, refused = pushed.receipts
    assert (arrived.verdict, arrived.key, arrived.provider_id) == (Verdict.DELIVERED, "", f"5000:{KEY}")
    assert arrived.at == datetime(2026, 11, 23, 1, 0, 7, tzinfo=UTC)
    assert (refused.verdict, refused.reason, refused.code) == (Verdict.REJECTED, "text_refused", "REJECTD")
    assert pushed.answer == '{"result":0,"errmsg":"OK"}'


@pytest.mark.parametrize(
    ("code", "reason"),
    [("MK:0001", "bad_number"), ("UNDELIV", "away"), ("1024", "limited"), ("1033", "account"), ("EXPIRED", "expired"), ("ID:0076", "away")],
)
def test_a_receipt_of_failure_is_a_no_by_its_code(code: str, reason: str) -> None:
    (receipt,) = read([{**LINE, "report_status": "FAIL", "errmsg": code}]).receipts

    assert (receipt.verdict, receipt.reason, receipt.code) == (Verdict.REJECTED, reason, code)


@pytest.mark.parametrize("bad", ["text", {}, {**LINE, "report_status": "PERHAPS"}, {**LINE, "sid": None}])
def test_one_bad_line_of_a_hundred_loses_none_of_the_others(bad: object) -> None:
    lines: list[object] = [{**LINE, "sid": f"5000:{number}"} for number in range(100)]
    lines[0] = bad

    pushed = read(lines)

    assert [receipt.provider_id for receipt in pushed.receipts] == [f"5000:{number}" for number in range(1, 100)]
    assert [line.number for line in pushed.bad] == [1]


def test_what_a_person_answers_is_one_object() -> None:
    up = {"extend": "123", "mobile": NUMBER, "nationcode": "86", "sign": "中铁物流", "text": "TD", "time": 1795395900}

    (reply,) = read(up).replies

    assert (reply.number, reply.text, reply.at) == (NUMBER, "TD", datetime.fromtimestamp(1795395900, UTC))
    assert reply.id == read(up).replies[0].id != read({**up, "time": 1795395901}).replies[0].id
