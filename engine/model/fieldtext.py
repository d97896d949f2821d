"""How is a field's value read from text, and written back? One declared type decides; nothing is guessed."""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from engine.model.erased import ERASED
from engine.model.values import FieldType, Value
from engine.model.workflow import Field

MONEY_PLACES = 2
"""Money may always carry fen, whatever its `max` looks like."""

_NUMBER = re.compile(r"[+-]?\d{1,20}(\.\d{1,20})?([eE][+-]?\d{1,2})?", re.ASCII)
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_TIME = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6})\d*)?)?\s*(Z|[+-]\d{2}:?\d{2})?", re.ASCII)
_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_PHONES = re.compile(
    r"0\d{2,3}-?\d{7,8}((-|,|转)\d{1,6})?"  # landline 固话, with an extension 分机
    r"|[48]00-?\d{3}-?\d{4}"
    r"|(95|96|12)\d{3,6}"  # short hotlines
    r"|\+[1-9]\d{6,14}",  # abroad
    re.ASCII,
)
_COUNTRY = re.compile(r"(\+86|0086|86)(?=1[3-9]\d{9}$)", re.ASCII)
_TRUE = ("yes", "true")
_FALSE = ("no", "false")


class BadValue(ValueError):
    """The text is no value of this field. `zh` and `en` say why, without repeating a private value."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh = zh
        self.en = en
        super().__init__(en)


def read_text(field: Field, text: str, zone: str) -> Value | None:
    """Read one value by the field's declared type.

    text: as written by a person or a feed; JSON numbers arrive as their text. zone: IANA name for naive times.
    Returns None for blank. Raises BadValue. A blank never overwrites a value (language.md, Workflow).
    """
    text = text.strip()
    if not text:
        return None
    if text == ERASED:
        return _read_erased(field)
    return _READERS[field.type](field, text, zone)


def write_text(value: Value | None) -> str:
    """Canonical text of a value: `read_text(field, write_text(value))` gives the value back. Blank is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        plain = format(value.normalize(), "f")
        return "0" if plain == "-0" else plain
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value


def decimal_places(field: Field) -> int | None:
    """How many decimals a number may have: those of its `max` (money: at least two); None where no `max` is declared."""
    if field.max is None or field.type not in (FieldType.NUMBER, FieldType.MONEY):
        return None
    exponent = field.max.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return max(places, MONEY_PLACES) if field.type is FieldType.MONEY else places


def _read_erased(field: Field) -> Value:
    """Still known to have been there; a number or an instant that was erased is no value any more."""
    if field.type in (FieldType.TEXT, FieldType.SERIAL, FieldType.PHONE, FieldType.CHOICE):
        return ERASED
    raise BadValue(f"“{field.label}”已删除", f"{field.name} was erased")


def _read_free(field: Field, text: str, zone: str) -> Value:
    if field.max is not None and len(text) > field.max:
        raise BadValue(
            f"“{field.label}”最多 {field.max:f} 个字,这里有 {len(text)} 个",
            f"{field.name} holds at most {field.max:f} characters, this has {len(text)}",
        )
    return text


def _read_number(field: Field, text: str, zone: str) -> Value:
    if not _NUMBER.fullmatch(text):
        raise BadValue(
            f"“{field.label}”要写数字,不带单位和逗号,例如 120 或 0.5",
            f"{field.name} takes a number without unit or comma, such as 120 or 0.5",
        )
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise BadValue(f"“{field.label}”不是数字", f"{field.name} is not a number") from error
    number = Decimal(0) if number == 0 else Decimal(format(number.normalize(), "f"))
    if field.max is not None:
        _within(field, number)
    return number


def _within(field: Field, number: Decimal) -> None:
    """A number with a declared `max` lies between 0 and it, and carries no more decimals than it shows."""
    if field.max is not None and not 0 <= number <= field.max:
        raise BadValue(f"“{field.label}”要在 0 到 {field.max:f} 之间", f"{field.name} lies between 0 and {field.max:f}")
    places = decimal_places(field)
    exponent = number.as_tuple().exponent
    if places is not None and isinstance(exponent, int) and -exponent > places:
        zh = f"最多 {places} 位小数" if places else "只能是整数"
        raise BadValue(f"“{field.label}”{zh}", f"{field.name} carries at most {places} decimals")


def _read_count(field: Field, text: str, zone: str) -> Value:
    number = _read_number(field, text, zone)
    assert isinstance(number, Decimal)
    if number < 0 or number != number.to_integral_value():
        raise BadValue(f"“{field.label}”是次数,只能是 0、1、2……", f"{field.name} is a count: 0, 1, 2 ...")
    return number


def _read_phone(field: Field, text: str, zone: str) -> Value:
    bare = re.sub(r"[\s]", "", text)
    mobile = _COUNTRY.sub("", bare.replace("-", ""))
    if _MOBILE.fullmatch(mobile):
        return mobile
    if _PHONES.fullmatch(bare):
        return bare
    zh = "号码被打了星号,要写完整的" if "*" in text else "不像电话号码,例如 13800000001、0755-83000000、400-111-1111"
    raise BadValue(f"“{field.label}”{zh}", f"{field.name} is not a phone number (13800000001, 0755-83000000, 400-111-1111)")


def _read_time(field: Field, text: str, zone: str) -> Value:
    match = _TIME.fullmatch(text)
    if not match:
        raise BadValue(
            f"“{field.label}”要写日期和时间,例如 2026-11-26 18:00", f"{field.name} takes a date and a time, such as 2026-11-26 18:00"
        )
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    iso = f"{year}-{month:0>2}-{day:0>2}T{hour:0>2}:{minute}:{second or '00'}.{fraction or '0':0<6}{'+00:00' if offset == 'Z' else offset or ''}"
    try:
        moment = datetime.fromisoformat(iso)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
        return aware.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadValue(f"“{field.label}”没有这样的日期或时间", f"{field.name}: there is no such date or time") from error


def _read_date(field: Field, text: str, zone: str) -> Value:
    match = _DATE.fullmatch(text)
    try:
        if match:
            return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        pass
    raise BadValue(f"“{field.label}”要写日期,例如 2026-11-26", f"{field.name} takes a date, such as 2026-11-26")


def _read_choice(field: Field, text: str, zone: str) -> Value:
    if text in field.choices:
        return text
    folded = {_fold(choice): choice for choice in field.choices}
    if _fold(text) in folded:
        near = folded[_fold(text)]
        raise BadValue(f"“{field.label}”没有这个选项,是不是想写“{near}”", f"{field.name} has no such choice, did you mean {near}")
    listed = "、".join(field.choices)
    raise BadValue(f"“{field.label}”没有这个选项,可选:{listed}", f"{field.name} has no such choice; choices: {', '.join(field.choices)}")


def _read_yes_no(field: Field, text: str, zone: str) -> Value:
    lowered = text.lower()
    if lowered in _TRUE:
        return True
    if lowered in _FALSE:
        return False
    raise BadValue(f"“{field.label}”只能写 yes 或 no", f"{field.name} takes yes or no")


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


_READERS: dict[FieldType, Callable[[Field, str, str], Value]] = {
    FieldType.TEXT: _read_free,
    FieldType.SERIAL: _read_free,
    FieldType.NUMBER: _read_number,
    FieldType.MONEY: _read_number,
    FieldType.COUNT: _read_count,
    FieldType.PHONE: _read_phone,
    FieldType.TIME: _read_time,
    FieldType.DATE: _read_date,
    FieldType.CHOICE: _read_choice,
    FieldType.YES_NO: _read_yes_no,
}
