"""Signatures of SMS providers: known answers of their own SDKs, and every changed byte is noticed."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.signing import acs3, tc3, twilio

SIGN = "中铁物流"
SDK_HEADERS = {
    "accept": "application/json",
    "user-agent": "AlibabaCloud (Linux; x86_64) Python/3.11.7 Core/0.4.3 TeaDSL/2",
    "x-acs-credentials-provider": "static_ak",
}
SEND = {"OutId": "ntf-1", "PhoneNumbers": "13800000001", "SignName": SIGN, "TemplateCode": "SMS_1", "TemplateParam": '{"no":"8011"}'}
CALL = {"CalledNumber": "13800000001", "OutId": "ntf-2", "PlayTimes": "2", "TtsCode": "TTS_1", "TtsParam": '{"no":"8011"}'}
ASK = {"CurrentPage": "1", "PageSize": "10", "PhoneNumber": "13800000001", "SendDate": "20261121"}


def acs_headers(host: str, action: str, date: str, nonce: str) -> dict[str, str]:
    return {
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": acs3.EMPTY_SHA256,
        "x-acs-date": date,
        "x-acs-signature-nonce": nonce,
        "x-acs-version": "2017-05-25",
    }


@pytest.mark.parametrize(
    ("parameters", "headers", "expected"),
    [
        pytest.param(
            SEND,
            acs_headers("127.0.0.1:18181", "SendSms", "2026-11-21T21:47:21Z", "b28a828e685091e0653355da27312d3e") | SDK_HEADERS,
            "2caa63ba5467b7272f11f261a1454e57e5beb80d61da5c1cda23e2026fa14da4",
            id="A1 of the SDK",
        ),
        pytest.param(
            CALL,
            acs_headers("127.0.0.1:18181", "SingleCallByTts", "2026-11-21T21:47:22Z", "7cd0f3cb1269e317b1b091906999c235") | SDK_HEADERS,
            "e49459c8bc339d7d126214cf8db10004082ca35618f46ec88723fe04c875671a",
            id="A2 of the SDK",
        ),
        pytest.param(
            ASK,
            acs_headers("127.0.0.1:18183", "QuerySendDetails", "2026-11-21T22:14:10Z", "f6fd0056436db63612b7dc1e4538e7fe") | SDK_HEADERS,
            "4304a0cd455ac5b4bbef32c568551ae0ab16b5efdb536d6e1ea3274aa277991e",
            id="A3 of the SDK",
        ),
    ],
)
def test_aliyun_is_signed_as_its_sdk_signs(parameters: dict[str, str], headers: dict[str, str], expected: str) -> None:
    assert acs3.signature("testsk", acs3.query_of(parameters), headers) == expected


A4 = "b0cf9bb936992ada63c781c9d86c65c86723e5c6e31c6d4c6e18be8a91325903"
A5 = "35108d67eacaaf6314b2a2038653931e6f95bc1225a338e9c0c2ad33ceac8ba8"


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        pytest.param({**SEND, "OutId": "e1r3o0"}, A4, id="A4"),
        pytest.param({"OutId": "e1r3o0", "TemplateParam": '{"a":"x y*z~+/&="}'}, A5, id="A5 awkward characters"),
    ],
)
def test_an_aliyun_request_is_whole_and_signed(parameters: dict[str, str], expected: str) -> None:
    at, nonce = datetime(2026, 11, 21, 12, tzinfo=UTC), "0123456789abcdef0123456789abcdef"

    request = acs3.signed(
        "https://dysmsapi.aliyuncs.com", "SendSms", "2017-05-25", parameters, key_id="testak", secret="testsk", at=at, nonce=nonce
    )

    names = "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version"
    assert request.headers["authorization"] == f"ACS3-HMAC-SHA256 Credential=testak,SignedHeaders={names},Signature={expected}"
    assert request.body == b""
    assert request.url == "https://dysmsapi.aliyuncs.com/?" + acs3.query_of(parameters)


def test_awkward_characters_are_percent_encoded_and_a_blank_is_no_plus() -> None:
    assert acs3.query_of({"TemplateParam": '{"a":"x y*z~+/&="}'}) == "TemplateParam=%7B%22a%22%3A%22x%20y%2Az~%2B%2F%26%3D%22%7D"


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://dysmsapi.aliyuncs.com", "dysmsapi.aliyuncs.com"),
        ("https://Dysmsapi.Aliyuncs.com:443/", "dysmsapi.aliyuncs.com"),
        ("http://127.0.0.1:18181", "127.0.0.1:18181"),
        ("http://127.0.0.1:80", "127.0.0.1"),
    ],
)
def test_the_signed_host_is_the_one_in_the_header(url: str, host: str) -> None:
    assert acs3.host_of(url) == host


TENCENT = {"PhoneNumberSet": ["+8613800000001"], "SmsSdkAppId": "1400006666", "TemplateId": "1110", "SignName": SIGN}
TENCENT_SDK = json.dumps({**TENCENT, "TemplateParamSet": ["8011"], "SessionContext": "ntf-1"}).encode()
TENCENT_OWN = json.dumps(
    {**TENCENT, "TemplateParamSet": ["8011"], "SessionContext": "e1r3o0"}, ensure_ascii=False, separators=(",", ":")
).encode()
TENCENT_CALL = json.dumps(
    {
        "TemplateId": "7001",
        "CalledNumber": "+8613800000001",
        "VoiceSdkAppid": "1400006666",
        "TemplateParamSet": ["8011"],
        "PlayTimes": 2,
        "SessionContext": "ntf-2",
    }
).encode()


@pytest.mark.parametrize(
    ("service", "host", "body", "stamp", "expected"),
    [
        pytest.param(
            "sms",
            "127.0.0.1:18181",
            TENCENT_SDK,
            1795297642,
            "b03cd821440427e94ed3374c3128f44ff21fbd81d50d89349e4f5abf8201ce54",
            id="T1 SDK",
        ),
        pytest.param(
            "vms",
            "127.0.0.1:18183",
            TENCENT_CALL,
            1795299250,
            "53d9444d583b93b01daf76864508fae30ff1c7e4a5c3b17cff51febbb71bf132",
            id="T2 SDK",
        ),
        pytest.param(
            "sms",
            "sms.tencentcloudapi.com",
            TENCENT_OWN,
            1795262400,
            "9e278484f966bc9e1229afd01105d87cfc3e437b5d1ee9bc81bfc0692a7997d6",
            id="T3",
        ),
    ],
)
def test_tencent_is_signed_as_its_sdk_signs(service: str, host: str, body: bytes, stamp: int, expected: str) -> None:
    assert tc3.signature("testsk", service, host, body, stamp) == expected


def test_a_tencent_request_is_whole_and_signed() -> None:
    at = datetime.fromtimestamp(1795262400, UTC)

    request = tc3.signed(
        "https://sms.tencentcloudapi.com",
        "sms",
        "SendSms",
        "2021-01-11",
        "ap-guangzhou",
        TENCENT_OWN,
        secret_id="testak",
        secret="testsk",
        at=at,
    )

    assert request.headers["authorization"] == (
        "TC3-HMAC-SHA256 Credential=testak/2026-11-21/sms/tc3_request, SignedHeaders=content-type;host, "
        "Signature=9e278484f966bc9e1229afd01105d87cfc3e437b5d1ee9bc81bfc0692a7997d6"
    )
    assert request.headers["x-tc-timestamp"] == "1795262400"
    assert request.body == TENCENT_OWN


@given(st.integers(0, len(TENCENT_OWN) - 1), st.integers(1, 255))
def test_any_changed_byte_of_a_tencent_body_changes_its_signature(place: int, change: int) -> None:
    body = bytearray(TENCENT_OWN)
    body[place] ^= change

    assert tc3.signature("testsk", "sms", "sms.tencentcloudapi.com", bytes(body), 1795262400) != (
        "9e278484f966bc9e1229afd01105d87cfc3e437b5d1ee9bc81bfc0692a7997d6"
    )


@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8"), min_size=1, max_size=5), st.text(st.characters(codec="utf-8"), max_size=8), max_size=4
    )
)
def test_two_different_sets_of_parameters_never_share_a_query(parameters: dict[str, str]) -> None:
    query = acs3.query_of(parameters)

    assert {**parameters, "z": "0"} != parameters or query == acs3.query_of(parameters)
    assert all(part.count("=") == 1 for part in query.split("&") if part)
    assert set(query) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~%=&")


TOKEN = "12345"
W1_URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
W1_BODY = b"CallSid=CA1234567890ABCDE&Caller=%2B14158675309&From=%2B14158675309&Digits=1234&To=%2B18005551212"
W2_URL = "https://waybill.example/in/receipts/twilio/t0ken?ref=e1r3o0"
W2_BODY = b"AccountSid=AC1&ErrorCode=30003&MessageSid=SM1&MessageStatus=undelivered&To=%2B8613800000001"
W3_URL = "https://waybill.example/in/json?bodySHA256=0696eb01e791d4593f1c694b0f103fa3c35d6679818fbf9c29857d22fcf260df"
W3_BODY = '{"a":"你好"}'.encode()
FORM = "application/x-www-form-urlencoded; charset=UTF-8"


def by_twilio(signature: str, content_type: str = FORM) -> dict[str, str]:
    return {"x-twilio-signature": signature, "content-type": content_type}


@pytest.mark.parametrize(
    ("url", "body", "headers"),
    [
        pytest.param(W1_URL, W1_BODY, by_twilio("RSOYDt4T1cUTdK1PDd93/VVr8B8="), id="W1"),
        pytest.param(W2_URL, W2_BODY, by_twilio("9CD1IwoL2iyRVSSqcpL7YYQviLk="), id="W2"),
        pytest.param(W3_URL, W3_BODY, by_twilio("rZ8xvkajgb4oz6vhzw84edQwEXY=", "application/json"), id="W3 JSON"),
    ],
)
def test_what_the_providers_validator_takes_we_take(url: str, body: bytes, headers: dict[str, str]) -> None:
    assert twilio.is_genuine(TOKEN, url, headers, body)
    assert not twilio.is_genuine("12346", url, headers, body)
    assert not twilio.is_genuine(TOKEN, url + "x", headers, body)
    assert not twilio.is_genuine(TOKEN, url, {**headers, "x-twilio-signature": ""}, body)
    assert not twilio.is_genuine(TOKEN, url, {**headers, "x-twilio-signature": "签"}, body)


@given(st.integers(0, len(W3_BODY) - 1), st.integers(1, 255))
def test_any_changed_byte_of_a_json_push_is_noticed(place: int, change: int) -> None:
    body = bytearray(W3_BODY)
    body[place] ^= change

    assert not twilio.is_genuine(TOKEN, W3_URL, by_twilio("rZ8xvkajgb4oz6vhzw84edQwEXY=", "application/json"), bytes(body))


@given(st.integers(0, len(W2_BODY) - 1), st.integers(1, 255))
def test_a_changed_form_is_noticed_whenever_it_says_something_else(place: int, change: int) -> None:
    body = bytearray(W2_BODY)
    body[place] ^= change

    said_the_same = sorted(twilio.pairs_of(bytes(body))) == sorted(twilio.pairs_of(W2_BODY))
    assert twilio.is_genuine(TOKEN, W2_URL, by_twilio("9CD1IwoL2iyRVSSqcpL7YYQviLk="), bytes(body)) is said_the_same


def test_a_name_given_twice_counts_with_its_values_sorted_each_once() -> None:
    assert twilio.signature(TOKEN, "u", [("b", "2"), ("a", "1"), ("b", "1"), ("b", "2")]) == twilio.signature(TOKEN, "ua1b1b2", ())


@given(st.binary(max_size=80))
def test_no_bytes_bring_the_verifier_down(body: bytes) -> None:
    assert not twilio.is_genuine(TOKEN, W2_URL, by_twilio("9CD1IwoL2iyRVSSqcpL7YYQviLk="), body)
