"""Twilio: what leaves, what every code means, whose pushes are believed, what they say."""

import functools
import urllib.parse
from collections.abc import Iterator
from datetime import timedelta
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.clock import SettableClock
from adapters.signing import twilio
from adapters.sms.twilio import TwilioSms
from adapters.sms.twilio_codes import ANSWERS
from engine.model.connection import ConnectionType
from engine.model.receipt import Push, Pushed, Sent, Verdict
from tests.contract.gateway_contract import KEY, NOW, NUMBER, a_parcel
from tests.peers.sms_peer import running
from tests.peers.sms_twilio import SECRET, Twilio
from tests.unit.gateways.sms_accounts import PUBLIC, SECRETS, TOKEN, a_calm_caller, an_account

CALLED = f"{PUBLIC}/in/sms_main/{TOKEN}?ref={KEY}"
SID = "SM1"


@pytest.fixture
def peer() -> Iterator[Twilio]:
    with running(Twilio()) as peer:
        assert isinstance(peer, Twilio)
        yield peer


def at(peer: Twilio, **options: str) -> TwilioSms:
    return TwilioSms(
        an_account(ConnectionType.TWILIO_SMS, peer.address, **options), SettableClock(NOW), SECRETS.__getitem__, caller=a_calm_caller()
    )


def form_of(peer: Twilio) -> dict[str, str]:
    return dict(urllib.parse.parse_qsl(peer.asked[-1].body.decode()))


def a_push(fields: dict[str, str], *, token: str = SECRET, url: str = CALLED) -> Push:
    body = urllib.parse.urlencode(fields).encode()
    headers = {
        "x-twilio-signature": twilio.signature(token, url, twilio.pairs_of(body)),
        "content-type": "application/x-www-form-urlencoded",
    }
    return Push(body=body, headers=headers, query=(("ref", KEY),), url=url, at=NOW)


@functools.cache
def a_reader() -> TwilioSms:
    return TwilioSms(
        an_account(ConnectionType.TWILIO_SMS, "https://x.example"), SettableClock(NOW), SECRETS.__getitem__, caller=a_calm_caller()
    )


def read(push: Push) -> Pushed | None:
    return a_reader().read(push)


def test_a_text_leaves_with_its_sign_its_validity_and_where_its_receipts_go(peer: Twilio) -> None:
    receipt = at(peer, sign="中铁物流").send(a_parcel(text="货到了", valid_until=NOW + timedelta(minutes=5, microseconds=-1)))

    assert form_of(peer) == {
        "To": f"+86{NUMBER}",
        "From": "+14158675309",
        "Body": "【中铁物流】货到了",
        "StatusCallback": CALLED,
        "ValidityPeriod": "299",
    }
    assert (receipt.verdict, receipt.provider_id, receipt.code) == (Verdict.ACCEPTED, f"SM{1:032d}", "queued")
    assert receipt.measures == (("segments", "1"),)


def test_the_sign_never_stands_twice(peer: Twilio) -> None:
    at(peer, sign="中铁物流").send(a_parcel(text="【中铁物流】货到了"))

    assert form_of(peer)["Body"] == "【中铁物流】货到了"


def test_a_messaging_service_is_named_as_one_and_a_bound_is_kept(peer: Twilio) -> None:
    at(peer, **{"from": "MG123"}).send(a_parcel(valid_until=NOW + timedelta(days=30)))

    form = form_of(peer)
    assert (form["MessagingServiceSid"], form["ValidityPeriod"]) == ("MG123", "36000")
    assert "From" not in form


def test_without_a_public_address_accepted_is_the_best_there_is(peer: Twilio) -> None:
    connection = an_account(ConnectionType.TWILIO_SMS, peer.address, public_url="")

    receipt = TwilioSms(connection, SettableClock(NOW), SECRETS.__getitem__, caller=a_calm_caller()).send(a_parcel())

    assert receipt.final
    assert "StatusCallback" not in form_of(peer)


def test_less_than_a_second_is_too_little(peer: Twilio) -> None:
    receipt = at(peer).send(a_parcel(valid_until=NOW + timedelta(milliseconds=900)))

    assert (receipt.verdict, receipt.reason, peer.asked) == (Verdict.REJECTED, "expired", [])


@pytest.mark.parametrize("code", [code for code in ANSWERS if code != "20429"])
def test_every_code_has_its_verdict(peer: Twilio, code: str) -> None:
    peer.fault = f"says {code}"

    receipt = at(peer).send(a_parcel())

    pattern = next(pattern for pattern in ANSWERS if fnmatchcase(code, pattern))
    assert (receipt.verdict, receipt.reason, receipt.code) == (*ANSWERS[pattern], code)
    assert NUMBER not in receipt.detail


