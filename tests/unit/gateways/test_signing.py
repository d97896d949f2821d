"""Signatures: known answers, tampering, wrong clocks, rotated keys."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.signing import webhooks
from adapters.signing.verify import Message, NotConfigured, refusal
from engine.model.connection import Secret, Signature

SECRET = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
KEY = webhooks.key_of(SECRET) or b""
AT = datetime.fromtimestamp(1614265330, tz=UTC)
BODY = b'{"test": 2432232314}'
HEADERS = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
STANDARD = Signature(kind="standard_webhooks", secrets=(Secret("env:A"), Secret("env:B")))
SHARED = Path(os.environ.get("WAYBILL_SHARED") or Path(__file__).resolve().parents[4] / "shared")
PAYLOADS = SHARED / "data" / "payloads"
needs_payloads = pytest.mark.skipif(not PAYLOADS.is_dir(), reason="the shared payload samples are not here")


def a_message(body: bytes = BODY, headers: dict[str, str] | None = None, **rest: str) -> Message:
    return Message(
        body=body,
        headers=HEADERS if headers is None else headers,
        address=rest.get("address", "203.0.113.7"),
        path_token=rest.get("token", ""),
    )


def resolve(reference: str) -> str:
    return {"env:A": "whsec_" + SECRET, "env:B": "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}[reference]


def test_the_published_vector_verifies_and_is_made() -> None:
    assert refusal(STANDARD, a_message(), AT, resolve) is None
    assert webhooks.sign(KEY, HEADERS["webhook-id"], AT, BODY) == HEADERS


def test_an_old_and_a_new_key_are_both_good_while_keys_rotate() -> None:
    other = webhooks.sign(webhooks.key_of(resolve("env:B")) or b"", "m1", AT, BODY)
    both = {**other, "webhook-signature": "v1,AAAA " + other["webhook-signature"]}

    assert refusal(STANDARD, a_message(headers=other), AT, resolve) is None
    assert refusal(STANDARD, a_message(headers=both), AT, resolve) is None


@pytest.mark.parametrize(("minutes", "expected"), [(-5.1, "stale"), (-4.9, None), (4.9, None), (5.1, "stale")])
def test_a_message_is_fresh_for_five_minutes_either_way(minutes: float, expected: str | None) -> None:
    assert refusal(STANDARD, a_message(), AT + timedelta(minutes=minutes), resolve) == expected


@given(st.integers(0, len(BODY) - 1), st.integers(1, 255))
def test_any_changed_byte_of_the_body_is_noticed(place: int, change: int) -> None:
    body = bytearray(BODY)
    body[place] ^= change

    assert refusal(STANDARD, a_message(bytes(body)), AT, resolve) == "wrong"


@given(st.sampled_from(sorted(HEADERS)), st.integers(0, 60), st.characters(min_codepoint=33, max_codepoint=255))
def test_any_changed_letter_of_a_header_is_noticed(name: str, place: int, letter: str) -> None:
    old = HEADERS[name]
    place %= len(old)
    if old[place] == letter:
        letter = "!" if letter != "!" else "?"

    changed = {**HEADERS, name: old[:place] + letter + old[place + 1 :]}

    assert refusal(STANDARD, a_message(headers=changed), AT, resolve) in {"wrong", "stale", "missing"}


@pytest.mark.parametrize("name", sorted(HEADERS))
def test_a_missing_header_is_missing(name: str) -> None:
    assert refusal(STANDARD, a_message(headers={key: value for key, value in HEADERS.items() if key != name}), AT, resolve) == "missing"


def test_a_secret_that_is_not_set_is_our_fault_and_nothing_is_taken() -> None:
    with pytest.raises(NotConfigured):
        refusal(Signature(kind="standard_webhooks", secrets=(Secret("env:GONE"),)), a_message(), AT, resolve)


def test_without_a_signature_only_listed_addresses_are_heard() -> None:
    listed = Signature(kind="none", allow_ips=("203.0.113.0/24",))

    assert refusal(listed, a_message(), AT, resolve) is None
    assert refusal(listed, a_message(address="::ffff:203.0.113.7"), AT, resolve) is None
    assert refusal(listed, a_message(address="198.51.100.1"), AT, resolve) == "address"
    assert refusal(Signature(kind="none"), a_message(), AT, resolve) == "unsigned"
    assert refusal(None, a_message(), AT, resolve) == "unsigned"


def test_a_token_is_read_from_a_header_or_from_the_path() -> None:
    by_header = Signature(kind="token", secrets=(Secret("env:T"),), options={"header": "X-Event-Id"})
    by_path = Signature(kind="token", secrets=(Secret("env:T"),), options={"at": "path"})

    assert refusal(by_header, a_message(headers={"x-event-id": "t0ken"}), AT, lambda _: "t0ken") is None
    assert refusal(by_header, a_message(headers={"x-event-id": "t0keN"}), AT, lambda _: "t0ken") == "wrong"
    assert refusal(by_path, a_message(token="t0ken"), AT, lambda _: "t0ken") is None
    assert refusal(by_path, a_message(), AT, lambda _: "t0ken") == "missing"


def test_basic_compares_user_and_password() -> None:
    basic = Signature(kind="basic", secrets=(Secret("env:U"),))

    assert refusal(basic, a_message(headers={"authorization": "Basic dG1zOnB3"}), AT, lambda _: "tms:pw") is None
    assert refusal(basic, a_message(headers={"authorization": "Basic dG1zOnB4"}), AT, lambda _: "tms:pw") == "wrong"
    named = Signature(kind="basic", secrets=(Secret("env:U"),), options={"user": "tms"})
    assert refusal(named, a_message(headers={"authorization": "Basic dG1zOnB3"}), AT, lambda _: "pw") is None
    assert refusal(basic, a_message(headers={"authorization": "Basic !"}), AT, lambda _: "tms:pw") == "missing"


@needs_payloads
def test_the_official_easypost_fixture_verifies() -> None:
    body = (PAYLOADS / "easypost_tracker_updated.json").read_bytes()
    options = {"header": "X-Hmac-Signature", "prefix": "hmac-sha256-hex=", "normalize": "NFKD"}
    signature = Signature(kind="hmac", secrets=(Secret("env:E"),), options=options)
    headers = {"x-hmac-signature": "hmac-sha256-hex=38f3f53c103713df81616a0a186d77141957323ec21d5fe9363db93840f527db"}

    assert refusal(signature, a_message(body, headers), AT, lambda _: "sécret") is None
    assert refusal(signature, a_message(body + b" ", headers), AT, lambda _: "sécret") == "wrong"


@needs_payloads
def test_the_aftership_vector_verifies_in_base64() -> None:
    body = (PAYLOADS / "aftership_tracking_update.json").read_bytes()
    signature = Signature(kind="hmac", secrets=(Secret("env:E"),), options={"header": "Aftership-Hmac-Sha256", "encoding": "base64"})
    headers = {"aftership-hmac-sha256": "dZto7xm57505R9RFLVVe+M3NS2/SueKmffz7vx9cjdY="}

    assert refusal(signature, a_message(body, headers), AT, lambda _: "test_aftership_secret") is None


@needs_payloads
def test_the_kuaidi100_push_verifies_over_param_and_salt() -> None:
    body = (PAYLOADS / "kuaidi100_push_signed.form").read_bytes()
    options = {"over": "param, secret", "at": "sign", "encoding": "hex_upper"}
    signature = Signature(kind="md5", secrets=(Secret("env:K"),), options=options)

    assert refusal(signature, a_message(body, {}), AT, lambda _: "123") is None
    assert refusal(signature, a_message(body, {}), AT, lambda _: "124") == "wrong"
    assert refusal(signature, a_message(b"param=1", {}), AT, lambda _: "123") == "missing"


def test_an_md5_that_is_not_over_the_secret_is_refused_as_a_setting() -> None:
    signature = Signature(kind="md5", secrets=(Secret("env:K"),), options={"over": "param", "at": "sign"})

    with pytest.raises(NotConfigured):
        refusal(signature, a_message(b"param=1&sign=2", {}), AT, lambda _: "123")
