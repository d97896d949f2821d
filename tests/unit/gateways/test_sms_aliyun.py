"""Aliyun: what leaves, what every code means, what receipts, replies and look-ups say."""

import functools
import json
import urllib.parse
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase

import pytest

from adapters.clock import SettableClock
from adapters.sms.aliyun import AliyunSms
from adapters.sms.aliyun_codes import ANSWERS, RECEIPTS
from engine.model.connection import ConnectionType
from engine.model.receipt import Push, Pushed, Sent, Verdict
from tests.contract.gateway_contract import KEY, NOW, NUMBER, a_parcel
from tests.peers.sms_aliyun import Aliyun
from tests.peers.sms_peer import running
from tests.unit.gateways.sms_accounts import SECRETS, a_calm_caller, an_account, counting

LINE = {
    "phone_number": NUMBER,
    "send_time": "2026-11-23 09:00:00",
    "report_time": "2026-11-23 09:00:07",
    "success": True,
    "err_code": "DELIVERED",
    "err_msg": "用户接收成功",
    "sms_size": "2",
    "biz_id": "biz-1",
    "out_id": KEY,
}


@pytest.fixture
def peer() -> Iterator[Aliyun]:
    with running(Aliyun()) as peer:
        assert isinstance(peer, Aliyun)
        yield peer


@pytest.fixture
def gateway(peer: Aliyun) -> AliyunSms:
    connection = an_account(ConnectionType.ALIYUN_SMS, peer.address)
    return AliyunSms(connection, SettableClock(NOW), SECRETS.__getitem__, nonce=counting(), caller=a_calm_caller())


def a_push(body: object) -> Push:
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return Push(body=raw, headers={"content-type": "application/json"}, at=NOW)


@functools.cache
def a_reader() -> AliyunSms:
    connection = an_account(ConnectionType.ALIYUN_SMS, "https://x.example")
    return AliyunSms(connection, SettableClock(NOW), SECRETS.__getitem__, nonce=counting(), caller=a_calm_caller())


def read(body: object) -> Pushed:
    return a_reader().read(a_push(body))


def test_a_text_leaves_as_its_approved_template_under_its_key(peer: Aliyun, gateway: AliyunSms) -> None:
    receipt = gateway.send(a_parcel(address="+86 138-1234-5678", values=(("no", "8011"), ("who", '王"小 明'))))

    query = dict(urllib.parse.parse_qsl(peer.asked[0].query))
    assert query == {
        "PhoneNumbers": NUMBER,
        "SignName": "中铁物流",
        "TemplateCode": "SMS_1",
        "TemplateParam": '{"no":"8011","who":"王\\"小 明"}',
        "OutId": KEY,
    }
    assert (receipt.verdict, receipt.provider_id, receipt.code, receipt.final) == (Verdict.ACCEPTED, f"biz-{KEY}", "OK", False)
    assert peer.asked[0].body == b""


def test_a_text_without_an_approved_template_is_refused_unsent(peer: Aliyun, gateway: AliyunSms) -> None:
    receipt = gateway.send(a_parcel(template=""))

    assert (receipt.verdict, receipt.reason) == (Verdict.REJECTED, "text_refused")
    assert peer.asked == []


def test_no_two_requests_share_a_nonce(peer: Aliyun, gateway: AliyunSms) -> None:
    gateway.send(a_parcel())
    gateway.send(a_parcel())

    assert len({asked.headers["x-acs-signature-nonce"] for asked in peer.asked}) == 2


@pytest.mark.parametrize(
    ("code", "verdict", "reason"),
    [
        ("Throttling.User", Verdict.RETRY, "busy"),
        ("isv.BUSINESS_LIMIT_CONTROL", Verdict.RETRY, "limited"),
        ("isv.MOBILE_NUMBER_ILLEGAL", Verdict.REJECTED, "bad_number"),
        ("isv.SMS_CONTENT_ILLEGAL", Verdict.REJECTED, "text_refused"),
        ("isv.SMS_SIGNATURE_ILLEGAL", Verdict.REJECTED, "account"),
        ("isv.AMOUNT_NOT_ENOUGH", Verdict.REJECTED, "account"),
        ("isv.ACCOUNT_ABNORMAL", Verdict.REJECTED, "account"),
        ("isp.RAM_PERMISSION_DENY", Verdict.REJECTED, "account"),
        ("isp.SYSTEM_ERROR", Verdict.UNKNOWN, "no_answer"),
        ("isv.NEVER_HEARD_OF", Verdict.UNKNOWN, "garbled"),
    ],
)
def test_a_refusal_has_the_verdict_of_its_code(peer: Aliyun, gateway: AliyunSms, code: str, verdict: Verdict, reason: str) -> None:
    peer.fault = f"says {code}"

    receipt = gateway.send(a_parcel())

    assert (receipt.verdict, receipt.reason, receipt.code) == (verdict, reason, code)
    assert NUMBER not in receipt.detail
    assert "天级" in receipt.detail


@pytest.mark.parametrize("code", [code for code in ANSWERS if "*" not in code])
def test_every_code_of_the_table_is_reached_by_its_own_row(peer: Aliyun, gateway: AliyunSms, code: str) -> None:
    peer.fault = f"says {code}"

    receipt = gateway.send(a_parcel())

    assert (receipt.verdict, receipt.reason) == ANSWERS[code]
    assert next(pattern for pattern in ANSWERS if fnmatchcase(code, pattern)) == code