def test_a_code_nobody_mapped_is_unknown_and_shows(peer: Twilio) -> None:
    peer.fault = "says 29999"

    receipt = at(peer).send(a_parcel())

    assert (receipt.verdict, receipt.reason, receipt.code) == (Verdict.UNKNOWN, "garbled", "29999")


def test_a_look_up_tells_the_outcome_and_what_it_cost(peer: Twilio) -> None:
    gateway = at(peer)
    sent = Sent(key=KEY, provider_id=gateway.send(a_parcel()).provider_id, address=NUMBER, handed_at=NOW)

    peer.status, peer.price = "delivered", "-0.00750"
    arrived = gateway.look_up(sent)
    peer.status, peer.error_code = "undelivered", 30003
    away = gateway.look_up(sent)

    assert arrived is not None
    assert (arrived.verdict, dict(arrived.measures)) == (Verdict.DELIVERED, {"segments": "1", "cost": "0.00750 USD"})
    assert away is not None
    assert (away.verdict, away.reason, away.code) == (Verdict.REJECTED, "away", "30003")
    assert gateway.look_up(Sent(key=KEY, provider_id="SM404", address=NUMBER, handed_at=NOW)) is None


@pytest.mark.parametrize(
    ("status", "code", "verdict", "reason"),
    [
        ("queued", "", Verdict.ACCEPTED, ""),
        ("sent", "", Verdict.ACCEPTED, ""),
        ("delivered", "", Verdict.DELIVERED, "receipt"),
        ("undelivered", "30003", Verdict.REJECTED, "away"),
        ("undelivered", "30005", Verdict.REJECTED, "bad_number"),
        ("failed", "30007", Verdict.REJECTED, "text_refused"),
        ("failed", "30001", Verdict.REJECTED, "busy"),
        ("failed", "30036", Verdict.REJECTED, "expired"),
        ("failed", "39999", Verdict.REJECTED, "away"),
        ("canceled", "", Verdict.REJECTED, "expired"),
    ],
)
def test_a_status_callback_names_the_key_of_what_it_speaks_of(status: str, code: str, verdict: Verdict, reason: str) -> None:
    pushed = read(a_push({"MessageSid": SID, "MessageStatus": status, "To": f"+86{NUMBER}"} | ({"ErrorCode": code} if code else {})))

    assert pushed is not None
    (receipt,) = pushed.receipts
    assert (receipt.verdict, receipt.reason, receipt.key, receipt.provider_id) == (verdict, reason, KEY, SID)


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3), st.text(max_size=30))
def test_nobody_else_is_believed(fields: dict[str, str], signature: str) -> None:
    forged = {**fields, "MessageSid": SID, "MessageStatus": "delivered"}
    body = urllib.parse.urlencode(forged, errors="replace").encode()

    assert read(Push(body=body, headers={"x-twilio-signature": signature}, query=(("ref", KEY),), url=CALLED, at=NOW)) is None
    assert read(a_push({"MessageSid": SID, "MessageStatus": "delivered"}, token="another")) is None


def test_a_genuine_push_under_another_key_is_a_forgery() -> None:
    push = a_push({"MessageSid": SID, "MessageStatus": "delivered"})
    other = CALLED.replace(KEY, "z" * 26)

    assert read(Push(body=push.body, headers=push.headers, query=(("ref", "z" * 26),), url=other, at=NOW)) is None


def test_what_a_person_answers_is_heard_and_nothing_is_texted_back() -> None:
    url = f"{PUBLIC}/in/sms_main/{TOKEN}"

    pushed = read(a_push({"MessageSid": SID, "From": f"+86{NUMBER}", "Body": " 退订", "SmsStatus": "received"}, url=url))

    assert pushed is not None
    (reply,) = pushed.replies
    assert (reply.id, reply.number, reply.text) == (SID, NUMBER, " 退订")
    assert (pushed.answer, pushed.media_type) == ("<Response/>", "text/xml")


@pytest.mark.parametrize("fields", [{}, {"MessageSid": SID}, {"MessageSid": SID, "MessageStatus": "dancing"}])
def test_a_genuine_push_that_says_nothing_is_a_bad_line(fields: dict[str, str]) -> None:
    pushed = read(a_push(fields))

    assert pushed is not None
    assert (pushed.receipts, len(pushed.bad)) == ((), 1)
