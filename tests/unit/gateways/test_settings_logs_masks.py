"""Settings are read, logs are masked, personal values are shown only as masks."""

import io
import json
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.clock import SettableClock, SystemClock
from adapters.logs import JsonLines, set_up_logs
from adapters.settings import SettingProblem, read_secret, read_settings
from engine.model.masks import mask_address, mask_by_field, mask_name, mask_phone, mask_text
from engine.model.values import FieldType


def test_settings_have_safe_defaults() -> None:
    settings = read_settings({})

    assert (settings.host, settings.port, settings.tokens, settings.lang) == ("127.0.0.1", 8080, {}, "zh")
    assert settings.database == "sqlite:///var/waybill.db"


def test_tokens_are_read_and_never_shown() -> None:
    settings = read_settings({"WAYBILL_TOKENS": "tms:0123456789abcdef, desk:fedcba9876543210"})

    assert settings.tokens == {"tms": "0123456789abcdef", "desk": "fedcba9876543210"}
    assert "0123456789abcdef" not in repr(settings)


@pytest.mark.parametrize(
    "env",
    [
        {"WAYBILL_PORT": "http"},
        {"WAYBILL_PORT": "65536"},
        {"WAYBILL_LANG": "fr"},
        {"WAYBILL_TOKENS": "short:abc"},
        {"WAYBILL_TOKENS": "0123456789abcdef01"},
    ],
)
def test_a_setting_that_cannot_be_read_names_itself_and_not_its_value(env: dict[str, str]) -> None:
    with pytest.raises(SettingProblem) as problem:
        read_settings(env)

    assert next(iter(env)) in str(problem.value)
    assert "abc" not in str(problem.value)


def test_a_secret_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "salt").write_text("s3cret\n")

    assert read_secret("env:A", {"A": "x"}) == "x"
    assert read_secret(f"file:{tmp_path / 'salt'}") == "s3cret"


@pytest.mark.parametrize("reference", ["literal", "env:", "env:GONE", "file:/nowhere/at/all", "vault:x"])
def test_a_secret_that_is_missing_or_literal_is_a_problem(reference: str) -> None:
    with pytest.raises(SettingProblem):
        read_secret(reference, {})


def test_a_settable_clock_stands_until_told() -> None:
    clock = SettableClock(datetime(2026, 11, 23, tzinfo=UTC))

    clock.advance(timedelta(hours=1))
    clock.set(datetime(2026, 11, 23, 0, 30, tzinfo=UTC))

    assert clock.now() == datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
    assert clock.monotonic() == 3600
    with pytest.raises(ValueError, match="aware"):
        clock.set(datetime(2026, 11, 23))  # noqa: DTZ001  # Naive on purpose.


def test_the_system_clock_is_aware_and_never_steps_back() -> None:
    clock = SystemClock()

    assert clock.now().utcoffset() == timedelta(0)
    assert clock.monotonic() <= clock.monotonic()


MASKS = """
    13812345612         138******12
    +86 138-1234-5612   138******12
    0755-12345621       0755-******21
    (010)87654321       010-******21
    4008111111          ********11
    95338               *****
"""


@pytest.mark.parametrize("row", [line.rsplit(maxsplit=1) for line in MASKS.strip().splitlines()])
def test_a_phone_keeps_its_head_and_two_digits(row: list[str]) -> None:
    assert mask_phone(row[0].strip()) == row[1]


def test_names_addresses_and_other_fields_are_cut() -> None:
    assert (mask_name("王小明"), mask_name("欧阳锋"), mask_name("欧阳"), mask_name(" ")) == ("王*", "欧阳*", "欧*", "")
    assert mask_address("广东省深圳市南山区科技园1栋2单元301") == "广东省深圳市南山区***"
    assert mask_address("东莞市长安镇阳光小区3栋501室") == "东莞市***"
    assert mask_address("长安街1号") == "长安***"
    assert mask_by_field("consignee_phone", "13812345612", FieldType.PHONE) == "138******12"
    assert mask_by_field("收货人姓名", "王小明", FieldType.TEXT) == "王*"
    assert mask_by_field("note", "约好了", FieldType.TEXT) == "约***"


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.text(st.characters(categories=["Lo"]), max_size=5))
def test_no_mobile_number_survives_in_free_text(number: str, around: str) -> None:
    text = mask_text(f"{around}{number}{around},+86{number} 0755-87654321 440305199001011234")

    assert number not in text
    assert "87654321" not in text
    assert "19900101" not in text


def test_waybill_and_order_numbers_are_not_masked() -> None:
    assert (
        mask_text("755000123456 261123001 JD0076810060555 2026-11-23 14:50:00")
        == "755000123456 261123001 JD0076810060555 2026-11-23 14:50:00"
    )


def test_a_log_line_is_json_and_masked_wherever_the_number_hides() -> None:
    stream = io.StringIO()
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    set_up_logs("INFO", stream)
    try:
        try:
            raise ValueError("cannot call 13812345678")
        except ValueError:
            logging.getLogger("x").exception("call\n%s", "13812345678", extra={"to": "13812345678", "raw": 13812345678})
    finally:
        root.handlers[:], root.level = before[0], before[1]

    line = stream.getvalue()
    assert line.count("\n") == 1
    assert "13812345678" not in line
    assert json.loads(line)["to"] == "138******78"


def test_logs_set_up_twice_write_once() -> None:
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    try:
        set_up_logs()
        set_up_logs()
        ours = [each for each in root.handlers if isinstance(each.formatter, JsonLines)]
    finally:
        root.handlers[:], root.level = before[0], before[1]

    assert len(ours) == 1
