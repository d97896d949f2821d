"""What do these bytes of a neighbour say? Its reports, read by its connection file into our events; pure.

Unknown fields and codes are kept, never acted on, never fatal; only bytes that are no document at all raise Unreadable.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from adapters.wms_tms import times
from adapters.wms_tms.bodies import documents
from adapters.wms_tms.identity import Identities
from adapters.wms_tms.item import Item, items_of
from adapters.wms_tms.match import fits, subjects
from engine.model.connection import Connection, EventRow, Inbound
from engine.model.documents.tree import ITEMS_MAX, Unreadable, text_of
from engine.model.masks import mask_text

SEEN_CHARS_MAX = 40
NOT_FIELDS = ("event", "retracts")
"""Columns of a code table that are neither fields nor kept."""


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
    retracts_id: str = ""
    """Of a retraction: the sender's id of what it takes back; empty: the latest of that name."""
    text_id: str = ""
    """Of an item that snapshots repeat: this wording of it; empty: there is nothing to compare."""
    kept: Mapping[str, str] = field(default_factory=dict)
    """The neighbour's own words (`keep:`), phone numbers masked."""
    flags: Mapping[str, str] = field(default_factory=dict)
    """What to know of it: `precision: day`, `time: received`, `derived: yes`."""
    seen: Mapping[str, str] = field(default_factory=dict)
    """Not recognised: what stood at the paths the rows look at."""
    problems: tuple[str, ...] = ()
    place: str = ""
    """`line 7` of a body of many lines."""

    @property
    def recognised(self) -> bool:
        """Did a row or a code fit?"""
        return self.event is not None or self.retracts is not None


@dataclass(frozen=True, slots=True)
class Decoded:
    """What one body said, oldest first."""

    events: tuple[ReadEvent, ...]
    ignored: int = 0
    """Reports that are left out: by a row with `ignore`, or where no row fits and the connection says `otherwise: ignore`."""
    warnings: tuple[str, ...] = ()
    """What was odd and not refused, such as a wrong count of segments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meaning:
    """What a code table or a row says of an item."""

    code: str = ""
    event: str | None = None
    retracts: str | None = None
    retracts_id_at: str | None = None
    label: str = ""
    ignored: bool = False
    fill: Mapping[str, str] = field(default_factory=dict)
    """Field -> path."""
    says: Mapping[str, str] = field(default_factory=dict)
    """The further columns of the code table."""


def decode(connection: Connection, raw: bytes, headers: Mapping[str, str], received_at: datetime, *, timezone: str) -> Decoded:
    """Bytes of one request -> its events. `headers` in lower case, `timezone` the rulebook's. Raises Unreadable."""
    inbound = connection.inbound
    if inbound is None:
        raise Unreadable("这个连接没有入站部分", "this connection has no inbound part")
    body = documents(raw, inbound)
    reading = _Reading(connection.name, inbound, received_at, timezone)
    count = 0
    for document in body.documents:
        if document.trouble is not None:
            reading.bad_line(str(document.tree), document.place, document.trouble)
            continue
        whole = Item(own=document.tree, whole=document.tree, headers=headers, place=document.place)
        items = [whole] if inbound.each is None else items_of(whole, inbound.each, newest_first=inbound.newest_first)
        count += len(items)
        if count > ITEMS_MAX:
            raise Unreadable(f"列表超过 {ITEMS_MAX} 项", f"more than {ITEMS_MAX} items")
        reading.take(items, whole)
    return Decoded(tuple(reading.events), ignored=reading.ignored, warnings=body.warnings)


