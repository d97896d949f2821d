"""Kannel: what leaves, what its answers, receipts and replies mean, as they were seen when it was tried."""

import functools
import urllib.parse
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from adapters.clock import SettableClock
from adapters.sms.kannel import KannelSms
from engine.model.connection import ConnectionType
from engine.model.receipt import Push, Pushed, Verdict
from tests.contract.gateway_contract import KEY, NOW, NUMBER, a_parcel
from tests.peers.sms_kannel import SECRET, USER, Sendsms
from tests.peers.sms_peer import running
from tests.unit.gateways.sms_accounts import PUBLIC, SECRETS, TOKEN, a_calm_caller, an_account


@pytest.fixture
def peer() -> Iterator[Sendsms]:
    with running(Sendsms()) as peer:
        assert isinstance(peer, Sendsms)
        yield peer


def at(peer: Sendsms, **options: str) -> KannelSms:
    return KannelSms(
        an_account(ConnectionType.KANNEL, peer.address, **options), SettableClock(NOW), SECRETS.__getitem__, caller=a_calm_caller()
    )


@functools.cache
def a_reader() -> KannelSms:
    return KannelSms(
        an_account(ConnectionType.KANNEL, "http://kannel.example:13013"), SettableClock(NOW), SECRETS.__getitem__, caller=a_calm_caller()
    )


def read(**query: str) -> Pushed:
    return a_reader().read(Push(body=b"", headers={}, query=tuple(query.items()), at=NOW))


def test_a_text_leaves_whole_signed_bounded_and_says_where_its_receipts_go(peer: Sendsms) -> None:
    receipt = at(peer, **{"from": "10690000"}).send(a_parcel(text="货到了 a&b+c=1%", valid_until=NOW + timedelta(seconds=299)))

    assert peer.taken == [
        {
            "username": USER,
            "password": SECRET,
            "to": NUMBER,
            "text": "【中铁物流】货到了 a&b+c=1%",
            "charset": "UTF-8",
            "coding": "2",
            "validity": "4",
            "smsc": "SMPP",
            "from": "10690000",
            "dlr-mask": "31",
            "dlr-url": f"{PUBLIC}/in/sms_main/{TOKEN}?ref={KEY}&type=%d&why=%A&id=%F&smsc=%i&ts=%T",
        }
    ]
    assert (receipt.verdict, receipt.code, receipt.detail, receipt.final) == (Verdict.ACCEPTED, "0", "", False)
    assert receipt.measures == (("segments", "1"),)


def test_the_receipts_address_is_percent_encoded_to_the_last_sign(peer: Sendsms) -> None:
    at(peer).send(a_parcel())

    written = next(part for part in peer.asked[0].query.split("&") if part.startswith("dlr-url="))
    assert set(written.removeprefix("dlr-url=")) & set(":/?&= ") == set()
    assert "%25d" in written


def test_a_long_text_is_counted_with_its_sign(peer: Sendsms) -> None:
    assert at(peer).send(a_parcel(text="物" * 65)).measures == (("segments", "2"),)
    assert at(peer, sign="").send(a_parcel(text="物" * 65)).measures == (("segments", "1"),)


@pytest.mark.parametrize(("seconds", "minutes"), [(60, "1"), (119, "1"), (3600, "60"), (60 * 60 * 24 * 30, "10080")])
def test_the_validity_is_whole_minutes_rounded_down(peer: Sendsms, seconds: int, minutes: str) -> None:
    at(peer).send(a_parcel(valid_until=NOW + timedelta(seconds=seconds)))

    assert peer.taken[0]["validity"] == minutes


def test_a_text_without_a_bound_gets_one_for_kannel_would_hold_it_for_ever(peer: Sendsms) -> None:
    at(peer).send(a_parcel(valid_until=None))

    assert peer.taken[0]["validity"] == "1440"


def test_less_than_a_minute_is_too_little(peer: Sendsms) -> None:
    receipt = at(peer).send(a_parcel(valid_until=NOW + timedelta(seconds=59)))

    assert (receipt.verdict, receipt.reason, peer.asked) == (Verdict.REJECTED, "expired", [])


def test_queued_for_a_smsc_that_is_down_is_accepted_and_says_so(peer: Sendsms) -> None:
    peer.smsc_down = True

    receipt = at(peer).send(a_parcel())

    assert (receipt.verdict, receipt.code, receipt.detail) == (Verdict.ACCEPTED, "3", "queued: the SMSC is down")


