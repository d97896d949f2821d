"""Every leaf of a rulebook, and the same rulebook with that one leaf changed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

from engine.model.span import Span

Step = tuple[str, Any]
"""`field` of a dataclass, `item` of a tuple, `value` or `key` of a mapping; and which."""


@dataclass(frozen=True)
class Leaf:
    """One value that no further values make up."""

    of: str
    """`Policy.calendar`: the noun and the field that hold it, directly or in a tuple or mapping."""
    path: tuple[Step, ...]
    value: Any


def leaves(value: Any, of: str = "Rulebook", path: tuple[Step, ...] = ()) -> Iterator[Leaf]:
    """In written order; places are no leaves, and neither is what is not there (None)."""
    if is_dataclass(value) and not isinstance(value, Span | type):
        for item in fields(value):
            yield from leaves(getattr(value, item.name), f"{type(value).__name__}.{item.name}", (*path, ("field", item.name)))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if not _is_name_of(key, item) and not isinstance(item, Span):
                yield Leaf(f"{of}[]", (*path, ("key", key)), key)
            yield from leaves(item, of, (*path, ("value", key)))
    elif isinstance(value, tuple):
        for place, item in enumerate(value):
            yield from leaves(item, of, (*path, ("item", place)))
    elif value is not None and not isinstance(value, Span):
        yield Leaf(of, path, value)


def _is_name_of(key: object, item: object) -> bool:
    """A mapping by name repeats what the noun says of itself."""
    return key in (getattr(item, "name", None), getattr(item, "id", None)) if is_dataclass(item) else isinstance(key, date)


def changed(root: Any, leaf: Leaf) -> Any:
    """The same tree with another value at the leaf."""
    return _put(root, leaf.path, other(leaf.value))


def _put(value: Any, path: tuple[Step, ...], new: Any) -> Any:
    if not path:
        return new
    (kind, which), rest = path[0], path[1:]
    if kind == "field":
        return replace(value, **{which: _put(getattr(value, which), rest, new)})
    if kind == "item":
        return tuple(_put(item, rest, new) if place == which else item for place, item in enumerate(value))
    if kind == "key":
        return {new if key == which else key: item for key, item in value.items()}
    return {key: _put(item, rest, new) if key == which else item for key, item in value.items()}


def other(value: Any) -> Any:
    """Another value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, Enum):
        kinds = list(type(value))
        return kinds[(kinds.index(value) + 1) % len(kinds)]
    if isinstance(value, int | float | Decimal):
        return value + 1
    if isinstance(value, datetime):
        return value + timedelta(minutes=7)
    if isinstance(value, date):
        return value + timedelta(days=400)
    if isinstance(value, time):
        return value.replace(minute=(value.minute + 7) % 60)
    assert isinstance(value, str), value
    if value == "Asia/Shanghai":
        return "Asia/Tokyo"
    return f"{value}乙"
