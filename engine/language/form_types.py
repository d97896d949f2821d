"""How does a form hold a short text? Annotated types: each reads its text and describes itself to editors."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler, PlainValidator, PrivateAttr, WithJsonSchema
from pydantic_core import PydanticCustomError, core_schema

from engine.language import texts
from engine.language.source import Part, Path, Source
from engine.model.contact import Turn
from engine.model.message import Cap
from engine.model.policy import Amount
from engine.model.span import NOWHERE, Span

T = TypeVar("T")


class Form(BaseModel):
    """A block of keys as an operator fills it in. After reading it knows where it stands."""

    model_config = ConfigDict(extra="forbid", populate_by_name=False)
    _source: Source | None = PrivateAttr(default=None)
    _path: Path = PrivateAttr(default=())

    def place(self, source: Source, path: Path) -> None:
        """Tell the form where it was written."""
        self._source = source
        self._path = path

    @property
    def where(self) -> Path:
        """Where the form stands in its file."""
        return self._path

    @property
    def sheet(self) -> Source:
        """The file the form stands in."""
        assert self._source is not None
        return self._source

    def span(self, *parts: Part) -> Span:
        """The place of a value below this form; of the form itself without parts."""
        return self._source.at(*self._path, *parts) if self._source else NOWHERE

    def key_span(self, *parts: Part) -> Span:
        """The place of a key."""
        return self._source.key(*self._path, *parts) if self._source else NOWHERE


def custom(zh: str, en: str, fix_zh: str = "", fix_en: str = "", code: str = "F110") -> PydanticCustomError:
    """An error of ours inside pydantic: the code, and both languages in its context."""
    return PydanticCustomError("ours", "{en}", {"code": code, "zh": zh, "en": en, "fix_zh": fix_zh, "fix_en": fix_en})


def _reads(read: Callable[[str], T]) -> PlainValidator:
    def validate(value: object) -> object:
        if not isinstance(value, str):
            raise custom("这里要写一个值,不是列表或一组键", "one value is wanted here, not a list or mapping")
        try:
            return read(value)
        except texts.BadText as error:
            raise custom(error.zh, error.en, error.fix_zh, error.fix_en) from error

    return PlainValidator(validate)


def _read_decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise texts.BadText(f"“{text}” 不是数字", f"“{text}” is not a number", "只写数字,不带单位", "digits only, no unit") from None
    if not number.is_finite() or number < 0 or len(text) > 20:
        raise texts.BadText(f"“{text}” 不能用作上限", f"“{text}” cannot be a maximum", "写一个正数", "a positive number")
    return number


def _text(pattern: str = "") -> WithJsonSchema:
    return WithJsonSchema({"type": ["string", "number"], "pattern": pattern} if pattern else {"type": ["string", "number"]})


def _one_or_list(value: object) -> object:
    return value if value is None or isinstance(value, list) else [value]


def _none_or_list(value: object) -> object:
    return [] if value == "none" else _one_or_list(value)


@dataclass(frozen=True, slots=True, eq=False)
class Or:
    """Another way to write the same thing, made into the full one before it is read; editors are told of both."""

    read: Callable[[object], object]
    other: dict[str, object] | None = None
    """JSON Schema of the other way; None: one item of the list."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Pydantic's hook: read first."""
        return core_schema.no_info_before_validator_function(self.read, handler(source))

    def __get_pydantic_json_schema__(self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, object]:
        """Pydantic's hook: both ways."""
        made = handler(schema)
        return {"anyOf": [made, self.other or made.get("items", {})]}


_DURATION = r"^\d+ (s|min|h)( \d+ (s|min|h))*$|^\d+ business days?$"
AmountText = Annotated[Amount, _reads(texts.read_amount), _text(_DURATION)]
Seconds = Annotated[int, _reads(texts.read_seconds), _text(_DURATION)]
Days = Annotated[int, _reads(texts.read_days), _text(r"^\d{1,5} (days?|years?)$")]
TimeText = Annotated[time, _reads(texts.read_time_of_day), _text(r"^\d{1,2}:\d{2}$")]
HoursText = Annotated[tuple[tuple[int, int], ...], _reads(texts.read_hours), _text()]
DateText = Annotated[date, _reads(texts.read_date), _text(r"^\d{4}-\d{2}-\d{2}$")]
DateTimeText = Annotated[datetime, _reads(texts.read_date_time), _text(r"^\d{4}-\d{2}-\d{2} \d{1,2}:\d{2}$")]
MonthDay = Annotated[tuple[int, int], _reads(texts.read_month_day), _text(r"^\d{2}-\d{2}$")]
TurnText = Annotated[tuple[int, Turn], _reads(texts.read_turn), _text(r"^\d+ (week|shift)s?$")]
YesNo = Annotated[bool, _reads(texts.read_yes_no), WithJsonSchema({"enum": ["yes", "no"]})]
Whole = Annotated[int, _reads(texts.read_whole), _text(r"^\d+$")]
Percent = Annotated[int, _reads(texts.read_percent), _text(r"^\d+%$")]
Number = Annotated[Decimal, _reads(_read_decimal), _text()]
YuanText = Annotated[Decimal, _reads(texts.read_yuan), _text(r"^\d+(\.\d{1,4})? 元$")]
CapText = Annotated[Cap, _reads(texts.read_cap), _text(r"^\d+ per .+$")]
Weekdays = Annotated[tuple[int, ...], _reads(texts.read_weekdays), _text()]
Pattern = Annotated[str, _reads(texts.read_pattern), _text()]
Raw = Annotated[object, PlainValidator(lambda value: value), WithJsonSchema({})]
"""Read later, against the names in scope: conditions, stories' values."""
OneOrList = Or(_one_or_list)
NoneOrList = Or(_none_or_list, {"const": "none"})
Words = Annotated[list[str], OneOrList]
"""One word or a list of words."""
Nothing = Annotated[list[str], NoneOrList]
"""A list of words; `none` says aloud that it is empty."""


TEXT_SCHEMA: dict[str, object] = {"type": ["string", "number"]}
AMOUNT_SCHEMA: dict[str, object] = {**TEXT_SCHEMA, "pattern": _DURATION}


def exactly_one(form: BaseModel, names: tuple[str, ...], shown: tuple[str, ...] = ()) -> None:
    """Raise unless exactly one of the named fields is written."""
    written = [name for name in names if getattr(form, name) is not None]
    if len(written) != 1:
        listed = shown or names
        raise custom(f"{'、'.join(listed)} 里要写一个,也只能写一个", f"exactly one of {', '.join(listed)} is wanted")