@pytest.mark.parametrize(
    ("said", "verdict", "reason"),
    [
        ("400 Empty receiver number not allowed, rejected", Verdict.REJECTED, "bad_number"),
        ("400 Something about the text", Verdict.REJECTED, "text_refused"),
        ("403 Authorization failed for sendsms", Verdict.REJECTED, "account"),
        ("403 Not routable. Do not try again.", Verdict.REJECTED, "account"),
        ("503 Temporal failure, try again later.", Verdict.RETRY, "busy"),
        ("500 Internal error", Verdict.UNKNOWN, "no_answer"),
        ("202 7: never heard of", Verdict.UNKNOWN, "garbled"),
        ("200 hello", Verdict.UNKNOWN, "garbled"),
    ],
)
def test_an_answer_has_the_verdict_of_its_words(peer: Sendsms, said: str, verdict: Verdict, reason: str) -> None:
    peer.fault = f"says {said}"

    receipt = at(peer).send(a_parcel())

    assert (receipt.verdict, receipt.reason) == (verdict, reason)


@pytest.mark.parametrize(
    ("type", "why", "verdict", "reason"),
    [
        ("1", "id:1 sub:001 dlvrd:001 stat:DELIVRD err:000", Verdict.DELIVERED, "receipt"),
        ("4", "", Verdict.ACCEPTED, ""),
        ("8", "ACK/", Verdict.ACCEPTED, ""),
        ("2", "id:1 stat:UNDELIV err:021", Verdict.REJECTED, "away"),
        ("2", "id:1 stat:EXPIRED err:000", Verdict.REJECTED, "expired"),
        ("2", "id:1 stat:REJECTD err:000", Verdict.REJECTED, "bad_number"),
        ("34", "", Verdict.REJECTED, "expired"),
        ("66", "", Verdict.UNKNOWN, "no_answer"),
        ("16", "NACK/0x0000000b/Invalid Destination Address", Verdict.REJECTED, "bad_number"),
        ("16", "NACK/0x00000045/Submit failed", Verdict.REJECTED, "busy"),
        ("16", "NACK/0x00000058/Throttling error", Verdict.REJECTED, "busy"),
        ("16", "NACK/Retries Exceeded", Verdict.REJECTED, "busy"),
        ("16", "NACK/validity expired", Verdict.REJECTED, "expired"),
        ("16", "NACK/no SMSC", Verdict.REJECTED, "account"),
        ("99", "what", Verdict.UNKNOWN, "garbled"),
    ],
)
def test_a_receipt_is_read_by_its_type_and_the_words_of_the_smsc(type: str, why: str, verdict: Verdict, reason: str) -> None:
    pushed = read(ref=KEY, type=type, why=why, id="smsc-1", ts="1795395607")

    (receipt,) = pushed.receipts
    assert (receipt.verdict, receipt.reason, receipt.key, receipt.provider_id) == (verdict, reason, KEY, "smsc-1")
    assert receipt.at == datetime.fromtimestamp(1795395607, UTC)
    assert receipt.code == f"{type} {why}".strip()
    assert (pushed.answer, pushed.media_type) == ("", "text/plain")


def test_what_a_person_answers_keeps_its_id_and_is_answered_by_nothing() -> None:
    again = {"from": f"+86{NUMBER}", "to": "10690000", "text": "退订", "charset": "UTF-8", "coding": "0", "id": "u-1", "ts": "1795395607"}

    pushed = read(**again)

    (reply,) = pushed.replies
    assert (reply.id, reply.number, reply.text) == ("u-1", NUMBER, "退订")
    assert pushed.answer == ""


@pytest.mark.parametrize(("text", "expected"), [("\0T\0D", "TD"), ("\ufffd\0\ufffd\ufffd", None)])
def test_a_text_in_utf_16_is_read_if_it_survived_and_never_guessed(text: str, expected: str | None) -> None:
    pushed = read(**{"from": NUMBER, "text": text, "charset": "UTF-16BE", "id": "u-1"})

    assert [reply.text for reply in pushed.replies] == ([expected] if expected else [])
    assert len(pushed.bad) == (0 if expected else 1)


@pytest.mark.parametrize("query", [{}, {"ref": KEY}, {"from": NUMBER}, {"from": NUMBER, "text": "x"}])
def test_what_is_neither_receipt_nor_reply_is_a_bad_line_without_the_number(query: dict[str, str]) -> None:
    pushed = read(**query)

    assert (pushed.receipts, pushed.replies, len(pushed.bad)) == ((), (), 1)
    assert NUMBER not in pushed.bad[0].text


def test_the_rules_name_the_machine_and_no_other_path_of_it(peer: Sendsms) -> None:
    inside = KannelSms(
        an_account(ConnectionType.KANNEL, f"{peer.address}/admin"), SettableClock(NOW), SECRETS.__getitem__, caller=a_calm_caller()
    )
    whole = KannelSms(
        an_account(ConnectionType.KANNEL, f"{peer.address}/cgi-bin/sendsms"),
        SettableClock(NOW),
        SECRETS.__getitem__,
        caller=a_calm_caller(),
    )

    assert inside.send(a_parcel()).reason == "account"
    assert whole.send(a_parcel()).verdict is Verdict.ACCEPTED
    assert [urllib.parse.urlsplit(asked.path).path for asked in peer.asked] == ["/cgi-bin/sendsms"]