class _Reading:
    """One body while it is read."""

    def __init__(self, connection: str, inbound: Inbound, received_at: datetime, timezone: str) -> None:
        self.events: list[ReadEvent] = []
        self.ignored = 0
        self._inbound = inbound
        self._received_at = received_at
        self._timezone = timezone
        self._identities = Identities(connection, inbound)

    def take(self, items: list[Item], whole: Item) -> None:
        """The items of one document, oldest first, then what its envelope says by itself."""
        read = [one for item in items if (one := self._item(item)) is not None]
        # Oldest first, whatever the neighbour's order; equal instants stay as the list has them.
        read.sort(key=lambda one: one.happened_at or self._received_at) if self._inbound.each is not None else None
        self.events += read
        said = {one.event for one in read}
        for row in self._inbound.envelope:
            if row.event not in said and fits(row.match, whole.text):
                said.add(row.event)
                self.events += self._of_envelope(row, whole, read)
        if self._inbound.each is not None and not items and not said:
            self._nothing(whole, self._inbound.each)

    def _nothing(self, whole: Item, each: str) -> None:
        """An empty list says nothing; a report without its list is of another kind than the file knows."""
        if whole.node(each) is not None or self._inbound.otherwise == "ignore":
            self.ignored += 1
            return
        names = _names(self._inbound, whole)
        identity = self._identities.derived(whole, names, "", "")
        self.events.append(ReadEvent(event=None, names=names, happened_at=None, id=identity, problems=(f"no list at {each}",)))

    def bad_line(self, line: str, place: str, trouble: Unreadable) -> None:
        """A line that is no document is shown to a person; the others go their way."""
        self.events.append(
            ReadEvent(
                event=None, names={}, happened_at=None, id=self._identities.of_text(line), problems=(f"{place}: {trouble}",), place=place,
                seen={"line": mask_text(line)[:SEEN_CHARS_MAX]},
            )
        )  # fmt: skip

    def _item(self, item: Item) -> ReadEvent | None:
        inbound = self._inbound
        meaning = _recognise(inbound, item)
        recognised = meaning.event is not None or meaning.retracts is not None
        if meaning.ignored or (not recognised and inbound.otherwise == "ignore"):
            self.ignored += 1
            return None
        when, written, problem = self._time(item)
        problems = [problem] if problem else []
        if not recognised:
            problems.append("no row fits")
        elif problem:
            # Without its time the event would be put in a wrong place of the history: it is shown to a person instead.
            recognised = False
        names = _names(inbound, item)
        kept = {name: text for name, path in inbound.keep.items() if (text := item.text(path))}
        identity = self._identities.of(
            item,
            names,
            code=meaning.code,
            event=meaning.event,
            retracts=meaning.retracts,
            when=when,
            written=written,
            text=kept.get("text", ""),
        )
        return ReadEvent(
            event=meaning.event if recognised else None, retracts=meaning.retracts if recognised else None, label=meaning.label, names=names,
            happened_at=when.at, data=_fill(inbound, meaning, item) if recognised else {}, id=identity.id, retracts_id=self._identities.sent(meaning.retracts_id_at, item),
            text_id=identity.text, kept={name: mask_text(text) for name, text in (*_kept(inbound, meaning), *kept.items())},
            flags=self._flags(when, problem), seen={} if recognised else _seen(inbound, item, meaning.code), problems=tuple(problems),
            place=item.place,
        )  # fmt: skip

    def _flags(self, when: times.When, problem: str) -> dict[str, str]:
        if when.day:
            return {"precision": "day"}
        return {"time": "received"} if when.at is None and self._inbound.happened_at is not None and not problem else {}

    def _time(self, item: Item) -> tuple[times.When, str, str]:
        """(instant, as written, problem)."""
        written = self._inbound.happened_at
        if written is None:
            return times.When(None), "", ""
        text = " ".join(part for path in (written.at, *written.then_at) if (part := item.text(path)))
        places = [place for path in written.zone_at if (place := item.text_here_or_around(path))]
        when = times.instant(text, written, timezone=self._timezone, received_at=self._received_at, places=places) if text else None
        if when is not None:
            return when, text, ""
        return times.When(None), text, "" if written.or_received_at else f"no readable time at {written.at}"

    def _of_envelope(self, row: EventRow, whole: Item, read: list[ReadEvent]) -> Iterator[ReadEvent]:
        """One derived event at the newest item's time; without items, at the envelope's own or the receipt."""
        newest = read[-1] if read else None
        if newest is None:
            when, written, _ = self._time(whole)
            happened_at = when.at
        else:
            happened_at, written = newest.happened_at, newest.id
        names = _names(self._inbound, whole)
        identity = self._identities.derived(whole if newest is None else None, names, row.event or row.retracts or "", written)
        if row.event is None and row.retracts is None:
            self.ignored += 1
            return
        meaning = _Meaning(event=row.event, retracts=row.retracts, label=row.label, fill=row.fill)
        flags = {"derived": "yes"} | ({} if happened_at else {"time": "received"})
        event = ReadEvent(
            event=row.event, retracts=row.retracts, label=row.label, names=names, happened_at=happened_at, id=identity,
            data=_fill(self._inbound, meaning, whole), flags=flags,
        )  # fmt: skip
        yield event if newest is None else replace(event, flags={**newest.flags, **flags})


def _names(inbound: Inbound, item: Item) -> dict[str, str]:
    names: dict[str, str] = {}
    for name, path in inbound.case:
        if name not in names and (text := item.text_here_or_around(path)):
            names[name] = text
    return names


def _recognise(inbound: Inbound, item: Item) -> _Meaning:
    """The code table first, then the rows from the top."""
    code = next((text for path in inbound.code_at if (text := item.text(path))), "")
    row = inbound.codes.get(code, {}) if code else {}
    if row.get("event") or row.get("retracts"):
        says = {column: cell for column, cell in row.items() if cell and column not in NOT_FIELDS}
        return _Meaning(code=code, event=row.get("event") or None, retracts=row.get("retracts") or None, says=says)
    for each in inbound.events:
        if fits(each.match, item.text):
            ignored = each.event is None and each.retracts is None
            return _Meaning(
                code=code,
                event=each.event,
                retracts=each.retracts,
                retracts_id_at=each.retracts_id_at,
                label=each.label,
                fill=each.fill,
                ignored=ignored,
            )
    return _Meaning(code=code)


def _fill(inbound: Inbound, meaning: _Meaning, item: Item) -> dict[str, object]:
    """A row's own `fill` comes before the connection's, and both before the code table."""
    data: dict[str, object] = {column: cell for column, cell in meaning.says.items() if column in inbound.code_fields}
    for name, path in {**inbound.fill, **meaning.fill}.items():
        node = item.node(path)
        text = text_of(node)
        if text is not None:
            data[name] = node if isinstance(node, bool) else text
    return data


def _kept(inbound: Inbound, meaning: _Meaning) -> Iterator[tuple[str, str]]:
    return ((column, cell) for column, cell in meaning.says.items() if column not in inbound.code_fields)


def _seen(inbound: Inbound, item: Item, code: str) -> dict[str, str]:
    looked_at = dict.fromkeys(path for row in inbound.events for path in subjects(row.match))
    seen = {path: mask_text(text)[:SEEN_CHARS_MAX] for path in looked_at if (text := item.text(path))}
    return seen | ({"code": code[:SEEN_CHARS_MAX]} if code else {})
