"""What event does this JSON carry? CloudEvents 1.0 or our own short form -> Incoming, or what is wrong with it; pure."""

import json
import re
import urllib.parse
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from adapters.signing.json_tree import Tree
from engine.service.desk import Incoming, Problem

NAME_CHARS_MAX = 200
FIELDS_MAX = 500
OUR_SOURCES = ("timer", "clock", "case/", "gateway/", "connection/")
"""Sources only this service itself speaks as; from outside they would forge a bell or spoil another's event ids."""
_VERSION = re.compile(r"v\d+", re.ASCII)
_ATTRIBUTES = frozenset({"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "data", "data_base64"})
_OUR_EXTENSIONS = frozenset({"workflow", "casekey", "sequence", "recordedtime"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What an envelope is read against."""

    workflows: Collection[str]
    timezone: str
    """For times without an offset."""
    simulated: bool = False
    """A simulated feed may state when it was received, and speak as any source."""
    who: str = ""


class _Wrong(Exception):
    def __init__(self, field: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.problem = Problem(field, zh, en)


def read(item: Tree, reader: Reader) -> Incoming | Problem:
    """One item: a CloudEvent if it says `specversion`, else our own form."""
    try:
        if not isinstance(item, dict):
            raise _Wrong("", "应是一个 JSON 对象", "a JSON object is expected")
        return _cloudevent(item, reader) if "specversion" in item else _plain(item, reader)
    except _Wrong as wrong:
        return wrong.problem


def from_headers(headers: Mapping[str, str], data: Tree | None) -> dict[str, Tree]:
    """Binary mode: the attributes stand in percent-encoded ce-* headers, the body is the data."""
    attributes: dict[str, Tree] = {
        name.removeprefix("ce-"): urllib.parse.unquote(value, errors="replace") for name, value in headers.items() if name.startswith("ce-")
    }
    return attributes | {"data": data}


def _cloudevent(item: Mapping[str, Tree], reader: Reader) -> Incoming:
    if item["specversion"] != "1.0":
        raise _Wrong("specversion", "只支持 CloudEvents 1.0", "only CloudEvents 1.0 is read")
    if item.get("data_base64") is not None:
        raise _Wrong("data_base64", "data 应是 JSON 对象", "data is expected as a JSON object")
    workflow, event = _type(_name(item, "type"), reader)
    extensions = {name: value for name, value in item.items() if name not in _ATTRIBUTES | _OUR_EXTENSIONS and value is not None}
    return Incoming(
        source=_source(item, reader),
        id=_name(item, "id"),
        workflow=_optional(item, "workflow") or workflow,
        event=event,
        occurred_at=_time(item, "time", reader),
        received_at=_time(item, "recordedtime", reader) if reader.simulated else None,
        case=_optional(item, "subject") or _optional(item, "casekey"),
        data=fields(item.get("data"), "data"),
        extra={f"ce_{name}"[:NAME_CHARS_MAX]: _as_text(value)[:NAME_CHARS_MAX] for name, value in list(extensions.items())[:FIELDS_MAX]},
        sequence=_sequence(item.get("sequence")),
    )


def _plain(item: Mapping[str, Tree], reader: Reader) -> Incoming:
    by = _optional(item, "by")
    source = _source(item, reader) if item.get("source") is not None else f"hand/{by}" if by else f"api/{reader.who or 'local'}"
    received = "received_at" if item.get("received_at") is not None else "recordedtime"
    return Incoming(
        source=source,
        id=_optional(item, "id"),
        workflow=_optional(item, "workflow"),
        event=_name(item, "event"),
        occurred_at=_time(item, "occurred_at" if item.get("occurred_at") is not None else "time", reader),
        received_at=_time(item, received, reader) if reader.simulated else None,
        case=_optional(item, "case"),
        data=fields(item.get("data"), "data"),
        sequence=_sequence(item.get("sequence")),
        by_person=by is not None,
    )


def fields(data: Tree | None, name: str) -> dict[str, object]:
    """A JSON object's fields: texts, numbers and booleans as they are, null left out, anything deeper kept as JSON text.

    Raises the module's own refusal, which `read` turns into a Problem; see `fields_or_problem`.
    """
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise _Wrong(name, "应是一个 JSON 对象", "a JSON object is expected")
    if len(data) > FIELDS_MAX:
        raise _Wrong(name, f"字段超过 {FIELDS_MAX} 个", f"more than {FIELDS_MAX} fields")
    for key in data:
        if not key.strip() or len(key) > NAME_CHARS_MAX:
            raise _Wrong(name, "字段名是空的或太长", "a field's name is blank or too long")
    return {key: _value(value) for key, value in data.items() if value is not None}


def fields_or_problem(data: Tree | None, name: str) -> dict[str, object] | Problem:
    """The same for whoever reads only fields."""
    try:
        return fields(data, name)
    except _Wrong as wrong:
        return wrong.problem


def _value(value: Tree) -> object:
    return value if isinstance(value, str | bool | int | Decimal) else _as_text(value)


def _as_text(value: Tree) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def _type(text: str, reader: Reader) -> tuple[str | None, str]:
    """`com.acme.shipment.picked_up.v1` -> (`shipment`, `picked_up`); the word before the event counts if a workflow has that name."""
    parts = text.split(".")
    if len(parts) > 1 and _VERSION.fullmatch(parts[-1]):
        parts.pop()
    if not parts[-1].strip():
        raise _Wrong("type", "type 里没有事件名", "type names no event")
    workflow = parts[-2] if len(parts) > 1 and parts[-2] in reader.workflows else None
    return workflow, parts[-1]


def _source(item: Mapping[str, Tree], reader: Reader) -> str:
    source = _name(item, "source")
    if not reader.simulated and any(source == ours or (ours.endswith("/") and source.startswith(ours)) for ours in OUR_SOURCES):
        raise _Wrong("source", "这个来源名只供系统内部使用", "this source name is the service's own")
    return source


def _name(item: Mapping[str, Tree], name: str) -> str:
    value = _optional(item, name)
    if value is None:
        raise _Wrong(name, f"缺少 {name}", f"{name} is missing")
    return value


def _optional(item: Mapping[str, Tree], name: str) -> str | None:
    value = item.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise _Wrong(name, f"{name} 应是文本", f"{name} is expected as text")
    if not value.strip() or len(value) > NAME_CHARS_MAX or not value.isprintable():
        raise _Wrong(
            name, f"{name} 是空的、太长,或含有控制字符", f"{name} is blank, longer than {NAME_CHARS_MAX}, or has control characters"
        )
    return value.strip()


def _time(item: Mapping[str, Tree], name: str, reader: Reader) -> datetime | None:
    text = _optional(item, name)
    if text is None:
        return None
    try:
        read = datetime.fromisoformat(text)
        return (read if read.tzinfo else read.replace(tzinfo=ZoneInfo(reader.timezone))).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _Wrong(name, f"{name} 不是 ISO 8601 时间", f"{name} is not an ISO 8601 time") from None


def _sequence(value: Tree | None) -> int | None:
    """A whole number, or a text of digits; any other order a source may state is not ours to compare."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if abs(value) < 2**63 else None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 18:
        return int(value)
    return None