def test_a_limited_number_waits_for_the_end_of_its_window(peer: Aliyun, gateway: AliyunSms) -> None:
    peer.fault = "says isv.BUSINESS_LIMIT_CONTROL"

    assert gateway.send(a_parcel()).until == datetime(2026, 11, 23, 16, tzinfo=UTC)


def test_a_lost_answer_is_found_by_the_key(peer: Aliyun, gateway: AliyunSms) -> None:
    gateway.send(a_parcel())
    sent = Sent(key=KEY, provider_id="", address=NUMBER, handed_at=NOW)

    waiting = gateway.look_up(sent)
    peer.send_status = 3
    arrived = gateway.look_up(sent)
    peer.send_status, peer.err_code = 2, "MOBILE_NOT_ON_SERVICE"
    failed = gateway.look_up(sent)

    assert waiting is not None
    assert waiting.verdict is Verdict.ACCEPTED
    assert arrived is not None
    assert (arrived.verdict, arrived.reason, arrived.at) == (Verdict.DELIVERED, "receipt", datetime(2026, 11, 23, 1, 0, 5, tzinfo=UTC))
    assert failed is not None
    assert (failed.verdict, failed.reason) == (Verdict.REJECTED, "bad_number")
    assert dict(urllib.parse.parse_qsl(peer.asked[1].query))["SendDate"] == "20261123"


@pytest.mark.parametrize(
    "sent",
    [
        Sent(key=KEY, provider_id="", address="", handed_at=NOW),
        Sent(key=KEY, provider_id="", address=NUMBER, handed_at=NOW - timedelta(days=31)),
    ],
)
def test_what_nobody_can_tell_is_not_asked(peer: Aliyun, gateway: AliyunSms, sent: Sent) -> None:
    gateway.send(a_parcel())

    assert gateway.look_up(sent) is None
    assert len(peer.asked) == 1


def test_a_receipt_says_that_it_arrived_when_and_in_how_many_segments() -> None:
    (receipt,) = read([LINE]).receipts

    assert (receipt.verdict, receipt.reason, receipt.key, receipt.provider_id) == (Verdict.DELIVERED, "receipt", KEY, "biz-1")
    assert receipt.at == datetime(2026, 11, 23, 1, 0, 7, tzinfo=UTC)
    assert receipt.measures == (("segments", "2"),)
    assert read([LINE]).answer == '{"code":0,"msg":"接收成功"}'


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("MOBILE_NOT_ON_SERVICE", "bad_number"),
        ("MOBILE_IN_BLACK", "opted_out"),
        ("CONTENT_KEYWORD", "text_refused"),
        ("MOBILE_SEND_LIMIT", "limited"),
        ("EXPIRED", "expired"),
        ("UNDELIV", "away"),
        ("NEVER_HEARD_OF", "away"),
    ],
)
def test_a_receipt_of_failure_is_a_no_and_never_a_repetition(code: str, reason: str) -> None:
    (receipt,) = read([{**LINE, "success": False, "err_code": code}]).receipts

    assert (receipt.verdict, receipt.reason, receipt.code, receipt.until) == (Verdict.REJECTED, reason, code, None)


def test_every_receipt_code_means_a_no() -> None:
    assert {verdict for verdict, _ in RECEIPTS.values()} <= {Verdict.REJECTED, Verdict.RETRY}


BAD_LINES: list[object] = ["text", None, 7, {}, {**LINE, "success": "perhaps"}, {**LINE, "out_id": "", "biz_id": None}]


@pytest.mark.parametrize("bad", BAD_LINES)
def test_one_bad_line_of_a_hundred_loses_none_of_the_others(bad: object) -> None:
    lines: list[object] = [{**LINE, "out_id": f"{number:026d}"} for number in range(100)]
    lines[41] = bad

    pushed = read(lines)

    assert [receipt.key for receipt in pushed.receipts] == [f"{number:026d}" for number in range(100) if number != 41]
    assert [line.number for line in pushed.bad] == [42]
    assert all(NUMBER not in line.text for line in pushed.bad)
    assert pushed.answer


def test_a_line_that_is_not_even_json_loses_none_of_the_others() -> None:
    lines = [json.dumps({**LINE, "out_id": f"{number:026d}"}) for number in range(100)]
    lines[41] = '{"out_id": "broken", "success": tr}'

    pushed = read(("[" + ",".join(lines) + "]").encode())

    assert len(pushed.receipts) == 99
    assert [line.number for line in pushed.bad] == [42]


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff\xfe", b"[", b"null", b'{"a": ' + b"[" * 500])
def test_a_push_that_nobody_can_read_is_told_and_brings_nothing_down(body: bytes) -> None:
    pushed = read(body)

    assert (pushed.receipts, pushed.replies) == ((), ())
    assert len(pushed.bad) == 1


def test_an_unreadable_time_does_not_lose_a_receipt() -> None:
    (receipt,) = read([{**LINE, "report_time": "yesterday"}]).receipts

    assert receipt.at == NOW


def test_what_a_person_answers_comes_with_an_id_that_stays_the_same() -> None:
    up = {"phone_number": NUMBER, "content": "退订", "send_time": "2026-11-23 09:05:00", "dest_code": "1", "sequence_id": 1234567890}

    (reply,) = read([up]).replies
    (nameless,) = read([{**up, "sequence_id": None}]).replies

    assert (reply.id, reply.number, reply.text, reply.at) == ("1234567890", NUMBER, "退订", datetime(2026, 11, 23, 1, 5, tzinfo=UTC))
    assert nameless.id == read([{**up, "sequence_id": None}]).replies[0].id
    assert NUMBER not in nameless.id
