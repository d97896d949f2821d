"""Every way a neighbour proves itself, byte for byte; one byte changed is turned away."""

import base64
import hashlib
import hmac
import urllib.parse
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from adapters.signing.verify import Message, NotConfigured, refusal
from engine.model.connection import Secret, Signature

NOW = datetime(2021, 2, 25, 15, 2, 10, tzinfo=UTC)
"""The instant of the Standard Webhooks vector, 1614265330."""


def a_signature(kind: str, *secrets: str, allow_ips: tuple[str, ...] = (), **options: str) -> Signature:
    return Signature(kind=kind, secrets=tuple(Secret(one) for one in secrets or ("s",)), options=options, allow_ips=allow_ips)


def a_message(body: bytes, **headers: str) -> Message:
    return Message(body=body, headers={name.replace("_", "-"): text for name, text in headers.items()}, address="10.0.0.2")


def a_digest(*parts: bytes) -> str:
    return base64.b64encode(hashlib.md5(b"".join(parts), usedforsecurity=False).digest()).decode()


SF_DATA = '{"a":"*~ 中"}'
SF_SIGNED = "%7B%22a%22%3A%22*%7E+%E4%B8%AD%22%7D1614265330check"
"""What Java's URLEncoder makes of data, timestamp and checkword: `*` stays, `~` does not, a blank is `+`."""
CAINIAO = '{"mailNo":"SYN1"}'
TRACKED = b'{"x":1}'

CASES = {
    "standard webhooks, the published vector": (
        a_signature("standard_webhooks", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        a_message(
            b'{"test": 2432232314}', webhook_id="msg_p5jXN8AQM9LWM0D4loKWxJek", webhook_timestamp="1614265330",
            webhook_signature="v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ),
    ),
    "standard webhooks while the key changes": (
        a_signature("standard_webhooks", "whsec_" + base64.b64encode(b"n" * 24).decode(), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        a_message(
            b'{"test": 2432232314}', webhook_id="msg_p5jXN8AQM9LWM0D4loKWxJek", webhook_timestamp="1614265330",
            webhook_signature="v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ),
    ),
    "easypost, a secret in another normal form": (
        a_signature("hmac", "sécret", header="X-Hmac-Signature", prefix="hmac-sha256-hex=", normalize="NFKD"),
        a_message(TRACKED, x_hmac_signature="hmac-sha256-hex=" + hmac.new("se\u0301cret".encode(), TRACKED, "sha256").hexdigest()),
    ),
    "aftership, frappe: base64 of the raw body": (
        a_signature("hmac", "k", header="aftership-hmac-sha256", encoding="base64"),
        a_message(TRACKED, aftership_hmac_sha256=base64.b64encode(hmac.new(b"k", TRACKED, "sha256").digest()).decode()),
    ),
    "trackingmore: a header and the body": (
        a_signature("hmac", "k", header="signature", encoding="base64", over="header.timestamp,body", join="/"),
        a_message(TRACKED, timestamp="17", signature=base64.b64encode(hmac.new(b"k", b"17/" + TRACKED, "sha256").digest()).decode()),
    ),
    "kuaidi100: upper hex of param and salt": (
        a_signature("md5", "salt", over="param,secret", at="sign", encoding="hex_upper"),
        a_message(b"param=%7B%7D&sign=" + hashlib.md5(b"{}salt", usedforsecurity=False).hexdigest().upper().encode()),
    ),
    "sf: encoded for a URL as java does": (
        a_signature("md5", "check", over="msgData,timestamp,secret", at="msgDigest", encoding="base64", urlencode="yes"),
        a_message(
            urllib.parse.urlencode({"msgData": SF_DATA, "timestamp": "1614265330", "msgDigest": a_digest(SF_SIGNED.encode())}).encode()
        ),
    ),
    "cainiao: base64 of the content and the secret": (
        a_signature("md5", "app", over="logistics_interface,secret", at="data_digest", encoding="base64"),
        a_message(
            urllib.parse.urlencode({"logistics_interface": CAINIAO, "data_digest": a_digest(CAINIAO.encode(), b"app")}).encode()
        ),
    ),
    "a form in gbk, signed as the bytes it is": (
        a_signature("md5", "app", over="data,secret", at="sign"),
        a_message(b"data=%D6%D0&sign=" + hashlib.md5(b"\xd6\xd0app", usedforsecurity=False).hexdigest().encode()),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_genuine_message_comes_in_and_one_with_any_byte_changed_does_not(name: str) -> None:
    signature, message = CASES[name]

    assert refusal(signature, message, NOW, lambda reference: reference) is None
    for place in range(len(message.body)):
        for flipped in (1, 0x20):
            changed = message.body[:place] + bytes([message.body[place] ^ flipped]) + message.body[place + 1 :]
            if urllib.parse.unquote_to_bytes(changed) == urllib.parse.unquote_to_bytes(message.body):
                continue  # %7B and %7b are the same letter.
            assert refusal(signature, replace(message, body=changed), NOW, lambda reference: reference) is not None, (place, changed)


@pytest.mark.parametrize("name", CASES)
def test_under_another_secret_nothing_comes_in(name: str) -> None:
    signature, message = CASES[name]

    other = base64.b64encode(b"another secret, 24 bytes").decode()

    assert refusal(signature, message, NOW, lambda reference: other) == "wrong"


@pytest.mark.parametrize(("headers", "says"), [({}, "missing"), ({"timestamp": "17"}, "missing"), ({"signature": "x"}, "missing")])
def test_a_part_of_what_is_signed_that_did_not_come_is_missing(headers: dict[str, str], says: str) -> None:
    signature, _ = CASES["trackingmore: a header and the body"]

    assert refusal(signature, a_message(TRACKED, **headers), NOW, lambda reference: reference) == says


MTLS = a_signature("mtls", allow_ips=("10.0.0.2",), subject="CN=a, O=x\nCN=b")


@pytest.mark.parametrize(
    ("message", "says"),
    [
        (a_message(b"", x_client_cert_subject="CN=a, O=x"), None),
        (a_message(b"", x_client_cert_subject="CN=b"), None),
        (a_message(b"", x_client_cert_subject="CN=c"), "wrong"),
        (a_message(b""), "missing"),
        (replace(a_message(b"", x_client_cert_subject="CN=b"), address="10.0.0.3"), "address"),
    ],
)
def test_a_certificate_is_believed_when_our_own_proxy_saw_it(message: Message, says: str | None) -> None:
    assert refusal(MTLS, message, NOW, lambda reference: reference) == says


def test_certificates_without_a_proxy_or_a_subject_fail_closed() -> None:
    message = a_message(b"", x_client_cert_subject="CN=b")

    assert refusal(replace(MTLS, allow_ips=()), message, NOW, lambda reference: reference) == "unsigned"
    with pytest.raises(NotConfigured):
        refusal(replace(MTLS, options={}), message, NOW, lambda reference: reference)
