"""What do these bytes of a neighbour say? Its reports, read by its connection file into our events; pure.

Unknown fields and codes are kept, never acted on, never fatal; only bytes that are no document at all raise Unreadable.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from adapters.signing import paths
from adapters.signing.json_tree import Tree, Unreadable
from adapters.wms_tms import times
from adapters.wms_tms.bodies import trees
from adapters.wms_tms.match import fits, subjects
from engine.model.connection import Connection, Inbound
from engine.model.masks import mask_text

ITEMS_MAX = 10_000
ID_CHARS_MAX = 200
SEEN_CHARS_MAX = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadEvent:
    """One report as read. `event` and `retracts` both None: not recognised, `problems` says why."""

    event: str | None
    retracts: str | None = None
    label: str = ""
    """The row's label; empty if a code table said it."""
    names: Mapping[str, str]
    """Identifying field -> value, in the connection's order; blank ones left out."""
    happened_at: datetime | None
    """Aware, UTC; None: the time of receipt is all there is."""
    data: Mapping[str, object] = field(default_factory=dict)
    """Field -> text or bool, blank ones left out."""
    id: str
    kept: Mapping[str, str] = field(default_factory=dict)
    """The neighbour's own words (`keep:`), phone numbers masked."""
    seen: Mapping[str, str] = field(default_factory=dict)
    """Not recognised: what stood at the paths the rows look at."""
    problems: tuple[str, ...] = ()

    @property
    def recognised(self) -> bool:
        """Did a row or a code fit?"""
        return self.event is not None or self.retracts is not None


@dataclass(frozen=True, slots=True)
class Decoded:
    """What one body said, oldest first."""

    events: tuple[ReadEvent, ...]
    ignored: int = 0
    """Reports no row fits, in a connection that says `otherwise: ignore`."""


@dataclass(frozen=True, slots=True)
class _Item:
    """One report in its envelope."""

    own: Tree
    whole: Tree
    headers: Mapping[str, str]
    exploded: bool

    def node(self, path: str) -> Tree | None:
        if path.startswith("whole."):
            return paths.at(self.whole, path.removeprefix("whole."))
        if path.startswith("header."):
            return self.headers.get(path.removeprefix("header.").lower())
        return paths.at(self.own, path)

    def text(self, path: str) -> str | None:
        return paths.text_of(self.node(path))

    def text_here_or_around(self, path: str) -> str | None:
        return self.text(path) or (paths.text_at(self.whole, path) if self.exploded else None)


def decode(connection: Connection, raw: bytes, headers: Mapping[str, str], received_at: datetime, *, timezone: str) -> Decoded:
    """Bytes of one request -> its events. `headers` in lower case, `timezone` the rulebook's. Raises Unreadable."""
    inbound = connection.inbound
    if inbound is None:
        raise Unreadable("这个连接没有入站部分", "this connection has no inbound part")
    read = [_read(connection, inbound, item, received_at, timezone) for item in _items(inbound, raw, headers)]
    taken = [event for event in read if event.recognised or inbound.otherwise == "report"]
    return Decoded(tuple(taken), ignored=len(read) - len(taken))


def _items(inbound: Inbound, raw: bytes, headers: Mapping[str, str]) -> list[_Item]:
    documents = trees(raw, inbound.body, inbound.unwrap)
    if inbound.each is None:
        return [_Item(tree, tree, headers, False) for tree in documents]
    items: list[_Item] = []
    for tree in documents:
        listed = paths.at(tree, inbound.each)
        if not isinstance(listed, list):
            raise Unreadable(f"{inbound.each} 处没有列表", f"no list at {inbound.each}")
        ordered = reversed(listed) if inbound.newest_first else listed
        items += [_Item(own, tree, headers, True) for own in ordered]
    if len(items) > ITEMS_MAX:
        raise Unreadable(f"列表超过 {ITEMS_MAX} 项", f"more than {ITEMS_MAX} items")
    return items


def _read(connection: Connection, inbound: Inbound, item: _Item, received_at: datetime, timezone: str) -> ReadEvent:
    names = {name: text for name, path in inbound.case if (text := item.text_here_or_around(path))}
    code, event, retracts, label, fill = _recognise(inbound, item)
    happened_at, problem = _time(inbound, item, received_at, timezone)
    problems = [problem] if problem else []
    if event is None and retracts is None:
        problems.append("no row fits")
    elif problem:
        # Without its time the event would be put in a wrong place of the history: it is shown to a person instead.
        event = retracts = None
    recognised = event is not None or retracts is not None
    return ReadEvent(
        event=event,
        retracts=retracts,
        label=label,
        names=names,
        happened_at=happened_at,
        data=_fill(fill, item) if recognised else {},
        id=_id(connection.name, inbound, item, names, event or retracts or code or "", happened_at),
        kept={name: mask_text(text) for name, path in inbound.keep.items() if (text := item.text(path))},
        seen={} if recognised else _seen(inbound, item, code),
        problems=tuple(problems),
    )


def _recognise(inbound: Inbound, item: _Item) -> tuple[str | None, str | None, str | None, str, Mapping[str, str]]:
    """(code, event, retracts, label, fill): the code table first, then the rows from the top."""
    code = next((text for path in inbound.code_at if (text := item.text(path))), None)
    row = inbound.codes.get(code, {}) if code else {}
    if row.get("event") or row.get("retracts"):
        return code, row.get("event") or None, row.get("retracts") or None, "", {}
    for each in inbound.events:
        if fits(each.match, item.text):
            return code, each.event, each.retracts, each.label, each.fill
    return code, None, None, "", {}


def _fill(fill: Mapping[str, str], item: _Item) -> dict[str, object]:
    data: dict[str, object] = {}
    for name, path in fill.items():
        node = item.node(path)
        text = paths.text_of(node)
        if text is not None:
            data[name] = node if isinstance(node, bool) else text
    return data


def _time(inbound: Inbound, item: _Item, received_at: datetime, timezone: str) -> tuple[datetime | None, str]:
    written = inbound.happened_at
    if written is None:
        return None, ""
    text = item.text(written.at)
    happened_at = times.instant(text, written, timezone=timezone, received_at=received_at) if text else None
    if happened_at is not None or written.or_received_at:
        return happened_at, ""
    return None, f"no readable time at {written.at}"


def _id(connection: str, inbound: Inbound, item: _Item, names: Mapping[str, str], what: str, happened_at: datetime | None) -> str:
    own = item.text(inbound.id_at) if inbound.id_at else None
    shared = inbound.id_at is not None and item.exploded and inbound.id_at.startswith(("whole.", "header."))
    if own and not shared:
        return own if len(own) <= ID_CHARS_MAX else hashlib.sha256(own.encode("utf-8", "replace")).hexdigest()
    # The item, not its envelope: a snapshot repeats its items under ever new envelopes.
    at = happened_at.isoformat() if happened_at else ""
    content = json.dumps([connection, dict(names), what, at, item.own], ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(content.encode("ascii")).hexdigest()


def _seen(inbound: Inbound, item: _Item, code: str | None) -> dict[str, str]:
    looked_at = dict.fromkeys(path for row in inbound.events for path in subjects(row.match))
    seen = {path: mask_text(text)[:SEEN_CHARS_MAX] for path in looked_at if (text := item.text(path))}
    return seen | ({"code": code[:SEEN_CHARS_MAX]} if code else {})
