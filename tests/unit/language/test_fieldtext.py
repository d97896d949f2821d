"""Is a field's value read by its declared type, and written so that it reads back?"""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.fieldtext import BadValue, read_text, write_text
from engine.model.span import NOWHERE
from engine.model.values import FieldType, Value
from engine.model.workflow import Field

ZONE = "Asia/Shanghai"


def field(kind: FieldType, maximum: str | None = None, choices: tuple[str, ...] = ()) -> Field:
    return Field(name="x", label="某项", type=kind, max=None if maximum is None else Decimal(maximum), choices=choices, span=NOWHERE)


@pytest.mark.parametrize(
    ("declared", "text", "value", "canonical"),
    [
        (field(FieldType.NUMBER), "120.0", Decimal(120), "120"),
        (field(FieldType.NUMBER), "0.50", Decimal("0.5"), "0.5"),
        (field(FieldType.NUMBER), "1e3", Decimal(1000), "1000"),
        (field(FieldType.MONEY, "9999"), "10.50", Decimal("10.5"), "10.5"),
        (field(FieldType.TIME), "2026-11-26 18:00", datetime(2026, 11, 26, 10, tzinfo=UTC), "2026-11-26T10:00:00+00:00"),
        (field(FieldType.TIME), "2026-11-26T18:00:00Z", datetime(2026, 11, 26, 18, tzinfo=UTC), "2026-11-26T18:00:00+00:00"),
        (field(FieldType.DATE), "2026-11-26", date(2026, 11, 26), "2026-11-26"),
        (field(FieldType.YES_NO), "true", True, "yes"),
        (field(FieldType.CHOICE, choices=("普通", "VIP")), "VIP", "VIP", "VIP"),
        (field(FieldType.PHONE), "+86 138-0000-0001", "13800000001", "13800000001"),
        (field(FieldType.PHONE), "0755-83000000", "0755-83000000", "0755-83000000"),
        (field(FieldType.PHONE), "95338", "95338", "95338"),
        (field(FieldType.TEXT, "4"), " 南山 ", "南山", "南山"),
    ],
)
def test_the_declared_type_decides_and_the_canonical_text_reads_back(declared: Field, text: str, value: Value, canonical: str) -> None:
    read = read_text(declared, text, ZONE)

    assert read == value
    assert write_text(read) == canonical
    assert read_text(declared, canonical, ZONE) == value


@pytest.mark.parametrize(
    ("declared", "text"),
    [
        (field(FieldType.NUMBER), "三件"),
        (field(FieldType.NUMBER), "５０"),
        (field(FieldType.NUMBER), "1,200"),
        (field(FieldType.NUMBER, "99"), "100"),
        (field(FieldType.NUMBER, "99"), "-1"),
        (field(FieldType.NUMBER, "99"), "1.5"),
        (field(FieldType.NUMBER, "99.9"), "1.55"),
        (field(FieldType.TIME), "2026-11-26"),
        (field(FieldType.TIME), "2026-13-26 18:00"),
        (field(FieldType.DATE), "2026-02-30"),
        (field(FieldType.YES_NO), "maybe"),
        (field(FieldType.CHOICE, choices=("VIP",)), "vip"),
        (field(FieldType.PHONE), "138****0001"),
        (field(FieldType.TEXT, "2"), "三个字"),
        (field(FieldType.COUNT), "1.5"),
    ],
)
def test_a_value_of_another_type_is_refused_in_both_languages(declared: Field, text: str) -> None:
    with pytest.raises(BadValue) as refused:
        read_text(declared, text, ZONE)

    assert "某项" in refused.value.zh
    assert refused.value.en


def test_blank_is_no_value() -> None:
    assert read_text(field(FieldType.NUMBER), "  ", ZONE) is None
    assert write_text(None) == ""


@given(number=st.decimals(min_value=0, max_value=10**9, places=4))
def test_any_number_survives_writing_and_reading(number: Decimal) -> None:
    assert read_text(field(FieldType.NUMBER), write_text(number), ZONE) == number


@given(seconds=st.integers(0, 4 * 10**9), micros=st.integers(0, 999_999))
def test_any_instant_survives_writing_and_reading(seconds: int, micros: int) -> None:
    moment = datetime.fromtimestamp(seconds, UTC).replace(microsecond=micros)

    assert read_text(field(FieldType.TIME), write_text(moment), ZONE) == moment


@given(text=st.text(max_size=30))
def test_whatever_is_typed_is_a_value_or_a_refusal(text: str) -> None:
    read = {kind: value_or_refusal(field(kind, "10", ("a",)), text) for kind in FieldType}

    changed = [
        kind
        for kind, value in read.items()
        if value is not None and value_or_refusal(field(kind, "10", ("a",)), write_text(value)) != value
    ]
    assert changed == []


def value_or_refusal(declared: Field, text: str) -> Value | None:
    """None: refused."""
    try:
        return read_text(declared, text, ZONE)
    except BadValue:
        return None
